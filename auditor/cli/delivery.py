"""What becomes of a run: written to its bundle, printed, and followed by the commands that tell more."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.bundles import REPORTS, explaining, last_green
from auditor.cli.console import colored, output, say, width
from auditor.errors import SnapshotError

if TYPE_CHECKING:
    from auditor.bundle import Bundle
    from auditor.cli.basis import Basis
    from auditor.cli.order import Order
    from auditor.run import Run


def deliver(bundle: Bundle, basis: Basis, run: Run, order: Order) -> None:
    """Writes the bundle and prints the run, then the files and what to ask next.

    The run is printed even where the bundle can't be written.
    """
    from auditor.report import FORMATS

    try:
        files = bundle.write(basis.snapshot, run, order.formats or FORMATS, basis.judgement)
    finally:
        show(run, order)
    for name, path in files.items():
        say(f"{name + ':':10} {path}")
    if "json" in files:
        _say_next(run, files["json"].parent)


def _say_next(run: Run, bundle: Path) -> None:
    """The commands that tell more, where something stops the release."""
    from auditor.finding import Outcome

    stops = [one for one in run.findings if one.gating and one.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    if not stops:
        return
    first = next((one for one in stops if one.outcome is Outcome.FAIL), stops[0])
    say(f"next:      {explaining(first.id, bundle, REPORTS)}")
    if bundle.parent == REPORTS and _was_green(bundle):
        say("           auditor diff   (what changed since it was green)")


def _was_green(bundle: Path) -> bool:
    """Whether a run before this one passed."""
    try:
        return last_green(bundle.parent).name < bundle.name
    except SnapshotError:
        return False


def show(run: Run, order: Order) -> None:
    """Prints the report, or the evidence where the order asks for JSON."""
    if order.json:
        from auditor.report import FORMATS

        output(FORMATS["json"].render(run))
    else:
        from auditor.report.terminal import render

        output(render(run, width(), colored(sys.stdout, os.environ)))
