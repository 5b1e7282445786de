"""What hangs on Foundry's lists is unknown where these may not be read, and never passes."""

from __future__ import annotations

import pytest

from auditor.finding import Outcome
from tests.conftest import audit_world

PROJECTS = {"project-not-succeeded", "project-identity-missing"}
CONNECTIONS = {
    *("connection-broken", "connection-shared-to-all", "connection-target-not-approved", "connection-uses-key"),
    "application-insights-missing",
}
HOSTS = {"capability-host-not-ready"}
HANGS = {
    "project": PROJECTS | CONNECTIONS | HOSTS,
    "connection": CONNECTIONS,
    "project_connection": CONNECTIONS - {"application-insights-missing"},
    "capability_host": HOSTS,
    "project_capability_host": HOSTS,
    "blocklist": {"required-blocklist-missing"},
}
"""Kind → checks that no account with projects can pass without it."""
WORDLESS = ("/deployments/support-pictures", "/deployments/support-embed")
"""No blocklist looks at what they make: of the support desk's deployments these alone are not judged for one."""


@pytest.mark.parametrize("kind", HANGS)
def test_a_list_that_may_not_be_read_makes_unknown_and_never_a_pass(kind: str) -> None:
    """The account of a kind that can have no projects is judged as before."""
    run = audit_world("healthy", [f"arm-denied-{kind.replace('_', '-')}"], packs=["regulated"]).audit.run
    judged: dict[str, set[Outcome]] = {}
    for finding in run.findings:
        if finding.subject.id.endswith(WORDLESS):
            assert finding.outcome is not Outcome.PASS or finding.check not in HANGS[kind]
        elif finding.check in HANGS[kind] and finding.subject.workload == "support-desk":
            judged.setdefault(finding.check, set()).add(finding.outcome)
    assert judged.keys() == HANGS[kind]
    # the support desk's traces go by a connection of its account, which a project's own list can't take away
    assert {check for check, outcomes in judged.items() if outcomes != {Outcome.UNKNOWN}} == set()
    failed = {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL}
    assert failed == {"runner-cannot-read"}, "it names the action that is missing"
