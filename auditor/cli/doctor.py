"""`auditor doctor`: whether a run from here would work, and what it would not see."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.doctor import Asked, Need, Row
    from auditor.settings import Settings

_EPILOG = """\
Examples:
  auditor doctor
  auditor doctor --settings release.yaml
  auditor doctor --json --deadline 5

Exit codes:
  0  a run would work; warnings are said
  1  something is wrong, or a run would not see all that its packs judge
  3  nothing is wrong as far as was seen, and something could not be looked at
"""


@click.command(cls=Command, epilog=_EPILOG)
@option("--settings", intent="Input", type=click.Path(path_type=Path), metavar="FILE", help="Default: auditor.yaml.")
@option(
    "--deadline",
    intent="Scope and cost",
    type=click.FloatRange(min=1, max=300),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="What is not found out by then is unknown.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print it as JSON.")
@conversation_options
@click.pass_context
def doctor(ctx: click.Context, *, settings: Path | None, deadline: float, as_json: bool) -> None:
    """Examine the auditor itself, and its way to Azure.

    Looks at versions, sign-in, permissions, network and clock, and tells which kinds of resources and which checks a
    run from here would not see. Signs in and reads; calls no model, fetches no key, prints no token, writes nothing.
    """
    from auditor.cli.bundles import REPORTS
    from auditor.cli.console import colored, output, progress, width
    from auditor.cli.doctor_page import page
    from auditor.cli.looking import until_interrupted
    from auditor.doctor import examine

    asked, first = prepared(settings, dict(os.environ))
    with progress() as show:
        show.now("looking at everything at once")
        found = until_interrupted(examine(asked, dict(os.environ), REPORTS, seconds=deadline, first=first))
    if as_json:
        output(found.model_dump_json(indent=2))
    else:
        output(page(found, width(), color=colored(sys.stdout, os.environ)))
    ctx.exit(found.exit_code)


def prepared(path: Path | None, environ: dict[str, str]) -> tuple[Asked, tuple[Row, ...]]:
    """What to examine, and a row on the settings; where they can't be read the rest is looked at all the same."""
    from auditor.doctor import Asked, Row, State
    from auditor.errors import PolicyError
    from auditor.settings_file import NO_SUBSCRIPTION

    settings, row = _settings(path, environ)
    base = (path or Path("auditor.yaml")).parent
    rows = [row]
    try:
        reads, calls = _needs(settings, base)
    except PolicyError as error:
        says = str(error).replace("\n", "; ")
        rows.append(Row(area="This machine", name="packs", state=State.FAIL, says=says, next_step=error.next_step))
        reads, calls = _needs(settings.model_copy(update={"packs": ("production",)}), base)
    subscriptions = tuple(one for one in settings.scope.subscriptions if one != NO_SUBSCRIPTION)
    return Asked(settings, subscriptions, reads, calls), tuple(rows)


def _settings(path: Path | None, environ: dict[str, str]) -> tuple[Settings, Row]:
    from auditor.doctor import Row, State
    from auditor.errors import SettingsError
    from auditor.settings_file import DEFAULT_PATH, load_settings, said_settings

    where, there = path or DEFAULT_PATH, (path or DEFAULT_PATH).exists()
    try:
        found = load_settings(where, environ, {})
    except SettingsError as error:
        says = error.problems[0] if len(error.problems) == 1 else f"{len(error.problems)} problems: {error.problems[0]}"
        named = there or path is not None
        says += "; the public cloud's endpoints are looked at instead, and no subscription"
        state, step = State.FAIL if named else State.UNKNOWN, error.next_step.splitlines()[0].rstrip(":")
        return said_settings(environ), Row(area="This machine", name="settings", state=state, says=says, next_step=step)
    count = len(found.workloads)
    says = f"{where}: {count} workload{'s' if count != 1 else ''}, packs {', '.join(found.packs)}"
    return found, Row(area="This machine", name="settings", state=State.OK, says=says)


def _needs(settings: Settings, base: Path) -> tuple[tuple[Need, ...], tuple[Need, ...]]:
    from auditor.cli.permissions import needs
    from auditor.collect import required_actions
    from auditor.doctor import Need

    packs = tuple(pack if not (base / pack).exists() else str(base / pack) for pack in settings.packs)
    reads, calls, _ = needs(packs)
    optional = set(required_actions().body["optional"])
    return (
        tuple(Need(one.action, one.kinds, one.checks, one.action in optional) for one in reads),
        tuple(Need(one.action, one.kinds, one.checks) for one in calls),
    )
