"""By which APIs a deployment is called, and what failed on those beside the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.shape import text
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment

FAILED = "failed_elsewhere"


def surfaces(declared: Iterable[ExpectedDeployment], elsewhere: Sequence[JsonObject], gap: str | None) -> Part:
    """`surfaces`: the declared ones, v1 where none is; `failed_elsewhere`: what failed on any but the first of them.

    Each of the latter is an object of `surface`, `probe`, `cause` and `next_step`; known where one failed, or where all
    that was to be asked there was answered. `gap` is why something there was not.
    """
    names = list(dict.fromkeys(name for one in declared for name in one.surfaces)) or ["v1"]
    told = Telling()
    told.tell("surfaces", names)
    asked = [one for one in elsewhere if one.get("outcome") != "not_applicable"]  # such as what the legacy API has not
    failed = [_row(one) for one in asked if one.get("ok") is False]
    answered = bool(elsewhere) and all(isinstance(one.get("ok"), bool) for one in elsewhere)
    told.tell(FAILED, failed if failed or answered or len(names) == 1 else None, because=gap)
    return told.done()


def _row(told: JsonObject) -> JsonObject:
    failure = told.get("failure")
    failure = failure if isinstance(failure, dict) else {}
    reasons = (failure.get("cause"), told.get("shortfall"), told.get("reason"))
    cause = next((reason for reason in map(text, reasons) if reason), "it failed without a word")
    project = text(told.get("project"))
    return {
        "surface": f"{told.get('surface')} {project}" if project else str(told.get("surface")),
        "probe": text(told.get("probe")) or "a call",
        "cause": cause.rstrip("."),
        "next_step": text(failure.get("next_step")) or "call it by a surface that offers it, or declare it no longer",
    }
