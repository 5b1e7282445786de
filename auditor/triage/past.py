"""Since when a call fails, by the runs that are kept: what numbers and changes leave open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from auditor.diagnosis import Onset, Trace
from auditor.history import Index


def onset_in(index: Index, traces: Iterable[Trace]) -> Onset | None:
    """Between which two runs the first of the failing calls ceased to be answered; None where no run made such a call.

    `at` is the run that saw it fail first: it may have begun any time after the one that still saw it answered.
    """
    found: list[tuple[datetime, str]] = []
    answered: list[tuple[datetime, str]] = []
    for one in traces:
        if one.failure_class is None:
            continue
        good, bad = index.answered(one.account, one.deployment)
        if bad is not None:
            before = f"after {_said(good)}, when it was answered" if good else "and no run saw it answered"
            found.append((bad, f"the first run that saw {one.deployment} fail; {before}"))
        elif good is not None:
            answered.append((good, f"not known; {one.deployment} was answered last at {_said(good)}, by the runs kept"))
    if found:
        at, how = min(found)
        return Onset(at=at, how=how)
    return Onset(at=None, how=max(answered)[1]) if answered else None


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
