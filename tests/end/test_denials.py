"""Each kind of read refused, one at a time: what hangs on it is unknown, and nothing passes for it."""

from __future__ import annotations

import pytest
import yaml

from auditor.cloud.kinds import ACTIONS
from auditor.finding import Outcome
from auditor.policy.dependencies import dependents, load_dependencies
from auditor.policy.shipped import shipped_folder
from tests import docs, matrix
from tests.dependencies import ASKED, told_by, told_by_calls
from tests.end.test_faults import ALSO_FAILS
from tests.matrix import committed_unknown
from tests.stage import WHOLE, checks_with, lost_without, run, staged_for, without

CHECKS = WHOLE.policy.checks

SPARED = {
    # no account of the healthy world accepts keys, so that nobody has to watch them
    "action_group": {"key-alert-missing"},
    "activity_log_alert": {"key-alert-missing"},
    # the activity log goes to other places as well
    "event_hub_namespace": {"activity-log-not-exported"},
    # every expectation of the healthy world declares its SKU, so that the deployed one does not decide
    "deployment": {"capacity-outside-sku-range"},
    # the deployments themselves say that they speak the Responses API
    "model": {"responses-not-supported"},
    # there are owners enough, whoever else may become one
    "role_eligibility": {"subscription-owners-out-of-range"},
    # what asks for nothing more fits whatever is left
    "usage": {"planned-capacity-does-not-fit", "provisioned-capacity-unavailable"},
}
"""Kind → checks whose rules name what its reads tell, and whose answer in the healthy world does not hang on it."""


@pytest.mark.parametrize("kind", ASKED)
def test_what_hangs_on_a_refused_read_is_unknown_and_nothing_else_changes(kind: str) -> None:
    """The facts that it hides, the checks that need them and the row of the matrix are what this run shows."""
    staged = staged_for(kind)
    before, after = (
        {(one.check, one.subject.id): one.outcome for one in done.audit.run.findings}
        for done in (run(WHOLE, *staged), without(WHOLE, kind))
    )
    lost, findings = lost_without(WHOLE, kind), without(WHOLE, kind).audit.run.findings
    told = {check for each in denied_with(kind) for check in dependents(CHECKS, load_dependencies()[each])}
    assert lost
    assert lost <= told
    assert told - lost <= SPARED.get(kind, set())
    failing = {check for fault in staged for check in (fault, *ALSO_FAILS.get(fault, ()))}
    assert checks_with(findings, Outcome.FAIL) <= {"runner-cannot-read", *failing}
    assert checks_with(findings, Outcome.UNKNOWN)
    assert all(finding.gaps for finding in findings if finding.outcome is Outcome.UNKNOWN)
    changed = {check for (check, who), outcome in after.items() if before.get((check, who)) is not outcome}
    assert changed <= lost | {"runner-cannot-read"}
    assert without(WHOLE, kind).audit.run.gaps
    assert committed_unknown(WHOLE, kind) == lost & set(matrix.checks()), "make matrix"
    assert written()[kind] == told_by(kind), "make docs"


def denied_with(kind: str) -> list[str]:
    """The kinds that are read by the same action, and so refused together."""
    return [each for each in ASKED if ACTIONS[each] == ACTIONS[kind]]


def test_the_live_calls_tell_what_the_dependencies_say() -> None:
    assert written()["probe"] == told_by_calls(), "make docs"


def test_the_dependencies_are_of_every_kind_and_written_as_they_are_made() -> None:
    assert list(written()) == [*ASKED, "probe"]
    text = (shipped_folder() / "dependencies.yaml").read_text(encoding="utf-8")
    assert text == docs.dependencies(written())


def written() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(
        (shipped_folder() / "dependencies.yaml").read_text(encoding="utf-8")
    )["kinds"]
    return found
