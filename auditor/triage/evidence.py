"""What speaks for a cause: the proof, who did it and when, and the error's own words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from auditor.diagnosis import Telltale
from auditor.policy.facts.moment import moment, written
from auditor.policy.fix import in_prose
from auditor.policy.template import TemplateFailure, render
from auditor.record import Json, JsonObject
from auditor.triage.case import Judged
from auditor.triage.happened import short_path
from auditor.triage.reason import Reason

MOST: Final = 6
"""Telltales of one sort that are shown."""


def evidence(reason: Reason, judged: Iterable[Judged]) -> Iterator[Telltale]:
    """What proves it first, then who did it, then the error."""
    told = tuple(judged)
    for one in told:
        shown = rendered(reason.shows, one.variables) if reason.shows else None
        if shown:
            yield Telltale(says=shown, source=one.case.id)
    for one in told:
        changed = _rows(one.variables.get("changes"))
        yield from map(of_change, changed)
        told_of = {(str(each["id"]).lower(), each.get("who")) for each in changed}
        for event in _rows(one.variables.get("events")):
            if (str(event["on"]).lower(), event["who"]) in told_of:
                continue
            who, what, on = event["who"], event["operation"], event["name"]
            says = in_prose("", f"{who} did {what} on {on} at {event['at']}.")
            yield Telltale(says=says, source=str(event["id"]), at=moment(event["at"]))
    for one in told:
        if one.case.failure is not None:
            yield Telltale(says=str(one.case.failure["cause"]), source=one.case.source)


def of_change(change: JsonObject) -> Telltale:
    """A difference from the last green run."""
    places = "; ".join(
        f"{short_path(str(one['path']))} was {_short(one['before'])}, is {_short(one['after'])}"
        for one in change["places"][:3]
    )
    done = {"added": "is new", "removed": "is gone", "changed": f"changed: {places}"}[str(change["what"])]
    by = f", by {change['who']}" if change.get("who") else ""
    when = moment(change.get("at"))
    at = f" at {written(when)}" if when is not None else ""
    kind = str(change["kind"]).replace("_", " ")
    says = in_prose("", f"Since the last green run the {kind} {change['name']} {done}{by}{at}.")
    return Telltale(says=says[:800], source=str(change["id"]), at=moment(change.get("at")))


def _short(value: Json) -> str:
    shown = value if isinstance(value, str) else "not there" if value is None else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"  # noqa: PLR2004 - a line of a page


def _rows(value: Json) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def unique(told: Iterable[Telltale]) -> Iterator[Telltale]:
    """Each sentence once."""
    seen: set[str] = set()
    for one in told:
        if one.says not in seen:
            seen.add(one.says)
            yield one


def rendered(template: str, variables: Mapping[str, Json]) -> str | None:
    """The sentence with the facts in it; None where one of them is not known."""
    try:
        return render(template, variables, in_prose)
    except TemplateFailure:
        return None


def listed(names: Iterable[str]) -> str:
    """Names in a row, the first of many."""
    shown = [in_prose("", name) for name in names]
    head = ", ".join(shown[:MOST])
    return f"{head} and {len(shown) - MOST} more" if len(shown) > MOST else head
