"""Live questions to deployments: what comes of each is an observation like any other, and judged elsewhere.

Nothing here raises for what a service or a network does; the run ends with a body for each question, or a gap.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Protocol

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Surface
from auditor.cloud.problems import Problem
from auditor.probe.background import BACKGROUND
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
from auditor.probe.pace import Pace
from auditor.probe.pdf import PDF
from auditor.probe.plan import NOWHERE, CallPlan, Planned, call_plan, planned
from auditor.probe.price import Price
from auditor.probe.prices import PriceList, Prices, read_prices, wanted
from auditor.probe.prompt_caching import PROMPT_CACHING
from auditor.probe.public_path import PUBLIC_PATH
from auditor.probe.question import BROKEN, INTERRUPTED, Probe, Question, Seen
from auditor.probe.reasoning import REASONING
from auditor.probe.router import ROUTER
from auditor.probe.secrets import Keys, Secrets
from auditor.probe.stateless import STATELESS
from auditor.probe.stream import STREAM
from auditor.probe.structured_outputs import STRUCTURED_OUTPUTS
from auditor.probe.talk import Asks
from auditor.probe.target import Target, targets
from auditor.probe.text import TEXT
from auditor.probe.vision import VISION, VISION_URL
from auditor.probe.web_search import WEB_SEARCH
from auditor.record import JsonObject
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
    VISION_URL,
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

_Conversation = Sequence[tuple[int, Planned]]
"""What is put to one deployment, each question with its place among all."""

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
    def retail(self) -> PriceList:
        """The way to Azure's price list."""

    @property
    def deadline(self) -> Deadline:
        """When the run must end."""


async def probe(
    cloud: Way,
    settings: Settings,
    resources: Iterable[Resource],
    progress: Callable[[str], None],
    *,
    only: Probe | None = None,
    among: Callable[[Target], bool] = lambda _: True,
) -> tuple[tuple[Resource, ...], tuple[Gap, ...]]:
    """A resource of kind `probe` for each question to each deployment, and a gap for each that was not put.

    `resources` are what was collected. The settings' budgets are never exceeded; what they leave out is `skipped`, with
    a gap, so that nothing that was not asked can pass. When it is cancelled it ends at once, takes the cancellation as
    answered and gives back what there is. With `only` it is that one question, put on the first surface alone; `among`
    says to which deployments.
    """
    resources, interrupted = tuple(resources), False
    try:
        settled, prices = await _planned(
            cloud, settings, resources, asks_prices=wanted(settings.probes), only=only, among=among
        )
    except asyncio.CancelledError:
        interrupted = _answered_for()
        settled, prices = await _planned(cloud, settings, resources, asks_prices=False, only=only, among=among)
    passed_over = [one.question.passed_over() for one in settled if one.question.inapplicable]
    skipped = [one.question.skipped(one.refused) for one in settled if one.refused is not None]
    asked = [one for one in settled if one.put]
    seen = [*passed_over, *skipped, *await _ask_all(cloud, settings, () if interrupted else asked, progress)]
    seen += [one.question.skipped(INTERRUPTED) for one in asked if interrupted]
    found = sorted((one.resource for one in seen if one.resource), key=lambda resource: resource.id.lower())
    return (
        (*found, *prices.resources),
        tuple(sorted((one.gap for one in seen if one.gap), key=lambda one: one.scope.lower())),
    )


async def plan_calls(cloud: Way, settings: Settings, resources: Iterable[Resource]) -> CallPlan:
    """What a run would send, and what that would cost at most; nothing of it is sent."""
    settled, _ = await _planned(cloud, settings, resources, asks_prices=settings.probes.enabled)
    return call_plan(settled, settings)


async def _planned(
    cloud: Way,
    settings: Settings,
    resources: Iterable[Resource],
    *,
    asks_prices: bool,
    only: Probe | None = None,
    among: Callable[[Target], bool] = lambda _: True,
) -> tuple[tuple[Planned, ...], Prices]:
    found = [target for target in targets(settings, resources, cloud.endpoints) if among(target)]
    questions = [question for target in found for question in _questions(target, only)]
    called = {one.target.id: one.target for one in questions if one.inapplicable is None}
    prices = await read_prices(cloud.retail, settings.probes, called.values()) if asks_prices else Prices()
    return planned(questions, settings, prices), prices


def _questions(target: Target, only: Probe | None) -> Iterator[Question]:
    """The smoke call to every deployment, and what else its owner declares of one that exists, on each surface."""
    if only is not None:
        yield Question(only, target, (*target.surfaces, NOWHERE)[0], first=True)
        return
    for surface in target.surfaces or (NOWHERE,):
        first = surface == (target.surfaces or (NOWHERE,))[0]
        for one in PROBES:
            if (first or not one.once) and _is_put(one, target):
                yield Question(one, target, surface, first=first)


def _is_put(one: Probe, target: Target) -> bool:
    if one.put is not None:
        return one.put(target)
    return one is TEXT or (target.exists and one.name in (target.features or ()))


async def _ask_all(
    cloud: Way, settings: Settings, asked: Sequence[Planned], progress: Callable[[str], None]
) -> list[Seen]:
    """What became of each; a deployment is asked one question after the other, so that we don't throttle ourselves."""
    deadline = Deadline.after(min(settings.probes.seconds, cloud.deadline.remaining))
    patience = min(CALL_SECONDS, settings.probes.seconds / 2)
    in_flight = asyncio.Semaphore(settings.concurrency)
    in_region: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(CALLS_PER_REGION))
    by_deployment: defaultdict[str, list[tuple[int, Planned]]] = defaultdict(list)
    for place, one in enumerate(asked):
        by_deployment[one.question.target.id].append((place, one))
    seen: dict[int, Seen] = {}
    secrets = Secrets(cloud.arm, cloud.environ)

    async def ask(conversation: _Conversation) -> None:
        broken: set[Surface] = set()
        target = conversation[0][1].question.target
        pace = Pace(target.requests_per_minute, target.tokens_per_minute)
        # The region first: who waits for it must not hold a place that another region could use.
        for place, one in conversation:
            question = one.question
            async with in_region[question.target.location], in_flight:
                progress(f"asking {question.target.name}: {question.probe.title.lower()}")
                if question.surface in broken and question.probe.needs_smoke:
                    seen[place] = question.skipped(Problem(GapReason.FAILED, BROKEN, "mend the smoke call first"))
                    continue
                found = await question.asked(
                    cloud.models,
                    patience=patience,
                    deadline=deadline,
                    pace=pace,
                    secrets=secrets,
                    times=one.times,
                    more=_more(one),
                )
                seen[place] = found
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    return  # interrupted: what was stored is deleted, and nothing more is asked
                if question.probe is TEXT and found.resource and found.resource.body.get("outcome") in UNANSWERED:
                    broken.add(question.surface)

    try:
        async with asyncio.TaskGroup() as group:
            for conversation in _in_turn(by_deployment.values()):
                group.create_task(ask(conversation))
    except asyncio.CancelledError:
        _answered_for()
    return [seen.get(place) or one.question.skipped(INTERRUPTED) for place, one in enumerate(asked)]


def _in_turn(conversations: Iterable[_Conversation]) -> Iterator[_Conversation]:
    """One of each account after the other, so that an account's later calls find its connection open."""
    by_account: defaultdict[str, list[_Conversation]] = defaultdict(list)
    for one in conversations:
        by_account[one[0][1].question.target.id.lower().partition("/deployments/")[0]].append(one)
    for turn in zip_longest(*by_account.values()):
        yield from (one for one in turn if one is not None)


def _answered_for() -> bool:
    """Marks the task's cancellation as handled; always True."""
    if (task := asyncio.current_task()) is not None:
        task.uncancel()
    return True


def _more(one: Planned) -> JsonObject:
    """What a probe's body tells of the plan: the price of its tokens, what is paid besides, why it was not repeated."""
    price = {"price": one.price.told} if isinstance(one.price, Price) else {"unpriced": one.price}
    besides = one.question.probe.besides
    return {**price, **({"once": one.once} if one.once else {}), **({"besides": besides} if besides else {})}
