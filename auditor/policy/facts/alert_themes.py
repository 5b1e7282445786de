"""What a metric alert watches for: errors, throttling, utilisation, latency or content, by metric and dimension."""

from __future__ import annotations

import re
from typing import Final

from auditor.policy.facts.shape import objects, text, texts
from auditor.record import JsonObject

THEMES: Final = ("errors", "throttling", "utilisation", "latency", "content")

NAMESPACE: Final = "microsoft.cognitiveservices/accounts"

_METRICS: Final = {
    "errors": ("ModelAvailabilityRate", "AzureOpenAIAvailabilityRate", "SuccessRate", "ServerErrors", "TotalErrors"),
    "throttling": ("BlockedCalls",),
    "utilisation": (
        "ProvisionedUtilization",
        "AzureOpenAIProvisionedManagedUtilizationV2",
        "AzureOpenAIProvisionedManagedUtilization",
    ),
    "latency": (
        "TimeToResponse",
        "NormalizedTimeToFirstToken",
        "NormalizedTimeBetweenTokens",
        "TimeToLastByte",
        "AzureOpenAITimeToResponse",
        "AzureOpenAINormalizedTTFTInMS",
        "AzureOpenAINormalizedTBTInMS",
        "AzureOpenAITTLTInMS",
    ),
    "content": ("RAIRejectedRequests", "RAIHarmfulRequests", "RAIAbusiveUsersCount", "RAISystemEvent"),
}
"""Theme → metrics; the older ones of all Cognitive Services (SuccessRate, BlockedCalls, …) count, since Azure Monitor's
baseline alerts are made of them (https://azure.github.io/azure-monitor-baseline-alerts/services/CognitiveServices/accounts/).
Latency does not: it misleads for Azure OpenAI (https://learn.microsoft.com/azure/ai-foundry/openai/monitor-openai-reference).

https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cognitiveservices-accounts-metrics
"""

_THEME_OF: Final = {name.lower(): theme for theme, names in _METRICS.items() for name in names}

_REQUESTS: Final = frozenset({"modelrequests", "azureopenairequests"})
"""Metrics that count requests, which the dimension StatusCode parts."""

_SERVER_ERROR: Final = re.compile(r"5\d\d|5xx", re.IGNORECASE)


def themes(properties: JsonObject) -> frozenset[str] | None:
    """The themes of a rule of those properties; None where a condition of it is of no known shape.

    A rule of several conditions has the themes of each, since a second one most often leaves out quiet hours.
    """
    criteria = properties.get("criteria")
    conditions = objects(criteria.get("allOf", [])) if isinstance(criteria, dict) else None
    if conditions is None:
        return None
    found = [_of_condition(condition) for condition in conditions]
    return None if None in found else frozenset(theme for one in found for theme in one or ())


def metrics(properties: JsonObject) -> list[str]:
    """The names of the metrics that a rule of those properties looks at."""
    criteria = properties.get("criteria")
    conditions = objects(criteria.get("allOf", [])) if isinstance(criteria, dict) else None
    names = [text(condition.get("metricName")) for condition in conditions or ()]
    return list(dict.fromkeys(name for name in names if name))


def _of_condition(condition: JsonObject) -> frozenset[str] | None:
    name, namespace = text(condition.get("metricName")), text(condition.get("metricNamespace"))
    if name is None:
        return None
    if namespace is not None and namespace.lower() != NAMESPACE:
        return frozenset()
    if name.lower() in _REQUESTS:
        return _of_status_codes(condition)
    theme = _THEME_OF.get(name.lower())
    return frozenset({theme} if theme else ())


def _of_status_codes(condition: JsonObject) -> frozenset[str] | None:
    """Requests that failed count; requests of every status, together or one by one, say nothing of failures."""
    dimensions = objects(condition.get("dimensions", []))
    if dimensions is None:
        return None
    found: set[str] = set()
    for dimension in dimensions:
        if (text(dimension.get("name")) or "").lower() != "statuscode":
            continue
        codes, operator = texts(dimension.get("values")), (text(dimension.get("operator")) or "").lower()
        if codes is None or operator not in {"include", "exclude"}:
            return None
        throttled, failed = "429" in codes, any(_SERVER_ERROR.fullmatch(code) for code in codes)
        if operator == "exclude":
            throttled, failed = ("200" in codes and not told for told in (throttled, failed))
        found |= {"throttling"} if throttled else set()
        found |= {"errors"} if failed else set()
    return frozenset(found)
