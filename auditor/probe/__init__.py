"""Live questions to deployments: what comes of each is an observation like any other, and judged elsewhere.

Nothing here raises for what a service or a network does; the run ends with a body for each question, or a gap.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from auditor.cloud.deadline import Deadline
from auditor.cloud.problems import Problem
from auditor.probe import text
from auditor.probe.budget import Cost, allowed
from auditor.probe.question import INTERRUPTED, NO_ENDPOINT, TURNED_OFF, Asks, Probe, Question, Seen
from auditor.probe.target import targets
from auditor.settings import Endpoints, Settings
from auditor.snapshot import Gap, GapReason, Resource

CALLS_PER_REGION = 8
"""Calls under way in one region at once: the question is whether it answers, not how much it bears."""

CALL_SECONDS = 60.0
"""How long one answer may take; never more than half of the time for all of them."""

PROBES: tuple[Probe, ...] = (Probe(text.NAME, text.inapplicable, text.most_tokens, text.look),)


class Way(Protocol):
    """What a probe needs of `auditor.cloud.door.Cloud`."""

    @property
    def endpoints(self) -> Endpoints:
        """The cloud's addresses."""

    @property
    def models(self) -> Asks:
        """The way to the models."""

    @property
    def deadline(self) -> Deadline:
        """When the run must end."""


async def probe(
    cloud: Way, settings: Settings, resources: Iterable[Resource], progress: Callable[[str], None]
) -> tuple[tuple[Resource, ...], tuple[Gap, ...]]:
    """A resource of kind `probe` for each question to each deployment, and a gap for each that was not put.

    `resources` are what was collected. The settings' budgets are never exceeded; what they leave out is `skipped`, with
    a gap, so that nothing that was not asked can pass. When it is cancelled it ends at once, takes the cancellation as
    answered and gives back what there is.
    """
    questions = [Question(one, target) for target in targets(settings, resources, cloud.endpoints) for one in PROBES]
    passed_over = [question.passed_over() for question in questions if question.inapplicable]
    open_ones = [question for question in questions if not question.inapplicable]
    refusals = _refusals(open_ones, settings)
    skipped = [question.skipped(why) for question, why in zip(open_ones, refusals, strict=True) if why]
    asked = [question for question, why in zip(open_ones, refusals, strict=True) if why is None]
    seen = [*passed_over, *skipped, *await _ask_all(cloud, settings, asked, progress)]
    return (
        tuple(sorted((one.resource for one in seen if one.resource), key=lambda resource: resource.id.lower())),
        tuple(sorted((one.gap for one in seen if one.gap), key=lambda one: one.scope.lower())),
    )


def _refusals(questions: Sequence[Question], settings: Settings) -> list[Problem | None]:
    """For each question, in order, why it is not put; None where it is."""
    if not settings.probes.enabled:
        return [TURNED_OFF] * len(questions)
    callable_ones = [question for question in questions if question.target.host]
    costs = [Cost(question.target.model, question.probe.most_tokens(question.target)) for question in callable_ones]
    over = iter(allowed(costs, settings.probes))
    return [_over_budget(next(over)) if question.target.host else NO_ENDPOINT for question in questions]


def _over_budget(why: str | None) -> Problem | None:
    step = "raise the budget in the settings' probes section, or narrow the scope, then run again"
    return None if why is None else Problem(GapReason.FAILED, why, step)


async def _ask_all(
    cloud: Way, settings: Settings, questions: Sequence[Question], progress: Callable[[str], None]
) -> list[Seen]:
    deadline = Deadline.after(min(settings.probes.seconds, cloud.deadline.remaining))
    patience = min(CALL_SECONDS, settings.probes.seconds / 2)
    in_flight = asyncio.Semaphore(settings.concurrency)
    in_region: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(CALLS_PER_REGION))

    async def ask(question: Question) -> Seen:
        # The region first: who waits for it must not hold a place that another region could use.
        async with in_region[question.target.location], in_flight:
            progress(f"asking {question.target.name}")
            host = question.target.host or ""
            return await question.asked(cloud.models, host, patience=patience, deadline=deadline)

    tasks: list[asyncio.Task[Seen]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(ask(question)) for question in questions]
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
    return [
        question.skipped(INTERRUPTED) if task.cancelled() else task.result()
        for question, task in zip(questions, tasks, strict=True)
    ]
