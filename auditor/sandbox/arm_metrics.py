"""Azure Monitor's metrics of an account, computed from what its deployments do on each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World

_DAY = timedelta(days=1)
_DEPLOYMENT = "modeldeploymentname"
_STATUS = "statuscode"


@dataclass(frozen=True, slots=True)
class _Metric:
    """One metric; https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cognitiveservices-accounts-metrics."""

    title: str
    unit: str
    aggregation: str
    of: Callable[[World, Deployment], Mapping[str, float]]
    """Status code (or nothing, where it is not split by that) → value on a day with traffic."""


def _requests(_: World, one: Deployment) -> Mapping[str, float]:
    return {status: float(count) for status, count in one.traffic.requests.items() if count}


def _tokens(world: World, one: Deployment) -> Mapping[str, float]:
    sku = world.sku_of(one)
    allowed = (sku.tokens or 0) * one.capacity if sku else 0
    return {"": float(round(allowed * 1440 * one.traffic.load / 100))}


def _utilisation(_: World, one: Deployment) -> Mapping[str, float]:
    return {"": one.traffic.utilisation} if "provisioned" in one.sku.lower() else {}


def _checked(_: World, one: Deployment) -> Mapping[str, float]:
    return {"": float(sum(one.traffic.requests.values()))}


def _rejected(_: World, one: Deployment) -> Mapping[str, float]:
    return {"": float(one.traffic.rejected)}


def _response(_: World, one: Deployment) -> Mapping[str, float]:
    return {"": one.traffic.response_ms}


_METRICS: Mapping[str, _Metric] = {
    "AzureOpenAIRequests": _Metric("Azure OpenAI Requests", "Count", "total", _requests),
    "ModelRequests": _Metric("Model Requests", "Count", "total", _requests),
    "TokenTransaction": _Metric("Processed Inference Tokens", "Count", "total", _tokens),
    "TotalTokens": _Metric("Total Tokens", "Count", "total", _tokens),
    "RAITotalRequests": _Metric("Total Volume Sent For Safety Check", "Count", "total", _checked),
    "RAIRejectedRequests": _Metric("Blocked Volume", "Count", "total", _rejected),
    "AzureOpenAIProvisionedManagedUtilizationV2": _Metric(
        "Provisioned-managed Utilization V2", "Percent", "average", _utilisation
    ),
    "ProvisionedUtilization": _Metric("Provisioned Utilization", "Percent", "average", _utilisation),
    "AzureOpenAITimeToResponse": _Metric("Time to Response", "MilliSeconds", "average", _response),
    "TimeToResponse": _Metric("Time to Response", "MilliSeconds", "average", _response),
}


def answer(world: World, account: Account, owner: str, query: Mapping[str, str]) -> JsonObject | Answer:
    """What the metrics of the account whose id is `owner` say, a value for each day of the timespan."""
    names = [name for name in query.get("metricnames", "").split(",") if name]
    lost = [name for name in names if name not in _METRICS]
    if lost or not names:
        words = (
            "Failed to find metric configuration for provider: Microsoft.CognitiveServices, resource Type: accounts, "
            f"metric: {(lost or [''])[0]}, Valid metrics: {','.join(_METRICS)}"
        )
        return answer_error(400, "BadRequest", words)
    asked = {word.strip().lower() for word in query.get("aggregation", "").split(",")}
    unfit = [name for name in names if asked - {_METRICS[name].aggregation}]
    if unfit:
        words = f"Metric: {unfit[0]} does not support requested aggregation combination: {query.get('aggregation')}"
        return answer_error(400, "BadRequest", words)
    span = _span(query.get("timespan", ""))
    if span is None or query.get("interval") != "P1D":
        return answer_error(400, "BadRequest", "Invalid timespan or interval.")
    split = {part.partition(" eq ")[0].strip().lower() for part in query.get("$filter", "").split(" and ")} - {""}
    top = int(query.get("top", "10"))
    return {
        "cost": 59 * len(names),
        "timespan": "/".join(_written(one) for one in span),
        "interval": "P1D",
        "value": [
            {
                "id": f"{owner}/providers/Microsoft.Insights/metrics/{name}",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": name, "localizedValue": _METRICS[name].title},
                "displayDescription": _METRICS[name].title,
                "unit": _METRICS[name].unit,
                "timeseries": list(_series(world, account, _METRICS[name], split, span))[:top],
                "errorCode": "Success",
            }
            for name in names
        ],
        "namespace": "Microsoft.CognitiveServices/accounts",
        "resourceregion": account.region,
    }


def _series(
    world: World, account: Account, metric: _Metric, split: set[str], span: tuple[datetime, datetime]
) -> Iterator[JsonObject]:
    """A time series for each deployment, and for each status where the metric is split by it; none without traffic."""
    for one in account.deployments.values():
        values = metric.of(world, one)
        kinds = list(values.items()) if _STATUS in split else [("", sum(values.values()))] if values else []
        for status, value in kinds:
            data = list(_points(metric, value, world.made_at - one.traffic.silent_days * _DAY, span))
            labels = {_DEPLOYMENT: one.name, **({_STATUS: status} if _STATUS in split else {})}
            if any(point.get(metric.aggregation) for point in data):
                yield {
                    "metadatavalues": [
                        {"name": {"value": name, "localizedValue": name}, "value": value}
                        for name, value in labels.items()
                    ],
                    "data": data,
                }


def _points(metric: _Metric, value: float, until: datetime, span: tuple[datetime, datetime]) -> Iterator[JsonObject]:
    at, end = span
    while at < end:
        quiet = 0.0 if metric.aggregation == "total" else None
        told = value if at < until else quiet
        yield {"timeStamp": _written(at), **({} if told is None else {metric.aggregation: told})}
        at += _DAY


def _span(text: str) -> tuple[datetime, datetime] | None:
    begin, _, end = text.partition("/")
    try:
        found = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    except ValueError:
        return None
    return found if all(one.tzinfo for one in found) and found[0] < found[1] else None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
