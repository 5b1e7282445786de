"""Keys in a key vault sign bundles: through AzureSigner and Azure's own clients, over the wire to a pretended vault."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azure.identity import EnvironmentCredential
from azure.keyvault.keys import JsonWebKey, KeyClient
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor.bundle.public_key import public_keys
from auditor.bundle.signature import SignatureState
from auditor.bundle.signing import signer_of
from auditor.bundle.vault_key import TRIAL
from auditor.errors import SigningError
from auditor.sandbox import Sandbox, World, load_world, settings_path
from auditor.sandbox.vault import CRYPTO_USER, Vault, VaultKey
from tests.bundle.conftest import verified, written
from tests.cli.process import command
from tests.cli.process import environment as clean_environment
from tests.conftest import Done
from tests.sandbox.conftest import led_to

HOST = "contoso-audit.vault.azure.net"
ADDRESS = f"azurekms://{HOST}/keys/audit"
LEAST = ("--no-probes", "--allow-incomplete")
KEY = VaultKey(name="audit")
CURVES = {"P-256": SECP256R1(), "P-384": SECP384R1(), "P-521": SECP521R1()}


def world(key: VaultKey = KEY, *actions: str) -> World:
    """The healthy world with this key in its vault; without actions its identity is Key Vault Crypto User there."""
    vault = Vault(name="contoso-audit", keys={"audit": key.model_dump()}, data_actions=actions or CRYPTO_USER)
    return load_world("healthy").model_copy(update={"vaults": {vault.name: vault}})


@contextmanager
def serving(served: World) -> Iterator[Sandbox]:
    with Sandbox(served) as sandbox, led_to(sandbox):
        yield sandbox
    assert sandbox.unknown_routes == []
    assert sandbox.refused_hosts == []


def exported(folder: Path) -> Path:
    """The public half as the owner of a vault takes it out: what `az keyvault key download` does."""
    with EnvironmentCredential() as credential, KeyClient(f"https://{HOST}", credential) as client:
        told = client.get_key("audit").key
    assert isinstance(told, JsonWebKey)
    parts: Any = told
    x, y = int.from_bytes(parts.x, "big"), int.from_bytes(parts.y, "big")
    public = EllipticCurvePublicNumbers(x, y, CURVES[parts.crv]).public_key()
    path = folder / "audit.pub"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def auditor(sandbox: Sandbox, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which knows the sandbox by its environment alone."""
    given = clean_environment({**sandbox.environment, **more})
    return subprocess.run(command(*arguments), env=given, capture_output=True, text=True, check=False)


def run(sandbox: Sandbox, folder: Path, address: str = ADDRESS, **more: str) -> subprocess.CompletedProcess[str]:
    settings = str(settings_path("healthy"))
    return auditor(sandbox, "run", "--settings", settings, *LEAST, "--sign", address, "--output", str(folder), **more)


def asked(sandbox: Sandbox) -> set[str]:
    return {one.host for one in sandbox.requests}


def test_an_audit_that_a_vaults_key_signs_is_verified_by_its_public_half(tmp_path: Path) -> None:
    """The whole way; the vault sees a trial and the bundle's signature, and nobody sees a token or a secret."""
    with serving(world()) as sandbox:
        done = run(sandbox, tmp_path / "run")
        public = exported(tmp_path)
        secret = sandbox.environment["AZURE_CLIENT_SECRET"]
    assert done.returncode == 0, done.stderr
    signed = [one for one in sandbox.requests if one.path.endswith("/sign") and one.status == 200]
    assert [one.host for one in signed] == [HOST, HOST]
    page = auditor(sandbox, "verify", str(tmp_path / "run"), "--key", str(public))
    assert page.returncode == 0, page.stdout
    assert page.stdout.startswith("INTACT")
    (key,) = public_keys([public])
    told = json.loads(auditor(sandbox, "verify", str(tmp_path / "run"), "--key", str(public), "--json").stdout)
    assert (told["state"], told["signature"]["state"], told["signature"]["keys"]) == ("intact", "valid", [key.id])
    files = [one.read_bytes() for one in (tmp_path / "run").rglob("*") if one.is_file()]
    seen = b"".join([*files, done.stdout.encode(), done.stderr.encode()])
    assert len(files) > 5
    assert secret.encode() not in seen
    assert b"eyJ0eXAi" not in seen, "a token's first letters"


@pytest.mark.parametrize(
    ("served", "address", "words"),
    [
        (world(KEY, "none"), ADDRESS, "this identity may not sign by it (403 ForbiddenByRbac)"),
        (world(), f"azurekms://{HOST}/keys/other", "the vault has no such key (404 KeyNotFound)"),
    ],
    ids=["forbidden vault", "missing key"],
)
def test_nothing_is_audited_where_the_vault_will_not_sign(
    tmp_path: Path, served: World, address: str, words: str
) -> None:
    with serving(served) as sandbox:
        done = run(sandbox, tmp_path / "run", address)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert address in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
    assert asked(sandbox) == {HOST, "login.microsoftonline.com"}


@pytest.mark.parametrize("curve", CURVES)
def test_keys_on_each_curve_sign(tmp_path: Path, healthy: Done, curve: Any) -> None:
    with serving(world(VaultKey(name="audit", curve=curve))):
        folder = written(tmp_path / "run", healthy, signer_of(ADDRESS))
        public = exported(tmp_path)
    assert verified(folder, *public_keys([public])).signature.state is SignatureState.VALID


@pytest.mark.parametrize(
    ("served", "words", "next_step"),
    [
        (world(KEY, "Microsoft.KeyVault/vaults/keys/read"), "may not sign by it", "Crypto User"),
        (world(VaultKey(name="audit", enabled=False)), "is disabled", "enable it"),
        (world(VaultKey(name="audit", type="RSA")), "UnsupportedKeyType", "name an EC key"),
    ],
    ids=["reads but may not sign", "disabled", "RSA"],
)
def test_what_can_be_read_but_does_not_sign_is_found_on_trial(served: World, words: str, next_step: str) -> None:
    with serving(served), pytest.raises(SigningError, match=words) as caught:
        signer_of(ADDRESS)
    assert next_step in str(caught.value.next_step)
    assert not caught.value.audited


def test_who_can_not_sign_in_is_told_so_in_our_words_alone(tmp_path: Path) -> None:
    """What the SDK warns of while it tries is not printed."""
    with serving(world()) as sandbox:
        done = run(sandbox, tmp_path / "run", AZURE_CLIENT_SECRET="wrong-and-secret")
    assert done.returncode == 2
    assert "nobody could sign in to the vault" in done.stderr
    assert "DefaultAzureCredential" in done.stderr
    assert not any(word in done.stderr for word in ("AADSTS", "Attempted", "wrong-and-secret"))
    assert not (tmp_path / "run").exists()


def test_a_vault_that_is_not_there_can_not_be_reached() -> None:
    with serving(world()) as sandbox, pytest.raises(SigningError, match=r"can't be reached \(ServiceRequestError\)"):
        signer_of("azurekms://contoso-none.vault.azure.net/keys/audit")
    assert asked(sandbox) == set()


def test_only_the_newest_version_signs() -> None:
    with serving(world()) as sandbox:
        with pytest.raises(SigningError, match=r"is not the key's newest version, [0-9a-f]{32}; only that") as caught:
            signer_of(f"{ADDRESS}/{'b' * 32}")
        newest = str(caught.value).partition("version, ")[2][:32]
        assert not [one for one in sandbox.requests if one.path.endswith("/sign")]
        assert signer_of(f"{ADDRESS}/{newest}").key_id


@pytest.mark.parametrize(
    "address",
    [f"azurekms://{HOST}/secrets/audit", "azurekms://evil.example/keys/audit", f"{ADDRESS}/keys/x/y", "azurekms:"],
)
def test_an_address_that_names_no_key_is_refused(address: str) -> None:
    with pytest.raises(SigningError, match="no key of a vault"):
        signer_of(address)


def test_without_the_vaults_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from securesystemslib.signer import _azure_signer as room

    monkeypatch.setattr(room, "AZURE_IMPORT_ERROR", "not there")
    with pytest.raises(SigningError, match="azure-keyvault-keys") as caught:
        signer_of(ADDRESS)
    assert caught.value.next_step == "pip install azure-keyvault-keys"


def test_the_trial_is_no_bundles_signature() -> None:
    """What a bundle's signature is over begins otherwise: https://github.com/secure-systems-lab/dsse."""
    assert not TRIAL.startswith(b"DSSEv1")
