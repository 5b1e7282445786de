"""A vault's key as it is made for the occasion: what is told of it, and what it signs."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from auditor.record import JsonObject
from auditor.sandbox.vault import Curve, VaultKey

_CURVES: dict[Curve, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}

ALGORITHMS: dict[str, tuple[Curve, HashAlgorithm]] = {
    "ES256": ("P-256", SHA256()),
    "ES384": ("P-384", SHA384()),
    "ES512": ("P-521", SHA512()),
}
"""https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#signverify"""

_RSA_BITS = 2048


@dataclass(frozen=True)
class MadeKey:
    """The private half stays here."""

    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)
    curve: Curve
    version: str = field(default_factory=lambda: token_hex(16))
    created: int = field(default_factory=lambda: int(time.time()))

    @classmethod
    def of(cls, key: VaultKey) -> MadeKey:
        """A new key of that kind."""
        if key.type == "RSA":
            return cls(rsa.generate_private_key(65537, _RSA_BITS), key.curve)
        return cls(ec.generate_private_key(_CURVES[key.curve]), key.curve)

    def public(self) -> JsonObject:
        """The public half as members of a JSON Web Key (RFC 7517)."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            modulus = self.private.public_key().public_numbers()
            told = {"n": encoded(modulus.n.to_bytes(_RSA_BITS // 8, "big")), "e": "AQAB"}
            return {"kty": "RSA", "key_ops": ["sign", "verify", "wrapKey", "unwrapKey", "encrypt", "decrypt"], **told}
        point = self.private.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(self._size, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "key_ops": ["sign", "verify"], "crv": self.curve, "x": x, "y": y}

    def signature(self, algorithm: str, digest: bytes) -> str | None:
        """R and S one after the other (RFC 7518, section 3.4); None where the algorithm is not this key's."""
        curve, digested = ALGORITHMS.get(algorithm, (None, None))
        if isinstance(self.private, rsa.RSAPrivateKey) or digested is None or curve != self.curve:
            return None
        r, s = decode_dss_signature(self.private.sign(digest, ec.ECDSA(Prehashed(digested))))
        return encoded(r.to_bytes(self._size, "big") + s.to_bytes(self._size, "big"))

    @property
    def _size(self) -> int:
        return (_CURVES[self.curve].key_size + 7) // 8


def encoded(raw: bytes) -> str:
    """As the service writes bytes: base64url without its padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: object) -> bytes | None:
    """The bytes of such a text; None where it is none."""
    try:
        return base64.b64decode(f"{text}{'=' * (-len(str(text)) % 4)}".encode(), altchars=b"-_", validate=True)
    except ValueError:
        return None
