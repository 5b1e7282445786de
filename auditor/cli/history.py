"""`auditor history`: since when a finding fails, what flaps, and how latency and headroom went."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from auditor.cli.options import Command, CommandGroup, conversation_options, option, reports_option

_EPILOG = """\
The index (.history.sqlite3) is made from the bundles and can be removed at any
time; the bundles are the record.

Examples:
  auditor history
  auditor history --runs 50 --json
  auditor history import /mnt/archive/reports
  auditor history prune --keep 90
"""


@click.group(cls=CommandGroup, epilog=_EPILOG, invoke_without_command=True)
@reports_option("The folder of bundles.")
@option(
    "--runs",
    intent="Output",
    type=click.IntRange(2, 1000),
    default=30,
    show_default=True,
    help="Of how many runs to tell.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print it as JSON.")
@conversation_options
@click.pass_context
def history(ctx: click.Context, *, reports: Path, runs: int, as_json: bool) -> None:
    """Tell since when findings fail, and how it went with them.

    What flaps, and the courses of latency and of quota that is left, over the newest runs of a folder of bundles.
    """
    ctx.obj = reports
    if ctx.invoked_subcommand:
        return
    from auditor.bundle.kept import kept_run
    from auditor.cli.bundles import explaining
    from auditor.cli.console import colored, output, say, width
    from auditor.errors import SnapshotError
    from auditor.history import Index
    from auditor.report.history import render
    from auditor.report.hostile import in_json

    _refuse_absent(reports)
    with Index(reports, kept_run) as index:
        synced = index.sync()
        story = index.story(runs)
    for problem in synced.refused:
        say(f"left out: {problem}")
    if story is None:
        raise SnapshotError(
            f"{reports}: holds no bundle", next_step="run the audit, or name the folder of bundles with --reports"
        )
    output(
        in_json(story.model_dump_json(indent=2)) if as_json else render(story, width(), colored(sys.stdout, os.environ))
    )
    if story.failing:
        say(f"next: {explaining(story.failing[0].id, Path(story.runs[-1].folder), reports)}")


_IMPORT = """\
Examples:
  auditor history import /mnt/archive/reports
  auditor history --reports nightly import artifacts/2026-11-20
"""

_PRUNE = """\
Examples:
  auditor history prune --keep 90
  auditor history prune --keep 90 --yes
"""


@history.command("import", cls=Command, epilog=_IMPORT)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@conversation_options
@click.pass_obj
def import_(reports: Path, paths: tuple[Path, ...]) -> None:
    """Add bundles, or folders of them, that lie elsewhere to the index."""
    from auditor.bundle.kept import kept_run
    from auditor.cli.console import say
    from auditor.history import Index, evidence_in

    found = tuple(evidence_in(paths))
    reports.mkdir(parents=True, exist_ok=True)
    with Index(reports, kept_run) as index:
        synced = index.sync(found)
    for problem in synced.refused:
        say(f"left out: {problem}")
    say(f"{synced.read} read, {synced.gone} gone, {len(synced.refused)} left out")


@history.command("prune", cls=Command, epilog=_PRUNE)
@option(
    "--keep",
    intent="Judgement",
    type=click.IntRange(1),
    required=True,
    metavar="N",
    help="How many of the newest bundles of each scope stay.",
)
@option("--yes", intent="Judgement", is_flag=True, help="Remove them; without it they are only named.")
@conversation_options
@click.pass_obj
def prune(reports: Path, keep: int, yes: bool) -> None:
    """Remove all but the newest bundles of each scope.

    Only bundles that lie in the reports folder are removed, and the last green one of each scope never is.
    """
    import shutil

    from auditor.bundle.kept import kept_run
    from auditor.cli.console import output, say
    from auditor.history import Index

    _refuse_absent(reports)
    with Index(reports, kept_run) as index:
        index.sync()
        inside = [folder for folder in index.beyond(keep) if folder.parent == reports.resolve()]
        for folder in inside:
            output(f"{'removed' if yes else 'would remove'} {folder}")
            if yes:
                shutil.rmtree(folder)
        index.sync()
    if not inside:
        say(f"nothing to remove: {reports} has no more than {keep} of each scope, and the last green ones")
    elif not yes:
        say("nothing was removed; add --yes")


def _refuse_absent(reports: Path) -> None:
    """SnapshotError where there is no folder of bundles."""
    from auditor.errors import SnapshotError

    if not reports.is_dir():
        raise SnapshotError(
            f"{reports}: no such folder", next_step="run the audit, or name the folder of bundles with --reports"
        )
