"""What a deployment's numbers do: the ordinary value of each, and the latest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import fmean
from typing import Final

from auditor.policy.facts.metrics import Answer, Series
from auditor.record import JsonObject

FEWEST: Final = 4
"""Intervals of which an ordinary value and a latest one can be told."""

_REQUESTS: Final = ("AzureOpenAIRequests", "ModelRequests")
_TOKENS: Final = ("TokenTransaction", "TotalTokens", "ProcessedPromptTokens", "InputTokens")
_RESPONSE: Final = ("AzureOpenAITimeToResponse", "TimeToResponse", "AzureOpenAITTLTInMS")
_LOAD: Final = ("AzureOpenAIProvisionedManagedUtilizationV2", "ProvisionedUtilization")

FEWEST_REQUESTS: Final = 5
"""Requests of which a share is told."""

_INVALID: Final = frozenset({"400", "404", "405", "413", "415", "422"})
"""What is refused for what was sent, whoever sent it."""

_STATUS: Final = "statuscode"
_SPILLED: Final = "isspillover"

_By = Mapping[datetime, float]


def traffic(answers: Mapping[str, Answer], deployment: str) -> JsonObject:
    """`meters` of rules: `…_before` is the mean of an interval of the first half, `…_now` of the last sixth.

    A number that nobody told is not there. Shares are of all requests of the stretch, in percent.
    """
    found: JsonObject = {}
    series = _series(answers, _REQUESTS, deployment, label=_STATUS)
    requests = _sums(series or ())
    halves = _stretches(requests)
    if series is not None and halves is not None:
        _tell(found, "requests", requests, halves, per=None)
        _tell(found, "throttled_percent", _sums(_with(series, _STATUS, "429")), halves, per=requests)
        _tell(found, "refused_percent", _sums(_with(series, _STATUS, "401")), halves, per=requests)
        _tell(found, "forbidden_percent", _sums(_with(series, _STATUS, "403")), halves, per=requests)
        invalid = [one for one in series if one.labels.get(_STATUS, "") in _INVALID]
        _tell(found, "invalid_percent", _sums(invalid), halves, per=requests)
        failed = [one for one in series if one.labels.get(_STATUS, "").startswith("5")]
        _tell(found, "errors_percent", _sums(failed), halves, per=requests)
        _tell_spilled(found, answers, deployment)
        tokens = _sums(_series(answers, _TOKENS, deployment) or ())
        if tokens:
            _tell(found, "tokens", tokens, halves, per=None)
            answered = _sums([one for one in series if one.labels.get(_STATUS, "").startswith("2")])
            _tell(found, "tokens_per_request", tokens, halves, per=answered, percent=False)  # a refused one uses none
        _tell_filtered(found, answers, deployment)
    for name, metrics in (("response_ms", _RESPONSE), ("utilisation_percent", _LOAD)):
        means = _means(_series(answers, metrics, deployment) or ())
        spans = _stretches(means)
        if spans is not None:
            found[f"{name}_before"] = round(fmean(means[at] for at in spans[0]), 1)
            found[f"{name}_now"] = round(fmean(means[at] for at in spans[1]), 1)
    return found


def _tell_spilled(found: JsonObject, answers: Mapping[str, Answer], deployment: str) -> None:
    """https://learn.microsoft.com/azure/foundry/openai/how-to/spillover-traffic-management#monitor-metrics."""
    series = _series(answers, _REQUESTS, deployment, label=_SPILLED)
    halves = _stretches(_sums(series or ()))
    if series is not None and halves is not None:
        _tell(found, "spilled_percent", _sums(_with(series, _SPILLED, "true")), halves, per=_sums(series))


def _tell_filtered(found: JsonObject, answers: Mapping[str, Answer], deployment: str) -> None:
    checked = _sums(_series(answers, ("RAITotalRequests",), deployment) or ())
    rejected = _series(answers, ("RAIRejectedRequests",), deployment)
    halves = _stretches(checked)
    if rejected is not None and halves is not None:
        _tell(found, "filtered_percent", _sums(rejected), halves, per=checked)


def _series(
    answers: Mapping[str, Answer], names: Iterable[str], deployment: str, *, label: str | None = None
) -> tuple[Series, ...] | None:
    """Of the metrics that count the same the one with most intervals; `label` is the dimension that it is split by."""
    told = [one for name in names for answer in answers.values() if (one := answer.of(name, deployment))]
    split = [one for one in told if label is None or any(label in series.labels for series in one)]
    return max(split, key=lambda series: len(_sums(series)), default=None)


def _with(series: Iterable[Series], label: str, value: str) -> list[Series]:
    return [one for one in series if one.labels.get(label, "").lower() == value]


def _sums(series: Iterable[Series]) -> dict[datetime, float]:
    found: dict[datetime, float] = defaultdict(float)
    for one in series:
        for at, value in one.points:
            found[at] += value
    return dict(found)


def _means(series: Iterable[Series]) -> dict[datetime, float]:
    found: dict[datetime, list[float]] = defaultdict(list)
    for one in series:
        for at, value in one.points:
            found[at].append(value)
    return {at: fmean(values) for at, values in found.items()}


def _stretches(values: _By) -> tuple[list[datetime], list[datetime]] | None:
    """The first half of the intervals and the last sixth; None of too few."""
    times = sorted(values)
    if len(times) < FEWEST:
        return None
    return times[: len(times) // 2], times[-max(1, len(times) // 6) :]


def _tell(
    found: JsonObject,
    name: str,
    values: _By,
    spans: tuple[list[datetime], list[datetime]],
    *,
    per: _By | None,
    percent: bool = True,
) -> None:
    for word, times in zip(("before", "now"), spans, strict=True):
        total = sum(values.get(at, 0) for at in times)
        whole = len(times) if per is None else sum(per.get(at, 0) for at in times)
        if whole >= (FEWEST_REQUESTS if per is not None and percent else 0) and whole > 0:
            found[f"{name}_{word}"] = round(total * (100 if per is not None and percent else 1) / whole, 1)
