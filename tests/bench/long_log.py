"""How long a log of a hundred megabytes takes, and how much memory: `auditor triage --error FILE`."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from auditor.triage.log import read_log
from tests.bench.table import Table

SIZE = 100_000_000
_WELL = (
    "2026-11-21T03:{0:02d}:{0:02d}Z INFO httpx HTTP Request: POST https://contoso.openai.azure.com/openai/v1/responses "
    '"HTTP/1.1 200 OK"\n'
)
_BAD = (
    "2026-11-21T03:{0:02d}:{0:02d}Z ERROR openai.RateLimitError: Error code: 429 - {{'error': {{'code': "
    "'RateLimitReached', 'message': 'exceeded rate limit, retry after {0} seconds'}}}} x-request-id: "
    "{1:08x}-1111-2222-3333-444444444444\n"
)


def long_log() -> Table:
    """Rows: how many of the lines are errors; lines, errors, CPU seconds and the growth of memory."""
    rows = tuple(_row(every) for every in (1000, 20))
    return Table("A log of 100 MB", ("errors", "lines", "found", "cpu s", "memory MB"), rows)


def _row(every: int) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.log"
        with path.open("w", encoding="utf-8") as out:
            written = number = 0
            while written < SIZE:
                number += 1
                line = (_WELL if number % every else _BAD).format(number % 60, number)
                written += out.write(line)
        before = _peak()
        begun = time.process_time()
        with path.open("rb") as stream:
            log = read_log(stream)
        spent = time.process_time() - begun
    found = sum(one.count for one in log.sightings)
    return (f"1 in {every}", f"{log.lines:,}", f"{found:,}", f"{spent:.1f}", f"{_peak() - before:.0f}")


def _peak() -> float:
    """Megabytes; Linux tells kilobytes, macOS bytes."""
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told / (1e6 if sys.platform == "darwin" else 1e3)
