"""Azure Monitor's metrics of an account, computed from what its deployments do: on each day, and lately."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Deployment, Flow
from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World

_DAY = 86_400
_DEPLOYMENT = "modeldeploymentname"
_STATUS = "statuscode"
_SPILLED = "isspillover"

INTERVALS = {
    "PT1M": 60, "PT5M": 300, "PT15M": 900, "PT30M": 1800, "PT1H": 3600, "PT6H": 21_600, "PT12H": 43_200, "P1D": _DAY,
}  # fmt: skip
"""Time grain → its seconds."""

_Kind = Literal["total", "average"]
_Values = Mapping[tuple[str, str], float]
"""Status code and `True` or `False` of spillover (each empty where it is not split by that) → a day's value."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """One metric; https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cognitiveservices-accounts-metrics."""

    title: str
    unit: str
    aggregation: _Kind
    of: Callable[[World, Deployment, Flow], _Values]
    dimensions: frozenset[str] = frozenset({_DEPLOYMENT})


def _requests(_: World, __: Deployment, flow: Flow) -> _Values:
    """What spilled over is counted at the deployment that took it, and nowhere else.

    https://learn.microsoft.com/azure/foundry/openai/how-to/spillover-traffic-management
    """
    spilled = min(flow.spilled, flow.requests.get("200", 0))
    told = {(status, "False"): float(count) for status, count in flow.requests.items() if count}
    return {**told, ("200", "False"): flow.requests["200"] - spilled, ("200", "True"): spilled} if spilled else told


def _tokens(share: Callable[[Flow], float]) -> Callable[[World, Deployment, Flow], _Values]:
    """What is taken of the tokens that a deployment may use; `share`: of them, how many hundredths."""

    def of(world: World, one: Deployment, flow: Flow) -> _Values:
        sku = world.sku_of(one)
        allowed = (sku.tokens or 0) * one.capacity if sku else 0
        return {("", ""): float(round(allowed * 1440 * flow.load / 100 * share(flow) / 100))}

    return of


def _utilisation(_: World, one: Deployment, flow: Flow) -> _Values:
    return {("", ""): flow.utilisation} if "provisioned" in one.sku.lower() else {}


def _told(value: Callable[[Flow], float]) -> Callable[[World, Deployment, Flow], _Values]:
    return lambda _, __, flow: {("", ""): float(value(flow))}


def _average(title: str, value: Callable[[Flow], float], *dimensions: str) -> _Metric:
    return _Metric(title, "MilliSeconds", "average", _told(value), frozenset({_DEPLOYMENT, *dimensions}))


def _count(title: str, of: Callable[[World, Deployment, Flow], _Values], *dimensions: str) -> _Metric:
    return _Metric(title, "Count", "total", of, frozenset({_DEPLOYMENT, *dimensions}))


_ALL = _tokens(lambda _: 100)
_GIVEN = _tokens(lambda flow: flow.prompts)
_ANSWERED = _tokens(lambda flow: 100 - flow.prompts)

_METRICS: Mapping[str, _Metric] = {
    "AzureOpenAIRequests": _count("Azure OpenAI Requests", _requests, _STATUS, _SPILLED),
    "ModelRequests": _count("Model Requests", _requests, _STATUS, _SPILLED),
    "TokenTransaction": _count("Processed Inference Tokens", _ALL),
    "TotalTokens": _count("Total Tokens", _ALL),
    "ProcessedPromptTokens": _count("Processed Prompt Tokens", _GIVEN),
    "InputTokens": _count("Input Tokens", _GIVEN),
    "GeneratedTokens": _count("Generated Completion Tokens", _ANSWERED),
    "OutputTokens": _count("Output Tokens", _ANSWERED),
    "RAITotalRequests": _count("Total Volume Sent For Safety Check", _told(lambda flow: sum(flow.requests.values()))),
    "RAIRejectedRequests": _count("Blocked Volume", _told(lambda flow: flow.rejected)),
    "AzureOpenAIProvisionedManagedUtilizationV2": _Metric(
        "Provisioned-managed Utilization V2", "Percent", "average", _utilisation
    ),
    "ProvisionedUtilization": _Metric("Provisioned Utilization", "Percent", "average", _utilisation),
    "AzureOpenAITimeToResponse": _average("Time to Response", lambda flow: flow.response_ms, _STATUS),
    "TimeToResponse": _average("Time to Response", lambda flow: flow.response_ms, _STATUS),
    "AzureOpenAITTLTInMS": _average("Time to Last Byte", lambda flow: flow.response_ms),
    "TimeToLastByte": _average("Time to Last Byte", lambda flow: flow.response_ms),
    "AzureOpenAINormalizedTTFTInMS": _average("Normalized Time to First Byte", lambda flow: flow.first_token_ms),
    "NormalizedTimeToFirstToken": _average("Normalized Time to First Token", lambda flow: flow.first_token_ms),
    "AzureOpenAINormalizedTBTInMS": _average("Time Between Tokens", lambda flow: flow.between_tokens_ms),
    "NormalizedTimeBetweenTokens": _average("Time Between Tokens", lambda flow: flow.between_tokens_ms),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the query of a request means."""

    begin: datetime
    end: datetime
    step: int
    """Seconds."""
    split: Mapping[str, str]
    """Dimension in lower case → the one value that is asked for, or `*`."""
    top: int


def answer(world: World, account: Account, owner: str, query: Mapping[str, str]) -> JsonObject | Answer:
    """What the metrics of the account whose id is `owner` say, a value for each interval of the timespan."""
    names = [name for name in query.get("metricnames", "").split(",") if name]
    asked = _asked(query)
    words = _refused(names, query)
    if words is not None or asked is None:
        return answer_error(400, "BadRequest", words or "Invalid timespan or interval.")
    unsplit = [(one, name) for name in names for one in asked.split if one not in _METRICS[name].dimensions]
    if unsplit:
        return answer_error(400, "BadRequest", f"Metric: {unsplit[0][1]} does not support dimension: {unsplit[0][0]}")
    return {
        "cost": 59 * len(names),
        "timespan": f"{_written(asked.begin)}/{_written(asked.end)}",
        "interval": query.get("interval", "PT1M"),
        "value": [
            {
                "id": f"{owner}/providers/Microsoft.Insights/metrics/{name}",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": name, "localizedValue": _METRICS[name].title},
                "displayDescription": _METRICS[name].title,
                "unit": _METRICS[name].unit,
                "timeseries": list(_series(world, account, _METRICS[name], asked))[: asked.top],
                "errorCode": "Success",
            }
            for name in names
        ],
        "namespace": "Microsoft.CognitiveServices/accounts",
        "resourceregion": account.region,
    }


def _refused(names: list[str], query: Mapping[str, str]) -> str | None:
    """Why the metrics that are asked for can't be had; one of them is enough."""
    lost = [name for name in names if name not in _METRICS]
    if lost or not names:
        return (
            "Failed to find metric configuration for provider: Microsoft.CognitiveServices, resource Type: accounts, "
            f"metric: {(lost or [''])[0]}, Valid metrics: {','.join(_METRICS)}"
        )
    wanted = {word.strip().lower() for word in query.get("aggregation", "").split(",")}
    unfit = [name for name in names if wanted - {_METRICS[name].aggregation}]
    if not unfit:
        return None
    return f"Metric: {unfit[0]} does not support requested aggregation combination: {query.get('aggregation')}"


def _asked(query: Mapping[str, str]) -> _Asked | None:
    span = _span(query.get("timespan", ""))
    step = INTERVALS.get(query.get("interval", "PT1M"))
    if span is None or step is None:
        return None
    parts = [part.partition(" eq ") for part in re.split(r" and ", query.get("$filter", ""), flags=re.IGNORECASE)]
    split = {name.strip().lower(): value.strip().strip("'") for name, _, value in parts if name.strip()}
    return _Asked(*span, step, split, int(query.get("top", "10")))


def _series(world: World, account: Account, metric: _Metric, asked: _Asked) -> Iterator[JsonObject]:
    """A time series for each combination of the values by which it is split; none where nothing was counted."""
    members: dict[tuple[str, ...], list[_Line]] = {}
    for one in account.deployments.values():
        usual, lately = metric.of(world, one, one.traffic), metric.of(world, one, one.traffic.now)
        for status, spilled in {**usual, **lately}:
            labels = {_DEPLOYMENT: one.name, _STATUS: status or "200", _SPILLED: spilled or "False"}
            if all(value in {"*", labels[name]} for name, value in asked.split.items()):
                line = _Line(world, one, usual.get((status, spilled), 0), lately.get((status, spilled), 0))
                members.setdefault(tuple(labels[name] for name in asked.split), []).append(line)
    for values, lines in members.items():
        data = [_point(metric.aggregation, lines, at, asked) for at in _starts(asked)]
        if any(point.get(metric.aggregation) for point in data):
            yield {
                "metadatavalues": [
                    {"name": {"value": name, "localizedValue": name}, "value": value}
                    for name, value in zip(asked.split, values, strict=True)
                ],
                "data": data,
            }


@dataclass(frozen=True, slots=True)
class _Line:
    """One value of one deployment: as it was on the days before, and as it is lately."""

    world: World
    deployment: Deployment
    usual: float
    now: float

    @property
    def stops(self) -> datetime | None:
        """When it was called for the last time; None: it still is."""
        days = self.deployment.traffic.silent_days
        return self.world.made_at - timedelta(days=days) if days else None

    @property
    def turned(self) -> datetime | None:
        """When the recent stretch began."""
        lately = self.deployment.traffic.lately
        return self.world.made_at - timedelta(minutes=lately.since_minutes) if lately else None

    def total(self, begin: datetime, end: datetime) -> int:
        """What was counted between two moments; adds up exactly, however the time is cut."""
        turned = self.turned
        edge = end if turned is None else min(max(begin, turned), end)
        return _counted(self.usual, begin, min(edge, self.stops or edge)) + _counted(
            self.now, edge, min(end, self.stops or end)
        )

    def average(self, begin: datetime) -> float | None:
        """The value in the interval that begins then; None where nothing was called."""
        if self.stops is not None and begin >= self.stops:
            return None
        return self.now if self.turned is not None and begin >= self.turned else self.usual


def _counted(daily: float, begin: datetime, end: datetime) -> int:
    if end <= begin:
        return 0
    first, last = int(begin.timestamp()), int(end.timestamp())
    return last * round(daily) // _DAY - first * round(daily) // _DAY


def _point(kind: _Kind, lines: list[_Line], at: datetime, asked: _Asked) -> JsonObject:
    stamp = {"timeStamp": _written(at)}
    if kind == "total":
        end = min(at + timedelta(seconds=asked.step), asked.end)
        return {**stamp, "total": float(sum(one.total(at, end) for one in lines))}
    told = [value for one in lines if (value := one.average(at)) is not None]
    return {**stamp, "average": sum(told) / len(told)} if told else {**stamp}


def _starts(asked: _Asked) -> Iterator[datetime]:
    at = asked.begin
    while at < asked.end:
        yield at
        at += timedelta(seconds=asked.step)


def _span(text: str) -> tuple[datetime, datetime] | None:
    begin, _, end = text.partition("/")
    try:
        found = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    except ValueError:
        return None
    return found if all(one.tzinfo for one in found) and found[0] < found[1] else None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
