"""One probe of one deployment, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer
from auditor.cloud.problems import NEXT_STEPS, Problem, problem_of
from auditor.cloud.reads import gap
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason, Resource

OUT_OF_TIME = Problem(
    GapReason.TIMED_OUT,
    "the time for live calls ended first (probes.seconds, deadline_seconds)",
    "raise probes.seconds or deadline_seconds in the settings, then run again",
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


class Asks(Protocol):
    """The way to the models: `auditor.cloud.model.Models`."""

    async def ask(self, host: str, request: JsonObject, *, seconds: float) -> Answer:
        """The answer to one POST /openai/v1/responses."""


Look = Callable[[Asks, str, Target, float], Awaitable[tuple[JsonObject, tuple[str, ...]]]]
"""Asks a deployment on a host, within seconds: the probe's body and the readings that it rests on."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One kind of live question."""

    name: str
    inapplicable: Callable[[Target], str | None]
    """Why a deployment can't be asked; None where it can."""
    most_tokens: Callable[[Target], int]
    """The most that one call uses, input and output together."""
    look: Look
    """Asks, and gives the probe's body and its readings."""


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

    @property
    def inapplicable(self) -> str | None:
        """Why it is not asked of this deployment at all."""
        return self.probe.inapplicable(self.target)

    def passed_over(self) -> Seen:
        """Nothing to ask, and nothing missed by it."""
        return Seen(self._resource({"sent": False, "outcome": "not_applicable", "reason": self.inapplicable}))

    def skipped(self, why: Problem, readings: tuple[str, ...] = ()) -> Seen:
        """Not asked, though it should have been."""
        body = {"sent": bool(readings), "outcome": "skipped", "reason": why.detail}
        return Seen(self._resource(body, readings), self.gap(why, readings))

    def gap(self, why: Problem, readings: tuple[str, ...] = ()) -> Gap:
        """What could not be seen."""
        return gap("probe", self.target.id, why, readings=list(readings))

    async def asked(self, models: Asks, host: str, *, patience: float, deadline: Deadline) -> Seen:
        """What the deployment answered; `patience` is how many seconds an answer may take."""
        seconds = min(patience, deadline.remaining)
        if seconds <= 0:
            return self.skipped(OUT_OF_TIME)
        try:
            body, readings = await self.probe.look(models, host, self.target, seconds)
        except Exception as error:  # noqa: BLE001 - a probe that crashes is a gap, and the run goes on
            return Seen(gap=self.gap(problem_of(error)))
        if seconds < patience and _timed_out(body):
            # Our own deadline ended the call, not the service: nobody is to be blamed for it.
            return self.skipped(OUT_OF_TIME, readings)
        return Seen(self._resource({"reason": None, **body}, readings))

    def _resource(self, body: JsonObject, readings: tuple[str, ...] = ()) -> Resource:
        return Resource(
            kind="probe",
            id=f"{self.target.id}/probes/{self.probe.name}",
            parent=self.target.id,
            body={"probe": self.probe.name, "requested_model": self.target.name, **body},
            readings=readings,
        )


def _timed_out(body: JsonObject) -> bool:
    error = body.get("error")
    return isinstance(error, dict) and error.get("phase") == "timeout"
