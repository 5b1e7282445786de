"""What became of all calls and reads together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from auditor.policy.facts.clock import clocks_apart
from auditor.record import JsonObject
from auditor.snapshot import GapReason, Snapshot
from auditor.triage.case import Case

_LOST: Final = timedelta(minutes=5)
"""Clocks that are further apart make tokens and signatures invalid.

https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
"""


def together(snapshot: Snapshot, declared: Iterable[str], found: Iterable[Case]) -> JsonObject:
    """`seen` of rules: what became of all calls and reads; `declared` are the deployments that the settings name."""
    found = tuple(found)
    ill = [case for case in found if case.failure is not None]
    told_of_call = {case.name for case in found if case.called or not case.applies}
    throttled = [gap for gap in snapshot.gaps if gap.reason is GapReason.THROTTLED and gap.kind != "probe"]
    told: JsonObject = {
        "failing": sorted({case.name for case in ill}),
        "answering": sorted({case.name for case in found if case.called and case.failure is None}),
        "failing_accounts": len({case.account for case in ill}),
        "one_class": len({case.failure_class for case in ill}) == 1,
        "throttled_reads": len(throttled),
        "all_called": all(name in told_of_call for name in declared),
    }
    apart = clocks_apart(snapshot.readings)
    if apart is not None:
        told["clock_seconds"] = round(apart.total_seconds())
        told["clock_wrong"] = abs(apart) > _LOST
    return told


def with_others(case: Case, found: Iterable[Case], seen: JsonObject) -> Case:
    """The case with what became of the other calls."""
    others = [one for one in found if one is not case and one.called]
    well = [one for one in others if one.failure is None]
    call = case.variables["call"]
    told: JsonObject = {
        **(call if isinstance(call, dict) else {}),
        "answer_on_account": sorted(one.name for one in well if case.account and one.account == case.account),
        "answer_in_region": sorted(one.name for one in well if one.region == case.region),
        "answer_elsewhere": sorted(one.name for one in well if one.region != case.region),
        "fail_in_region": sorted(one.name for one in others if one.failure and one.region == case.region),
    }
    return replace(case, variables={**case.variables, "call": told, "seen": seen})
