"""Documented defaults, the API's casing, and what nobody understands."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy.facts.defaults import fill
from auditor.policy.facts.known import KNOWN, NONE, Known
from auditor.policy.facts.shape import dig

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KINDS = sorted({known.kind for known in KNOWN})


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("properties.disableLocalAuth", False),
        ("properties.publicNetworkAccess", "Enabled"),
        ("properties.networkAcls.defaultAction", "Allow"),
        ("properties.networkAcls.ipRules", []),
        ("properties.networkAcls.virtualNetworkRules", []),
        ("properties.restrictOutboundNetworkAccess", False),
        ("properties.allowedFqdnList", []),
        ("properties.privateEndpointConnections", []),
        ("properties.encryption.keySource", "Microsoft.CognitiveServices"),
        ("properties.customSubDomainName", ""),
        ("properties.abusePenalty.action", "None"),
        ("identity.type", "None"),
        ("tags", {}),
    ],
)
@pytest.mark.parametrize("body", [{"properties": {}}, {"properties": {"publicNetworkAccess": None}, "identity": None}])
def test_what_an_account_leaves_out_is_its_documented_default(path: str, default: Any, body: dict[str, Any]) -> None:
    """An account that says nothing (or null) of a member has the documented default, with a note and its page."""
    filled, notes = fill("account", body)
    assert dig(filled, *path.split(".")) == default
    note, page = notes[path]
    assert note.startswith("absent; documented default ")
    assert page.startswith("https://learn.microsoft.com/")


def test_networkacls_without_a_default_action_let_everybody_in() -> None:
    """Rules alone deny nobody: Powerpipe's NULL that became ok."""
    filled, _ = fill("account", {"properties": {"networkAcls": {"ipRules": [{"value": "203.0.113.7"}]}}})
    assert filled["properties"]["networkAcls"]["defaultAction"] == "Allow"


def test_a_deployment_without_an_upgrade_option_is_upgraded_when_its_version_expires() -> None:
    """The service documents null as that option."""
    filled, notes = fill("deployment", {"properties": {"versionUpgradeOption": None}})
    assert filled["properties"] == {"versionUpgradeOption": "OnceCurrentVersionExpired"}
    assert notes["properties.versionUpgradeOption"][0] == "absent; documented default OnceCurrentVersionExpired"


@pytest.mark.parametrize("body", [{}, {"identity": None}, {"properties": None}, {"properties": 5}, {"kind": "OpenAI"}])
def test_nothing_is_assumed_of_an_account_that_was_not_read(body: dict[str, Any]) -> None:
    """Without properties there is no default: absent stays unknown."""
    filled, notes = fill("account", body)
    assert not any(note.startswith("absent") for note, _ in notes.values())
    assert set(filled) <= {"kind"}


def test_nothing_is_assumed_of_what_a_list_left_out() -> None:
    """A list may leave out what a read of the account tells, so its silence means nothing."""
    filled, notes = fill("account", {"properties": {"publicNetworkAccess": "Enabled"}}, whole=False)
    assert filled == {"properties": {"publicNetworkAccess": "Enabled"}}
    assert notes == {}


def test_a_default_beside_an_object_needs_the_object() -> None:
    """Without a key vault there is no key version, rather than an empty one."""
    assert "keyVaultProperties" not in fill("account", {"properties": {}})[0]["properties"]["encryption"]
    pinned = {"properties": {"encryption": {"keySource": "microsoft.keyvault", "keyVaultProperties": {"keyName": "k"}}}}
    encryption = fill("account", pinned)[0]["properties"]["encryption"]
    assert encryption == {"keySource": "Microsoft.KeyVault", "keyVaultProperties": {"keyName": "k", "keyVersion": ""}}


def test_a_penalty_without_an_action_is_not_taken_for_none() -> None:
    """Only an account without any penalty object has none."""
    filled, _ = fill("account", {"properties": {"abusePenalty": {"rateLimitPercentage": 0.5}}})
    assert "action" not in filled["properties"]["abusePenalty"]


@pytest.mark.parametrize(
    ("kind", "path", "said", "meant"),
    [
        ("account", "properties.publicNetworkAccess", "disabled", "Disabled"),
        ("account", "properties.networkAcls.defaultAction", "DENY", "Deny"),
        ("account", "properties.provisioningState", "succeeded", "Succeeded"),
        ("account", "identity.type", "systemAssigned,userassigned", "SystemAssigned, UserAssigned"),
        ("account", "identity.type", "none", "None"),
        ("deployment", "properties.deploymentState", "paused", "Paused"),
        ("subscription", "state", "enabled", "Enabled"),
        ("usage", "status", "inoverage", "InOverage"),
        ("model", "model.lifecycleStatus", "deprecating", "Deprecating"),
    ],
)
def test_words_are_given_the_casing_that_the_api_documents(kind: str, path: str, said: str, meant: str) -> None:
    """The service varies its casing; rules compare with one."""
    assert dig(fill(kind, _nested(path, said))[0], *path.split(".")) == meant


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("properties.publicNetworkAccess", 5),
        ("properties.publicNetworkAccess", "SecuredByPerimeter"),
        ("properties.publicNetworkAccess", ["Disabled"]),
        ("properties.disableLocalAuth", "true"),
        ("properties.disableLocalAuth", 1),
        ("properties.networkAcls", "Deny"),
        ("properties.networkAcls.defaultAction", True),
        ("properties.networkAcls.ipRules", {}),
        ("properties.networkAcls.ipRules", ["203.0.113.7"]),
        ("properties.privateEndpointConnections", [{}, 5]),
        ("properties.abusePenalty", "none"),
        ("identity", "SystemAssigned"),
        ("identity.type", "None, SystemAssigned"),
        ("identity.type", "SystemAssigned; UserAssigned"),
        ("tags", []),
    ],
)
def test_what_nobody_understands_is_unknown_and_never_a_default(path: str, said: Any) -> None:
    """An unknown word or a wrong type at a known path is left out, and the note quotes it."""
    filled, notes = fill("account", {"properties": {}, **_nested(path, said)})
    assert dig(filled, *path.split(".")) is None
    assert notes[path][0].startswith("not understood: ")
    assert not any(other.startswith(path) and other != path for other in notes)


def test_a_long_or_foreign_value_is_quoted_in_few_words() -> None:
    """Names and texts of the service are anything; a note stays a line."""
    note = fill("account", {"properties": {"publicNetworkAccess": "x" * 10_000}})[1]["properties.publicNetworkAccess"]
    assert len(note[0]) < 100
    assert fill("account", {"properties": [{"<script>": 1}]})[1]["properties"][0] == "not understood: a list"


def test_an_element_of_a_list_is_settled_where_it_stands() -> None:
    """A connection's status is normalised, and a foreign one is unknown, in its own element alone."""
    said = [{"properties": {"privateLinkServiceConnectionState": {"status": word}}} for word in ("approved", "Maybe")]
    filled, notes = fill("account", {"properties": {"privateEndpointConnections": said}})
    states = [one["properties"]["privateLinkServiceConnectionState"] for one in _connections(filled)]
    assert states == [{"status": "Approved"}, {}]
    path = "properties.privateEndpointConnections[1].properties.privateLinkServiceConnectionState.status"
    assert notes[path][0] == 'not understood: "Maybe"'


def test_unknown_members_pass_through_and_the_body_is_not_changed() -> None:
    """The service answers with more than its description lists; the raw body stays what it was."""
    body = {"properties": {"new": {"x": [1, None, {"y": None}]}, "publicNetworkAccess": "disabled"}, "extra": None}
    before = deepcopy(body)
    filled, _ = fill("account", body)
    assert filled["properties"]["new"] == {"x": [1, None, {}]}
    assert body == before


def test_defaults_are_not_shared_between_accounts() -> None:
    """Changing one filled body does not change the next."""
    fill("account", {"properties": {}})[0]["properties"]["allowedFqdnList"].append("x")
    assert fill("account", {"properties": {}})[0]["properties"]["allowedFqdnList"] == []


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.kind} {known.path}")
def test_every_row_names_its_page_and_defaults_to_what_it_may_say(known: Known) -> None:
    """A row without a page, or a default outside its own words, is not a fact."""
    assert known.page.startswith("https://learn.microsoft.com/")
    if known.default is not NONE:
        expected: Any = known.default in known.values if isinstance(known.values, tuple) else None
        assert isinstance(known.default, known.values) if isinstance(known.values, type) else expected


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from([*KINDS, "workload", "probe"]), body=st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_no_shape_of_body_raises(kind: str, body: dict[str, Any]) -> None:
    """Whatever the service sends, there is an answer."""
    filled, notes = fill(kind, body)
    assert isinstance(filled, dict)
    assert all(len(note) == 2 for note in notes.values())


@settings(max_examples=200, deadline=None)
@given(known=st.sampled_from([known for known in KNOWN if "[]" not in known.path]), value=JSON)
def test_a_known_member_says_one_of_its_words_or_is_unknown(known: Known, value: Any) -> None:
    """Whatever stands at a known path, what comes out is of the documented words and type, or nothing."""
    found = dig(fill(known.kind, {"properties": {}, **_nested(known.path, value)})[0], *known.path.split("."))
    if found is not None and isinstance(known.values, tuple):
        assert set(str(found).split(", ")) <= set(known.values)
    elif found is not None:
        assert isinstance(found, (int, float) if known.values is float else known.values)


def test_a_deeply_nested_body_does_not_exhaust_the_stack() -> None:
    """Below any depth that the service uses, values pass through untouched."""
    body: Any = None
    for _ in range(5000):
        body = {"x": body}
    assert fill("account", {"properties": body})[0]["properties"]["disableLocalAuth"] is False


def _nested(path: str, value: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    return dict(value)


def _connections(filled: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = filled["properties"]["privateEndpointConnections"]
    return found
