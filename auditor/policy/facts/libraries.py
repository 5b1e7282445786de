"""The client libraries that a workload is built with, against the least versions that what it uses needs."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text
from auditor.policy.floors import floors_of, needed, version
from auditor.record import JsonObject
from auditor.settings import Workload

KIND: Final = "requirement"
SCOPE: Final = "/requirements"

PAGE: Final = "https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle"

OPEN_RANGE: Final[Note] = (
    "not known: a range allows versions on both sides of the floor, and no lock file says which is installed",
    PAGE,
)


def libraries(workload: Workload, seen: Seen) -> Part:
    """`libraries`, `libraries_too_old` and `libraries_unpinned` of a workload, from the files that it names.

    A library that one of the files pins is judged by its pins alone. Nothing is told where no file is named.
    """
    told = Telling()
    if not workload.requirements:
        return told.done()
    scopes = [f"{SCOPE}/{name}" for name in workload.requirements]
    gap = seen.why(*((KIND, scope) for scope in scopes))
    whole = all(seen.listing(KIND, scope) is not None for scope in scopes)
    entries = [one.body for scope in scopes for one in seen.children(KIND, scope)]
    pinned = {_key(one) for one in entries if text(one.get("version"))}
    counted = [one for one in entries if text(one.get("version")) or _key(one) not in pinned]
    needs = needed(workload)
    rows = [_row(one, needs) for one in counted]
    told.tell("libraries", rows if whole else None, because=gap)
    old = [row for row in rows if row.get("too_old") is True]
    open_ = any("too_old" not in row for row in rows)
    known = bool(old) or (whole and not open_)
    told.tell("libraries_too_old", old if known else None, because=gap, note=OPEN_RANGE if open_ and whole else None)
    loose = [row for row in rows if not row["pinned"]]
    told.tell("libraries_unpinned", loose if whole or loose else None, because=gap)
    return told.done()


def _key(body: JsonObject) -> tuple[str | None, str | None]:
    return text(body.get("ecosystem")), text(body.get("name"))


def _row(body: JsonObject, needs: frozenset[str]) -> JsonObject:
    """One library; `too_old` is there where it is known, `floor`, `needs`, `why` and `page` where there is a floor."""
    ecosystem, name = (text(body.get(member)) or "" for member in ("ecosystem", "name"))
    pin, least = version(text(body.get("version"))), version(text(body.get("least")))
    row: JsonObject = {
        "ecosystem": ecosystem,
        "name": name,
        "file": text(body.get("file")) or "",
        "spec": text(body.get("spec")) or "",
        "pinned": pin is not None,
    }
    if pin is not None:
        row["version"] = str(pin)
    raised = next(floors_of(ecosystem, name, needs), None)
    if raised is None:
        return {**row, "too_old": False}
    floor, at_least, wanting = raised
    row.update(floor=floor.least, needs=list(wanting), why=floor.why, page=floor.page)
    if pin is not None:
        row["too_old"] = pin < at_least
    elif least is not None and least >= at_least:
        row["too_old"] = False
    return row
