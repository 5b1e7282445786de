"""Live calls: how long they take beside what their own limits allow, what one costs, and what a thousand leave behind.

At most eight calls are under way in one region and `concurrency` in all. So the bound is one wait for a token, then as
many rounds as the fullest region needs at eight a round, or all of them at `concurrency` a round. The client has a
process of its own, as the server has.
`python -m tests.bench.calls SETTINGS` is that process: it reads once, calls once or `--rounds` times, and tells.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from math import ceil
from pathlib import Path
from typing import Any
from unittest.mock import patch

from auditor.cloud.recorder import Recorder
from auditor.probe import CALLS_PER_REGION
from auditor.snapshot import Reading
from tests.bench.process import ROOT, resident_mb
from tests.bench.table import Table

CONCURRENCY = 32


def calls(latency_ms: float = 500) -> Table:
    """100 deployments in one region and in three, then the cost of a call without latency, and of a thousand."""
    shapes = ((10, 10, latency_ms, 1), (10, 10, latency_ms, 3), (10, 10, 0, 1), (20, 50, 0, 3))
    head = (
        "calls",
        "regions",
        "latency ms",
        "calling s",
        "bound s",
        "ratio",
        "wall ms/call",
        "CPU ms/call",
        "connections",
        "+ kB/call",
    )
    return Table(
        "Live calls (text)",
        head,
        tuple(_row(*shape) for shape in shapes),
        "calling: from the first call to the last answer, longer on a busy machine; CPU: of the calling process alone;"
        " connections: TLS handshakes with model endpoints; kB: what the process grew by while calling, with all"
        " that it keeps as evidence",
    )


def memory() -> Table:
    """A thousand calls in one process, a hundred at a time, of which nothing is kept as evidence."""
    done = _served((10, 10, 0, 3), "--rounds", "11")
    rows = tuple(
        (str((number + 1) * done["completed"]), f"{size:.1f}", f"{size - done['sizes'][0]:+.1f}")
        for number, size in enumerate(done["sizes"])
    )
    return Table(
        "Memory over live calls",
        ("calls so far", "resident MB", "since the first hundred"),
        rows,
        "the first hundred open the connections and make the SDK's types",
    )


def _served(shape: tuple[int, int, float, int], *options: str) -> dict[str, Any]:
    """What the calling process says of a generated world of this shape."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.serve", *map(str, shape)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        start = json.loads(server.stdout.readline())
        settings = Path(folder) / "auditor.yaml"
        settings.write_text(start["settings"], encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.calls", str(settings), *options],
            cwd=ROOT,
            env={**os.environ, **start["environment"]},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        server.stdin.close()
        server.stdout.read()
    took: dict[str, Any] = json.loads(done.stdout)
    if took["completed"] != shape[0] * shape[1]:
        raise RuntimeError(f"{took['completed']} of {shape[0] * shape[1]} calls were answered")
    return took


def _row(accounts: int, deployments: int, latency_ms: float, regions: int) -> tuple[str, ...]:
    took = _served((accounts, deployments, latency_ms, regions))
    count, seconds = took["completed"], took["seconds"]
    fullest = ceil(accounts / regions) * deployments
    rounds = max(ceil(fullest / CALLS_PER_REGION), ceil(count / CONCURRENCY))
    bound = (1 + rounds) * latency_ms / 1000
    return (
        str(count),
        str(regions),
        f"{latency_ms:.0f}",
        f"{seconds:.2f}",
        f"{bound:.2f}",
        f"{seconds / bound:.2f}" if bound else "-",
        f"{seconds / count * 1000:.1f}",
        f"{took['cpu'] / count * 1000:.1f}",
        str(took["connections"]),
        f"{took['grown_mb'] / count * 1024:.1f}",
    )


class _Forgetful(Recorder):
    """Keeps no reading, so that what grows is not the evidence."""

    def record(self, **told: Any) -> Reading:
        made = super().record(**told)
        self._readings.clear()
        self._asked.clear()
        return made


async def _measured(path: Path, rounds: int) -> dict[str, Any]:
    from auditor.cloud.door import open_cloud
    from auditor.cloud.model_answer import Surface
    from auditor.cloud.model_http import Attempt
    from auditor.collect import COLLECTORS, collect
    from auditor.probe import probe
    from auditor.settings_file import load_settings

    settings = load_settings(path, dict(os.environ), {})
    needed = tuple(one for one in COLLECTORS if one.kind in {"subscription", "account", "deployment", "model"})
    handshakes: Counter[str] = Counter()
    noted = Attempt.note_now

    def counted(attempt: Attempt, event: str, details: dict[str, Any]) -> None:
        handshakes[event.partition(".")[2]] += 1
        noted(attempt, event, details)

    recorder = Recorder(None) if rounds == 1 else _Forgetful(None)
    async with open_cloud(settings, dict(os.environ), recorder) as cloud:
        collected = await collect(cloud, settings, lambda _: None, collectors=needed)
        host = "warm.openai.azure.com"  # the SDK is loaded and its types are made before the clock runs
        await cloud.models._made(Surface(host), "key")
        before, begun, spent = resident_mb(), time.perf_counter(), time.process_time()
        sizes = []
        with patch.object(Attempt, "note_now", counted):
            for _ in range(rounds):
                resources, _gaps = await probe(cloud, settings, collected.resources, lambda _: None)
                sizes.append(resident_mb())
        seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
        grown = resident_mb() - before
    completed = sum(one.body.get("outcome") == "completed" for one in resources)
    connections = handshakes["start_tls.complete"]
    return {
        "completed": completed,
        "seconds": seconds,
        "cpu": cpu,
        "grown_mb": grown,
        "connections": connections,
        "sizes": sizes,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("settings", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(_measured(chosen.settings, chosen.rounds))))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
