"""Surroundings that nobody planned for: a region that the catalogue does not know, a clock that is far off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.finding import Finding, Outcome
from auditor.judgement import judge
from auditor.policy.evaluate import evaluate
from auditor.policy.waivers import NO_WAIVERS, Waiver, Waivers
from auditor.sandbox import World, load_world
from auditor.settings import Settings
from tests import conftest
from tests.conftest import audit_world
from tests.stage import WHOLE, run

MOVED = "contoso-matter-swc"
NOWHERE = "atlantiscentral"


def test_an_account_in_a_region_that_the_catalogue_does_not_know_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its models are not offered there, and nothing of theirs is judged by what the region does not tell."""
    monkeypatch.setattr(conftest, "load_world", lambda name, faults: moved(load_world(name, faults)))
    done = audit_world("healthy", packs=["regulated"])
    assert done.audit.run.gaps == ()
    of_account = [one for one in done.audit.run.findings if MOVED in f"{one.subject.id} {one.subject.name}"]
    failed = {one.check for one in of_account if one.outcome is Outcome.FAIL}
    assert failed == {"account-region-not-approved", "account-sku-not-offered", "model-not-offered"}
    assert all(NOWHERE in one.message for one in of_account if one.outcome is Outcome.FAIL)
    by_area = {one.check: one for one in of_account if one.outcome is Outcome.PASS}
    areas = {check.id: check.area for check in done.audit.run.policy.checks}
    judged = {check for check in by_area if areas[check] in {"model", "quota"}}
    assert judged == {"responses-not-supported"}, "which the deployments tell themselves"
    others = {one.check for one in done.audit.run.findings if one.outcome is Outcome.FAIL} - failed
    assert others == set()


def moved(world: World) -> World:
    account = world.accounts[MOVED].model_copy(update={"location": NOWHERE})
    return world.model_copy(update={"accounts": {**world.accounts, MOVED: account}})


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_is_a_year_off_changes_no_verdict_about_expiry(days: int) -> None:
    """Retirements, statements, budgets and keys: each finding is what it was, or unknown for the clock."""
    seen = run(WHOLE).audit.snapshot
    off = timedelta(days=days)
    readings = [one.model_copy(update={"sent_at": one.sent_at + off}) for one in seen.readings]
    wrong = seen.model_copy(update={"taken_at": seen.taken_at + off, "readings": tuple(readings)})
    settings = Settings.model_validate(seen.settings)
    before, after = (told(evaluate(one, settings, WHOLE.policy, NO_WAIVERS)) for one in (seen, wrong))
    changed = {key: outcome for key, outcome in after.items() if before[key] is not outcome}
    assert set(changed.values()) <= {Outcome.UNKNOWN}


@pytest.mark.parametrize("days", [-400, 400])
def test_what_people_accepted_and_stated_counts_by_azures_day(days: int) -> None:
    """A runner whose clock is a year slow brings no expired waiver back; one that is fast ends none that is good."""
    seen = run(WHOLE).audit.snapshot
    off, today = timedelta(days=days), seen.taken_at.date()
    readings = [one.model_copy(update={"sent_at": one.sent_at + off}) for one in seen.readings]
    wrong = seen.model_copy(update={"taken_at": seen.taken_at + off, "readings": tuple(readings)})
    written = {"subject": "*", "owner": "o", "reason": "r", "ticket": "t"}
    last_days = {"api-keys-accepted": today, "managed-identity-missing": today - timedelta(days=1)}
    entries = [Waiver.model_validate({"check": check, "expires": last, **written}) for check, last in last_days.items()]
    waivers = Waivers(tuple(entries))
    settings = Settings.model_validate(seen.settings)
    right, off_by_a_year = (judge(one, settings, WHOLE.policy, waivers, run_id="test") for one in (seen, wrong))
    assert [one.state for one in right.waivers] == ["not_needed", "expired"]
    assert off_by_a_year.waivers == right.waivers
    assert any(one.in_force for one in right.attestations)
    assert off_by_a_year.attestations == right.attestations


def told(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Outcome]:
    return {(one.check, one.subject.id): one.outcome for one in findings}
