"""What people state of a workload, as far as a statement counts on the day of the snapshot."""

from __future__ import annotations

from datetime import date
from typing import Final

from auditor.policy.attestations import CONTROLS, KIND, attestation_id
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text
from auditor.record import JsonObject

MEMBERS: Final = ("evidence", "expires", "owner", "stated", "statement")
"""Texts that a statement consists of, beside `holds`; without one of them it is none."""

NOBODY: Final = "not known: nobody attested it in attestations.yaml"


def attested(workload: str, seen: Seen, today: date) -> Part:
    """`workload.attested`: each control under its name with `_` for `-`, known where a statement of it counts today.

    What is stated of the workload itself goes before what is stated of all. An expired statement, one of the future
    and none at all leave the control unknown, with a note that says so.
    """
    told = Telling()
    for control, page in CONTROLS.items():
        found = [seen.resource(KIND, attestation_id(control, of)) for of in (workload, None)]
        stated = [_stated(one.body) for one in found if one is not None]
        counting = next((one for one in stated if one is not None and _counts(one, today)), None)
        note = None if counting is not None else (_why_not(stated, today), page)
        told.tell(control.replace("-", "_"), counting, note=note)
    return told.done()


def _stated(body: JsonObject) -> JsonObject | None:
    """The statement; None where it is of no known shape."""
    facts: JsonObject = {member: text(body.get(member)) for member in MEMBERS}
    facts["holds"] = body.get("holds", True)
    days = (_day(facts["stated"]), _day(facts["expires"]))
    whole = all(facts[member] for member in MEMBERS) and isinstance(facts["holds"], bool) and all(days)
    return facts if whole else None


def _counts(stated: JsonObject, today: date) -> bool:
    return bool(stated["stated"] <= today.isoformat() <= stated["expires"])


def _why_not(stated: list[JsonObject | None], today: date) -> str:
    if not stated:
        return NOBODY
    first = stated[0]
    if first is None:
        return "not known: the statement is of no known shape"
    if first["stated"] > today.isoformat():
        return f"not known: the statement of {first['owner']} counts from {first['stated']}"
    return f"not known: the statement of {first['owner']} expired on {first['expires']}"


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value and len(value) == len("2026-11-21") else None
    except ValueError:
        return None
