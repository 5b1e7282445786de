"""How long the history of five hundred bundles takes: made from nothing, brought up to date, asked."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from auditor.audit import judge
from auditor.history import FILENAME, Index
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.report import FORMATS
from auditor.report.history import render
from auditor.sandbox import settings_path
from tests.bench.snapshots import snapshot_of
from tests.bench.table import Table


def past() -> Table:
    """Rows: bundles, findings of each, and the CPU seconds of each step."""
    policy = load_policy(("production",), {}, settings_path("healthy").parent)
    snapshot, settings = snapshot_of(2, deployments=10)
    run = judge(snapshot, settings, policy, NO_WAIVERS, run_id="bench")
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        for number in range(500):
            at = run.started_at + timedelta(hours=number)
            one = run.model_copy(update={"id": f"{at:%Y%m%dT%H%M%SZ}-bench", "started_at": at, "readings": ()})
            (reports / one.id).mkdir()
            (reports / one.id / "evidence.json").write_text(FORMATS["json"].render(one), encoding="utf-8")
        begun = time.process_time()
        with Index(reports) as index:
            index.sync()
            made = time.process_time()
            index.sync()
            again = time.process_time()
            story = index.story(30)
            asked = time.process_time()
        if story is None:
            raise RuntimeError("five hundred bundles tell nothing")
        render(story, 80, color=False)
        row = (
            "500",
            f"{len(run.findings):,}",
            f"{made - begun:.2f}",
            f"{again - made:.3f}",
            f"{asked - again:.3f}",
            f"{(reports / FILENAME).stat().st_size / 1e6:.0f}",
        )
    return Table("History", ("bundles", "findings each", "made, cpu s", "up to date", "asked", "index MB"), (row,))
