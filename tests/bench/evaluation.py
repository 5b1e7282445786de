"""How fast facts are joined and checks evaluated, from a snapshot of a generated world made many times larger."""

from __future__ import annotations

import time

from auditor.finding import Outcome
from auditor.policy.evaluate import judge
from auditor.policy.facts import join
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import settings_path
from tests.bench.process import own_peak_mb, resident_mb
from tests.bench.snapshots import snapshot_of
from tests.bench.table import Table


def evaluation() -> Table:
    begun = time.process_time()
    policy = load_policy(("regulated",), {}, settings_path("healthy").parent)
    loading = time.process_time() - begun
    rows = [("load the policy", "", str(len(policy.checks)), f"{loading:.2f}", "", "", "", f"{own_peak_mb():.0f}")]
    for accounts in (10, 100, 1000):
        snapshot, settings = snapshot_of(accounts, deployments=10)
        before = resident_mb()
        begun = time.process_time()
        subjects = join(snapshot, settings)
        joined, facts = time.process_time(), resident_mb()
        findings = judge(subjects, policy, NO_WAIVERS, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)
        ended, all_of_it = time.process_time(), resident_mb()
        size = f"{accounts} x 10"
        rows.append(
            (
                f"join {size}",
                str(len(subjects)),
                "",
                f"{joined - begun:.2f}",
                "",
                "",
                f"{facts - before:.0f}",
                f"{own_peak_mb():.0f}",
            )
        )
        known = sum(one.outcome in (Outcome.PASS, Outcome.FAIL) for one in findings) / len(findings)
        unknown = sum(one.outcome is Outcome.UNKNOWN for one in findings) / len(findings)
        judged = f"{known:.0%} judged, {unknown:.1%} unknown"
        rate = f"{len(findings) / (ended - joined):,.0f}"
        rows.append(
            (
                f"evaluate {size}",
                str(len(subjects)),
                str(len(findings)),
                f"{ended - joined:.2f}",
                rate,
                judged,
                f"{all_of_it - facts:.0f}",
                f"{own_peak_mb():.0f}",
            )
        )
    head = ("step", "subjects", "findings", "cpu s", "evaluations/s", "outcomes", "added MB", "peak MB")
    return Table(
        "Judging, regulated pack",
        head,
        tuple(rows),
        "others do not apply; added: resident beyond what was there before, such as the snapshot; peak: of the whole"
        " bench process so far, with the snapshots",
    )
