"""Live questions to deployments: what comes of each is an observation like any other, and judged elsewhere.

Nothing here raises for what a service or a network does; the run ends with a body for each question, or a gap.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Surface
from auditor.cloud.problems import Problem
from auditor.probe.background import BACKGROUND
from auditor.probe.budget import Cost, allowed
from auditor.probe.code_interpreter import CODE_INTERPRETER
from auditor.probe.combined import COMBINED
from auditor.probe.computer_use import COMPUTER_USE
from auditor.probe.content_filter import CANARY, CONTENT_FILTER
from auditor.probe.conversation import CONVERSATION
from auditor.probe.file_search import FILE_SEARCH
from auditor.probe.function_calling import FUNCTION_CALLING
from auditor.probe.image_generation import IMAGE_GENERATION
from auditor.probe.keys import KEY_REFUSED, TEXT_KEY
from auditor.probe.mcp import MCP
from auditor.probe.pdf import PDF
from auditor.probe.prompt_caching import PROMPT_CACHING
from auditor.probe.public_path import PUBLIC_PATH
from auditor.probe.question import BROKEN, INTERRUPTED, NO_ENDPOINT, NO_PROJECTS, TURNED_OFF, Probe, Question, Seen
from auditor.probe.reasoning import REASONING
from auditor.probe.router import ROUTER
from auditor.probe.secrets import Keys, Secrets
from auditor.probe.stateless import STATELESS
from auditor.probe.stream import STREAM
from auditor.probe.structured_outputs import STRUCTURED_OUTPUTS
from auditor.probe.talk import Asks
from auditor.probe.target import Target, targets
from auditor.probe.text import TEXT
from auditor.probe.vision import VISION
from auditor.probe.web_search import WEB_SEARCH
from auditor.settings import Endpoints, Settings
from auditor.snapshot import Gap, GapReason, Resource

CALLS_PER_REGION = 8
"""Calls under way in one region at once: the question is whether it answers, not how much it bears."""

CALL_SECONDS = 60.0
"""How long one answer may take; never more than half of the time for all of them."""

PROBES: tuple[Probe, ...] = (
    TEXT,
    STREAM,
    STATELESS,
    CONVERSATION,
    FUNCTION_CALLING,
    STRUCTURED_OUTPUTS,
    REASONING,
    VISION,
    PDF,
    FILE_SEARCH,
    IMAGE_GENERATION,
    BACKGROUND,
    COMBINED,
    PROMPT_CACHING,
    CODE_INTERPRETER,
    MCP,
    WEB_SEARCH,
    COMPUTER_USE,
    ROUTER,
    CONTENT_FILTER,
    CANARY,
    TEXT_KEY,
    KEY_REFUSED,
    PUBLIC_PATH,
)
"""Every probe; the smoke call first."""

NOWHERE = Surface("")
"""Stands for the endpoint of an account that names none; a surface without a host is one that the account lacks."""

UNANSWERED = ("refused", "unreachable")


class Way(Protocol):
    """What a probe needs of `auditor.cloud.door.Cloud`."""

    @property
    def endpoints(self) -> Endpoints:
        """The cloud's addresses."""

    @property
    def models(self) -> Asks:
        """The way to the models."""

    @property
    def arm(self) -> Keys:
        """The way to the accounts' keys."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables of the process."""

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
    questions = [
        question for target in targets(settings, resources, cloud.endpoints) for question in _questions(target)
    ]
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


def _questions(target: Target) -> Iterator[Question]:
    """The smoke call to every deployment, and what else its owner declares of one that exists, on each surface."""
    for surface in target.surfaces or (NOWHERE,):
        first = surface == (target.surfaces or (NOWHERE,))[0]
        for one in PROBES:
            if (first or not one.once) and _is_put(one, target):
                yield Question(one, target, surface, first=first)


def _is_put(one: Probe, target: Target) -> bool:
    if one.put is not None:
        return one.put(target)
    return one is TEXT or (target.exists and one.name in (target.features or ()))


def _refusals(questions: Sequence[Question], settings: Settings) -> list[Problem | None]:
    """For each question, in order, why it is not put; None where it is."""
    if not settings.probes.enabled:
        return [TURNED_OFF] * len(questions)
    callable_ones = [question for question in questions if question.surface.host]
    costs = [
        Cost(question.target.model, question.probe.most_tokens(question.target), question.probe.calls)
        for question in callable_ones
    ]
    over = iter(allowed(costs, settings.probes))
    return [_over_budget(next(over)) if question.surface.host else _no_endpoint(question) for question in questions]


def _no_endpoint(question: Question) -> Problem:
    return NO_ENDPOINT if question.surface.project is None else NO_PROJECTS


def _over_budget(why: str | None) -> Problem | None:
    step = "raise the budget in the settings' probes section, or narrow the scope, then run again"
    return None if why is None else Problem(GapReason.FAILED, why, step)


async def _ask_all(
    cloud: Way, settings: Settings, questions: Sequence[Question], progress: Callable[[str], None]
) -> list[Seen]:
    """What became of each; a deployment is asked one question after the other, so that we don't throttle ourselves."""
    deadline = Deadline.after(min(settings.probes.seconds, cloud.deadline.remaining))
    patience = min(CALL_SECONDS, settings.probes.seconds / 2)
    in_flight = asyncio.Semaphore(settings.concurrency)
    in_region: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(CALLS_PER_REGION))
    by_deployment: defaultdict[str, list[tuple[int, Question]]] = defaultdict(list)
    for place, question in enumerate(questions):
        by_deployment[question.target.id].append((place, question))
    seen: dict[int, Seen] = {}
    secrets = Secrets(cloud.arm, cloud.environ)

    async def ask(conversation: Sequence[tuple[int, Question]]) -> None:
        broken: set[Surface] = set()
        # The region first: who waits for it must not hold a place that another region could use.
        for place, question in conversation:
            async with in_region[question.target.location], in_flight:
                progress(f"asking {question.target.name}: {question.probe.title.lower()}")
                if question.surface in broken and question.probe.needs_smoke:
                    seen[place] = question.skipped(Problem(GapReason.FAILED, BROKEN, "mend the smoke call first"))
                    continue
                found = await question.asked(cloud.models, patience=patience, deadline=deadline, secrets=secrets)
                seen[place] = found
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    return  # interrupted: what was stored is deleted, and nothing more is asked
                if question.probe is TEXT and found.resource and found.resource.body.get("outcome") in UNANSWERED:
                    broken.add(question.surface)

    try:
        async with asyncio.TaskGroup() as group:
            for conversation in by_deployment.values():
                group.create_task(ask(conversation))
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
    return [seen.get(place) or question.skipped(INTERRUPTED) for place, question in enumerate(questions)]
