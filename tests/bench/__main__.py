"""`make bench`: start-up, the demo, requests and wall time against the lower bound, judging, calls, reports, memory.

Options: `--accounts 1,10,100` and `--latency-ms 50` shape the scale table; `--only NAME` runs one table.
"""

from __future__ import annotations

import argparse
import sys

from tests.bench.calls import calls, memory
from tests.bench.comparison import comparison
from tests.bench.evaluation import evaluation
from tests.bench.long_log import long_log
from tests.bench.pages import pages
from tests.bench.past import past
from tests.bench.rendering import rendering
from tests.bench.scale import scale
from tests.bench.startup import demo, startup
from tests.bench.table import Table, show
from tests.bench.triage import triage
from tests.bench.verifying import verifying

TABLES = {
    "startup": startup,
    "demo": demo,
    "evaluation": evaluation,
    "rendering": rendering,
    "verifying": verifying,
    "comparison": comparison,
    "history": past,
    "triage": triage,
    "log": long_log,
    "calls": calls,
    "memory": memory,
    "pages": pages,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=(*TABLES, "scale"))
    parser.add_argument("--accounts", default="1,10,100")
    parser.add_argument("--latency-ms", type=float, default=50)
    chosen = parser.parse_args()
    tables: list[Table] = [make() for name, make in TABLES.items() if chosen.only in {None, name}]
    if chosen.only in {None, "scale"}:
        counts = [int(text) for text in chosen.accounts.split(",")]
        tables.append(scale(counts, deployments=10, latency_ms=chosen.latency_ms))
    for table in tables:
        show(table, sys.stdout)


if __name__ == "__main__":
    main()
