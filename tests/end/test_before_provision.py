"""A plan is judged before anything exists: each fault that would stop provisioning turns its check, and no other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from auditor.finding import Outcome
from auditor.judgement import OF_A_PLAN
from auditor.report import FORMATS
from auditor.report.terminal import render
from auditor.run import Verdict
from auditor.snapshot import GapReason
from tests import matrix
from tests.conftest import Done, audit_world
from tests.intents import INTENDED, judged_by
from tests.matrix import committed_unknown
from tests.stage import PLAN, checks_with, lost_without, run, without

CHECKS = sorted(applied.check.id for applied in PLAN.policy.checks)

FAULT = {
    # the account that exists in this world is another than the one that the fault of the check's name is made for
    "account-abuse-penalty": None,
    "account-kind-unsuitable": None,
    "account-not-succeeded": None,
    "account-region-not-approved": None,
    "account-sku-not-offered": None,
    # what the owner says is no state of Azure
    **dict.fromkeys(INTENDED),
    # the pool is too small for all plans together, though not for any one of them
    "quota-exceeded": "region-full",
}
"""Check → the fault that shows it in this world, where it is not the one of its name."""

NOT_NEEDED: set[str] = set()
"""Kinds on which nothing in this world hangs."""

ALSO_FAILS: dict[str, set[str]] = {
    # nothing fits into no quota
    "model-access-gated": {"planned-capacity-does-not-fit", "quota-exceeded"},
    # the account that is gone held deployments whose SKU and capacity nobody declared
    "plan-location-unknown": {"planned-deployment-incomplete"},
    # more is declared than is deployed, and the pool has no room for it
    "planned-capacity-does-not-fit": {"quota-exceeded"},
}


def planned(*faults: str) -> Done:
    return run(PLAN, *faults)


def with_outcome(done: Done, outcome: Outcome) -> set[str]:
    return checks_with(done.audit.run.findings, outcome)


def test_a_sound_plan_passes_although_nothing_is_deployed() -> None:
    told = planned().audit.run
    assert with_outcome(planned(), Outcome.FAIL) == set()
    assert with_outcome(planned(), Outcome.UNKNOWN) == set()
    assert (told.verdict, told.gaps) == (Verdict.PASS, ())
    assert told.notices[-1] == OF_A_PLAN, "nothing that its own pack judges was left out"
    judged = {(one.check, one.subject.name) for one in told.findings if one.outcome is Outcome.PASS}
    assert {
        ("model-not-offered", "contoso-support-weu/support-drafts"),
        ("planned-capacity-does-not-fit", "contoso-search-uks/search-embed"),
        ("account-name-invalid", "case-search"),
        ("account-name-taken", "support-desk"),
        ("account-not-offered", "case-search"),
        ("quota-exceeded", "OpenAI.GlobalStandard.gpt-5.4-mini"),
    } <= judged


@pytest.mark.parametrize("check", sorted(set(CHECKS) - {one for one, fault in FAULT.items() if fault is None}))
def test_the_fault_fails_its_check_and_nothing_else(check: str) -> None:
    done = planned(FAULT.get(check) or check)
    failed = with_outcome(done, Outcome.FAIL)
    assert check in failed
    assert failed - {check} <= ALSO_FAILS.get(check, set())
    assert done.audit.run.exit_code == 1
    assert done.sandbox.unknown_routes == []
    if matrix.stage_of(check) is PLAN:
        made = matrix.row(check, matrix.shown(check), ()).strip("| ").split(" | ")[1:-1]
        assert tuple(made) == matrix.committed()[check][:-1], "make matrix"


@pytest.mark.parametrize("check", INTENDED)
def test_what_the_owner_plans_fails_its_check_and_nothing_else(check: str) -> None:
    well, worse = judged_by(check)
    assert checks_with(worse, Outcome.FAIL) == {check}
    assert (checks_with(well, Outcome.FAIL), check in checks_with(well, Outcome.PASS)) == (set(), True)
    made = matrix.row(check, matrix.shown(check), ()).strip("| ").split(" | ")[1:-1]
    assert tuple(made) == matrix.committed()[check][:-1], "make matrix"


def test_nothing_is_called_and_only_names_that_are_not_there_are_asked_for() -> None:
    """One POST for each account that is still to be made; no request goes to a model's host."""
    seen = planned().sandbox.requests
    hosts = {one.host for one in seen}
    assert hosts <= {"management.azure.com", "login.microsoftonline.com"}
    posts = [one.path for one in seen if one.method == "POST" and one.host == "management.azure.com"]
    assert len(posts) == 2
    assert {path.rpartition("/")[2] for path in posts} == {"checkDomainAvailability"}
    assert planned().audit.run.calls == ()


def test_every_report_says_that_a_plan_was_judged() -> None:
    told = planned().audit.run
    assert OF_A_PLAN in told.notices
    for name, form in FORMATS.items():
        assert "judged a plan" in form.render(told), name
    assert "judged a plan" in render(told, 80, False)
    assert "judged a plan" not in render(audit_world("healthy", packs=["baseline"]).audit.run, 80, False)


def test_what_exists_is_not_counted_twice() -> None:
    """The running deployment holds what it declares: again it asks for nothing, even of a pool without room."""
    (chat,) = _findings("planned-capacity-does-not-fit", "contoso-matter-swc/matter-chat")
    told = {fact.path: fact.value for fact in chat.facts}
    assert (told["expected.extra_capacity"], chat.outcome) == (0, Outcome.PASS)


def test_a_name_that_cannot_be_asked_for_is_unknown_and_blocks() -> None:
    """Reader is not enough for the question; that is neither a free name nor a taken one, and nothing else is wrong."""
    done = planned("arm-denied-domain-availability")
    outcomes = {one.outcome for one in done.audit.run.findings if one.check == "account-name-taken"}
    assert outcomes == {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
    assert {gap.reason for gap in done.audit.run.gaps} == {GapReason.DENIED}
    assert with_outcome(done, Outcome.FAIL) == set()
    assert done.audit.run.exit_code == 3


@pytest.mark.parametrize("kind", PLAN.kinds)
def test_what_cannot_be_read_is_never_a_pass(kind: str) -> None:
    """What of a plan nobody could see: only the runner fails for it, and the matrix tells what hangs on it."""
    done, lost = without(PLAN, kind), lost_without(PLAN, kind)
    assert with_outcome(done, Outcome.FAIL) <= {"runner-cannot-read"}
    assert committed_unknown(PLAN, kind) == {check for check in lost if matrix.stage_of(check) is PLAN}, "make matrix"
    assert done.audit.run.exit_code != 0 or kind in NOT_NEEDED


def _findings(check: str, subject: str, *faults: Sequence[str]):
    return [one for one in planned(*faults).audit.run.findings if (one.check, one.subject.name) == (check, subject)]
