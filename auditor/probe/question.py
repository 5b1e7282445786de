"""One probe of one deployment, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Surface
from auditor.cloud.problems import NEXT_STEPS, Problem, problem_of
from auditor.cloud.reads import gap
from auditor.probe.ending import NoRoomError, OutOfTimeError, OwnDoingError, Proof, StoppedError, UndecidedError
from auditor.probe.pace import Pace
from auditor.probe.repeat import Again, repeated
from auditor.probe.secrets import NOTHING, Secrets
from auditor.probe.talk import Asks, Talk
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason, Resource

OUT_OF_TIME = Problem(
    GapReason.TIMED_OUT,
    "the time for live calls ended first (probes.seconds, deadline_seconds)",
    "raise probes.seconds or deadline_seconds in the settings, then run again",
)
NO_ROOM = Problem(
    GapReason.TIMED_OUT,
    "the deployment's rate limit left no time for this call (probes.seconds, deadline_seconds)",
    "raise the deployment's capacity, or probes.seconds in the settings, then run again",
)
OWN_DOING = Problem(
    GapReason.THROTTLED,
    "the service refused the call for what this run itself had sent to the deployment within the minute",
    "run again in some minutes, or with fewer features or repetitions for this deployment",
)
INTERRUPTED = Problem(
    GapReason.INTERRUPTED, "the run was interrupted before this was asked", NEXT_STEPS[GapReason.INTERRUPTED]
)
TURNED_OFF = Problem(
    GapReason.NOT_OFFERED, "probes are off in settings (probes.enabled)", "set probes.enabled to true, then run again"
)
NO_ENDPOINT = Problem(
    GapReason.NOT_OFFERED, "the account names no model endpoint", "give the account a custom subdomain, then run again"
)
NO_PROJECTS = Problem(
    GapReason.NOT_OFFERED,
    "the account has no endpoint for Foundry projects",
    "use an account of kind AIServices with a custom subdomain, or declare another surface, then run again",
)


RESPONSES_WRITE = "Microsoft.CognitiveServices/accounts/OpenAI/responses/write"
RESPONSES_READ = "Microsoft.CognitiveServices/accounts/OpenAI/responses/read"
RESPONSES_DELETE = "Microsoft.CognitiveServices/accounts/OpenAI/responses/delete"
FILES_WRITE = "Microsoft.CognitiveServices/accounts/OpenAI/files/write"
FILES_DELETE = "Microsoft.CognitiveServices/accounts/OpenAI/files/delete"
STORES_WRITE = "Microsoft.CognitiveServices/accounts/OpenAI/assistants/vector_stores/write"
STORES_READ = "Microsoft.CognitiveServices/accounts/OpenAI/assistants/vector_stores/read"
STORES_DELETE = "Microsoft.CognitiveServices/accounts/OpenAI/assistants/vector_stores/delete"
"""https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning"""

BROKEN = "the smoke call to this deployment did not get an answer, so this was not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One kind of live question: what it sends, what proves success, and what it may cost."""

    name: str
    """The feature that it proves, as settings name it."""
    title: str
    sends: str
    proves: str
    inapplicable: Callable[[Target], str | None]
    """Why a deployment can't be asked; None where it can."""
    calls: int
    """The most that it sends, deletions aside."""
    most_tokens: Callable[[Target], int]
    """The most that all of its calls use, input and output together."""
    look: Callable[[Talk], Awaitable[Proof]]
    """Converses, and says what that proved; may raise what Talk raises."""
    legacy: bool = True
    """Whether the legacy API offers it too."""
    stores: str | None = None
    """What the service is made to keep, all of it deleted at the end; None: nothing."""
    besides: str | None = None
    """What is paid for it besides the deployment's tokens; None: nothing.

    https://azure.microsoft.com/pricing/details/azure-openai/
    """
    put: Callable[[Target], bool] | None = None
    """Whether it is put to a deployment; None: where its owner declares the feature of this name."""
    once: bool = False
    """Whether the first surface alone is asked."""
    needs_smoke: bool = True
    """Whether it is passed by where the smoke call got no answer."""
    again: Again | None = None
    """How it is put once more for its times alone; None where nobody waits for it."""
    actions: tuple[str, ...] = (RESPONSES_WRITE,)
    """The data actions that its calls and deletions need at an account's own endpoint."""
    reads_key: bool = False
    """Whether it calls with an API key of the account, which it fetches first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one question."""

    resource: Resource | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One probe of one deployment."""

    probe: Probe
    target: Target
    surface: Surface
    first: bool = True
    """Whether on the first surface that the owner declares: what is proven there is the deployment's own."""

    @property
    def inapplicable(self) -> str | None:
        """Why it is not asked of this deployment at all."""
        if self.surface.api_version is not None and not self.probe.legacy:
            return f"the legacy API ({self.surface.api_version}) does not offer it"
        return self.probe.inapplicable(self.target)

    def passed_over(self) -> Seen:
        """Nothing to ask, and nothing missed by it."""
        return Seen(self._resource({"sent": False, "outcome": "not_applicable", "reason": self.inapplicable}))

    def skipped(
        self,
        why: Problem,
        readings: tuple[str, ...] = (),
        left: Sequence[str] | None = None,
        told: JsonObject | None = None,
    ) -> Seen:
        """Not asked to its end, though it should have been; `left` is what the service still keeps of it."""
        body: JsonObject = {**(told or {}), "sent": bool(readings), "outcome": "skipped", "reason": why.detail}
        return Seen(self._resource({**body, **_left(left)}, readings), self.gap(why, readings))

    def gap(self, why: Problem, readings: tuple[str, ...] = ()) -> Gap:
        """What could not be seen."""
        return gap("probe", self._id, why, readings=list(readings))

    async def asked(
        self,
        models: Asks,
        *,
        patience: float,
        deadline: Deadline,
        pace: Pace | None = None,
        secrets: Secrets = NOTHING,
        times: int = 1,
        more: JsonObject | None = None,
    ) -> Seen:
        """What the deployment answered; `patience` is how many seconds an answer may take.

        What the service was made to store is deleted, also where the conversation failed or was interrupted. A proven
        question is put again until it was put `times` times; `more` is what else its body is to tell.
        """

        def talking() -> Talk:
            return Talk(
                models,
                self.surface,
                self.target,
                patience=patience,
                deadline=deadline,
                secrets=secrets,
                pace=pace,
            )

        talk = talking()
        why, told = await self._converse(talk)
        left = await talk.tidy() if talk.stored_anything else None
        if why is not None:
            return self.skipped(why, talk.readings, left, {**talk.body(), **told, **(more or {})})
        body = {"reason": None, **talk.body(), **told, **(more or {}), **_left(left)}
        if times == 1 or self.probe.again is None or not body.get("proven"):
            return Seen(self._resource(body, talk.readings))
        series = await repeated(self.probe.again, talking, times - 1, talk.first_latency_ms, body)
        found = self._resource({**body, **series.told}, (*talk.readings, *series.readings))
        return Seen(found, self.gap(INTERRUPTED, series.readings) if series.interrupted else None)

    async def _converse(self, talk: Talk) -> tuple[Problem | None, JsonObject]:
        """Why the conversation was not held to its end, if it was not, and what is told of it."""
        try:
            return None, _proven(await self.probe.look(talk))
        except StoppedError as stop:
            return None, stop.told
        except UndecidedError as undecided:
            return undecided.why, {}
        except OwnDoingError as stop:
            return OWN_DOING, {**stop.told, "own_doing": True}
        except (NoRoomError, OutOfTimeError) as ended:
            return NO_ROOM if isinstance(ended, NoRoomError) else OUT_OF_TIME, {}
        except (asyncio.CancelledError, Exception) as error:  # noqa: BLE001 - one that crashes is a gap, the run goes on
            return INTERRUPTED if isinstance(error, asyncio.CancelledError) else problem_of(error), {}

    @property
    def _id(self) -> str:
        return f"{self.target.id}/probes/{self.probe.name}{'' if self.first else f'/{self.surface.key}'}"

    def _resource(self, body: JsonObject, readings: tuple[str, ...] = ()) -> Resource:
        return Resource(
            kind="probe",
            id=self._id,
            parent=self.target.id,
            body={
                "probe": self.probe.name,
                "surface": self.surface.name,
                **({"project": self.surface.project} if self.surface.project is not None else {}),
                "first": self.first,
                "requested_model": self.target.name,
                **body,
            },
            readings=readings,
        )


def _proven(proof: Proof) -> JsonObject:
    shortfall = None if proof.proven else proof.shortfall
    return {
        "outcome": "completed",
        "sent": True,
        "error": None,
        "proven": proof.proven,
        "shortfall": shortfall,
        **(proof.told or {}),
    }


def _left(what: Sequence[str] | None) -> JsonObject:
    """What the service still keeps; nothing is said where nothing was stored."""
    return {"left_behind": list(what)} if what is not None else {}
