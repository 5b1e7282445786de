"""What Azure Monitor counted of each deployment lately, and when it began to fail by that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from statistics import median

from auditor.diagnosis import Meter, Onset
from auditor.policy.facts.metrics import Answer, Metrics, Series

_STATUS = "statuscode"
_REQUESTS = ("AzureOpenAIRequests", "ModelRequests")
_BAD_SHARE = 0.2
"""From this share of refused or failed requests on, an interval counts as failing."""
_FEWEST = 2
"""A single failed request of an interval says nothing."""

_Course = list[float | None]


def meters(found: Metrics, names: Iterable[str], onset: datetime | None) -> tuple[Meter, ...]:
    """The numbers of these deployments that were counted at all, in their order."""
    return tuple(meter for name in names for meter in _of(name, found, onset))


def onset_by(found: Metrics, names: Iterable[str]) -> Onset | None:
    """When the first of these deployments began to fail, or to be called no more; None where the numbers don't tell.

    It has to have worked before within the time that was looked at, and to fail up to its end.
    """
    begun: list[tuple[datetime, str]] = []
    for name in names:
        for answer in _answers(found, "requests"):
            series = _busiest(answer, name)
            at = _at(series, answer)
            good = [_bad(series, moment, good=True) for moment in at]
            bad = [_bad(series, moment, good=False) for moment in at]
            failing = [wrong >= _FEWEST and wrong >= _BAD_SHARE * (wrong + right) for wrong, right in zip(bad, good)]
            silent = [not wrong and not right for wrong, right in zip(bad, good)]
            for course, words in ((failing, "began to fail"), (silent, "was called no more")):
                first = _last_run(course)
                if first is not None and any(good[:first]):
                    begun.append((at[first], f"{name} {words} in Azure Monitor's count of its requests"))
                    break
    if not begun:
        return None
    at_, how = min(begun)
    return Onset(at=at_, how=how)


def _last_run(course: list[bool]) -> int | None:
    """Where the run that lasts to the end, or to the interval before it, which may not be over, began."""
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
        at = _at(series, answer)
        for words, wanted in _STATUSES:
            counted = [sum(_value(one, moment) for one in series if wanted(_code(one))) for moment in at]
            if any(counted):
                yield _meter(name, words, "requests", list(counted), at, onset)
    for answer in _answers(found, "averages"):
        for words, unit, metrics in _AVERAGES:
            series = next((told for metric in metrics if (told := answer.of(metric, name))), ())
            at = _at(series, answer)
            course: _Course = [next((v for one in series for a, v in one.points if a == moment), None) for moment in at]
            if any(value is not None for value in course):
                yield _meter(name, words, unit, course, at, onset)
    for answer in _answers(found, "spillover"):
        spilled = [
            one for one in answer.of(_REQUESTS[0], name) or () if one.labels.get("isspillover", "").lower() == "true"
        ]
        at = _at(spilled, answer)
        counted = [sum(_value(one, moment) for one in spilled) for moment in at]
        if any(counted):
            yield _meter(name, "spilled over", "requests", list(counted), at, onset)


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


def _meter(name: str, words: str, unit: str, course: _Course, at: list[datetime], onset: datetime | None) -> Meter:
    half = max(1, len(course) // 2)
    ordinary = [value for value, moment in zip(course, at, strict=True) if onset is None or moment < onset]
    told = [value for value in (ordinary if onset is not None else course[:half]) if value is not None]
    whole = course[:-1] if unit == "requests" and len(course) > 1 else course  # the last interval is not over
    known = [value for value in whole if value is not None]
    return Meter(
        deployment=name,
        name=words,
        unit=unit,
        points=tuple(course),
        before=median(told) if told else None,
        now=known[-1] if known else None,
    )


def _answers(found: Metrics, request: str) -> Iterator[Answer]:
    return (told[request] for told in found.values() if request in told)


def _busiest(answer: Answer, name: str) -> tuple[Series, ...]:
    told = [answer.of(metric, name) or () for metric in _REQUESTS]
    return max(told, key=lambda series: sum(value for one in series for _, value in one.points))


def _at(series: Iterable[Series], answer: Answer) -> list[datetime]:
    """When each interval of the stretch began: those between two that were told, too."""
    told = sorted({at for one in series for at, _ in one.points})
    if len(told) < 2:  # noqa: PLR2004 - from two on there is a step
        return told
    step = min(later - earlier for earlier, later in zip(told, told[1:], strict=False))
    count = min(int((answer.end - answer.begin) / step) + 1, 500) if step > timedelta(0) else 0
    first = told[0] - step * int((told[0] - answer.begin) / step)
    return [moment for n in range(count) if (moment := first + step * n) < answer.end]


def _value(one: Series, moment: datetime) -> float:
    return _by_moment(one).get(moment, 0.0)


def _by_moment(one: Series) -> Mapping[datetime, float]:
    return dict(one.points)


def _code(one: Series) -> str:
    return one.labels.get(_STATUS, "")


def _bad(series: Iterable[Series], moment: datetime, *, good: bool) -> float:
    """How many requests of an interval were answered well, or badly."""
    return sum(_value(one, moment) for one in series if (_code(one)[:1] in ("2", "3")) is good)
