"""Judging is quick because it remembers; what it finds is, to the byte, what it finds without."""

from __future__ import annotations

from itertools import zip_longest

from pydantic_core import to_json

from auditor.policy.evaluate import judge
from auditor.policy.facts import join
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import settings_path
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from tests.bench.snapshots import snapshot_of
from tests.conftest import Done, audit_world
from tests.policy import reference


def same_as_without_memory(snapshot: Snapshot, settings: Settings) -> int:
    """How many findings there are; fails where one differs from what a plain evaluation gives."""
    policy = load_policy(("regulated",), {}, settings_path("healthy").parent)
    subjects = join(snapshot, settings)
    quick = judge(subjects, policy, NO_WAIVERS, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)
    plain = reference.findings(subjects, policy, NO_WAIVERS, snapshot, settings.gate)
    for one, other in zip_longest(quick, plain):
        assert to_json(one) == to_json(other)
    return len(quick)


def test_a_healthy_world_is_judged_as_without_memory(healthy: Done) -> None:
    assert same(healthy)


def test_a_release_is_judged_as_without_memory(release: Done) -> None:
    assert same(release)


def test_a_denied_world_is_judged_as_without_memory() -> None:
    assert same(audit_world("denied"))


def same(done: Done) -> int:
    snapshot = done.audit.snapshot
    return same_as_without_memory(snapshot, Settings.model_validate(snapshot.settings))


def test_a_generated_estate_is_judged_as_without_memory() -> None:
    """Many accounts that are alike but for what differs in a real estate."""
    assert same_as_without_memory(*snapshot_of(12, deployments=3)) > 0
