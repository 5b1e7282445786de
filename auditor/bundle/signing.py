"""Signing a manifest: by a key in a file or in an Azure Key Vault, through securesystemslib."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.bundle.public_key import MAX_KEY, key_id
from auditor.bundle.statement import PAYLOAD
from auditor.errors import SigningError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer as LibrarySigner

VAULT = "azurekms:"


@dataclass(frozen=True)
class Signer:
    """A key that signs, and the id that its public half goes by."""

    key_id: str
    library: LibrarySigner

    def envelope(self, payload: bytes) -> bytes:
        """The DSSE envelope around a Statement, as JSON; whatever the key's keeper raises passes through."""
        from securesystemslib.dsse import Envelope

        wrapped = Envelope(payload, PAYLOAD, {})
        wrapped.sign(self.library)
        return json.dumps(wrapped.to_dict(), indent=1).encode() + b"\n"


def signer_of(key: str) -> Signer:
    """The signer that a private key's file or an `azurekms:` address gives; a vault is asked to sign once on trial.

    Raises SigningError where the key can't be used, or where what signing needs is not installed.
    """
    _library()
    return _in_vault(key) if key.startswith(VAULT) else _in_file(Path(key))


def new_key(path: Path) -> tuple[Path, str]:
    """Writes an Ed25519 key and, ending with `.pub`, its public half; gives the latter and the key's id.

    Raises SigningError where either file is there already or can't be written, or where the extra is not installed.
    """
    _library()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from securesystemslib.signer import CryptoSigner

    made = CryptoSigner.generate_ed25519()
    private = _private_key(made.private_bytes, path)
    public = path.with_name(f"{path.name}.pub")
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if public.exists() or public.is_symlink():
        raise _taken(public)
    _write_new(path, made.private_bytes, 0o600)
    try:
        _write_new(public, pem, 0o644)
    except SigningError:
        path.unlink()
        raise
    return public, key_id(private.public_key())


def _in_file(path: Path) -> Signer:
    from securesystemslib.signer import CryptoSigner, SSlibKey

    try:
        with path.open("rb") as file:
            pem = file.read(MAX_KEY)
    except OSError as error:
        raise SigningError(
            f"{path}: can't be read: {error.strerror}", next_step=f"make a key: auditor keys new '{path}'"
        ) from error
    private = _private_key(pem, path)
    name = key_id(private.public_key())
    return Signer(name, CryptoSigner(private, SSlibKey.from_crypto(private.public_key(), name)))


def _private_key(pem: bytes, path: Path) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except TypeError as error:
        raise SigningError(
            f"{path}: is protected by a password, which the auditor does not ask for",
            next_step="use a key without one that only this user may read, or a Key Vault key",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningError(
            f"{path}: is no private key in PEM form", next_step=f"make one: auditor keys new '{path}.new'"
        ) from error
    curves = (SECP256R1, SECP384R1, SECP521R1)
    if isinstance(key, Ed25519PrivateKey) or (
        isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, curves)
    ):
        return key
    raise SigningError(f"{path}: neither an Ed25519 nor an ECDSA key", next_step="use a key of one of these kinds")


def _in_vault(address: str) -> Signer:
    from auditor.bundle.vault_key import vault_key

    public, library = vault_key(address)
    return Signer(key_id(public), library)


def _library() -> None:
    try:
        import securesystemslib.signer  # noqa: F401 - whether it is there is the question
    except ImportError as error:
        raise SigningError(
            "signing needs securesystemslib, which is not installed", next_step="pip install 'aoai-auditor[sign]'"
        ) from error


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise SigningError(f"{path}: can't be written: {error.strerror}", next_step="name a writable place") from error


def _taken(path: Path) -> SigningError:
    return SigningError(f"{path}: is there already; a key never overwrites another", next_step="name another file")
