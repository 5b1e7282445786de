"""What Azure Monitor counted of each deployment lately, and when it began to fail by that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from auditor.diagnosis import Meter, Onset
from auditor.policy.facts.metrics import Answer, Metrics, Series

_STATUS = "statuscode"
_REQUESTS = ("AzureOpenAIRequests", "ModelRequests")

_BAD_SHARE = 0.2
"""From this share of refused or failed requests on, an interval counts as failing."""

_FEWEST = 2
"""A single failed request of an interval says nothing."""

_MOST = 500
"""Intervals of one course."""

_STATUSES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("requests", lambda _: True),
    ("answers 429", lambda code: code == "429"),
    ("answers 5xx", lambda code: code.startswith("5")),
    ("other answers 4xx", lambda code: code.startswith("4") and code != "429"),
)
_AVERAGES = (
    ("time to first answer", "ms", ("AzureOpenAITimeToResponse", "TimeToResponse")),
    ("PTU utilisation", "%", ("AzureOpenAIProvisionedManagedUtilizationV2", "ProvisionedUtilization")),
)


@dataclass(frozen=True)
class _Course:
    """A value for each interval of the stretch that was asked for."""

    at: tuple[datetime, ...]
    values: tuple[float | None, ...]


def meters(found: Metrics, names: Iterable[str], onset: datetime | None) -> tuple[Meter, ...]:
    """The numbers of these deployments that were counted at all, in their order."""
    return tuple(meter for name in names for meter in _of(name, found, onset))


def onset_by(found: Metrics, names: Iterable[str]) -> Onset | None:
    """When the first of these deployments began to fail, or to be called no more; None where the numbers don't tell.

    It has to have worked before within the time that was looked at, and to fail up to its end.
    """
    begun = [one for name in names for answer in _answers(found, "requests") if (one := _begun(name, answer))]
    if not begun:
        return None
    at, how = min(begun)
    return Onset(at=at, how=how)


def _begun(name: str, answer: Answer) -> tuple[datetime, str] | None:
    series = _busiest(answer, name)
    good = _counted(series, answer, lambda code: code[:1] in ("2", "3"))
    bad = _counted(series, answer, lambda code: code[:1] not in ("2", "3"))
    pairs = [(right or 0, wrong or 0) for right, wrong in zip(good.values, bad.values, strict=True)]
    failing = [wrong >= _FEWEST and wrong >= _BAD_SHARE * (wrong + right) for right, wrong in pairs]
    silent = [not wrong and not right for right, wrong in pairs]
    for course, words in ((failing, "began to fail"), (silent, "was called no more")):
        first = _last_run(course)
        if first is not None and any(right for right, _ in pairs[:first]):
            return good.at[first], f"{name} {words} by Azure Monitor's count of its requests"
    return None


def _last_run(course: Sequence[bool]) -> int | None:
    """Where the run began that lasts to the end, or to the interval before it, which may not be over."""
    end = len(course)
    if end and not course[-1]:
        end -= 1
    first = end
    while first and course[first - 1]:
        first -= 1
    return first if 0 < first < end else None


def _of(name: str, found: Metrics, onset: datetime | None) -> Iterator[Meter]:
    for answer in _answers(found, "requests"):
        series = _busiest(answer, name)
        for words, wanted in _STATUSES:
            yield from _meter((name, words, "requests"), _counted(series, answer, wanted), onset)
    for answer in _answers(found, "averages"):
        for words, unit, metrics in _AVERAGES:
            course = _averaged(next(filter(None, (answer.of(metric, name) for metric in metrics)), ()), answer)
            yield from _meter((name, words, unit), course, onset)
    for answer in _answers(found, "spillover"):
        told = answer.of(_REQUESTS[0], name) or ()
        spilled = tuple(one for one in told if one.labels.get("isspillover", "").lower() == "true")
        yield from _meter((name, "spilled over", "requests"), _counted(spilled, answer, lambda _: True), onset)


def _meter(called: tuple[str, str, str], course: _Course, onset: datetime | None) -> Iterator[Meter]:
    """The numbers under deployment, name and unit; none where nothing was counted."""
    deployment, name, unit = called
    if not any(course.values):
        return
    half = max(1, len(course.values) // 2)
    earlier = [value for at, value in zip(course.at, course.values, strict=True) if onset is not None and at < onset]
    ordinary = [value for value in (earlier if onset is not None else course.values[:half]) if value is not None]
    # The last interval is not over, and counts too little.
    whole = course.values[:-1] if unit == "requests" and len(course.values) > 1 else course.values
    known = [value for value in whole if value is not None]
    yield Meter(
        deployment=deployment,
        name=name,
        unit=unit,
        points=course.values,
        before=median(ordinary) if ordinary else None,
        now=known[-1] if known else None,
    )


def _answers(found: Metrics, request: str) -> Iterator[Answer]:
    return (told[request] for told in found.values() if request in told)


def _busiest(answer: Answer, name: str) -> tuple[Series, ...]:
    told = [answer.of(metric, name) or () for metric in _REQUESTS]
    return max(told, key=lambda series: sum(value for one in series for _, value in one.points))


def _counted(series: Sequence[Series], answer: Answer, wanted: Callable[[str], bool]) -> _Course:
    """The sum of what came with wanted status codes; nought where none did."""
    at = _intervals(series, answer)
    sums = dict.fromkeys(at, 0.0)
    for one in series:
        if wanted(one.labels.get(_STATUS, "")):
            for moment, value in one.points:
                if moment in sums:
                    sums[moment] += value
    return _Course(at, tuple(sums[moment] for moment in at))


def _averaged(series: Sequence[Series], answer: Answer) -> _Course:
    at = _intervals(series, answer)
    values = {moment: value for one in series for moment, value in one.points}
    return _Course(at, tuple(values.get(moment) for moment in at))


def _intervals(series: Iterable[Series], answer: Answer) -> tuple[datetime, ...]:
    """When each interval of the stretch began, those without a value too."""
    told = sorted({at for one in series for at, _ in one.points})
    step = min((later - earlier for earlier, later in pairwise(told)), default=timedelta(0))
    if step <= timedelta(0):
        return tuple(told)
    first = told[0] - step * max(0, int((told[0] - answer.begin) / step))
    count = min(int((answer.end - first) / step) + 1, _MOST)
    return tuple(moment for number in range(count) if (moment := first + step * number) < answer.end)
