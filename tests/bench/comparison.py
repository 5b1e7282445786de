"""How long two bundles of twenty thousand findings take to compare, from the files on disk to the page."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from auditor.audit import judge
from auditor.cli.sides import side
from auditor.difference import difference
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.report import FORMATS
from auditor.report.changes.terminal import render
from auditor.sandbox import settings_path
from auditor.snapshot import Snapshot
from tests.bench.process import own_peak_mb
from tests.bench.snapshots import snapshot_of
from tests.bench.table import Table


def _later(snapshot: Snapshot) -> Snapshot:
    """The same estate after every second account was opened."""
    resources = []
    for number, one in enumerate(sorted(snapshot.resources, key=lambda each: each.kind)):
        if one.kind == "account" and number % 2:
            properties = {**one.body["properties"], "publicNetworkAccess": "Enabled", "disableLocalAuth": False}
            resources.append(one.model_copy(update={"body": {**one.body, "properties": properties}}))
        else:
            resources.append(one)
    return snapshot.model_copy(update={"resources": tuple(resources)})


def comparison() -> Table:
    """Rows: what was done, findings of a side, CPU seconds, megabytes at most."""
    rows = []
    policy = load_policy(("production",), {}, settings_path("healthy").parent)
    for accounts in (1, 20):
        snapshot, settings = snapshot_of(accounts, deployments=10)
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, world in (("a", snapshot), ("b", _later(snapshot))):
                run = judge(world, settings, policy, NO_WAIVERS, run_id=name)
                path = Path(folder) / name
                path.mkdir()
                (path / "evidence.json").write_text(FORMATS["json"].render(run), encoding="utf-8")
                (path / "snapshot.json").write_text(world.model_dump_json(), encoding="utf-8")
                paths.append(str(path))
            begun = time.process_time()
            before, after = (side(path) for path in paths)
            read = time.process_time()
            told = difference(before, after)
            compared = time.process_time()
            render(told, 80, color=False)
            ended = time.process_time()
            rows.append(
                (
                    f"{accounts} x 10",
                    f"{len(after.run.findings):,}",
                    f"{len(told.world or ()):,}",
                    f"{read - begun:.2f}",
                    f"{compared - read:.2f}",
                    f"{ended - compared:.2f}",
                    f"{own_peak_mb():.0f}",
                )
            )
    head = ("estate", "findings", "changes", "read both, cpu s", "compare", "render", "peak MB")
    return Table("Two bundles compared", head, tuple(rows), "peak is of the whole bench process so far")
