"""The host names by which the models of an account are called, as the account itself tells them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from auditor.record import JsonObject
from auditor.settings import Endpoints

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", re.IGNORECASE)
"""One label of a host name: https://www.rfc-editor.org/rfc/rfc1123#section-2."""


def model_host(account: JsonObject, endpoints: Endpoints) -> str | None:
    """The host name of an account's model endpoint; None where the account names none.

    The custom subdomain with the cloud's suffix, since Entra tokens work nowhere else. An account without one still has
    the regional endpoint that the service names; it is called all the same, and the service's refusal is the evidence.
    https://learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
    """
    properties = account.get("properties")
    told = properties if isinstance(properties, dict) else {}
    subdomain = told.get("customSubDomainName")
    if isinstance(subdomain, str) and LABEL.fullmatch(subdomain):
        return f"{subdomain.lower()}.{endpoints.openai_suffix}"
    named = told.get("endpoints")
    by_api = named if isinstance(named, dict) else {}
    for url in (by_api.get("OpenAI Language Model Instance API"), told.get("endpoint")):
        host = _https_host(url)
        if host:
            return host
    return None


def project_host(account: JsonObject, endpoints: Endpoints) -> str | None:
    """The host name of the endpoints of an account's Foundry projects; None where it has none.

    https://learn.microsoft.com/azure/ai-foundry/how-to/develop/sdk-overview
    """
    told = account.get("properties")
    subdomain = told.get("customSubDomainName") if isinstance(told, dict) else None
    foundry = str(account.get("kind")).lower() == "aiservices"
    named = foundry and isinstance(subdomain, str) and LABEL.fullmatch(subdomain)
    return f"{str(subdomain).lower()}.{endpoints.foundry_suffix}" if named else None


def _https_host(url: object) -> str | None:
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.hostname or ""
    plain = parts.scheme == "https" and "@" not in parts.netloc and "." in host
    return host if plain and all(LABEL.fullmatch(label) for label in host.split(".")) else None
