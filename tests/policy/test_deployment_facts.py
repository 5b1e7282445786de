"""What is derived of a deployment from its own body and its siblings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.deployment import limited_by, per_minute
from tests.policy.estate import ACCOUNT, PLACE, Estate, deployment, estate, gap

CHAT = f"{ACCOUNT}/deployments/chat"
PTU = f"{ACCOUNT}/deployments/chat-ptu"


@pytest.mark.parametrize(
    ("name", "residency", "provisioned"),
    [
        ("Standard", "region", False),
        ("globalstandard", "global", False),
        ("DataZoneStandard", "data-zone", False),
        ("ProvisionedManaged", "region", True),
        ("DataZoneProvisionedManaged", "data-zone", True),
        ("GlobalProvisionedManaged", "global", True),
        ("GlobalBatch", "global", False),
        ("DataZoneBatch", "data-zone", False),
        ("DeveloperTier", "none", False),
    ],
)
def test_the_sku_decides_residency_and_billing(name: str, residency: str, provisioned: bool) -> None:
    """As the table of deployment types says, whatever the casing."""
    told = _with_sku(name).deployment()
    assert (told["residency"], told["provisioned"]) == (residency, provisioned)
    assert told["sku"]["name"].lower() == name.lower()
    assert told["sku"]["name"] != "globalstandard"


def test_a_sku_that_no_page_explains_is_unknown() -> None:
    """It may process anywhere."""
    told = _with_sku("GalacticStandard").deployment()
    assert {"residency", "provisioned", "stops_at_retirement"}.isdisjoint(told)
    assert told["sku"]["name"] == "GalacticStandard"


@pytest.mark.parametrize(
    ("limits", "key", "rate"),
    [
        ([{"key": "request", "renewalPeriod": 10.0, "count": 1.0}], "request", 6),
        ([{"key": "request", "renewalPeriod": 60, "count": 10}], "request", 10),
        ([{"key": "token", "renewalPeriod": 60, "count": 1000}], "token", 1000),
        (
            [{"key": "Token", "renewalPeriod": 60, "count": 5}, {"key": "token", "renewalPeriod": 60, "count": 3}],
            "token",
            3,
        ),
        ([{"key": "token", "renewalPeriod": 60, "count": 1000}], "request", None),
        ([{"key": "token", "renewalPeriod": 0, "count": 1000}], "token", None),
        ([{"key": "token", "count": 1000}], "token", None),
        ([], "token", None),
        (None, "token", None),
        ("many", "token", None),
    ],
)
def test_rates_are_brought_to_a_minute(limits: Any, key: str, rate: int | None) -> None:
    """Counts are per renewalPeriod; older traffic counts requests in ten seconds."""
    assert per_minute(limits, key) == rate


@pytest.mark.parametrize(
    ("limits", "keys"),
    [
        ([{"key": "request"}, {"key": "Token"}], ["request", "token"]),
        ([{"key": "request", "renewalPeriod": 60, "count": 9}], ["request"]),
        ([{"key": "request"}, {}], None),
        ([{"key": 7}], None),
        ([], None),
        (None, None),
        ("many", None),
    ],
)
def test_what_limits_a_deployment_is_told_by_the_keys(limits: Any, keys: list[str] | None) -> None:
    """An image model has no limit of tokens; where nothing is told, nothing is known."""
    assert limited_by(limits) == keys


def test_a_provisioned_deployment_stops_whatever_its_option_says() -> None:
    """The service never upgrades one by itself."""
    assert estate().deployment("chat-ptu")["stops_at_retirement"] is True
    assert estate().deployment("chat")["stops_at_retirement"] is False
    assert estate().with_deployment(versionUpgradeOption="noautoupgrade").deployment()["stops_at_retirement"] is True
    assert "stops_at_retirement" not in estate().with_deployment(versionUpgradeOption="Perhaps").deployment()


@pytest.mark.parametrize(
    ("own", "listed", "speaks"),
    [
        ({"responses": "true"}, {}, True),
        ({"responses": True}, {}, True),
        ({}, {"responses": "true"}, True),
        ({"responses": "false"}, {"responses": "true"}, False),
        ({}, {}, False),
        (None, {}, None),
        (None, {"responses": "true"}, True),
        ({"responses": "perhaps"}, {"responses": "true"}, None),
    ],
)
def test_responses_are_spoken_where_a_capability_says_so(own: Any, listed: Any, speaks: bool | None) -> None:
    """The deployment's own word first; silence of both is a no for OpenAI's models."""
    bent = estate().with_deployment(capabilities=own)
    bent = _listing_capabilities(bent, listed)
    assert bent.deployment().get("speaks_responses") is speaks


def test_silence_on_a_partners_model_is_no_answer() -> None:
    """Grok and DeepSeek answer Responses and do not list the capability."""

    def partner(body: dict[str, Any]) -> None:
        body["properties"].update(capabilities={"chatCompletion": "true"})
        body["properties"]["model"]["format"] = "xAI"

    assert "speaks_responses" not in estate().changed("deployment", CHAT, partner).deployment()


def test_an_older_api_version_leaves_its_newer_members_unknown() -> None:
    """Not told is not Running."""
    bent = estate().with_deployment(deploymentState=None)
    bent = replace(bent, gaps=(gap("deployment_detail", ACCOUNT),))
    facts = bent.of("deployment", CHAT)
    assert facts.absences["deployment.properties.deploymentState"] == f"gap deployment_detail {ACCOUNT}"
    assert facts.absences["deployment.properties.routing"] == f"gap deployment_detail {ACCOUNT}"
    told = replace(estate(), gaps=bent.gaps).of("deployment", CHAT)
    assert "deployment.properties.deploymentState" not in told.absences


def test_spillover_leads_to_a_standard_deployment_of_the_same_model() -> None:
    """As the service requires."""
    assert estate().deployment("chat-ptu")["spillover"] == {
        "declared": True,
        "target_exists": True,
        "target_same_model": True,
        "target_standard": True,
    }


@pytest.mark.parametrize(
    ("target", "same", "standard"), [("TRIAL", False, True), ("chat-ptu", True, False), ("nowhere", None, None)]
)
def test_spillover_to_anything_else_is_told_apart(target: str, same: bool | None, standard: bool | None) -> None:
    """Another model, another SKU, or nothing."""
    told = estate().with_deployment("chat-ptu", spilloverDeploymentName=target).deployment("chat-ptu")["spillover"]
    assert told["target_exists"] is (target != "nowhere")
    assert (told.get("target_same_model"), told.get("target_standard")) == (same, standard)


def test_a_spillover_target_is_missing_only_from_a_whole_list() -> None:
    """A denied list may hold it."""
    bent = estate().with_deployment("chat-ptu", spilloverDeploymentName="nowhere")
    kept = tuple(one for one in bent.listings if one.kind != "deployment")
    facts = replace(bent, listings=kept, gaps=(gap("deployment", ACCOUNT),)).of("deployment", PTU)
    assert facts.variables["deployment"]["spillover"] == {"declared": True}
    assert facts.absences["deployment.spillover.target_exists"] == f"gap deployment {ACCOUNT}"


@pytest.mark.parametrize(("version", "told"), [("2024-10-01", False), ("2025-09-01", True), ("", False)])
def test_no_spillover_is_known_only_from_a_version_that_would_tell(version: str, told: bool) -> None:
    """Older api-versions leave the member out even where it is set."""
    bent = estate().with_deployment("chat-ptu", spilloverDeploymentName=None)
    older = replace(bent, gaps=(gap("deployment_detail", ACCOUNT),), api_versions={"deployment": version})
    assert (older.deployment("chat-ptu").get("spillover") == {"declared": False}) is told
    assert bent.deployment("chat-ptu")["spillover"] == {"declared": False}


def test_members_that_bear_our_names_do_not_pass_for_ours() -> None:
    """Should the service ever send `declared` or `probe`, rules still see what was derived."""

    def foreign(body: dict[str, Any]) -> None:
        body.update(declared="yes", probe={"text": {"ok": True}}, residency="moon", tpm=9, model=5)

    told = estate().changed("deployment", f"{ACCOUNT}/deployments/trial", foreign).deployment("trial")
    assert told["declared"] is False
    assert told["residency"] == "global"
    assert "probe" not in told
    assert told["tpm"] == 10_000
    bare = estate().hidden("model", PLACE).changed("deployment", f"{ACCOUNT}/deployments/trial", foreign)
    assert "model" not in bare.deployment("trial")


def test_a_deployment_that_no_workload_names_is_undeclared() -> None:
    """And has no expectation."""
    facts = estate().of("deployment", f"{ACCOUNT}/deployments/trial")
    assert facts.variables["deployment"]["declared"] is False
    assert facts.variables["expected"] == {}
    assert estate().deployment()["declared"] is True
    assert estate().deployment()["account_name"] == "aif-chat"


def test_a_deployment_whose_account_was_not_read_still_stands() -> None:
    """Its own facts are known; those that need the account are not, and the gap is named."""
    facts = estate().hidden("account", f"{ACCOUNT}").of("deployment", CHAT)
    told: Any = facts.variables["deployment"]
    assert told["residency"] == "global"
    assert told["declared"] is True
    assert "model" not in told
    assert facts.absences["deployment.model"] == f"gap account {ACCOUNT}"
    assert facts.variables["account"] == {"declared": True, "network": {"intent": "private"}}
    assert facts.absences["account"] == f"gap account {ACCOUNT}"


def test_the_same_name_in_another_casing_is_the_same_deployment() -> None:
    """ARM compares without case."""
    upper = deployment("CHAT", {"name": "gpt-4.1", "version": "2025-04-14"}, {"name": "GlobalStandard", "capacity": 10})
    bent = estate().without("deployment", CHAT).plus(upper)
    assert bent.expected()["exists"] is True
    assert bent.deployment("CHAT")["declared"] is True


def _with_sku(name: str) -> Estate:
    return estate().changed("deployment", CHAT, lambda body: body.update(sku={"name": name, "capacity": 10}))


def _listing_capabilities(bent: Estate, capabilities: Any) -> Estate:
    name = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"
    return bent.changed("model", name, lambda body: body["model"].update(capabilities=capabilities))


@pytest.mark.parametrize(
    ("model", "publisher"),
    [
        ({"format": "OpenAI"}, "OpenAI"),
        ({"format": "OpenAI", "publisher": "Contoso Labs"}, "Contoso Labs"),
        ({"format": "OpenAI", "publisher": 7}, "OpenAI"),
        ({"publisher": ""}, None),
        ({}, None),
    ],
)
def test_the_publisher_is_told_or_is_the_models_format(model: dict[str, Any], publisher: str | None) -> None:
    """Most deployments tell the format alone."""
    assert estate().with_deployment(model=model).deployment().get("publisher") == publisher
