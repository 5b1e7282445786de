"""The host names that the sandbox answers to, and whose each is."""

from __future__ import annotations

from typing import Literal

Service = Literal["arm", "entra", "model", "price", "vault", "other"]

EXACT: dict[str, Service] = {
    "management.azure.com": "arm",
    "management.usgovcloudapi.net": "arm",
    "management.chinacloudapi.cn": "arm",
    "login.microsoftonline.com": "entra",
    "login.microsoftonline.us": "entra",
    "login.chinacloudapi.cn": "entra",
    "graph.microsoft.com": "other",
    "prices.azure.com": "price",
}

SUFFIXES = (
    "openai.azure.com",
    "services.ai.azure.com",
    "cognitiveservices.azure.com",
    "api.cognitive.microsoft.com",
    "openai.azure.us",
    "services.ai.azure.us",
    "openai.azure.cn",
)
"""What follows an account's subdomain, or the region's name at a regional endpoint."""

REGIONAL = "api.cognitive.microsoft.com"

VAULTS = "vault.azure.net"
"""What follows a key vault's name."""

CERTIFICATE_NAMES = (*EXACT, *(f"*.{suffix}" for suffix in (*SUFFIXES, VAULTS)))


def service_of(host: str) -> Service | None:
    """Which service a host belongs to; None for one that is not ours."""
    label, _, suffix = host.partition(".")
    if label and suffix == VAULTS:
        return "vault"
    return EXACT.get(host) or ("model" if label and suffix in SUFFIXES else None)
