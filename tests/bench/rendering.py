"""How long each format takes, how large it is and what memory it needs, at growing numbers of findings.

Each row is a process of its own, so that one format's memory is not another's: `python -m tests.bench.rendering NAME
FINDINGS` measures one and prints it as JSON. One finding in five fails, one is unknown, the others pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from auditor.errors import ReportError
from auditor.report import FORMATS, ON_DEMAND, format_named
from auditor.report.pdf import chromium
from tests.bench.process import ROOT, own_peak_mb
from tests.bench.table import Table
from tests.report.runs import large_run

SIZES = (100, 1_000, 20_000)


def rendering() -> Table:
    rows = []
    for name in (*FORMATS, *_printable()):
        for findings in SIZES:
            command = [sys.executable, "-m", "tests.bench.rendering", name, str(findings)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                words = done.stderr.strip().splitlines()
                rows.append((name, f"{findings:,}", "-", "-", "-", words[-1][:60] if words else "failed"))
                continue
            told = json.loads(done.stdout)
            rows.append(
                (
                    name,
                    f"{findings:,}",
                    f"{told['seconds']:.2f}",
                    f"{told['bytes'] / 1024 / 1024:.2f}",
                    f"{told['grown_mb']:.0f}",
                    str(told["files"]),
                )
            )
    head = ("format", "findings", "s", "MB", "memory MB", "files")
    note = "memory: by how much the peak of the process grew over that of making the run; of pdf without Chromium's own"
    return Table("Rendering", head, tuple(rows), note)


def _printable() -> tuple[str, ...]:
    try:
        chromium()
    except ReportError as error:
        print(f"pdf is left out: {error}", file=sys.stderr)  # noqa: T201 - a command's word
        return ()
    return tuple(ON_DEMAND)


def measure(name: str, findings: int) -> dict[str, float]:
    """Seconds with the import of the format, bytes, files, and MB by which the peak grew."""
    run = large_run(findings)
    before = own_peak_mb()
    begun = time.perf_counter()
    files = format_named(name).files(run)
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "bytes": sum(len(content) for content in files.values()),
        "files": len(files),
        "grown_mb": own_peak_mb() - before,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - the answer
