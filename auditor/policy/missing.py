"""Why a rule had no answer, in words: the gap behind a fact that is not known, and what would cure it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.policy.expression import Unknown
from auditor.policy.facts import SubjectFacts
from auditor.policy.paths import Path, around, written
from auditor.policy.quote import note_on
from auditor.snapshot import Gap, GapReason

_WHAT = {
    "account": "the account",
    "content_policy": "the list of content policies",
    "deleted_account": "the list of deleted accounts",
    "deployment": "the list of deployments",
    "deployment_detail": "routing, state and service tier of the deployments",
    "diagnostic_setting": "the list of diagnostic settings",
    "domain_availability": "whether the account's name is free",
    "host_name": "what the host names lead to",
    "model": "the list of models",
    "model_capacity": "the free capacity of the model",
    "permission": "the list of the caller's permissions",
    "policy_assignment": "the list of policy assignments",
    "private_dns_zone_group": "the list of private DNS zone groups",
    "private_endpoint": "the private endpoint",
    "provider": "the resource provider",
    "resource_sku": "the list of account SKUs",
    "subscription": "the subscription",
    "usage": "the list of quotas",
}
_TOLD = 3
"""Gaps named in one sentence."""


@dataclass(frozen=True)
class Cause:
    """Why something is not known."""

    sentence: str
    gaps: tuple[Gap, ...] = ()


def cause(unknown: Unknown, subject: SubjectFacts, gaps: Mapping[str, Gap]) -> Cause:
    """The gaps behind what the rule missed; where there are none, what is missing or what went wrong."""
    found = _gaps(unknown.missing, subject, gaps)
    reasons = list(dict.fromkeys(gap_phrase(gap) for gap in found))
    first = unknown.missing[:1]
    if not first:
        reasons = [unknown.reason]
    elif not _gaps(first, subject, gaps):
        reasons.insert(0, _untold(first[0], subject))
    more = [f"and {len(reasons) - _TOLD} more"] if len(reasons) > _TOLD else []
    return Cause(f"Not known: {'; '.join([*reasons[:_TOLD], *more])}", found)


def gap_phrase(gap: Gap) -> str:
    """Such as `the list of deployments could not be read (denied: needs Microsoft.CognitiveServices/…/read)`."""
    if gap.kind == "probe":
        return f"the live call could not be made ({_why(gap)})"
    what = _WHAT.get(gap.kind, gap.kind.replace("_", " "))
    if gap.kind == "account" and hides_subjects(gap):
        what = "the list of accounts"
    return f"{what} could not be read ({_why(gap)})"


def hides_subjects(gap: Gap) -> bool:
    """Whether there may be subjects that nobody saw because of it.

    A single account that could not be read is not hidden: the list that names it was read.
    """
    if gap.kind == "account":
        return "/providers/" not in gap.scope.lower()
    return gap.kind in {"subscription", "deployment"}


def _why(gap: Gap) -> str:
    reason = gap.reason.value.replace("_", " ")
    return f"{reason}: needs {gap.permission}" if gap.reason is GapReason.DENIED and gap.permission else reason


def _gaps(paths: Iterable[Path], subject: SubjectFacts, gaps: Mapping[str, Gap]) -> tuple[Gap, ...]:
    """Each once, in the order of the paths."""
    ids = dict.fromkeys(gap for path in paths for gap in around(path, subject.absences))
    return tuple(gaps[gap] for gap in ids if gap in gaps)


def _untold(path: Path, subject: SubjectFacts) -> str:
    note = note_on(path, subject.notes)
    return f"{written(path)} is {note[0]}" if note else f"{written(path)} was not told"
