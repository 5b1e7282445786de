"""One command, timed as a whole process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Timing:
    seconds: float
    """Wall time."""
    peak_mb: float
    """Largest resident size of the process, MB."""
    code: int
    stdout: str
    stderr: str


def timed(arguments: Sequence[str], *, cwd: Path = ROOT, environ: Mapping[str, str] | None = None) -> Timing:
    """One run of `python -m auditor ARGUMENTS`; peak memory is that of the largest child so far in a fresh helper."""
    program = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(3, 'w'))\n"
        "sys.exit(done.returncode)\n"
    )
    read, write = os.pipe()
    begun = time.perf_counter()
    with subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            f'exec "$@" 3>&{write}',
            "sh",
            sys.executable,
            "-c",
            program,
            sys.executable,
            "-m",
            "auditor",
            *arguments,
        ],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "", **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(write,),
        text=True,
    ) as process:
        stdout, stderr = process.communicate()
    seconds = time.perf_counter() - begun
    os.close(write)
    with os.fdopen(read) as pipe:
        peak = pipe.read().strip()
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Timing(seconds, int(peak or 0) / scale, process.returncode, stdout, stderr)


def middle(runs: Sequence[Timing]) -> tuple[str, str, str]:
    """Median, minimum and maximum wall time in milliseconds, as cells."""
    values = [run.seconds * 1000 for run in runs]
    return f"{median(values):.0f}", f"{min(values):.0f}", f"{max(values):.0f}"


def own_peak_mb() -> float:
    """The largest resident size of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    """The resident size of this process now, MB; the largest so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return own_peak_mb()
    return pages * resource.getpagesize() / 1024 / 1024
