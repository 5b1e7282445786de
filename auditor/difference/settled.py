"""Changes of what the owner declared."""

from __future__ import annotations

from auditor.difference.values import places
from auditor.record import Json, JsonObject, Record


class Setting(Record):
    """One member of the settings."""

    path: str
    before: Json = None
    after: Json = None


def settings_changes(before: JsonObject, after: JsonObject) -> tuple[Setting, ...]:
    """Every member that is not the same, by path; one that is not written counts as its default, as it was kept."""
    return tuple(Setting(path=path, before=was, after=now) for path, was, now in places(before, after, lambda _: False))
