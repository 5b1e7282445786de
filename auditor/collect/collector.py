"""What a collector is: the kind that it reads, what it looks at one by one, the actions it needs, and how it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from auditor.collect.look import Look
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
