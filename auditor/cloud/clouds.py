"""The addresses of each Azure cloud: control plane, sign-in, model endpoints and private DNS zones."""

from __future__ import annotations

from auditor.settings import Endpoints, Settings

PUBLIC = Endpoints(
    name="public",
    resource_manager="https://management.azure.com",
    authority="https://login.microsoftonline.com",
    openai_suffix="openai.azure.com",
    foundry_suffix="services.ai.azure.com",
    resource_manager_scope="https://management.azure.com/.default",
    model_scopes=("https://ai.azure.com/.default", "https://cognitiveservices.azure.com/.default"),
    private_dns_zones=(
        "privatelink.cognitiveservices.azure.com",
        "privatelink.openai.azure.com",
        "privatelink.services.ai.azure.com",
    ),
)
"""https://learn.microsoft.com/azure/private-link/private-endpoint-dns lists the zones; the older scope is second."""

US_GOVERNMENT = Endpoints(
    name="us-government",
    resource_manager="https://management.usgovcloudapi.net",
    authority="https://login.microsoftonline.us",
    openai_suffix="openai.azure.us",
    foundry_suffix="services.ai.azure.us",
    resource_manager_scope="https://management.core.usgovcloudapi.net/.default",
    model_scopes=("https://ai.azure.us/.default", "https://cognitiveservices.azure.us/.default"),
    private_dns_zones=("privatelink.cognitiveservices.azure.us", "privatelink.openai.azure.us"),
)
"""https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure

Microsoft's zone table names `privatelink.cognitiveservices.azure.us` alone; `privatelink.openai.azure.us` is in wide
use. A zone for `services.ai.azure.us` could not be confirmed and is therefore not expected of anybody.
"""

CHINA = Endpoints(
    name="china",
    resource_manager="https://management.chinacloudapi.cn",
    authority="https://login.chinacloudapi.cn",
    openai_suffix="openai.azure.cn",
    foundry_suffix="services.ai.azure.cn",
    resource_manager_scope="https://management.chinacloudapi.cn/.default",
    model_scopes=("https://cognitiveservices.azure.cn/.default",),
)
"""Control plane and sign-in are those of azure-mgmt-core and azure-identity.

No Microsoft page was found that offers Azure OpenAI in this cloud: both model suffixes and the model scope follow the
pattern of the other clouds and are unconfirmed, and no private DNS zone is expected. Who knows better says every
address, with `cloud:` as a mapping.
"""

CLOUDS: dict[str, Endpoints] = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}

TOKEN_EXCHANGE_AUDIENCES: dict[str, str] = {
    "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "login.chinacloudapi.cn": "api://AzureADTokenExchangeChina",
}
"""Authority host → audience that a federated assertion must carry, where it is not the usual one."""


def endpoints_of(settings: Settings) -> Endpoints:
    """Every address of the cloud that settings name or spell out."""
    return CLOUDS[settings.cloud] if isinstance(settings.cloud, str) else settings.cloud


def token_exchange_audience(endpoints: Endpoints) -> str:
    """The audience of a federated assertion for this cloud's sign-in.

    https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
    """
    host = endpoints.authority.removeprefix("https://").rstrip("/")
    return TOKEN_EXCHANGE_AUDIENCES.get(host, "api://AzureADTokenExchange")
