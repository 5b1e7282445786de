"""A call to an account's model endpoint that was let in."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.sandbox.account import Account
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.wire import Ask
from auditor.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is asked, what, and where below the room that answers."""

    world: World
    ledger: Ledger
    account: Account
    ask: Ask
    rest: tuple[str, ...]
    """The path's segments after the room's own: ids and verbs."""
