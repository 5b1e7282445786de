"""A key vault of the pretend world, and the keys in it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from auditor.record import Record
from auditor.sandbox.named import Named

Curve = Literal["P-256", "P-384", "P-521"]

CRYPTO_USER = tuple(
    f"Microsoft.KeyVault/vaults/keys/{one}"
    for one in (
        "read",
        "update/action",
        "backup/action",
        "encrypt/action",
        "decrypt/action",
        "wrap/action",
        "unwrap/action",
        "sign/action",
        "verify/action",
    )
)
"""https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security#key-vault-crypto-user"""


class VaultKey(Record):
    """A key of one version, made when somebody first asks for it and never told."""

    name: str
    type: Literal["EC", "RSA"] = "EC"
    curve: Curve = "P-256"
    """Of an EC key."""
    enabled: bool = True


class Vault(Record):
    """A vault whose keys callers may use as far as roles on the vault itself let them."""

    name: str = Field(pattern=r"^[a-z0-9-]{3,24}$")
    """In lower case, as it stands in its host's."""
    location: str = "swedencentral"
    group: str = "rg-security"
    data_actions: tuple[str, ...] = CRYPTO_USER
    """Of the role that the world's identity has on it; `*` stands for anything."""
    keys: Named[VaultKey] = {}
