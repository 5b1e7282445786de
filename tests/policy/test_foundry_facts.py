"""What a Foundry account holds, and what of it nobody told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.facts.foundry import host_of
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, SUB, Estate, estate, listing, resource

PROJECT = f"{ACCOUNT}/projects/agents"
INSIGHTS = f"{SUB}/resourceGroups/rg/providers/Microsoft.Insights/components/appi"
READS = (
    ("project", ACCOUNT),
    ("connection", ACCOUNT),
    ("capability_host", ACCOUNT),
    ("project_connection", PROJECT),
    ("project_capability_host", PROJECT),
)


def project(name: str = "agents", **members: Any) -> Resource:
    arm_id = f"{ACCOUNT}/projects/{name}"
    body = {
        "id": arm_id,
        "name": f"aif-chat/{name}",
        "identity": {"type": "SystemAssigned"},
        "properties": {"provisioningState": "Succeeded"},
        **members,
    }
    return resource("project", arm_id, ACCOUNT, body)


def connection(name: str = "search", above: str = PROJECT, **properties: Any) -> Resource:
    kind = "connection" if above == ACCOUNT else "project_connection"
    arm_id = f"{above}/connections/{name}"
    told = {
        "authType": "AAD",
        "category": "CognitiveSearch",
        "target": "https://srch.search.windows.net/",
        "isSharedToAll": False,
        "error": None,
        "expiryTime": None,
        "credentials": None,
        **properties,
    }
    return resource(kind, arm_id, above, {"id": arm_id, "name": name, "tags": None, "properties": told})


def foundry(*things: Resource, **account: Any) -> Estate:
    """The estate with these things and every list of them read whole."""
    return estate().with_account(**account).plus(*things, listings=[listing(*read) for read in READS])


def facts(*things: Resource) -> Any:
    return foundry(*things).account()["foundry"]


def row(**properties: Any) -> Any:
    return facts(project(), connection(**properties))["connections"][0]


def test_projects_and_connections_are_told_with_their_names() -> None:
    """The name on the wire has the account before it; the id has not."""
    told = facts(project(), connection(), connection("files", ACCOUNT, category="AzureStorageAccount"))
    assert told["projects"] == [{"name": "agents", "state": "Succeeded", "identity": True}]
    assert [(one["name"], one["project"]) for one in told["connections"]] == [("files", ""), ("search", "agents")]
    assert told["connections"][1] == {
        "name": "search",
        "project": "agents",
        "category": "CognitiveSearch",
        "auth": "AAD",
        "shared": False,
        "host": "srch.search.windows.net",
        "error": "",
        "expires": False,
    }


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ({"type": "systemassigned, userassigned"}, True),
        ({"type": "None"}, False),
        (None, False),
        ({}, False),
        ({"type": "Borrowed"}, None),
        ("SystemAssigned", None),
    ],
)
def test_an_identity_is_there_or_not_or_not_understood(identity: Any, told: bool | None) -> None:
    """None said is none."""
    assert facts(project(identity=identity))["projects"][0].get("identity") is told


@pytest.mark.parametrize(("state", "told"), [("failed", "Failed"), ("Resting", None), (None, None), (3, None)])
def test_a_state_is_told_in_azures_own_words(state: Any, told: str | None) -> None:
    """Any other word is not known."""
    assert facts(project(properties={"provisioningState": state}))["projects"][0].get("state") == told


@pytest.mark.parametrize(
    ("said", "auth"),
    [
        ("apikey", "ApiKey"),
        ("aad", "AAD"),
        ("ProjectManagedIdentity", "ProjectManagedIdentity"),
        ("Telepathy", None),
        (None, None),
        (["ApiKey"], None),
    ],
)
def test_an_unknown_way_to_sign_in_is_not_known(said: Any, auth: str | None) -> None:
    """So that it is neither a key nor none."""
    assert row(authType=said).get("auth") == auth


@pytest.mark.parametrize(
    ("expiry", "expires", "days_left"),
    [
        (None, False, None),
        ("", False, None),
        ("2026-12-01T10:00:00Z", True, 10),
        ("2026-11-21T12:00:00.1234567Z", True, 0),
        ("2026-11-20T10:00:00+00:00", True, -1),
        ("2026-11-30", True, 8),
        ("next week", None, None),
        (1700000000, None, None),
    ],
)
def test_days_left_are_counted_from_the_snapshot(expiry: Any, expires: bool | None, days_left: int | None) -> None:
    """Whole days, negative once it is over; no date is no end, and what is no date is not known."""
    told = row(expiryTime=expiry)
    assert (told.get("expires"), told.get("days_left")) == (expires, days_left)


@pytest.mark.parametrize(("error", "told"), [(None, ""), ("403", "403"), ({"code": 403}, None)])
def test_an_error_is_told_as_it_was(error: Any, told: str | None) -> None:
    """None said is none."""
    assert row(error=error).get("error") == told


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://MCP.Contoso.com:8443/x?y=z", "mcp.contoso.com"),
        ("wss://user:word@tools.contoso.com./", "tools.contoso.com"),
        ("db.contoso.com:5432", "db.contoso.com"),
        (INSIGHTS, ""),
        (None, ""),
        ("", ""),
        ("Server=db.contoso.com;Database=x", None),
        ("https://contoso.com.evil.example/", "contoso.com.evil.example"),
        ("https://evil.example\\@contoso.com/", None),
        ("_", None),
        ("https://[::1", None),
        ("https:///path", None),
        (443, None),
    ],
)
def test_a_host_is_read_from_a_target_or_not_known(target: Any, host: str | None) -> None:
    """An Azure resource by its id leads to no other host; a connection string leads nobody knows where."""
    assert host_of(target) == host


@given(st.text(max_size=60) | st.integers() | st.none() | st.lists(st.text(), max_size=2))
def test_no_target_is_too_strange(target: Any) -> None:
    """Whatever it is, there is a name, none, or no answer."""
    found = host_of(target)
    assert found is None or found == found.lower()


def test_a_project_is_traced_by_its_own_connection_or_the_accounts() -> None:
    """The category compares without case."""
    lone = project("lone")
    lists = [listing("project_connection", lone.id), listing("project_capability_host", lone.id)]
    own = connection("traces", category="appinsights", authType="ApiKey", target=INSIGHTS)
    assert foundry(project(), lone, own).plus(listings=lists).account()["foundry"]["untraced_projects"] == ["lone"]
    shared = connection("traces", ACCOUNT, category="AppInsights", target=INSIGHTS)
    assert foundry(project(), lone, shared).plus(listings=lists).account()["foundry"]["untraced_projects"] == []


def test_a_connection_that_a_project_inherits_is_told_once() -> None:
    """Its list may show the account's own, by the account's id, in another case."""
    own = connection("files", ACCOUNT)
    shown = resource("project_connection", own.id.upper(), PROJECT, own.body)
    assert [one["name"].lower() for one in facts(project(), own, shown)["connections"]] == ["files"]


@pytest.mark.parametrize("read", READS)
def test_each_list_that_is_hidden_leaves_unknown_what_hangs_on_it(read: tuple[str, str]) -> None:
    """And no empty list in its place; the gap is named."""
    subject = foundry(project(), connection()).hidden(*read).of("account", ACCOUNT)
    told = subject.variables["account"].get("foundry", {})
    hang = {
        "project": {"projects", "connections", "capability_hosts", "untraced_projects"},
        "connection": {"connections", "untraced_projects"},
        "project_connection": {"connections", "untraced_projects"},
        "capability_host": {"capability_hosts"},
        "project_capability_host": {"capability_hosts"},
    }[read[0]]
    assert not hang & set(told)
    for name in hang:
        assert subject.absences[f"account.foundry.{name}"] == f"gap {read[0]} {read[1]}"


def test_traces_are_known_where_a_connection_shows_them_whatever_is_hidden() -> None:
    """A list that failed half way told enough."""
    traced = foundry(project(), connection("traces", ACCOUNT, category="AppInsights"))
    assert traced.hidden("project_connection", PROJECT).account()["foundry"]["untraced_projects"] == []


@pytest.mark.parametrize("account", [{"kind": "OpenAI"}, {"allowProjectManagement": False}])
def test_an_account_that_can_not_have_projects_has_none(account: dict[str, Any]) -> None:
    """Its own body is the proof; nobody asked for a list."""
    if "kind" in account:
        bent = estate().changed("account", ACCOUNT, lambda body: body.update(account))
    else:
        bent = estate().with_account(**account)
    told = bent.account()["foundry"]
    assert told["offered"] is False
    assert (told["projects"], told["connections"], told["capability_hosts"]) == ([], [], [])


def test_without_a_list_nothing_is_known() -> None:
    """An account that may have projects, and was never asked."""
    assert estate().account()["foundry"] == {"offered": True}


def test_another_accounts_things_are_not_mixed_in() -> None:
    """Not even of one whose name begins alike."""
    other = f"{ACCOUNT}2"
    foreign = resource("project", f"{other}/projects/x", other, {"properties": {}})
    theirs = resource("connection", f"{other}/connections/x", other, {"properties": {}})
    told = foundry(foreign, theirs).account()["foundry"]
    assert (told["projects"], told["connections"]) == ([], [])


def test_a_hostile_name_stays_a_name() -> None:
    """Reports escape it."""
    told = facts(project("<script>alert(1)</script>"))
    assert told["projects"][0]["name"] == "script>"
