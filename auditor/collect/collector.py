"""What a collector is: the kind that it reads, what it looks at one by one, the actions it needs, and how it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from auditor.cloud.kinds import ACTIONS
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


def _same(target: Target) -> str:
    return target.id


@dataclass(frozen=True)
class Collector:
    """Reads one kind of resource, once for each target of its sort."""

    kind: str
    per: Per
    needs: tuple[str, ...]
    """The ARM actions without which its reads are refused."""
    collect: Callable[[Look, Target], Awaitable[None]]
    scope: Callable[[Target], str] = _same
    """The id under which its listing or gap for a target stands."""
    optional: bool = False
    """Whether it needs what the built-in role Reader lacks: without it what it reads is unknown, and nothing worse."""


def listed(kind: str, per: Per, below: str, **query: str) -> Collector:
    """A collector of what Resource Manager lists, each with its own id, at `below` under the id of its target."""

    async def collect(look: Look, target: Target) -> None:
        look.keep_list(kind, target.id, await look.arm.list(kind, target.id, below, **query), own_id)

    return Collector(kind, per, (ACTIONS[kind],), collect)
