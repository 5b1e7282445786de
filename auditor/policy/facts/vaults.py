"""The key vaults that were seen, found by the URIs that accounts name them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.snapshot import Resource

KIND: Final = "vault"


@dataclass(frozen=True)
class Vaults:
    """The vaults that were kept."""

    by_uri: dict[str, Resource]
    """URI in lower case without its closing slash → the vault."""
    gap: str | None
    """Why a vault may be missing among them: the first list of vaults that could not be read."""

    def find(self, uri: str) -> Resource | None:
        """The vault that a key's URI leads to."""
        return self.by_uri.get(uri.lower().rstrip("/"))


def vaults(seen: Seen) -> Vaults:
    """Every vault that was kept, by its URI."""
    told = ((text(dig(one.body, "properties", "vaultUri")), one) for one in seen.all_of(KIND))
    gap = next((id_ for (kind, _), id_ in seen.gaps.items() if kind == KIND), None)
    return Vaults({uri.lower().rstrip("/"): one for uri, one in told if uri is not None}, gap)
