"""One policy assignment and one exemption from it, read once for all accounts below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.shape import dig, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource

ENFORCED: Final = "default"
NOT_ENFORCED: Final = "donotenforce"


@dataclass(frozen=True)
class Assigned:
    """A policy or an initiative, assigned at a scope."""

    definition: str | None
    """The last part of its definition's id, in lower case; None where that is not told."""
    mode: str
    """Of enforcement, in lower case."""
    leaves_out: tuple[str, ...]
    """Folded ids of what it does not hold for, though it lies below."""

    @property
    def known(self) -> bool:
        """Whether it is of a documented shape."""
        return self.definition is not None and self.mode in {ENFORCED, NOT_ENFORCED}

    def holds_for(self, account: str) -> bool:
        """Whether an account, by its folded id, is not left out."""
        return not any(f"{account}/".startswith(f"{scope}/") for scope in self.leaves_out)


@dataclass(frozen=True)
class Exempted:
    """An exemption from a policy."""

    title: str
    faults: tuple[str, ...] | None
    """What speaks against it; None where it can't be read."""


def assigned(one: Resource) -> Assigned:
    """The assignment of a body; a mode that is absent is Default.

    https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure#enforcement-mode
    """
    definition = text(dig(one.body, "properties", "policyDefinitionId"))
    mode = dig(one.body, "properties", "enforcementMode")
    scopes = texts(dig(one.body, "properties", "notScopes") or []) or []
    return Assigned(
        definition=last(definition).lower() if definition else None,
        mode=ENFORCED if mode is None else str(mode).lower(),
        leaves_out=tuple(map(fold, scopes)),
    )


def exempted(one: Resource, now: datetime) -> Exempted:
    """The exemption of a body, as it stands at `now`."""
    title = text(dig(one.body, "properties", "displayName")) or last(one.id)
    properties = one.body.get("properties")
    if not isinstance(properties, dict):
        return Exempted(title, None)
    try:
        return Exempted(title, tuple(_faults(properties, now)))
    except ValueError:
        return Exempted(title, None)


def _faults(properties: JsonObject, now: datetime) -> Iterator[str]:
    """Raises ValueError for an end that is no time."""
    end = properties.get("expiresOn")
    if end is None:
        yield "has no end"
    else:
        until = datetime.fromisoformat(str(end))
        if (until if until.tzinfo else until.replace(tzinfo=UTC)) < now:
            yield f"ended on {until.date().isoformat()}"
    if not (text(properties.get("description")) or "").strip():
        yield "has no description"
