"""Azure Monitor's answers, read with care: for each metric of an account its time series by deployment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.moment import moment
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, objects, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "metric"

PAGE: Final = (
    "https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/"
    "microsoft-cognitiveservices-accounts-metrics"
)

_DEPLOYMENT: Final = "modeldeploymentname"


@dataclass(frozen=True)
class Series:
    """Values of one metric over time, for one combination of its dimensions."""

    labels: Mapping[str, str]
    """Dimension in lower case → value."""
    points: tuple[tuple[datetime, float], ...]
    """When each stretch began, and its total or average; those without a value are left out."""

    def since(self, begin: datetime) -> list[float]:
        """The values of the stretches that began then or later."""
        return [value for at, value in self.points if at >= begin]


@dataclass(frozen=True)
class Answer:
    """What one request brought; a metric that is not here was not answered, or in a way that nobody understands."""

    begin: datetime
    end: datetime
    metrics: Mapping[str, Mapping[str, tuple[Series, ...]]]
    """Metric → deployment in lower case → its time series; a deployment without any had no traffic."""
    readings: tuple[str, ...]

    def of(self, metric: str, deployment: str) -> tuple[Series, ...] | None:
        """The time series of a deployment; None where the metric is not known."""
        found = self.metrics.get(metric)
        return None if found is None else found.get(deployment.lower(), ())


Metrics = Mapping[str, Mapping[str, Answer]]
"""Folded account id → name of the request → what it brought."""


def metrics(seen: Seen) -> Metrics:
    """All that were read whole, each read once."""
    found: dict[str, dict[str, Answer]] = {}
    for resource in seen.all_of(KIND):
        if resource.parent is None or seen.own_gap(KIND, resource.id) is not None:
            continue
        answer = _answer(resource)
        if answer is not None:
            found.setdefault(fold(resource.parent), {})[last(resource.id).lower()] = answer
    return found


def _answer(resource: Resource) -> Answer | None:
    body = resource.body
    begin, _, end = (text(body.get("timespan")) or "").partition("/")
    span = moment(begin), moment(end)
    told = objects(body.get("value"))
    if span[0] is None or span[1] is None or span[0] >= span[1] or told is None:
        return None
    return Answer(span[0], span[1], dict(_metrics(told)), resource.readings)


def _metrics(told: list[JsonObject]) -> Iterable[tuple[str, Mapping[str, tuple[Series, ...]]]]:
    for one in told:
        name = text(dig(one, "name", "value"))
        series = _all_series(one) if one.get("errorCode") in (None, "Success") else None
        if name is not None and series is not None:
            yield name, series


def _all_series(metric: JsonObject) -> Mapping[str, tuple[Series, ...]] | None:
    """By deployment; None where one of them is of no known shape, since nobody knows whose it is."""
    found: dict[str, tuple[Series, ...]] = {}
    told = objects(metric.get("timeseries"))
    for one in told or ():
        labels, points = _labels(one), _points(one)
        if labels is None or points is None:
            return None
        deployment = labels.get(_DEPLOYMENT)
        if deployment is not None:
            name = deployment.lower()
            found[name] = (*found.get(name, ()), Series(labels, points))
        elif any(value for _, value in points):
            return None
    return None if told is None else found


def _labels(series: JsonObject) -> dict[str, str] | None:
    labels: dict[str, str] = {}
    told = objects(series.get("metadatavalues") or [])
    for one in told or ():
        name, value = text(dig(one, "name", "value")), one.get("value")
        if name is None or not isinstance(value, str):
            return None
        labels[name.lower()] = value
    return None if told is None else labels


def _points(series: JsonObject) -> tuple[tuple[datetime, float], ...] | None:
    """A value that is left out or null says that there was nothing; one that is no number, that nothing is known."""
    points: list[tuple[datetime, float]] = []
    told = objects(series.get("data") or [])
    for one in told or ():
        at = moment(one.get("timeStamp"))
        total, average = one.get("total"), one.get("average")
        if at is None or (total is not None and average is not None):
            return None
        value = average if total is None else total
        if value is not None:
            found = number(value)
            if found is None or found < 0:
                return None
            points.append((at, float(found)))
    return None if told is None else tuple(points)
