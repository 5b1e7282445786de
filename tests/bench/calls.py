"""Live calls: how long they take beside what their own limits allow, what one costs, and what a thousand leave behind.

At most eight calls are under way in one region and `concurrency` in all, so that no number of deployments takes less
than `calls / min(8 x regions, concurrency) x latency`. The client has a process of its own, as the server has.
`python -m tests.bench.calls SETTINGS` is that process: it reads once, calls once, and prints what that took.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from auditor.probe import CALLS_PER_REGION
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
        "+ kB/call",
    )
    return Table(
        "Live calls (text)",
        head,
        tuple(_row(*shape) for shape in shapes),
        "calling: from the first call to the last answer; kB: what the process grew by while calling, over the calls",
    )


def _row(accounts: int, deployments: int, latency_ms: float, regions: int) -> tuple[str, ...]:
    shape = (str(accounts), str(deployments), str(latency_ms), str(regions))
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.serve", *shape],
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
            [sys.executable, "-m", "tests.bench.calls", str(settings)],
            cwd=ROOT,
            env={**os.environ, **start["environment"]},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        server.stdin.close()
        server.stdout.read()
    took = json.loads(done.stdout)
    count, seconds = took["completed"], took["seconds"]
    if count != accounts * deployments:
        raise RuntimeError(f"{count} of {accounts * deployments} calls were answered")
    bound = count / min(CALLS_PER_REGION * regions, CONCURRENCY) * latency_ms / 1000
    return (
        str(count),
        str(regions),
        f"{latency_ms:.0f}",
        f"{seconds:.2f}",
        f"{bound:.2f}",
        f"{seconds / bound:.2f}" if bound else "-",
        f"{seconds / count * 1000:.1f}",
        f"{took['cpu'] / count * 1000:.1f}",
        f"{took['grown_mb'] / count * 1024:.1f}",
    )


async def _measured(path: Path) -> dict[str, float]:
    from auditor.cloud.door import open_cloud
    from auditor.cloud.recorder import Recorder
    from auditor.collect import COLLECTORS, collect
    from auditor.probe import probe
    from auditor.settings_file import load_settings

    settings = load_settings(path, dict(os.environ), {})
    needed = tuple(one for one in COLLECTORS if one.kind in {"subscription", "account", "deployment", "model"})
    async with open_cloud(settings, dict(os.environ), Recorder(None)) as cloud:
        collected = await collect(cloud, settings, lambda _: None, collectors=needed)
        host = "warm.openai.azure.com"  # the SDK is loaded and its types are made before the clock runs
        await cloud.models.client(host)
        before, begun, spent = resident_mb(), time.perf_counter(), time.process_time()
        resources, _ = await probe(cloud, settings, collected.resources, lambda _: None)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
        grown = resident_mb() - before
    completed = sum(one.body.get("outcome") == "completed" for one in resources)
    return {"completed": completed, "seconds": seconds, "cpu": cpu, "grown_mb": grown}


def main() -> None:
    print(json.dumps(asyncio.run(_measured(Path(sys.argv[1])))))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
