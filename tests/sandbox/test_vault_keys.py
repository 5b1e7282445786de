"""The pretended key vault: its challenge, its refusals and its signatures, as Azure's own clients meet them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256, sha384
from typing import Any

import dns.rcode
import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import EnvironmentCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm

from auditor.sandbox import Sandbox, load_world, vault_keys
from auditor.sandbox.dns import resolve
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import access_token, claims_of, encode
from auditor.sandbox.wire import Answer, Ask

HOST = "contoso-audit.vault.azure.net"
WORLD = load_world("healthy")


def token(**claims: object) -> str:
    made = claims_of(access_token(WORLD, "login.microsoftonline.com", "https://vault.azure.net")) or {}
    return encode({**made, **claims})


def ask(authorization: str, path: str = "/keys/audit", host: str = HOST, **query: str) -> Answer:
    versions = query or {"api-version": "2025-07-01"}
    headers = {"authorization": authorization} if authorization else {}
    return vault_keys.answer(WORLD, Ledger(), Ask("GET", host, path, versions, headers))


@pytest.fixture
def keys(healthy: Sandbox) -> Iterator[tuple[KeyClient, Any]]:
    """The official client of the world's vault, and who calls."""
    assert healthy.environment
    with EnvironmentCredential() as credential, KeyClient(f"https://{HOST}", credential) as client:
        yield client, credential


def test_the_official_clients_read_sign_and_verify(keys: tuple[KeyClient, Any]) -> None:
    client, credential = keys
    key = client.get_key("audit")
    assert (key.name, key.properties.enabled, key.key_operations) == ("audit", True, ["sign", "verify"])
    assert client.get_key("AUDIT", key.properties.version).id == key.id
    digest = sha256(b"said").digest()
    with CryptographyClient(key.id, credential) as crypto:
        signature = crypto.sign(SignatureAlgorithm.es256, digest).signature
        assert len(signature) == 64
        assert crypto.verify(SignatureAlgorithm.es256, digest, signature).is_valid
        assert not crypto.verify(SignatureAlgorithm.es256, sha256(b"other").digest(), signature).is_valid


def test_an_algorithm_or_a_digest_that_does_not_fit_is_refused(keys: tuple[KeyClient, Any]) -> None:
    client, credential = keys
    with CryptographyClient(client.get_key("audit").id, credential) as crypto:
        with pytest.raises(HttpResponseError, match="Key and signing algorithm are incompatible"):
            crypto.sign(SignatureAlgorithm.es384, sha384(b"said").digest())
        with pytest.raises(HttpResponseError, match="Invalid length of 'value'"):
            crypto.sign(SignatureAlgorithm.es256, b"said")


def test_a_key_or_a_version_that_is_not_there_is_not_found(keys: tuple[KeyClient, Any]) -> None:
    client, _ = keys
    for name, version in (("other", None), ("audit", "0" * 32)):
        with pytest.raises(ResourceNotFoundError, match="KeyNotFound") as caught:
            client.get_key(name, version)
        assert f"A key with (name/id) {'/'.join(filter(None, (name, version)))} was not found" in str(caught.value)


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        ("", "AKV10000: Request is missing a Bearer or PoP token."),
        ("Bearer no-token", "AKV10000"),
        (f"Bearer {token(aud='https://management.azure.com')}", "AKV10022: Invalid audience. Expected https://vault"),
        (f"Bearer {token(tid='other', iss='https://sts.windows.net/other/')}", "AKV10032: Invalid issuer."),
        (f"Bearer {token(exp=1)}", "TokenExpired"),
    ],
)
def test_without_a_token_for_it_the_vault_answers_with_its_challenge(authorization: str, words: str) -> None:
    """https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses."""
    told = ask(authorization)
    assert told.status == 401
    assert json.loads(told.body)["error"]["code"] == "Unauthorized"
    assert words in json.loads(told.body)["error"]["message"]
    challenge = f'Bearer authorization="https://login.microsoftonline.com/{WORLD.tenant}"'
    assert told.headers["www-authenticate"] == f'{challenge}, resource="https://vault.azure.net"'


def test_what_the_vault_does_not_serve_is_said() -> None:
    assert ask(f"Bearer {token()}").status == 200
    assert ask(f"Bearer {token()}", "/secrets/audit").unknown
    assert ask(f"Bearer {token()}", other="x").status == 400
    assert ask(f"Bearer {token()}", host="contoso-none.vault.azure.net").unknown


def test_the_private_half_is_told_to_nobody() -> None:
    ledger = Ledger()
    told = vault_keys.answer(
        WORLD, ledger, Ask("GET", HOST, "/keys/audit", {"api-version": "7.4"}, {"authorization": f"Bearer {token()}"})
    )
    assert set(json.loads(told.body)["key"]) == {"kid", "kty", "key_ops", "crv", "x", "y"}
    assert "private" not in repr(ledger.vault_keys)


def test_the_name_of_a_vault_is_known_to_dns_and_of_another_not() -> None:
    assert resolve(WORLD, HOST)[2] == dns.rcode.NOERROR
    assert str(resolve(WORLD, HOST)[1]).startswith("203.0.113.")
    assert resolve(WORLD, "contoso-none.vault.azure.net")[2] == dns.rcode.NXDOMAIN
