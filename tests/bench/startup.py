"""How long a person waits for the help and for the demo."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.process import middle, timed
from tests.bench.table import Table

RUNS = 7


def startup() -> Table:
    rows = []
    for arguments in (["--help"], ["run", "--help"], ["checks"]):
        timed(arguments)
        runs = [timed(arguments) for _ in range(RUNS)]
        rows.append(("auditor " + " ".join(arguments), *middle(runs), f"{max(run.peak_mb for run in runs):.0f}"))
    return Table(
        "Start-up", ("command", "median ms", "min", "max", "peak MB"), tuple(rows), f"{RUNS} runs after a warm-up"
    )


def demo() -> Table:
    with tempfile.TemporaryDirectory() as folder:
        runs = [timed(["demo", "--output", str(Path(folder) / str(turn))]) for turn in range(RUNS + 1)][1:]
    failed = [run for run in runs if run.code != 0]
    note = f"{len(failed)} of the runs failed: {failed[0].stderr[-300:]}" if failed else f"{RUNS} runs after a warm-up"
    row = ("auditor demo", *middle(runs), f"{max(run.peak_mb for run in runs):.0f}")
    return Table(
        "The demo: sandbox, audit and every report", ("command", "median ms", "min", "max", "peak MB"), (row,), note
    )
