"""Every shipped pack over both worlds: its verdict, nothing unknown where all is well, nothing passed by emptiness."""

from __future__ import annotations

import json
from functools import cache

import pytest

from auditor.finding import Finding, Outcome
from auditor.policy.evaluate import evaluate
from auditor.policy.library import shipped_library
from auditor.policy.pack import Policy
from auditor.policy.verdict import verdict
from auditor.policy.waivers import NO_WAIVERS
from auditor.run import Verdict
from auditor.sandbox import settings_path
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from tests.conftest import audit_world, policy_of
from tests.end.test_worlds import NOT_IN_THESE_WORLDS
from tests.stage import WHOLE, checks_with

PLANNING = "before-provision"
JUDGED = {
    ("healthy", "baseline"): Verdict.PASS,
    ("healthy", "development"): Verdict.PASS,
    ("healthy", "production"): Verdict.PASS,
    ("healthy", "regulated"): Verdict.PASS,
    ("healthy", PLANNING): Verdict.PASS,
    ("release", "baseline"): Verdict.FAIL,
    ("release", "development"): Verdict.FAIL,
    ("release", "production"): Verdict.FAIL,
    ("release", "regulated"): Verdict.FAIL,
    ("release", PLANNING): Verdict.FAIL,
}
EACH = pytest.mark.parametrize(("world", "pack"), JUDGED)

ONLY_PLANNED = {
    "account-name-invalid": "every planned account is there already",
    "account-name-taken": "no name is taken that either world plans",
    "account-not-offered": "every planned account is there already",
    "plan-location-unknown": "every planned account is there already",
    "provisions-elsewhere": "no hook of the Azure Developer CLI judges either",
    "planned-deployment-incomplete": "every planned deployment of the two is there, or says all",
    "policy-denies-plan": "no account is to be made",
}
"""Checks of plans that neither world gives anything to; the world `unprovisioned` does."""


ASKED_BY_REGULATED = {"agent-network-injection-missing", "keys-listable-by-many"}
"""Checks whose parameters ask for nothing until that pack, or an owner, sets them."""


@cache
def seen(world: str, *, plan: bool) -> Snapshot:
    return audit_world(world, packs=[PLANNING if plan else WHOLE.pack], plan=plan).audit.snapshot


def policy(world: str, pack: str) -> Policy:
    said = Settings.model_validate(seen(world, plan=pack == PLANNING).settings).parameters
    return policy_of((pack,), settings_path(world).parent, json.dumps(said, sort_keys=True))


@cache
def findings(world: str, pack: str) -> tuple[Finding, ...]:
    snapshot = seen(world, plan=pack == PLANNING)
    return evaluate(snapshot, Settings.model_validate(snapshot.settings), policy(world, pack), NO_WAIVERS)


def test_every_shipped_pack_is_held_against_both_worlds() -> None:
    assert {pack for _, pack in JUDGED} == set(shipped_library().packs)


@EACH
def test_a_pack_says_of_a_world_what_it_should(world: str, pack: str) -> None:
    """Pass and nothing open where all is well; fail where it is not, for something that stops the release."""
    snapshot = seen(world, plan=pack == PLANNING)
    gate = Settings.model_validate(snapshot.settings).gate
    said, reasons = verdict(findings(world, pack), snapshot.gaps, gate)
    assert said is JUDGED[world, pack]
    assert reasons
    unknown = checks_with(findings(world, pack), Outcome.UNKNOWN)
    assert unknown <= (set() if world == "healthy" else {"gateway-not-attested"}), "nobody states that there is one"
    if world == "healthy":
        assert checks_with(findings(world, pack), Outcome.FAIL) == set()
    else:
        assert any(one.gating for one in findings(world, pack) if one.outcome is Outcome.FAIL)


@EACH
def test_every_check_of_a_pack_was_put_to_a_subject(world: str, pack: str) -> None:
    """None has nothing to judge; and each that passes nowhere says why it does not apply."""
    applied = {one.check.id: one.check for one in policy(world, pack).checks}
    assert {one.check for one in findings(world, pack)} == applied.keys()
    idle = applied.keys() - checks_with(findings(world, pack), Outcome.PASS)
    assert all(applied[check].unless for check in idle - checks_with(findings(world, pack), Outcome.FAIL))


@pytest.mark.parametrize("pack", sorted({pack for _, pack in JUDGED}))
def test_no_pack_passes_by_emptiness(pack: str) -> None:
    """Each of its checks passes something in one of the worlds, or it is known why not."""
    passed = {check for world in ("healthy", "release") for check in checks_with(findings(world, pack), Outcome.PASS)}
    idle = {one.check.id for one in policy("healthy", pack).checks} - passed
    unasked = set() if pack == "regulated" else ASKED_BY_REGULATED
    assert idle <= NOT_IN_THESE_WORLDS.keys() | unasked | (ONLY_PLANNED.keys() if pack == PLANNING else set())


def test_stricter_packs_find_what_milder_ones_do() -> None:
    """Whoever moves from one to the next loses no failure."""
    failed = [checks_with(findings("release", pack), Outcome.FAIL) for pack in ("baseline", "production", "regulated")]
    assert failed[0] <= failed[1] <= failed[2]
    assert failed[0] < failed[1] < failed[2]
