"""Each check is shown to fire: its fault, in an otherwise healthy world, fails it and no check that it should not."""

from __future__ import annotations

import pytest

from auditor.finding import Outcome
from auditor.policy.pack import load_policy
from auditor.sandbox import FAULTS, settings_path
from tests.conftest import audit_world

EVERY_CHECK = sorted(
    applied.check.id for applied in load_policy(("regulated",), {}, settings_path("healthy").parent).checks
)

ALSO_FAILS: dict[str, set[str]] = {
    # another kind of account is offered other models and has other host names
    "account-kind-unsuitable": {"model-not-offered", "host-name-not-private"},
    # a deployment of a model that nobody approved is one that nobody declared
    "deployment-model-not-approved": {"deployment-undeclared"},
    # a name that no zone registers leads to the public address
    "private-dns-zones-incomplete": {"host-name-not-private"},
    # what will not be upgraded only matters as the end comes near
    "model-stops-at-retirement": {"model-retires-soon"},
    # more is declared than is deployed, and the pool has no room for it
    "planned-capacity-does-not-fit": {"quota-exceeded", "deployment-capacity-below-declared"},
    # public access is off, so that without an approved endpoint nobody can call
    "private-endpoint-not-approved": {"account-unreachable", "private-endpoint-rejected"},
}
"""Fault → further checks that the same bad state rightly fails."""


def test_every_check_has_a_fault_of_its_name() -> None:
    assert set(EVERY_CHECK) <= set(FAULTS)


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_the_fault_fails_its_check_and_nothing_else(check: str) -> None:
    done = audit_world("healthy", [check], packs=["regulated"])
    failed = {finding.check for finding in done.audit.run.findings if finding.outcome is Outcome.FAIL}
    assert check in failed
    assert failed - {check} <= ALSO_FAILS.get(check, set())
    assert done.sandbox.unknown_routes == []
