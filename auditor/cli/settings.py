"""`auditor settings`: what is wrong with the settings, before anything is audited."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, CommandGroup, conversation_options, option

if TYPE_CHECKING:
    from auditor.settings import Settings

_EPILOG = """\
Examples:
  auditor settings check
  auditor settings check deploy/auditor.yaml
"""


@click.group(cls=CommandGroup, epilog=_EPILOG)
@conversation_options
def settings() -> None:
    """Tell what is wrong with the settings, without Azure."""


@settings.command(cls=Command, epilog=_EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the workloads, and the jobs to audit them in.")
@conversation_options
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check settings and all that they name.

    Packs, parameters, waivers, statements, requirements. Nothing is signed in to and nothing is asked. FILES default to
    auditor.yaml. Ends with 0, or with 2 and all that is wrong, each with file, line and column.
    """
    from auditor.cli.console import output
    from auditor.policy.attestations import load_attestations
    from auditor.policy.pack import load_policy
    from auditor.policy.waivers import load_waivers
    from auditor.report.wording import count
    from auditor.settings_file import DEFAULT_PATH, load_settings
    from auditor.settings_file.requirements import read_requirements

    if as_json and len(files) > 1:
        raise click.UsageError("--json is of one file")
    for path in files or (DEFAULT_PATH,):
        said = load_settings(path, os.environ, {})
        base = path.parent
        policy = load_policy(said.packs, said.parameters, base)
        load_waivers(base / said.waivers if said.waivers else None)
        load_attestations(base / said.attestations if said.attestations else None)
        read_requirements(said, base)
        if as_json:
            output(json.dumps({"workloads": [each.name for each in said.workloads], "jobs": jobs(said)}))
        else:
            workloads, checks = count(len(said.workloads), "workload"), count(len(policy.checks), "check")
            output(f"{path}: {workloads}, {checks} of {', '.join(said.packs)}")


def jobs(said: Settings) -> list[dict[str, str]]:
    """A job for each account, with its workloads one a line: nothing is read twice, and no two jobs share alerts."""
    together: defaultdict[str, list[str]] = defaultdict(list)
    for workload in said.workloads:
        together[workload.account.rstrip("/").rpartition("/")[2].lower()].append(workload.name)
    return [{"name": ", ".join(names), "workloads": "\n".join(names)} for names in together.values()]
