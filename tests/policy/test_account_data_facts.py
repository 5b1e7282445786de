"""What an account keeps, where, who watches, and what of it nobody told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.account_data import lost_identities
from tests.policy.estate import ACCOUNT, estate, gap, listing, resource

IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-chat"
STORE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st"


def data(**properties: Any) -> Any:
    return estate().with_account(**properties).account()["data"]


@pytest.mark.parametrize(("said", "told"), [(True, True), (False, False), (None, False), ("true", None)])
def test_stored_completions_are_refused_only_where_it_is_said(said: Any, told: bool | None) -> None:
    """Not set is not refused."""
    assert data(storedCompletionsDisabled=said).get("stored_completions_disabled") is told


def test_an_older_api_version_does_not_tell_of_stored_completions() -> None:
    """Its silence says nothing; what it does tell counts."""
    older = replace(estate(), api_versions={"account": "2024-10-01"})
    assert "stored_completions_disabled" not in older.account()["data"]
    told = older.with_account(storedCompletionsDisabled=True).account()["data"]
    assert told["stored_completions_disabled"] is True


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (None, []),
        ([], []),
        ([{"resourceId": STORE, "identityClientId": "x"}], [STORE]),
        ([{"identityClientId": "x"}], None),
        ([STORE], None),
        (STORE, None),
    ],
)
def test_storage_is_told_by_its_ids(said: Any, told: list[str] | None) -> None:
    """One without an id is not understood, and then nobody knows how many there are."""
    assert data(userOwnedStorage=said).get("storage") == told


@pytest.mark.parametrize(
    ("said", "told"),
    [(None, ""), ({}, ""), ({"adxStorageResourceId": STORE}, STORE), ({"adxStorageResourceId": 7}, None), ("x", None)],
)
def test_a_monitor_sends_to_its_sink_or_nowhere(said: Any, told: str | None) -> None:
    """Empty for nowhere."""
    assert data(raiMonitorConfig=said).get("monitor_sink") == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], True),
        ([{"name": "VirtualNetworks"}], True),
        ([{"name": "contentlogging", "value": "False"}], False),
        ([{"name": "ContentLogging", "value": "true"}], True),
        ([{"name": "ContentLogging", "value": "sometimes"}], None),
        ([{"name": "ContentLogging", "value": "true"}, {"name": "ContentLogging", "value": "false"}], None),
        (["ContentLogging"], None),
        (None, None),
    ],
)
def test_monitoring_is_off_only_where_the_capability_says_so(said: Any, told: bool | None) -> None:
    """The service tells it only then; without capabilities nothing is known."""
    assert data(capabilities=said).get("abuse_monitoring") is told


def test_what_a_list_leaves_out_is_not_known_to_be_unset() -> None:
    """The account itself could not be read; what its list tells counts."""
    hidden = replace(estate().with_account(raiMonitorConfig=None), gaps=(gap("account", ACCOUNT),))
    subject = hidden.of("account", ACCOUNT)
    told = subject.variables["account"].get("data", {})
    assert not {"stored_completions_disabled", "storage", "monitor_sink"} & set(told)
    assert subject.absences["account.data.storage"] == f"gap account {ACCOUNT}"


def test_blocklists_are_known_where_the_list_was_read() -> None:
    """Else absent because of the gap; another account's are not mixed in."""
    own = resource("blocklist", f"{ACCOUNT}/raiBlocklists/words", ACCOUNT, {"properties": {}})
    other = resource("blocklist", f"{ACCOUNT}2/raiBlocklists/more", f"{ACCOUNT}2", {"properties": {}})
    whole = estate().plus(own, other, listings=[listing("blocklist", ACCOUNT)])
    assert whole.account()["data"]["blocklists"] == ["words"]
    hidden = whole.hidden("blocklist", ACCOUNT).of("account", ACCOUNT)
    assert "blocklists" not in hidden.variables["account"]["data"]
    assert hidden.absences["account.data.blocklists"] == f"gap blocklist {ACCOUNT}"


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({IDENTITY: {"principalId": "p", "clientId": "c"}}, []),
        ({IDENTITY: {}}, ["id-chat"]),
        ({IDENTITY: None}, ["id-chat"]),
        ({IDENTITY: {"principalId": None}}, ["id-chat"]),
        ({IDENTITY: {"principalId": ""}}, ["id-chat"]),
        (None, None),
        ([IDENTITY], None),
        ({IDENTITY: "p"}, None),
    ],
)
def test_an_identity_without_a_principal_is_lost(named: Any, told: list[str] | None) -> None:
    """However its absence is told."""
    assert lost_identities({"identity": {"userAssignedIdentities": named}}, ["UserAssigned"]) == told


def test_without_such_identities_none_is_lost() -> None:
    """And where the kind is not known, neither is that."""
    assert lost_identities({}, ["SystemAssigned"]) == []
    assert lost_identities({}, []) == []
    assert lost_identities({}, None) is None
