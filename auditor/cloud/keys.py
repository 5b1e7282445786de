"""An account's API key, fetched for one call: what brought it is noted, its body neither kept nor hashed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from auditor.snapshot import Gap, GapReason

KIND: Final = "account_key"

KEYS_OFF: Final = re.compile(r"disableLocalAuth", re.IGNORECASE)
"""How Resource Manager says why it lists none: `Failed to list key. disableLocalAuth is set to be true`."""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """One key, for the local variable of whoever makes the call."""

    value: str = field(repr=False)
    reading: str


def keys_are_off(gap: Gap) -> bool:
    """Whether no key was listed because the account takes none."""
    return gap.reason is GapReason.FAILED and KEYS_OFF.search(gap.detail) is not None
