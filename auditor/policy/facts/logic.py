"""Three-valued logic: yes, no, and not known, which only what is known can overrule."""

from __future__ import annotations

from collections.abc import Iterable


def all_of(said: Iterable[bool | None]) -> bool | None:
    """One no is a no, whatever the others are."""
    heard = tuple(said)
    return False if False in heard else None if None in heard else True


def any_of(said: Iterable[bool | None]) -> bool | None:
    """One yes is a yes, whatever the others are."""
    heard = tuple(said)
    return True if True in heard else None if None in heard else False


def no(said: bool | None) -> bool | None:
    """The contrary."""
    return None if said is None else not said
