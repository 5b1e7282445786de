"""Changes of what judged: checks that came or went, rules, severities and parameters."""

from __future__ import annotations

from typing import Literal

from auditor.record import Json, Record
from auditor.run import CheckRecord, PolicyRecord

_COMPARED = ("severity", "passes_when", "applies_when", "subject")


class JudgedChange(Record):
    """One change of one check."""

    check: str
    what: str
    """added, removed, severity, passes_when, applies_when, subject, or the name of a parameter."""
    kind: Literal["added", "removed", "rule", "parameter"]
    before: Json = None
    after: Json = None


def judged_changes(before: PolicyRecord, after: PolicyRecord) -> tuple[JudgedChange, ...]:
    """All of them, by check."""
    earlier = {check.id: check for check in before.checks}
    later = {check.id: check for check in after.checks}
    found: list[JudgedChange] = []
    for name in sorted(earlier.keys() | later.keys()):
        was, now = earlier.get(name), later.get(name)
        if was and now:
            found += _between(was, now)
        else:
            found.append(
                JudgedChange(check=name, what="added" if now else "removed", kind="added" if now else "removed")
            )
    return tuple(found)


def _between(was: CheckRecord, now: CheckRecord) -> list[JudgedChange]:
    rules = [
        JudgedChange(
            check=now.id, what=name, kind="rule", before=str(getattr(was, name)), after=str(getattr(now, name))
        )
        for name in _COMPARED
        if getattr(was, name) != getattr(now, name)
    ]
    parameters = [
        JudgedChange(
            check=now.id,
            what=name,
            kind="parameter",
            before=was.parameters.get(name),
            after=now.parameters.get(name),
        )
        for name in sorted(was.parameters.keys() | now.parameters.keys())
        if was.parameters.get(name) != now.parameters.get(name)
    ]
    return rules + parameters
