"""A request of Resource Manager with the names in its path, and how a path leads to what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Endpoint
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import Subscription, World

Found = JsonObject | list[JsonObject] | Answer | None
"""One thing, a list of things, an answer of its own, or nothing there."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the names in its path; names compare without case."""

    world: World
    ledger: Ledger
    ask: Ask
    names: Mapping[str, str]
    version: str

    @property
    def subscription(self) -> Subscription:
        """The one that the path names; its existence is checked before."""
        return self.world.subscriptions[self.names["subscription"].lower()]

    @property
    def region(self) -> str:
        """The location that the path names."""
        return self.names["location"].replace(" ", "").lower()

    @property
    def account(self) -> Account | None:
        """The account that the path names."""
        return self.world.by_group.get(self._key("account"))

    @property
    def endpoint(self) -> tuple[Account, Endpoint] | None:
        """The private endpoint that the path names, with its account."""
        return self.world.by_endpoint.get(self._key("endpoint"))

    def _key(self, word: str) -> tuple[str, str, str]:
        subscription, group, name = (self.names[part].lower() for part in ("subscription", "group", word))
        return subscription, group, name


@dataclass(frozen=True, slots=True)
class Route:
    """One path; words in braces are names, `*` in the last place is a whole resource id."""

    path: str
    action: str
    find: Callable[[Call], Found]
    kind: str | None = None
    """What it tells of, in the words of the auditor's snapshot; None for what the auditor does not collect."""
    method: str = "GET"
    provider: str = "Microsoft.CognitiveServices"
    paged: bool = True
    next_link: str = "nextLink"
    """Where a page tells of the next one."""
