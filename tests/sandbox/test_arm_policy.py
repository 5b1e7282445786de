"""The query of Azure Policy's states: by POST alone, filtered by state, paged in OData's manner."""

from __future__ import annotations

from auditor.sandbox import load_world
from tests.sandbox.asking import MATTER, SUBSCRIPTION, ask_arm, body

QUERY = f"{SUBSCRIPTION}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
VERSION = "2019-10-01"
NON_COMPLIANT = {"$filter": "ComplianceState eq 'NonCompliant'"}

DOCUMENTED = {
    "@odata.context",
    "@odata.id",
    "complianceState",
    "effectiveParameters",
    "isCompliant",
    "policyAssignmentId",
    "policyAssignmentName",
    "policyAssignmentScope",
    "policyDefinitionAction",
    "policyDefinitionId",
    "policyDefinitionName",
    "policyDefinitionReferenceId",
    "policySetDefinitionId",
    "policySetDefinitionName",
    "resourceId",
    "resourceType",
    "subscriptionId",
    "timestamp",
}
"""Members of a state: https://learn.microsoft.com/rest/api/policy/policy-states/list-query-results-for-subscription"""


def test_states_are_rows_with_documented_members() -> None:
    rows = body(ask_arm(load_world("healthy"), QUERY, VERSION, method="POST"))["value"]
    assert MATTER in {row["resourceId"] for row in rows}
    assert set().union(*rows) <= DOCUMENTED


def test_the_filter_leaves_what_is_not_compliant() -> None:
    """In whatever case it is written; one that is not understood is refused."""
    world = load_world("healthy", ["policy-violated"])
    for words in ("ComplianceState eq 'NonCompliant'", "complianceState EQ 'noncompliant'"):
        rows = body(ask_arm(world, QUERY, VERSION, method="POST", **{"$filter": words}))["value"]
        assert {row["complianceState"] for row in rows} == {"NonCompliant"}
        assert len(rows) == 2
    refused = ask_arm(world, QUERY, VERSION, method="POST", **{"$filter": "ResourceGroup eq 'x'"})
    assert (refused.status, body(refused)["error"]["code"]) == (400, "InvalidFilterInPolicyInsightsQuery")


def test_pages_are_led_to_by_odatas_link() -> None:
    world = load_world("healthy", ["policy-violated"]).model_copy(update={"page_size": 1})
    first = body(ask_arm(world, QUERY, VERSION, method="POST", **NON_COMPLIANT))
    assert "nextLink" not in first
    assert "%24filter" in first["@odata.nextLink"] or "$filter" in first["@odata.nextLink"]


def test_states_can_not_be_got() -> None:
    """Neither the query nor a state of its own."""
    for path in (QUERY, f"{SUBSCRIPTION}/providers/Microsoft.PolicyInsights/policyStates"):
        assert ask_arm(load_world("healthy"), path, VERSION).unknown


def test_reader_alone_is_refused() -> None:
    """A POST is an action, which no `*/read` grants."""
    world = load_world("healthy", ["arm-denied-policy-state"])
    refused = ask_arm(world, QUERY, VERSION, method="POST")
    assert refused.status == 403
    assert "'Microsoft.PolicyInsights/policyStates/queryResults/action'" in body(refused)["error"]["message"]
