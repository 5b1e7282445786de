"""Each check is shown to fire: its fault, in an otherwise healthy world, fails it and no check that it should not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit import judge
from auditor.finding import Finding, Outcome
from auditor.policy.attestations import as_seen, load_attestations
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import FAULTS, settings_path
from auditor.settings import Settings
from auditor.settings_file.requirements import read_requirements
from tests.conftest import Done, audit_world

STATED: dict[str, str] = {
    "conditional-access-not-attested": "conditional-access",
    "gateway-not-attested": "gateway",
    "key-custody-not-attested": "key-custody",
    "lockbox-not-attested": "lockbox",
}
"""Check → the control that people state: no world can change that, and another attestations file proves it."""

BUILT_WITH: dict[str, str] = {
    "client-library-not-found": "azure-identity==1.25.1\n",
    "client-library-too-old": "openai==1.60.0\n",
    "client-library-unpinned": "openai>=3.52\n",
}
"""Check → the requirements file that fails it: what an application is built with is no part of a world."""

REGULATED = load_policy(("regulated",), {}, settings_path("healthy").parent)

REPEATED = {"latency-p95-over-budget"}
"""What only repeated calls show, which the healthy world does not ask for; tests/end/test_cost.py proves it."""

EVERY_CHECK = sorted({applied.check.id for applied in REGULATED.checks} - STATED.keys() - REPEATED)
EVERY_CHECK = sorted({applied.check.id for applied in REGULATED.checks} - STATED.keys() - BUILT_WITH.keys())

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
    "fine-tune-base-retires-soon": {"deployment-undeclared", "deployment-model-not-approved"},
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
    # what will not be upgraded only matters as the end comes near
    "model-stops-at-retirement": {"model-retires-soon"},
    # more is declared than is deployed, and the pool has no room for it
    "planned-capacity-does-not-fit": {"quota-exceeded", "deployment-capacity-below-declared"},
    # more is declared than is deployed, and the region has no hardware for it
    "provisioned-capacity-unavailable": {"deployment-capacity-below-declared"},
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


def as_shipped(settings: Settings) -> Settings:
    """The world's own settings."""
    return settings


def support_relies_on_keys(settings: Settings) -> Settings:
    """The owner of the support desk allows API keys."""
    keyed = [
        one.model_copy(update={"authentication": "keys-allowed"}) if one.name == "support-desk" else one
        for one in settings.workloads
    ]
    return settings.model_copy(update={"workloads": tuple(keyed)})


OTHER_INTENT: dict[str, Callable[[Settings], Settings]] = {"key-call-failed": support_relies_on_keys}
"""Check → what its workload's owner wants instead, where the healthy world's settings never ask its question."""


def test_every_check_has_a_fault_of_its_name() -> None:
    assert set(EVERY_CHECK) <= set(FAULTS)


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_the_fault_fails_its_check_and_nothing_else(check: str) -> None:
    done = audit_world("healthy", [check], packs=["regulated"], amend=OTHER_INTENT.get(check, as_shipped))
    failed = {finding.check for finding in done.audit.run.findings if finding.outcome is Outcome.FAIL}
    assert check in failed
    assert failed - {check} <= ALSO_FAILS.get(check, set())
    assert done.sandbox.unknown_routes == []


def judged(done: Done, path: Path) -> tuple[Finding, ...]:
    """The findings on what is stated in a file, of the healthy world whose workloads all use keys."""
    seen, stated = done.audit.snapshot, as_seen(load_attestations(path))
    settings = Settings.model_validate(seen.settings)
    keyed = [one.model_copy(update={"authentication": "keys-allowed"}) for one in settings.workloads]
    found = [one for one in seen.resources if one.kind != "attestation"]
    snapshot = seen.model_copy(update={"resources": (*found, *stated[0]), "listings": (*seen.listings, stated[1])})
    return judge(
        snapshot, settings.model_copy(update={"workloads": tuple(keyed)}), REGULATED, NO_WAIVERS, run_id="test"
    ).findings


def statements(path: Path, *, but: str = "", line: str = "") -> Path:
    """A file in which all is stated and holds; of `but` there is another line, or without one no statement."""
    for control in STATED.values():
        if control == but and not line:
            continue
        said = "expires: 2035-12-31" if control != but else line
        with path.open("a", encoding="utf-8") as file:
            file.write(f"- {{control: {control}, statement: so, owner: desk, evidence: 'https://wiki.contoso.com/x', ")
            file.write(f"stated: 2026-01-01, {said}}}\n")
    path.touch()
    return path


@pytest.mark.parametrize("check", BUILT_WITH)
def test_what_an_application_is_built_with_fails_its_check_and_nothing_else(
    check: str, healthy: Done, tmp_path: Path
) -> None:
    """The file is read as a run reads it; the finding names it, and what is wrong in it."""
    seen = healthy.audit.snapshot
    settings = Settings.model_validate(seen.settings)
    named = [one.model_copy(update={"requirements": ("app/requirements.txt",)}) for one in settings.workloads]
    settings = settings.model_copy(update={"workloads": tuple(named)})
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "requirements.txt").write_text(BUILT_WITH[check], encoding="utf-8")
    read = read_requirements(settings, tmp_path)
    snapshot = seen.model_copy(
        update={"resources": (*seen.resources, *read.resources), "listings": (*seen.listings, *read.listings)}
    )
    found = judge(snapshot, settings, REGULATED, NO_WAIVERS, run_id="test").findings
    assert outcomes(found, Outcome.FAIL) == {check}
    assert all("app/requirements.txt" in one.message for one in found if one.outcome is Outcome.FAIL)


def outcomes(findings: tuple[Finding, ...], outcome: Outcome) -> set[str]:
    return {finding.check for finding in findings if finding.outcome is outcome}


def test_what_is_stated_of_every_control_passes(healthy: Done, tmp_path: Path) -> None:
    found = judged(healthy, statements(tmp_path / "attestations.yaml"))
    assert STATED.keys() <= outcomes(found, Outcome.PASS)
    assert outcomes(found, Outcome.FAIL) | outcomes(found, Outcome.UNKNOWN) == set()


@pytest.mark.parametrize("check", STATED)
def test_a_statement_that_it_does_not_hold_fails_its_check_and_nothing_else(
    check: str, healthy: Done, tmp_path: Path
) -> None:
    """The finding quotes who said so, when, and where the proof lies."""
    path = statements(tmp_path / "attestations.yaml", but=STATED[check], line="expires: 2035-12-31, holds: false")
    found = judged(healthy, path)
    assert outcomes(found, Outcome.FAIL) == {check}
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
    check: str, line: str, words: str, healthy: Done, tmp_path: Path
) -> None:
    """Absent or expired: never a pass, and it says which."""
    found = judged(healthy, statements(tmp_path / "attestations.yaml", but=STATED[check], line=line))
    assert outcomes(found, Outcome.UNKNOWN) == {check}
    assert check not in outcomes(found, Outcome.PASS)
    assert all(words in finding.message for finding in found if finding.check == check)
