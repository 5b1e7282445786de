"""What a few probes need and nobody may see: an account's API key, the text that a content filter must refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from auditor.cloud.keys import AccountKey
from auditor.snapshot import Gap


class Keys(Protocol):
    """The way to the accounts' keys: `auditor.cloud.arm.Arm`."""

    async def key(self, account_id: str) -> AccountKey | Gap:
        """One of the account's keys, or why there is none."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Fetches them when they are asked for, and keeps none; canaries are in the process's environment."""

    keys: Keys | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


NOTHING = Secrets()
"""For probes that need none."""
