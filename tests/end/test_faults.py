"""Each check is shown to fire: its fault, in an otherwise healthy world, fails it and no check that it should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.finding import Outcome
from auditor.judgement import judge
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import FAULTS
from auditor.settings import Settings
from auditor.settings_file.requirements import read_requirements
from tests import matrix
from tests.conftest import Done
from tests.intents import INTENDED
from tests.stage import WHOLE, checks_with, run
from tests.statements import NOT_HELD, STATED, judged, statements

EVERY_CHECK = [check for check in matrix.checks() if matrix.stage_of(check) is WHOLE and check not in STATED]

ALSO_FAILS: dict[str, set[str]] = {
    # an account without any alert has none on each of the things to be watched
    "metric-alert-missing": {
        "content-alert-missing",
        "error-alert-missing",
        "latency-alert-missing",
        "throttling-alert-missing",
    },
    # keys are only watched, and can only be old, where they are accepted
    "key-alert-missing": {"api-keys-accepted", "keys-not-rotated"},
    # an account of another name has another identity, which nobody let use the vault's key
    "account-name-unconventional": {"encryption-identity-not-allowed"},
    # a trial of a fine-tuned model, which nobody declared or approved
    "fine-tune-base-retires-soon": {
        "deployment-undeclared",
        "deployment-model-not-approved",
        "required-blocklist-missing",
    },
    # another kind of account is offered other models and has other host names
    "account-kind-unsuitable": {"model-not-offered", "host-name-not-private"},
    # only where keys are accepted can they be old
    "keys-not-rotated": {"api-keys-accepted"},
    # a deployment of a model that nobody approved is one that nobody declared
    "deployment-model-not-approved": {"deployment-undeclared"},
    # a name that no zone registers leads to the public address
    "private-dns-zones-incomplete": {"host-name-not-private"},
    # history and streaming are parts of the whole
    "conversation-forgotten": {"combined-turns-broken"},
    "streaming-broken": {"combined-turns-broken"},
    # a picture is a part of the whole, and what is blind to one is blind to all
    "picture-not-seen": {"combined-turns-broken", "picture-not-fetched"},
    "combined-turns-broken": {"picture-not-seen", "picture-not-fetched"},
    # where no usage is told, neither is what was cached
    "usage-not-reported": {"prompt-not-cached"},
    # without its blocklist a policy lets the canary through
    "required-blocklist-missing": {"canary-not-filtered"},
    # the same deployment is asked by a project's endpoint too
    "code-interpreter-broken": {"other-surface-fails"},
    "computer-use-not-offered": {"other-surface-fails"},
    "mcp-server-broken": {"other-surface-fails"},
    # what will not be upgraded only matters as the end comes near
    "model-stops-at-retirement": {"model-retires-soon"},
    "model-retires-soon": {"model-stops-at-retirement"},
    # more is declared than is deployed, and the pool has no room for it
    "planned-capacity-does-not-fit": {"quota-exceeded", "deployment-capacity-below-declared"},
    # more is declared than is deployed, and the region has no hardware for it
    "provisioned-capacity-unavailable": {"deployment-capacity-below-declared"},
    # the workload of the account that stands by declares the deployment that is gone too
    "standby-model-missing": {"deployment-missing"},
    # a policy that is not there refuses nothing
    "content-policy-missing": {"canary-not-filtered"},
    # keys are only tried where they are accepted, and then they can be old
    "key-call-failed": {"keys-not-rotated"},
    # the public address is only taken where the private zone does not answer
    "public-path-open": {"host-name-not-private"},
    # public access is off, so that without an approved endpoint nobody can call
    "private-endpoint-not-approved": {"account-unreachable", "private-endpoint-rejected"},
}
"""Fault → further checks that the same bad state rightly fails."""


def test_every_check_has_a_fault_of_its_name() -> None:
    assert set(matrix.checks()) - STATED.keys() - INTENDED.keys() <= set(FAULTS)


def test_every_check_has_a_row() -> None:
    assert tuple(matrix.committed()) == matrix.checks(), "make matrix"


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_the_fault_fails_its_check_and_nothing_else(check: str) -> None:
    """And the row of the matrix is what this run shows."""
    done = run(WHOLE, check)
    failed = checks_with(done.audit.run.findings, Outcome.FAIL)
    assert check in failed
    assert failed - {check} <= ALSO_FAILS.get(check, set())
    assert done.sandbox.unknown_routes == []
    row_is_committed(check)


def row_is_committed(check: str) -> None:
    made = matrix.row(check, matrix.shown(check), ()).strip("| ").split(" | ")[1:-1]
    assert tuple(made) == matrix.committed()[check][:-1], "make matrix"


@pytest.mark.parametrize("check", matrix.BUILT_WITH)
def test_what_an_application_is_built_with_fails_its_check_and_nothing_else(
    check: str, healthy: Done, tmp_path: Path
) -> None:
    """The file is read as a run reads it; the finding names it, and what is wrong in it."""
    seen = healthy.audit.snapshot
    settings = Settings.model_validate(seen.settings)
    named = [one.model_copy(update={"requirements": ("app/requirements.txt",)}) for one in settings.workloads]
    settings = settings.model_copy(update={"workloads": tuple(named)})
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "requirements.txt").write_text(matrix.BUILT_WITH[check], encoding="utf-8")
    read = read_requirements(settings, tmp_path)
    snapshot = seen.model_copy(
        update={"resources": (*seen.resources, *read.resources), "listings": (*seen.listings, *read.listings)}
    )
    found = judge(snapshot, settings, WHOLE.policy, NO_WAIVERS, run_id="test").findings
    assert checks_with(found, Outcome.FAIL) == {check}
    assert all("app/requirements.txt" in one.message for one in found if one.outcome is Outcome.FAIL)


def test_what_is_stated_of_every_control_passes(tmp_path: Path) -> None:
    found = judged(statements(tmp_path))
    assert STATED.keys() <= checks_with(found, Outcome.PASS)
    assert checks_with(found, Outcome.FAIL) | checks_with(found, Outcome.UNKNOWN) == set()


@pytest.mark.parametrize("check", STATED)
def test_a_statement_that_it_does_not_hold_fails_its_check_and_nothing_else(check: str, tmp_path: Path) -> None:
    """The finding quotes who said so, when, and where the proof lies."""
    found = judged(statements(tmp_path, but=STATED[check], line=NOT_HELD))
    assert checks_with(found, Outcome.FAIL) == {check}
    row_is_committed(check)
    failed = next(finding for finding in found if finding.check == check)
    assert {"desk", "2026-01-01", "https://wiki.contoso.com/x", "so"} <= {str(fact.value) for fact in failed.facts}


@pytest.mark.parametrize("check", STATED)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "nobody attested it in attestations.yaml"),
        ("expires: 2026-02-28", "the statement of desk expired on 2026-02-28"),
        ("expires: 2026-02-28, holds: false", "the statement of desk expired on 2026-02-28"),
    ],
)
def test_without_a_statement_that_counts_its_check_is_unknown(
    check: str, line: str, words: str, tmp_path: Path
) -> None:
    """Absent or expired: never a pass, and it says which."""
    found = judged(statements(tmp_path, but=STATED[check], line=line))
    assert checks_with(found, Outcome.UNKNOWN) == {check}
    assert check not in checks_with(found, Outcome.PASS)
    assert all(words in finding.message for finding in found if finding.check == check)
