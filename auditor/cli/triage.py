"""`auditor triage`: what broke, since when, what changed, and what mends it."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete
from auditor.cli.complete import offer_declared
from auditor.cli.options import Command, conversation_options, option, reports_option

if TYPE_CHECKING:
    from auditor.diagnosis import Triage
    from auditor.difference import Side
    from auditor.settings import Settings
    from auditor.triage.asked import Asked

_EPILOG = """\
It calls each deployment that the settings declare, once and with some tokens,
and reads in parallel what such a call hangs on. What is not back by the
deadline is said to be missing; the rest is told. Changes are told against
last-green: the newest bundle under reports/ that passed.

Examples:
  auditor triage
  auditor triage support-desk --since 6h
  auditor triage matter-chat --deadline 10 --json
  auditor triage --error "Error code: 404 - DeploymentNotFound"
  auditor triage --error app.log
  auditor triage --watch

Exit codes of this command:
  0    nothing wrong was seen
  1    a cause was found
  2    the settings or the name are not right
  3    it could not be told
  130  interrupted; what was seen until then was told
"""

_STRETCH = re.compile(r"(\d{1,5})\s*(m|min|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=14)

_FEW = 20
"""Bundles of which an index is made by the way; of more, `auditor history` makes it."""

WATCH_SECONDS = 15.0
"""Between two looks of --watch."""


def _stretch(_: click.Context, __: click.Parameter, value: str) -> timedelta:
    """The stretch of time that 30m, 2h or 1d says; fails for anything else, and for more than fourteen days."""
    found = _STRETCH.fullmatch(value.strip().lower())
    stretch = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < stretch <= _LONGEST:
        raise click.BadParameter(f"{value!r} is not a stretch of time up to 14d, such as 30m, 2h or 1d")
    return stretch


@click.command(cls=Command, epilog=_EPILOG)
@click.argument(
    "name",
    metavar="[WORKLOAD|DEPLOYMENT]",
    required=False,
    shell_complete=offer_declared(complete.workloads, complete.deployments),
)
@option("--settings", intent="Input", type=click.Path(path_type=Path), metavar="FILE", help="Default: auditor.yaml.")
@option(
    "--error",
    intent="Input",
    metavar="TEXT|FILE",
    help="Explain this error, or a log file with many, and ask Azure nothing; - is stdin.",
)
@reports_option("Where last-green is looked for.")
@option(
    "--since",
    intent="Scope and cost",
    callback=_stretch,
    default="2h",
    show_default=True,
    metavar="TIME",
    help="How far back to look at numbers; changes at least a day.",
)
@option(
    "--deadline",
    intent="Scope and cost",
    type=click.FloatRange(2, 300),
    default=20,
    show_default=True,
    metavar="SECONDS",
    help="How long it may take.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print it as JSON.")
@option("--watch", intent="Output", is_flag=True, help="Look again and again, until Ctrl-C; as JSON, a line for each.")
@conversation_options
@click.pass_context
def triage(
    ctx: click.Context,
    *,
    name: str | None,
    settings: Path | None,
    error: str | None,
    reports: Path,
    since: timedelta,
    deadline: float,
    as_json: bool,
    watch: bool,
) -> None:
    """Tell what broke, since when, what changed and what mends it."""
    from auditor.cli.console import colored, output, width
    from auditor.errors import ExitCode
    from auditor.settings_file import DEFAULT_PATH, load_settings
    from auditor.triage.asked import Asked, narrowed

    def shown(told: Triage) -> str:
        from auditor.report.hostile import in_json
        from auditor.report.triage import render

        if as_json:
            return in_json(told.model_dump_json(indent=None if watch else 1))
        return render(told, width(), colored(sys.stdout, os.environ))

    if error is not None:
        if name is not None or watch:
            raise click.UsageError("--error asks Azure nothing: no name and no --watch go with it")
        told = _offline(error)
        output(shown(told))
        ctx.exit(_code(told))
    before, unread = _last_green(reports)
    loaded = load_settings(settings or DEFAULT_PATH, os.environ, {})
    if before is not None and not _same_scope(before, loaded):
        before, unread = None, "the newest that is green is of other subscriptions"
    about, asked = narrowed(loaded, Asked(since=since, deadline=deadline, name=name, before=before))
    last: Triage | None = None
    try:
        while last is None or (watch and not last.interrupted):
            if last is not None:
                time.sleep(WATCH_SECONDS)
            last = _dated(_looked(about, asked, unread), reports)
            _clear(watch and not as_json)
            output(shown(last))
    except KeyboardInterrupt:
        if last is None:
            raise
    ctx.exit(ExitCode.INTERRUPTED if last.interrupted else _code(last))


def _looked(settings: Settings, asked: Asked, unread: str | None) -> Triage:
    from auditor.cli.console import progress
    from auditor.cli.looking import until_interrupted
    from auditor.triage.look import look

    with progress() as show:
        looking = look(settings, asked, environ=dict(os.environ), progress=show.now, announce=show.line)
        seen = until_interrupted(looking)
    from auditor.triage.told import told

    return told(seen, settings, asked, unread)


def _dated(told: Triage, reports: Path) -> Triage:
    """The same with the time since when it fails, taken from the kept runs where nothing else tells."""
    from auditor.bundle.kept import kept_run
    from auditor.errors import ReportError
    from auditor.history import FILENAME, Index
    from auditor.triage.past import onset_in

    failing = [one for one in told.traces if one.failure_class is not None]
    if told.since.at is not None or told.interrupted or not failing or not reports.is_dir():
        return told
    if not (reports / FILENAME).is_file() and sum(1 for _ in reports.glob("*/evidence.json")) > _FEW:
        return told
    try:
        with Index(reports, kept_run) as index:
            index.sync()
            since = onset_in(index, failing)
    except (ReportError, sqlite3.Error):
        return told
    return told.model_copy(update={"since": since}) if since is not None else told


def _offline(error: str) -> Triage:
    from datetime import UTC, datetime

    from auditor.triage.pasted import answer_error

    return answer_error(error, datetime.now(UTC))


def _last_green(reports: Path) -> tuple[Side | None, str | None]:
    """The newest run that passed, or why there is none; triage then goes on without comparing."""
    from auditor.cli.bundles import LAST_GREEN
    from auditor.cli.sides import side
    from auditor.errors import AuditorError

    try:
        return side(LAST_GREEN, reports), None
    except AuditorError as error:
        return None, str(error)


def _same_scope(before: Side, settings: Settings) -> bool:
    """Whether it is of any subscription that is looked at now."""
    known = before.snapshot.settings if before.snapshot is not None else before.run.settings
    scope = known.get("scope") if isinstance(known, dict) else None
    told = scope.get("subscriptions") if isinstance(scope, dict) else None
    there = {str(one).lower() for one in told or ()}
    return bool(there & {one.lower() for one in settings.scope.subscriptions})


def _clear(watch: bool) -> None:
    """An empty screen for the next page; nothing where no terminal shows it."""
    if watch and sys.stdout.isatty():
        click.clear()


def _code(told: Triage) -> int:
    from auditor.diagnosis import Verdict
    from auditor.errors import ExitCode

    return {
        Verdict.WELL: ExitCode.PASSED,
        Verdict.WRONG: ExitCode.FAILED,
        Verdict.UNCLEAR: ExitCode.INCOMPLETE,
    }[told.verdict]
