"""What a running sandbox remembers; touched by its own event loop alone."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, Any

from auditor.sandbox.account import Account
from auditor.sandbox.troubles import ArmTrouble, ModelTrouble
from auditor.sandbox.world import Bucket

if TYPE_CHECKING:
    from auditor.sandbox.vault_made import MadeKey


@dataclass(frozen=True, slots=True)
class Turn:
    """One response in a conversation: what was given, then what was answered."""

    items: tuple[dict[str, Any], ...]
    previous: str | None
    given: int = 0
    """How many of the items, from the first, were given."""


_ROUNDING = 1e-6
"""What many refills of a bucket may lack through rounding alone."""


@dataclass
class Ledger:
    """Secrets made for the occasion, responses that were stored, and how often each trouble was met."""

    client_secret: str = field(default_factory=lambda: token_hex(16))
    identity_secret: str = field(default_factory=lambda: token_hex(16))
    """What App Service's identity endpoint and GitHub's token endpoint ask for."""
    responses: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """Stored responses by account and id."""
    conversations: dict[tuple[str, str], Turn] = field(default_factory=dict)
    """What was said in each stored response, by account and id."""
    running: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """Background responses that are not done, by account and id: how many polls from now each is; None: never."""
    prompts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Long prompts that a model was given, by account and model: what it may have in its cache."""
    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """Files, vector stores and containers, by account and id."""
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Bytes of the files among them."""
    tool_ports: dict[str, int] = field(default_factory=dict)
    """Host name of each MCP server that the sandbox brings → its port on loopback."""
    vault_keys: dict[tuple[str, str], MadeKey] = field(default_factory=dict)
    """Keys made so far, by the names of vault and key."""
    _seed: str = field(default_factory=lambda: token_hex(16))
    _met: Counter[tuple[object, str]] = field(default_factory=Counter)
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict)

    def keys_of(self, account: Account) -> tuple[str, str]:
        """The account's two keys; others in each sandbox."""
        first, second = (sha256(f"{self._seed} {account.name} {n}".encode()).hexdigest() for n in (1, 2))
        return first, second

    def meets(self, trouble: ArmTrouble | ModelTrouble, path: str) -> bool:
        """Whether the trouble still holds for a path; counts the request."""
        if trouble.times is None:
            return True
        self._met[trouble, path] += 1
        return self._met[trouble, path] <= trouble.times

    def take(self, name: str, most: int, needed: int, *, at: float | None = None) -> tuple[int, int | None]:
        """What a deployment's bucket of `most` a minute still holds, and seconds until it has what is needed.

        None: it had that, and it was taken.
        """
        now = monotonic() if at is None else at
        left, filled_at = self._tokens.get(name, (float(most), now))
        left = min(most, left + (now - filled_at) * most / 60)
        allowed = left >= needed - _ROUNDING
        self._tokens[name] = (max(0.0, left - needed) if allowed else left, now)
        return int(self._tokens[name][0]), None if allowed else max(1, math.ceil((needed - left) * 60 / most))

    def wait(self, bucket: Bucket, subscription: str) -> tuple[int | None, int]:
        """Seconds to wait until the next read is allowed (None: now), and how many more are allowed.

        https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
        """
        now = monotonic()
        left, filled_at = self._tokens.get(subscription, (float(bucket.burst), now))
        left = min(bucket.burst, left + (now - filled_at) * bucket.per_second)
        allowed = left >= 1
        self._tokens[subscription] = (left - 1 if allowed else left, now)
        return (None, int(left - 1)) if allowed else (max(1, math.ceil((1 - left) / bucket.per_second)), 0)
