"""Each cloud keeps to its own addresses."""

from __future__ import annotations

import pytest

from auditor.cloud.arm_id import parse_arm_id, region
from auditor.cloud.clouds import CLOUDS, endpoints_of, token_exchange_audience
from tests.cloud.pretend import endpoints, settings

ENDINGS = {
    "public": (".com",),
    "us-government": (".us", ".net"),
    "china": (".cn",),
}


@pytest.mark.parametrize("name", CLOUDS)
def test_no_address_of_a_cloud_leads_into_another(name: str) -> None:
    """Control plane, sign-in, suffixes, scopes and zones all end as that cloud's do."""
    cloud = CLOUDS[name]
    addresses = [
        cloud.resource_manager,
        cloud.authority,
        cloud.openai_suffix,
        cloud.foundry_suffix,
        *(scope.removesuffix("/.default") for scope in (cloud.resource_manager_scope, *cloud.model_scopes)),
        *cloud.private_dns_zones,
    ]
    assert [address for address in addresses if not address.endswith(ENDINGS[name])] == []


def test_settings_name_a_cloud_or_spell_it_out() -> None:
    """A mapping in settings is taken as it stands."""
    spelled = endpoints("https://arm.example")
    assert endpoints_of(settings("https://arm.example")) == spelled
    assert endpoints_of(settings("x", cloud="china")).name == "china"


def test_federated_assertions_carry_the_clouds_own_audience() -> None:
    """Public, government and China differ."""
    assert [token_exchange_audience(cloud).rpartition("/")[2] for cloud in CLOUDS.values()] == [
        "AzureADTokenExchange",
        "AzureADTokenExchangeUSGov",
        "AzureADTokenExchangeChina",
    ]


def test_ids_and_regions_are_taken_apart_without_case() -> None:
    """Azure spells both as it likes."""
    arm_id = parse_arm_id(
        "/SUBSCRIPTIONS/s/resourcegroups/RG/providers/microsoft.cognitiveservices/Accounts/a",
        "Microsoft.CognitiveServices/accounts",
    )
    assert arm_id is not None
    assert (arm_id.subscription, arm_id.group, arm_id.name) == ("s", "RG", "a")
    assert parse_arm_id("/subscriptions/s/resourceGroups/g", "Microsoft.CognitiveServices/accounts") is None
    assert {region("West Europe"), region("WestEurope"), region("WESTEUROPE")} == {"westeurope"}
    assert region(None) == ""
