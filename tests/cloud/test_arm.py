"""The control plane as read through the real clients: pages, patience, refusals, and what never leaves the house."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from auditor.cloud.costs import QUERY
from auditor.cloud.door import Cloud, open_cloud
from auditor.cloud.pages import Row, Rows
from auditor.cloud.recorder import Recorder
from auditor.snapshot import Gap, GapReason
from tests.cloud.pretend import ENVIRON, OBJECT, SUBSCRIPTION, Answer, P, Pretend, S, settings

ACCOUNT = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/acct"
ENDPOINT = f"{S}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe"


@asynccontextmanager
async def way_in(azure: Pretend, recorder: Recorder | None = None, **changes: Any) -> AsyncIterator[Cloud]:
    async with open_cloud(settings(azure.base, **changes), ENVIRON, recorder or Recorder()) as cloud:
        yield cloud


def account(name: str, **properties: Any) -> dict[str, Any]:
    id_ = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/{name}"
    return {"id": id_, "name": name, "kind": "OpenAI", "location": "swedencentral", "properties": properties}


async def test_unknown_members_survive_in_what_is_read(azure: Pretend) -> None:
    """What the client's typed model does not know is kept all the same."""
    azure.say(ACCOUNT, account("acct", brandNew={"deep": [1, None]}))
    async with way_in(azure) as cloud:
        row = await cloud.arm.account(ACCOUNT)
    assert isinstance(row, Row)
    assert row.body["properties"]["brandNew"] == {"deep": [1, None]}


async def test_every_page_of_a_list_is_read_with_its_own_reading(azure: Pretend) -> None:
    """Three pages, asked with one api-version, become one list whose rows know their page."""
    azure.say(
        f"{P}/accounts",
        {"value": [account("a")], "nextLink": f"{azure.base}{P}/accounts?api-version=2026-07-01&$skiptoken=1"},
        {"value": [], "nextLink": f"{azure.base}{P}/accounts?api-version=2026-07-01&$skiptoken=2"},
        {"value": [account("b")]},
    )
    recorder = Recorder()
    async with way_in(azure, recorder) as cloud:
        rows = await cloud.arm.accounts(SUBSCRIPTION)
    assert isinstance(rows, Rows)
    assert [row.body["name"] for row in rows.rows] == ["a", "b"]
    assert len(set(rows.readings)) == 3
    assert rows.rows[0].reading == rows.readings[0]
    assert rows.rows[1].reading == rows.readings[2]
    assert {request.query["api-version"] for request in azure.seen} == {"2026-07-01"}
    assert cloud.arm.read_with == {"account": "2026-07-01"}
    assert {reading.id for reading in recorder.readings} == set(rows.readings)


async def test_the_query_of_policy_states_is_posted_through_all_its_pages(azure: Pretend) -> None:
    """Filtered by state, led on by OData's link, and only what is asked for is kept."""
    path = f"{S}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
    link = f"{azure.base}{path}?api-version=2019-10-01&$filter=x&$skiptoken=1"
    azure.say(path, {"value": [{"resourceId": "a"}], "@odata.nextLink": link}, {"value": [{"resourceId": "b"}]})
    async with way_in(azure) as cloud:
        rows = await cloud.arm.policy_states(SUBSCRIPTION, lambda row: row["resourceId"] == "b")
    assert isinstance(rows, Rows)
    assert ([row.body for row in rows.rows], len(rows.readings)) == ([{"resourceId": "b"}], 2)
    assert [request.method for request in azure.seen] == ["POST", "POST"]
    assert azure.seen[0].query["$filter"] == "ComplianceState eq 'NonCompliant'"


async def test_costs_are_asked_for_with_the_same_question_on_every_page(azure: Pretend) -> None:
    """Each row of the table comes as an object."""
    path = f"{S}/providers/Microsoft.CostManagement/query"
    link = f"{azure.base}{path}?api-version=2025-03-01&$skiptoken=1"
    columns = [{"name": "Cost"}, {"name": "ResourceId"}, {"name": "Currency"}]
    azure.say(
        path,
        {"properties": {"columns": columns, "rows": [[1, "/a", "EUR"]], "nextLink": link}},
        {"properties": {"columns": columns, "rows": [[2, "/b", "EUR"]], "nextLink": None}},
    )
    async with way_in(azure) as cloud:
        rows = await cloud.arm.costs.of_accounts(SUBSCRIPTION)
    assert isinstance(rows, Rows)
    assert [row.body for row in rows.rows] == [
        {"Cost": 1, "ResourceId": "/a", "Currency": "EUR"},
        {"Cost": 2, "ResourceId": "/b", "Currency": "EUR"},
    ]
    assert [request.method for request in azure.seen] == ["POST", "POST"]
    assert {request.headers["content-length"] for request in azure.seen} == {str(len(json.dumps(QUERY)))}


async def test_costs_that_may_not_be_seen_are_a_gap(azure: Pretend) -> None:
    """Cost Management answers with 401 and no action; where costs are switched off for the enrolment, with 400."""
    path = f"{S}/providers/Microsoft.CostManagement/query"
    refusals = {"RBACAccessDenied": (401, GapReason.DENIED), "AccountCostDisabled": (400, GapReason.FAILED)}
    for code, (status, reason) in refusals.items():
        azure.say(path, Answer({"error": {"code": code, "message": "no"}}, status=status))
        async with way_in(azure) as cloud:
            gap = await cloud.arm.costs.of_accounts(SUBSCRIPTION)
        assert isinstance(gap, Gap)
        assert (gap.reason, code in gap.detail) == (reason, True)


async def test_a_next_link_to_another_origin_is_refused(azure: Pretend) -> None:
    """The token never travels to a host that a page names, whichever client would follow it."""
    for path in (f"{P}/accounts", f"{S}/providers/Microsoft.Authorization/permissions"):
        azure.say(path, {"value": [], "nextLink": azure.base.replace("127.0.0.1", "localhost") + path})
    async with way_in(azure) as cloud:
        gaps = [
            await cloud.arm.accounts(SUBSCRIPTION),
            await cloud.arm.list("permission", S, "/providers/Microsoft.Authorization/permissions"),
        ]
    assert [gap.reason for gap in gaps if isinstance(gap, Gap)] == [GapReason.MALFORMED] * 2
    assert all("origin" in gap.detail for gap in gaps if isinstance(gap, Gap))
    assert len(azure.seen) == 2


async def test_a_loop_of_next_links_ends(azure: Pretend) -> None:
    """A page that leads to itself is malformed, not endless."""
    azure.say(f"{P}/accounts", {"value": [], "nextLink": f"{azure.base}{P}/accounts?api-version=2026-07-01"})
    async with way_in(azure) as cloud:
        gap = await cloud.arm.accounts(SUBSCRIPTION)
    assert isinstance(gap, Gap)
    assert (gap.reason, len(azure.seen)) == (GapReason.MALFORMED, 2)


async def test_bodies_that_are_not_what_was_promised_are_malformed(azure: Pretend) -> None:
    """HTML, text, null, a missing or wrong `value` and elements that are no objects: each a gap that says so."""
    bodies = {
        "HTML": Answer(b"<html>sign in</html>", content_type="text/html"),
        "not JSON": Answer(b'{"value": [', content_type="application/json"),
        "null": Answer(None),
        "a list": Answer([]),
        "without `value`": Answer({"items": []}),
        "`value` is null": Answer({"value": None}),
        "`value` is a string": Answer({"value": "none"}),
        "element of `value` is null": Answer({"value": [None]}),
        "NaN": Answer(b'{"value": [{"capacity": NaN}]}'),
        "`nextLink` is a number": Answer({"value": [], "nextLink": 3}),
    }
    for words, answer in bodies.items():
        azure.say(f"{P}/locations/swedencentral/usages", answer)
        async with way_in(azure) as cloud:
            gap = await cloud.arm.usages(SUBSCRIPTION, "swedencentral")
        assert isinstance(gap, Gap), words
        assert gap.reason is GapReason.MALFORMED
        assert words in gap.detail or words == "NaN"


async def test_a_body_that_the_typed_client_chokes_on_is_still_kept(azure: Pretend) -> None:
    """Valid JSON of a shape that the client library can't model is evidence, not an error."""
    odd = {"id": f"{ACCOUNT}/deployments/d", "name": "d", "sku": {"name": "Standard", "capacity": "many"}}
    azure.say(f"{ACCOUNT}/deployments", {"value": [odd]})
    async with way_in(azure) as cloud:
        rows = await cloud.arm.deployments(ACCOUNT)
    assert isinstance(rows, Rows)
    assert rows.rows[0].body == odd


async def test_a_page_that_the_typed_client_chokes_on_before_others_is_a_gap(azure: Pretend) -> None:
    """Where the library can't go on to the next page, the list was not read whole."""
    odd = {"value": [{"sku": {"capacity": "many"}}], "nextLink": f"{azure.base}{ACCOUNT}/deployments?x=1"}
    azure.say(f"{ACCOUNT}/deployments", odd)
    async with way_in(azure) as cloud:
        gap = await cloud.arm.deployments(ACCOUNT)
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.MALFORMED


async def test_a_passing_failure_is_retried_and_counted(azure: Pretend) -> None:
    """A cut connection, 503 and a 429 with Retry-After: 0 end in one reading with four attempts.

    aiohttp itself sends once more, unseen, when a connection that it had kept open is cut.
    """
    throttled = Answer({"error": {"code": "TooManyRequests"}}, 429, {"Retry-After": "0"})
    busy = Answer(None, 503, {"retry-after-ms": "1"})
    azure.say(S, Answer(cut=True), Answer(cut=True), busy, throttled, {"state": "Enabled"})
    recorder = Recorder()
    async with way_in(azure, recorder) as cloud:
        row = await cloud.arm.get("subscription", S)
    assert isinstance(row, Row)
    (reading,) = recorder.readings
    assert (reading.status, reading.attempts, row.body) == (200, 4, {"state": "Enabled"})


async def test_a_server_that_asks_for_too_long_a_wait_leaves_a_throttled_gap(azure: Pretend) -> None:
    """A wait beyond the cap, or beyond the run's deadline, is not waited."""
    azure.say(f"{P}/skus", Answer({"error": {"code": "TooManyRequests"}}, 429, {"Retry-After": "600"}))
    azure.say(f"{P}/deletedAccounts", Answer({"error": {"code": "TooManyRequests"}}, 429, {"Retry-After": "30"}))
    async with way_in(azure, deadline_seconds=20) as cloud:
        gaps = [await cloud.arm.resource_skus(SUBSCRIPTION), await cloud.arm.deleted_accounts(SUBSCRIPTION)]
    assert [gap.reason for gap in gaps if isinstance(gap, Gap)] == [GapReason.THROTTLED] * 2
    assert len(azure.seen) == 2


async def test_nothing_is_asked_after_the_deadline(azure: Pretend) -> None:
    """A read that comes too late is a gap, and no request."""
    async with way_in(azure, deadline_seconds=5) as cloud:
        object.__setattr__(cloud.deadline, "at", 0.0)
        gap = await cloud.arm.accounts(SUBSCRIPTION)
    assert isinstance(gap, Gap)
    assert (gap.reason, azure.seen) == (GapReason.TIMED_OUT, [])


async def test_a_refusal_names_the_action_and_the_cure(azure: Pretend) -> None:
    """The service's own words give the permission, the identity and the scope of the command that mends it."""
    message = (
        f"The client 'x' with object id '{OBJECT}' does not have authorization to perform action "
        f"'Microsoft.CognitiveServices/accounts/read' over scope '{ACCOUNT}' or the scope is invalid."
    )
    azure.say(ACCOUNT, Answer({"error": {"code": "AuthorizationFailed", "message": message}}, 403))
    async with way_in(azure) as cloud:
        gap = await cloud.arm.account(ACCOUNT)
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.permission) == (GapReason.DENIED, "Microsoft.CognitiveServices/accounts/read")
    assert gap.next_step == f"az role assignment create --assignee {OBJECT} --role Reader --scope {ACCOUNT}"


async def test_a_mute_refusal_still_names_the_action_that_the_read_needs(azure: Pretend) -> None:
    """Without a message, permission and identity come from what was asked and who asked."""
    azure.say(f"{P}/locations/swedencentral/usages", Answer(b"", 403))
    async with way_in(azure) as cloud:
        gap = await cloud.arm.usages(SUBSCRIPTION, "swedencentral")
    assert isinstance(gap, Gap)
    assert gap.permission == "Microsoft.CognitiveServices/locations/usages/read"
    assert gap.next_step == f"az role assignment create --assignee {OBJECT} --role Reader --scope {S}"


async def test_a_refused_api_version_falls_back_to_the_newest_stable_one_that_is_offered(azure: Pretend) -> None:
    """The refusal lists what there is; other kinds that want the same version still ask for it."""
    words = (
        "No registered resource provider found for location 'x' and API version '2026-07-01' for type 'accounts'. "
        "The supported api-versions are '2024-10-01, 2025-09-01, 2026-05-15-preview'. The supported locations are 'y'."
    )
    refusal = Answer({"error": {"code": "NoRegisteredProviderFound", "message": words}}, 400)
    azure.say(f"{P}/accounts", refusal, {"value": [account("acct")]})
    azure.say(f"{ACCOUNT}/deployments", {"value": []})
    async with way_in(azure) as cloud:
        assert isinstance(await cloud.arm.accounts(SUBSCRIPTION), Rows)
        assert isinstance(await cloud.arm.deployments(ACCOUNT), Rows)
    assert [request.query["api-version"] for request in azure.seen] == ["2026-07-01", "2025-09-01", "2026-07-01"]
    assert cloud.arm.read_with == {"account": "2025-09-01", "deployment": "2026-07-01"}


async def test_an_api_version_that_nothing_replaces_is_not_offered(azure: Pretend) -> None:
    """A service that refuses what it offers itself leaves a gap after a few tries."""
    words = "The api-version 'x' is invalid. The supported versions are '2026-07-01,2025-09-01'."
    azure.say(f"{P}/accounts", Answer({"error": {"code": "InvalidApiVersionParameter", "message": words}}, 400))
    async with way_in(azure) as cloud:
        gap = await cloud.arm.accounts(SUBSCRIPTION)
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.NOT_OFFERED
    assert len(azure.seen) <= 3


async def test_a_resource_group_that_does_not_exist_has_no_accounts(azure: Pretend) -> None:
    """Groups and subscriptions of the scope multiply, so that most pairs do not exist."""
    error = {"error": {"code": "ResourceGroupNotFound", "message": "Resource group 'rg' could not be found."}}
    azure.say(f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts", Answer(error, 404))
    async with way_in(azure) as cloud:
        rows = await cloud.arm.accounts(SUBSCRIPTION, "rg")
    assert isinstance(rows, Rows)
    assert (rows.rows, len(rows.readings)) == ((), 1)


async def test_secrets_reach_neither_rows_nor_raw_bodies(azure: Pretend) -> None:
    """A throttling key and a connection string are masked before anything is hashed or kept."""
    kept: dict[str, bytes] = {}
    secret = {"capabilities": {"_H_azureml-throttling-key": "PLANTED"}, "note": "AccountKey=PLANTED;x"}
    azure.say(ACCOUNT, account("acct", **secret))
    recorder = Recorder(kept.__setitem__)
    async with way_in(azure, recorder) as cloud:
        row = await cloud.arm.account(ACCOUNT)
    assert isinstance(row, Row)
    assert row.body["properties"]["capabilities"]["_H_azureml-throttling-key"] == "***"
    assert b"PLANTED" not in b"".join(kept.values())
    assert "PLANTED" not in str(recorder.readings)
    assert recorder.readings[0].redacted


async def test_private_endpoints_are_read_through_the_network_client(azure: Pretend) -> None:
    """Endpoint and zone groups, each by the endpoint's own id."""
    azure.say(ENDPOINT, {"id": ENDPOINT, "properties": {"provisioningState": "Succeeded"}})
    azure.say(f"{ENDPOINT}/privateDnsZoneGroups", {"value": [{"id": f"{ENDPOINT}/privateDnsZoneGroups/default"}]})
    async with way_in(azure) as cloud:
        endpoint = await cloud.arm.network.private_endpoint(ENDPOINT)
        groups = await cloud.arm.network.private_dns_zone_groups(ENDPOINT)
    assert isinstance(endpoint, Row)
    assert isinstance(groups, Rows)
    assert endpoint.body["properties"] == {"provisioningState": "Succeeded"}
    assert len(groups.rows) == 1


async def test_an_id_of_another_sort_is_never_asked_for(azure: Pretend) -> None:
    """A connection that names something else than a private endpoint leaves a gap, and no request."""
    async with way_in(azure) as cloud:
        gap = await cloud.arm.network.private_endpoint("/subscriptions/../../evil")
    assert isinstance(gap, Gap)
    assert (gap.reason, azure.seen) == (GapReason.MALFORMED, [])


async def test_requests_carry_the_product_and_one_token(azure: Pretend) -> None:
    """Sign-in happens once for all clients, and the user agent says who asks."""
    azure.say(S, {})
    azure.say(f"{P}/accounts", {"value": []})
    async with way_in(azure) as cloud:
        await cloud.arm.get("subscription", S)
        await cloud.arm.accounts(SUBSCRIPTION)
    assert azure.tokens == 1
    assert all(request.headers["User-Agent"].startswith("aoai-auditor/") for request in azure.seen)
    assert len({request.headers["Authorization"] for request in azure.seen}) == 1
