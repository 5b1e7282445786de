"""What a deployment did lately: calls, refusals, errors, tokens, load; averages are means of daily averages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import floor
from typing import Final

from auditor.policy.facts.arm_id import fold, last, parent_account
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.metrics import KIND, PAGE, Answer, Series
from auditor.policy.facts.moment import moment, whole_days
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig
from auditor.record import JsonObject
from auditor.snapshot import Resource

WINDOW: Final = timedelta(days=7)
"""How far back calls, shares, tokens and averages look from the end of what was asked for."""

QUIET: Final = 10
"""Calls a day up to which a deployment counts as not used: a live call of each run of the auditor is among them."""

_DAY: Final = timedelta(days=1)
_STATUS: Final = "statuscode"

_NOT_ANSWERED: Final[Note] = ("not known: Azure Monitor did not answer for this metric in a known way", PAGE)

_FACTS: Final = {
    "requests": ("requests", "throttled", "throttled_percent", "errors", "error_percent", "availability_percent"),
    "idle": ("idle_days", "idle_days_at_least"),
    "volumes": ("tokens", "busiest_day_tpm", "tpm_used_percent", "checked", "rejected", "rejected_percent"),
    "averages": ("utilisation_percent", "response_ms_average"),
}


def telemetry(resource: Resource, body: JsonObject, tpm: int | None, basis: Basis) -> Part:
    """`deployment.telemetry`; `tpm` is what it may use, in tokens a minute.

    Where the clocks differ, days were asked for that are not the last ones, and nothing is known.
    """
    account_id = parent_account(resource.id)
    answers, trouble = basis.metrics.get(fold(account_id), {}), basis.clock_trouble
    told = Telling()
    told.tell("window_days", WINDOW.days)
    for name in ("requests", "volumes", "averages"):
        answer = answers.get(name)
        if answer is None or trouble is not None:
            gap = basis.seen.gap(KIND, f"{account_id}/providers/Microsoft.Insights/metrics/{name}")
            _tell_nothing(told, (*_FACTS[name], *(_FACTS["idle"] if name == "requests" else ())), gap, trouble)
            continue
        _TELLERS[name](told, answer, resource, body, tpm)
    return told.done()


def _tell_nothing(told: Telling, facts: Iterable[str], gap: str | None = None, trouble: Note | None = None) -> None:
    for fact in facts:
        told.tell(fact, None, because=gap, note=None if gap else trouble or _NOT_ANSWERED)


def _requests(told: Telling, answer: Answer, resource: Resource, body: JsonObject, _: int | None) -> None:
    series = _busiest(answer, ("AzureOpenAIRequests", "ModelRequests"), last(resource.id))
    if series is None:
        _tell_nothing(told, (*_FACTS["requests"], *_FACTS["idle"]))
        return
    for fact in (*_FACTS["requests"], *_FACTS["idle"]):
        told.read(fact, (*answer.readings, *resource.readings))
    begin = answer.end - WINDOW
    total = _sum(series, begin)
    told.tell("requests", total)
    _tell_shares(told, series, begin, total)
    _tell_idle(told, series, answer, moment(dig(body, "systemData", "createdAt")))


def _tell_shares(told: Telling, series: tuple[Series, ...], begin: datetime, total: int) -> None:
    statuses = [(_status(one), sum(one.since(begin))) for one in series]
    if any(status is None and count for status, count in statuses):
        words = "not known: calls were counted under a status code that is no number"
        for fact in _FACTS["requests"][1:]:
            told.tell(fact, None, note=(words, PAGE))
        return
    known = [(status, count) for status, count in statuses if status is not None]
    throttled = round(sum(count for status, count in known if status == 429))  # noqa: PLR2004 - HTTP's own number
    errors = round(sum(count for status, count in known if 500 <= status < 600))  # noqa: PLR2004 - HTTP's own class
    told.tell("throttled", throttled)
    told.tell("errors", errors)
    told.tell("throttled_percent", _percent(throttled, total))
    told.tell("error_percent", _percent(errors, total))
    told.tell("availability_percent", _percent(total - errors, total))


def _tell_idle(told: Telling, series: tuple[Series, ...], answer: Answer, created: datetime | None) -> None:
    """Whole days since the last one with more than a few calls, or since it was made if it never had one.

    Where it had none for as long as was asked about, only the least is known.
    """
    days: dict[datetime, float] = {}
    for one in series:
        for at, value in one.points:
            days[at] = days.get(at, 0) + value
    used = [at for at, value in days.items() if value > QUIET]
    asked = whole_days(answer.begin, answer.end)
    if used:
        idle = whole_days(max(used) + _DAY, answer.end)
        told.tell("idle_days", idle)
        told.tell("idle_days_at_least", idle)
        return
    if created is None:
        note = ("not known: it had no traffic, and Azure does not tell when it was made", PAGE)
        told.tell("idle_days", None, note=note)
        told.tell("idle_days_at_least", None, note=note)
        return
    age = whole_days(created, answer.end)
    known = age < asked
    longer = (f"{asked} or more: no longer was asked about", PAGE)
    told.tell("idle_days", age if known else None, note=None if known else longer)
    told.tell("idle_days_at_least", min(age, asked))


def _volumes(told: Telling, answer: Answer, resource: Resource, _: JsonObject, tpm: int | None) -> None:
    name, begin = last(resource.id), answer.end - WINDOW
    for fact in _FACTS["volumes"]:
        told.read(fact, (*answer.readings, *resource.readings))
    series = _busiest(answer, ("TokenTransaction", "TotalTokens"), name)
    if series is None:
        _tell_nothing(told, _FACTS["volumes"][:3])
    else:
        days: dict[datetime, float] = {}
        for one in series:
            for at, value in one.points:
                days[at] = days.get(at, 0) + value
        busiest = floor(max((value for at, value in days.items() if at >= begin), default=0) / (24 * 60))
        told.tell("tokens", _sum(series, begin))
        told.tell("busiest_day_tpm", busiest)
        told.tell("tpm_used_percent", _percent(busiest, tpm) if tpm else None)
    checked, rejected = (answer.of(metric, name) for metric in ("RAITotalRequests", "RAIRejectedRequests"))
    if checked is None or rejected is None:
        _tell_nothing(told, _FACTS["volumes"][3:])
        return
    told.tell("checked", _sum(checked, begin))
    told.tell("rejected", _sum(rejected, begin))
    told.tell("rejected_percent", _percent(_sum(rejected, begin), _sum(checked, begin)))


def _averages(told: Telling, answer: Answer, resource: Resource, _: JsonObject, __: int | None) -> None:
    name, begin = last(resource.id), answer.end - WINDOW
    pairs = (
        ("utilisation_percent", ("AzureOpenAIProvisionedManagedUtilizationV2", "ProvisionedUtilization")),
        ("response_ms_average", ("AzureOpenAITimeToResponse", "TimeToResponse")),
    )
    for fact, names in pairs:
        told.read(fact, (*answer.readings, *resource.readings))
        found = [answer.of(metric, name) for metric in names]
        values = next((kept for kept in (_values(series, begin) for series in found if series) if kept), [])
        note = ("not known: Azure Monitor has no value of it", PAGE)
        told.tell(fact, floor(sum(values) / len(values)) if values else None, note=None if values else note)


_TELLERS: Final = {"requests": _requests, "volumes": _volumes, "averages": _averages}


def _busiest(answer: Answer, names: Iterable[str], deployment: str) -> tuple[Series, ...] | None:
    """What counted most, of several metrics that count the same; none at all only where each of them was answered."""
    found = [answer.of(name, deployment) for name in names]
    told = [series for series in found if series]
    if told:
        return max(told, key=lambda series: _sum(series, answer.begin))
    return None if None in found else ()


def _values(series: tuple[Series, ...], begin: datetime) -> list[float]:
    return [value for one in series for value in one.since(begin)]


def _sum(series: tuple[Series, ...], begin: datetime) -> int:
    return round(sum(_values(series, begin)))


def _status(series: Series) -> int | None:
    code = series.labels.get(_STATUS, "")
    return int(code) if len(code) == 3 and code.isascii() and code.isdigit() else None  # noqa: PLR2004 - such as 429


def _percent(part: int, whole: int) -> float | None:
    """To one decimal; None of nothing."""
    return round(part * 100 / whole, 1) if whole > 0 else None
