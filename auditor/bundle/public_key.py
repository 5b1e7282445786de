"""Keys by which a signature is verified; this needs no more than the auditor itself does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from auditor.errors import SigningError

MAX_KEY = 64 * 1024
"""Bytes of a key's file."""

_HASHES: dict[str, type[HashAlgorithm]] = {
    SECP256R1.name: SHA256,
    SECP384R1.name: SHA384,
    SECP521R1.name: SHA512,
}
"""As ES256, ES384 and ES512 have them: https://datatracker.ietf.org/doc/html/rfc7518#section-3.4"""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 or ECDSA key, and the id under which a signature names it."""

    id: str
    key: Ed25519PublicKey | EllipticCurvePublicKey
    source: str
    """The file that it was read from."""

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether its owner made this signature over these bytes."""
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signature, data)
            else:
                self.key.verify(signature, data, ECDSA(_HASHES[self.key.curve.name]()))
        except InvalidSignature:
            return False
        return True


def public_keys(paths: Iterable[Path]) -> tuple[PublicKey, ...]:
    """The keys in PEM files; raises SigningError for one that can't be read, is private, or of another kind."""
    return tuple(_read(path) for path in paths)


def key_id(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    """The sha256 of the key's DER form, in hex: `openssl pkey -pubin -in FILE -outform DER | sha256sum`."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _read(path: Path) -> PublicKey:
    try:
        with path.open("rb") as file:
            pem = file.read(MAX_KEY)
    except OSError as error:
        raise SigningError(
            f"{path}: can't be read: {error.strerror}", next_step="name the public key's file"
        ) from error
    if b"PRIVATE KEY" in pem:
        raise SigningError(
            f"{path}: is a private key", next_step="name the public one, which lies beside it and ends with .pub"
        )
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningError(f"{path}: is no public key in PEM form", next_step="name the public key's file") from error
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name not in _HASHES:
        raise SigningError(
            f"{path}: a key on the curve {key.curve.name}", next_step="use Ed25519, P-256, P-384 or P-521"
        )
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise SigningError(f"{path}: neither an Ed25519 nor an ECDSA key", next_step="use a key of one of these kinds")
    return PublicKey(key_id(key), key, str(path))
