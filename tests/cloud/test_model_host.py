"""The host name of an account's models is the one that the account names."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.cloud.model_host import model_host
from tests.cloud.endpoint import ENDPOINTS


@pytest.mark.parametrize(
    ("properties", "host"),
    [
        (
            {"customSubDomainName": "Contoso", "endpoint": "https://contoso.cognitiveservices.azure.com/"},
            "contoso.openai.azure.com",
        ),
        (
            {
                "endpoint": "https://swedencentral.api.cognitive.microsoft.com/",
                "endpoints": {"OpenAI Language Model Instance API": "https://eastus.api.cognitive.microsoft.com/"},
            },
            "eastus.api.cognitive.microsoft.com",
        ),
        (
            {"endpoint": "https://swedencentral.api.cognitive.microsoft.com/"},
            "swedencentral.api.cognitive.microsoft.com",
        ),
        ({"endpoint": "http://plain.example/"}, None),
        ({"endpoint": "https://user@evil.example/"}, None),
        ({"endpoint": "https://[::1"}, None),
        ({"endpoint": "https://localhost/"}, None),
        ({"customSubDomainName": "a/b", "endpoint": 7, "endpoints": []}, None),
        (None, None),
    ],
)
def test_the_host_is_the_accounts_own(properties: Any, host: str | None) -> None:
    """The custom subdomain where there is one, else the regional endpoint that the service names over TLS."""
    assert model_host({"properties": properties}, ENDPOINTS) == host
