"""What one look at a fault takes, beside the longest chain of requests that wait for each other.

The chain of the reads: token, accounts, account, private endpoint, its network interface or zone groups. What a call to
a deployment waits for: token, the model endpoint's token, the call itself; it is put before any read is answered.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.process import ROOT, timed
from tests.bench.table import Table

CHAIN = 5


def triage() -> Table:
    """Rows: accounts and deployments, latency, what the look and the process took."""
    rows = [
        _row(accounts, deployments, latency_ms)
        for accounts, deployments in ((1, 3), (3, 4), (30, 4))
        for latency_ms in (50, 300)
    ]
    return Table(
        "Triage: one look at all that the settings declare",
        ("accounts x deployments", "latency ms", "requests", "calls", "chain s", "look s", "process s", "verdict"),
        tuple(rows),
        "chain: the longest chain of requests that wait for each other, times the latency; look: from the first "
        "request to the last answer; process: with start-up, ranking and printing",
    )


def _row(accounts: int, deployments: int, latency_ms: int) -> tuple[str, ...]:
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
        given = ["triage", "--settings", str(settings), "--reports", folder, "--json", "--quiet"]
        run = timed(given, environ=start["environment"])
        told = json.loads(run.stdout)
        server.stdin.close()
        seen = json.loads(server.stdout.readline())["requests"]
    return (
        f"{accounts} x {deployments}",
        str(latency_ms),
        str(sum(seen.values())),
        str(sum(1 for one in told["traces"] if one["outcome"] == "completed")),
        f"{CHAIN * latency_ms / 1000:.2f}",
        f"{told['seconds']:.2f}",
        f"{run.seconds:.2f}",
        told["verdict"],
    )
