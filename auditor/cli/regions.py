"""`auditor regions`: in which of the allowed regions the whole workload fits, and with how much to spare."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.errors import ExitCode
    from auditor.policy.region import Regions
    from auditor.settings import Settings

_EPILOG = """\
Examples:
  auditor regions
  auditor regions --settings plan.yaml --workload checkout
  auditor regions --json | jq -r '.workloads[0].regions[0].region'

Exit codes of this command:
  0  each workload fits into some region
  1  a workload fits into none
  2  the command line or the settings are not right
  3  a workload fits into none that could be asked, or nobody could sign in

Each workload is judged by itself. What a deployment of the same name holds in a
region already is not asked for twice.
"""


@click.command(cls=Command, epilog=_EPILOG)
@option("--settings", intent="Input", type=click.Path(path_type=Path), metavar="FILE", help="Default: auditor.yaml.")
@option(
    "--workload",
    "names",
    intent="Input",
    multiple=True,
    metavar="NAME",
    help="Of these only; repeatable. Default: all.",
)
@option("--deadline", intent="Scope and cost", type=float, metavar="SECONDS", help="Stop looking after so long.")
@option("--json", "as_json", intent="Output", is_flag=True, help="Print JSON instead of tables.")
@conversation_options
@click.pass_context
def regions(
    ctx: click.Context, *, settings: Path | None, names: tuple[str, ...], deadline: float | None, as_json: bool
) -> None:
    """Tell in which regions each whole workload fits.

    Asks every region that a workload approves, or without any all in which accounts for models are sold: is each model
    offered there in that version and SKU, is each capacity one that the SKU has, and is there quota for all deployments
    that share a pool. A region that could not be read is unknown, with the reason. Nothing is called or changed.
    """
    from auditor.cli.console import colored, output, width
    from auditor.settings_file import DEFAULT_PATH, load_settings

    read = load_settings(settings or DEFAULT_PATH, os.environ, {"--deadline": deadline, "--no-probes": False})
    narrowed = _narrowed(read, names)

    from auditor.cli.looking import planned
    from auditor.cli.region_page import page
    from auditor.collect import REGION_COLLECTORS
    from auditor.policy.regions import regions as fitting
    from auditor.report.hostile import in_json

    found = fitting(planned(narrowed, REGION_COLLECTORS), narrowed)
    output(
        in_json(found.model_dump_json(indent=2)) if as_json else page(found, width(), colored(sys.stdout, os.environ))
    )
    ctx.exit(exit_code(found))


def exit_code(found: Regions) -> ExitCode:
    """What the process ends with; a workload that fits nowhere weighs more than one of which it is not known."""
    from auditor.errors import ExitCode

    words = {workload.fits for workload in found.workloads}
    return ExitCode.FAILED if "no" in words else ExitCode.INCOMPLETE if "unknown" in words else ExitCode.PASSED


def _narrowed(settings: Settings, names: tuple[str, ...]) -> Settings:
    """The settings with the workloads that were named, and no other account in scope than theirs.

    Raises EmptyAuditError where there is no workload, UsageError for a name that none has.
    """
    from auditor.errors import EmptyAuditError

    known = {workload.name.lower(): workload for workload in settings.workloads}
    for name in names:
        if name.lower() not in known:
            raise click.BadParameter(f"no workload {name!r}; there are {', '.join(known)}", param_hint="--workload")
    if not known:
        raise EmptyAuditError("the settings declare no workload", next_step="declare one under workloads")
    workloads = tuple(known[name.lower()] for name in dict.fromkeys(names)) or settings.workloads
    return settings.about(workloads)
