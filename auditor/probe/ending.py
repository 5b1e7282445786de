"""How a conversation with a deployment ends: with a proof, or with the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.cloud.problems import Problem
from auditor.record import JsonObject


class StoppedError(Exception):
    """A call did not bring what the rest of the conversation needs; `told` is what the probe's body says of it."""

    def __init__(self, told: JsonObject) -> None:
        super().__init__(str(told.get("outcome")))
        self.told = told


class UndecidedError(Exception):
    """What came does not tell whether it works: a gap, and neither a proof nor a failure."""

    def __init__(self, why: Problem) -> None:
        super().__init__(why.detail)
        self.why = why


class OutOfTimeError(Exception):
    """The time for live calls ended before a call."""


class NoRoomError(OutOfTimeError):
    """The deployment's rate leaves no time for a call before the time for live calls ends."""


class OwnDoingError(Exception):
    """The service refused a call for what we ourselves had sent, and again or too late to be repeated."""

    def __init__(self, told: JsonObject) -> None:
        super().__init__("throttled by our own pace")
        self.told = told


@dataclass(frozen=True, slots=True)
class Proof:
    """What a conversation proved, in which every call was answered."""

    proven: bool
    """Whether the feature works: judged by what was planted, not by taste."""
    shortfall: str | None = None
    """What was missing for it, in a few words; no output of a model stands in it."""
    told: JsonObject | None = None
    """What else checks or people want to know, as members of the probe's body."""
