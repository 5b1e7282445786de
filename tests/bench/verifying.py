"""How long writing and verifying a bundle takes, by findings."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from auditor.audit import judge
from auditor.bundle import Bundle
from auditor.bundle.opened import open_bundle
from auditor.bundle.verification import verify
from auditor.cli.verify import judged_again
from auditor.policy.judgement import Judgement
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import settings_path
from tests.bench.process import own_peak_mb
from tests.bench.snapshots import snapshot_of
from tests.bench.table import Table


def verifying() -> Table:
    policy = load_policy(("regulated",), {}, settings_path("healthy").parent)
    rows = []
    for accounts in (1, 10, 30):
        snapshot, settings = snapshot_of(accounts, deployments=10)
        run = judge(snapshot, settings, policy, NO_WAIVERS, run_id="bench")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "run"
            begun = time.perf_counter()
            with Bundle(place) as bundle:
                bundle.write(snapshot, run, (), Judgement.of(policy, NO_WAIVERS))
            ended = time.perf_counter()
            size = sum(file.bytes for file in open_bundle(place).manifest.files)
            open_bundle(place).alterations()
            hashed = time.perf_counter()
            found = verify(place, (), judged_again)
            verified = time.perf_counter()
        rows.append(
            (
                f"{len(run.findings):,}",
                f"{size / 1e6:.0f}",
                f"{ended - begun:.2f}",
                f"{hashed - ended:.2f}",
                f"{verified - hashed:.2f}",
                found.state.value,
                f"{own_peak_mb():.0f}",
            )
        )
    head = ("findings", "MB", "write s", "hashes s", "verify s", "state", "peak MB")
    return Table("Bundles, regulated pack", head, tuple(rows), "verify includes the hashes and judging all again")
