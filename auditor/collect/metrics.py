"""What each account's deployments did lately, by Azure Monitor's own metrics, split by deployment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row
from auditor.cloud.problems import NEXT_STEPS, Problem
from auditor.cloud.reads import gap
from auditor.cloud.telemetry import Question
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.snapshot import Gap, GapReason

MAX_SERIES: Final = 5_000
"""Time series asked for; where as many come, there may be more that nobody saw."""


@dataclass(frozen=True)
class Asked:
    """One request for each account."""

    name: str
    metrics: tuple[str, ...]
    aggregation: str
    split: tuple[str, ...]
    back: timedelta = timedelta(0)
    """How far back it is asked."""
    interval: str = "P1D"


QUESTIONS: Final = (
    Asked(
        "requests",
        ("AzureOpenAIRequests", "ModelRequests"),
        "Total",
        ("ModelDeploymentName", "StatusCode"),
        timedelta(days=30),
    ),
    Asked(
        "volumes",
        ("TokenTransaction", "TotalTokens", "RAITotalRequests", "RAIRejectedRequests"),
        "Total",
        ("ModelDeploymentName",),
        timedelta(days=7),
    ),
    Asked(
        "averages",
        (
            "AzureOpenAIProvisionedManagedUtilizationV2",
            "ProvisionedUtilization",
            "AzureOpenAITimeToResponse",
            "TimeToResponse",
        ),
        "Average",
        ("ModelDeploymentName",),
        timedelta(days=7),
    ),
)
"""Of each thing the metric of Azure OpenAI and the one of all models, since an account may have traffic in either.

Those that belong to all Cognitive Services (TotalCalls, BlockedCalls, …) are not for Azure OpenAI, as their page says:
https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cognitiveservices-accounts-metrics
"""


SPILLOVER: Final = Asked("spillover", ("AzureOpenAIRequests",), "Total", ("ModelDeploymentName", "IsSpillover"))
"""How many requests came to a deployment from a full one, or left it: asked only of the last hours.

https://learn.microsoft.com/azure/ai-foundry/openai/how-to/spillover-traffic-management
"""

_INTERVALS: Final = (
    (timedelta(minutes=30), "PT1M"),
    (timedelta(hours=4), "PT5M"),
    (timedelta(hours=12), "PT15M"),
    (timedelta(days=3), "PT1H"),
)
"""The longest stretch for which values stand so long each: some two dozen to four dozen of them."""


def _metrics(questions: tuple[Asked, ...]) -> Callable[[Look, Target], Awaitable[None]]:
    async def collect(look: Look, target: Target) -> None:
        whole = await asyncio.gather(*(_ask(look, target, asked) for asked in questions))
        if all(whole):
            look.keep_count("metric", target.id, len(questions))

    return collect


def recent_metrics(back: timedelta) -> Collector:
    """What deployments did in the last stretch of time, by the minute or the hour."""
    interval = next((name for longest, name in _INTERVALS if back <= longest), "P1D")
    questions = tuple(replace(asked, back=back, interval=interval) for asked in (*QUESTIONS, SPILLOVER))
    return Collector("metric", Per.ACCOUNT, (ACTIONS["metric"],), _metrics(questions))


async def _ask(look: Look, target: Target, asked: Asked) -> bool:
    """Keeps the answer; False where it is not there, or not whole."""
    id_ = f"{target.id}/providers/Microsoft.Insights/metrics/{asked.name}"
    question = Question(
        metrics=asked.metrics,
        aggregation=asked.aggregation,
        split=asked.split,
        begin=look.now - asked.back,
        end=look.now,
        top=MAX_SERIES,
        interval=asked.interval,
    )
    found = await look.arm.telemetry.metrics(target.id, question)
    if isinstance(found, Gap):
        look.keep_gap(found)
        return False
    look.keep("metric", id_, target.id, found)
    if _most_series(found) < MAX_SERIES:
        return True
    words = f"{MAX_SERIES} time series came, as many as were asked for: there may be more"
    problem = Problem(GapReason.FAILED, words, NEXT_STEPS[GapReason.FAILED])
    look.keep_gap(gap("metric", id_, problem, readings=[found.reading]))
    return False


def _most_series(answer: Row) -> int:
    metrics = answer.body.get("value")
    found = (
        [metric.get("timeseries") for metric in metrics if isinstance(metric, dict)]
        if isinstance(metrics, list)
        else []
    )
    return max((len(series) for series in found if isinstance(series, list)), default=0)


METRICS = Collector("metric", Per.ACCOUNT, (ACTIONS["metric"],), _metrics(QUESTIONS))
