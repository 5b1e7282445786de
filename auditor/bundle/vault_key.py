"""An EC key in an Azure Key Vault that signs, proven to do so before anything depends on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditor.bundle.public_key import key_id
from auditor.errors import SigningError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

TRIAL = b"auditor: whether this key signs, before an audit begins"
"""Can be taken for no bundle's signature: what that signs begins with DSSEv1."""

_ADDRESS = re.compile(
    r"azurekms://(?P<vault>[A-Za-z0-9-]{3,24})\.vault\.azure\.net/keys/(?P<key>[A-Za-z0-9-]{1,127})"
    r"(?:/(?P<version>[0-9a-f]{32}))?/?\Z"
)


def vault_key(address: str) -> tuple[Any, Signer]:
    """The public half of the key at an `azurekms:` address, and what signs by it.

    Raises SigningError where it does not: no such key, no role, no way to the vault, another kind of key.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.exceptions import UnsupportedLibraryError
    from securesystemslib.signer import AzureSigner, SSlibKey

    from auditor.cloud.vault_problem import vault_problem  # first, as its room keeps the SDKs' warnings off stderr

    named = _ADDRESS.match(address)
    if not named:
        raise SigningError(
            f"{address[:200]}: is no key of a vault",
            next_step="name it as azurekms://<vault>.vault.azure.net/keys/<key>",
        )
    try:
        found, told = AzureSigner.import_(named["vault"], named["key"])
        _need_newest(address, named["version"], found.rstrip("/").rpartition("/")[2])
        public: Any = load_pem_public_key(told.keyval["public"].encode())
        key = SSlibKey(key_id(public), told.keytype, told.scheme, told.keyval)
        signer = AzureSigner.from_priv_key_uri(found, key)
        key.verify_signature(signer.sign(TRIAL), TRIAL)
    except SigningError:
        raise
    except UnsupportedLibraryError as error:
        raise SigningError(
            "signing by a Key Vault key needs azure-keyvault-keys, which is not installed",
            next_step="pip install azure-keyvault-keys",
        ) from error
    except Exception as error:
        why, next_step = vault_problem(error)
        raise SigningError(f"{address}: {why}", next_step=next_step) from error
    return public, signer


def _need_newest(address: str, wanted: str | None, newest: str) -> None:
    if wanted and wanted != newest:
        raise SigningError(
            f"{address}: is not the key's newest version, {newest}; only that can be used",
            next_step="leave the version out",
        )
