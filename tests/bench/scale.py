"""Requests, wall time and memory as the number of accounts grows, beside what could not be beaten.

The lower bound of the reads is the largest of three: the requests over the concurrency times the latency; the longest
chain of requests that wait for each other times the latency; and what Resource Manager's token bucket lets through
(250 at once, then 25 a second:
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
The calls come after the reads, at most eight at once in one region, and every generated account is in one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from auditor.probe import CALLS_PER_REGION
from tests.bench.process import ROOT, timed
from tests.bench.table import Table

CONCURRENCY = 32
BURST, REFILL = 250, 25
CHAIN = 5
"""Requests that wait for each other: token, accounts, account, private endpoint, its zone groups."""


def scale(accounts: list[int], deployments: int, latency_ms: float) -> Table:
    rows = []
    for probes in (False, True):
        rows += [_row(count, deployments, latency_ms, probes=probes) for count in accounts]
    head = (
        "accounts x deployments",
        "calls",
        "ARM requests",
        "per subscription",
        "per account",
        "looking s",
        "bound s",
        "ratio",
        "process s",
        "peak MB",
        "exit",
    )
    return Table(
        f"Scale at {latency_ms:.0f} ms simulated latency",
        head,
        tuple(rows),
        "production pack, for which every collector looks; per subscription: requests that name no single account;"
        " looking: from the first request to the last answer;"
        " process: with start-up, judging and the evidence file",
    )


def _row(accounts: int, deployments: int, latency_ms: float, *, probes: bool) -> tuple[str, ...]:
    command = [sys.executable, "-m", "tests.bench.serve", str(accounts), str(deployments), str(latency_ms)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        start = json.loads(server.stdout.readline())
        settings = Path(folder) / "auditor.yaml"
        settings.write_text(start["settings"], encoding="utf-8")
        arguments = [
            "run",
            "--settings",
            str(settings),
            "--output",
            str(Path(folder) / "out"),
            "--format",
            "json",
            "--quiet",
        ]
        run = timed([*arguments, *([] if probes else ["--no-probes"])], environ=start["environment"])
        evidence = json.loads((Path(folder) / "out" / "evidence.json").read_text(encoding="utf-8"))
        looking = _moment(evidence["ended_at"]) - _moment(evidence["started_at"])
        server.stdin.close()
        last = json.loads(server.stdout.readline())
    seen = last["requests"]
    arm = sum(count for host, count in seen.items() if host.startswith("management."))
    calls = sum(count for host, count in seen.items() if ".openai." in host)
    reads = max(arm / CONCURRENCY * latency_ms / 1000, CHAIN * latency_ms / 1000, max(0, arm - BURST) / REFILL)
    bound = reads + calls / CALLS_PER_REGION * latency_ms / 1000
    return (
        f"{accounts} x {deployments}",
        str(calls),
        str(arm),
        str(arm - last["of_accounts"]),
        f"{last['of_accounts'] / accounts:.1f}",
        f"{looking:.2f}",
        f"{bound:.2f}",
        f"{looking / bound:.2f}",
        f"{run.seconds:.2f}",
        f"{run.peak_mb:.0f}",
        str(run.code),
    )


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
