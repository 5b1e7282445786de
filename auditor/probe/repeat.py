"""The same question put again and again, for its times: every single one is kept, and nothing is averaged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from auditor.probe.ending import NoRoomError, OutOfTimeError, OwnDoingError, StoppedError
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.record import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one call took."""

    latency_ms: float | None = None
    """Of the call's first answer; the one who asks leaves it out, as the talk knows it."""
    first_token_ms: float | None = None
    """Of a streamed call."""
    tokens_per_second: float | None = None
    """Of a streamed call, from its first text to its end."""


@dataclass(frozen=True, slots=True)
class Again:
    """How a question is put once more: one call, which may raise what Talk raises."""

    ask: Callable[[Talk], Awaitable[Sample]]
    most_tokens: Callable[[Target], int]


@dataclass(frozen=True, slots=True)
class Series:
    """What came of the repetitions."""

    told: JsonObject
    """Members of the probe's body: `samples` with every time, `repeats` with what they used, a failure if there was."""
    readings: tuple[str, ...]
    interrupted: bool


async def repeated(
    again: Again, talking: Callable[[], Talk], times: int, first_ms: float | None, first: JsonObject
) -> Series:
    """The question put so many times more; the first that fails, or for which there is no time, ends them.

    `first_ms` and `first`, its body, are the question's own first call, which counts among the samples.
    """
    samples = [
        Sample(
            latency_ms=first_ms,
            first_token_ms=first.get("first_token_ms"),
            tokens_per_second=first.get("tokens_per_second"),
        )
    ]
    talks: list[Talk] = []
    ended: str | None = None
    failure: JsonObject = {}
    interrupted = False
    while ended is None and len(talks) < times:
        talk = talking()
        talks.append(talk)
        try:
            sample = await again.ask(talk)
            samples.append(replace(sample, latency_ms=talk.first_latency_ms))
        except StoppedError as stop:
            failure = {**talk.body(), **stop.told, "proven": None}
            ended = "a call failed"
        except OwnDoingError:
            ended = "the service refused a call for what this run itself had sent"
        except NoRoomError:
            ended = "the deployment's rate limit left no time for more calls"
        except OutOfTimeError:
            ended = "the time for live calls ended"
        except asyncio.CancelledError:
            ended, interrupted = "the run was interrupted", True
    bodies = [talk.body() for talk in talks]
    return Series(
        told={**failure, **_told(samples, first, bodies), "repeats": {"asked": times, **_used(bodies), "ended": ended}},
        readings=tuple(reading for talk in talks for reading in talk.readings),
        interrupted=interrupted,
    )


def _told(samples: Sequence[Sample], first: JsonObject, bodies: Sequence[JsonObject]) -> JsonObject:
    """Every time that was measured, and which models answered how often."""
    named = Counter(str(body["responded_model"]) for body in (first, *bodies) if body.get("responded_model"))
    return {
        **({"responded_models": sorted({*named, *_models(first)})} if named else {}),
        "samples": {
            "latencies_ms": _known(one.latency_ms for one in samples),
            "first_token_ms": _known(one.first_token_ms for one in samples),
            "tokens_per_second": _known(one.tokens_per_second for one in samples),
            "models": dict(sorted(named.items())),
        },
    }


def _known(values: Iterable[float | None]) -> list[Json]:
    return [one for one in values if one is not None]


def _used(bodies: Sequence[JsonObject]) -> JsonObject:
    """Calls and tokens of all the repetitions."""
    return {
        "calls": sum(body["calls"] for body in bodies),
        "input_tokens": sum(body.get("input_tokens") or 0 for body in bodies),
        "output_tokens": sum(body.get("output_tokens") or 0 for body in bodies),
    }


def _models(body: JsonObject) -> list[str]:
    """The models that a probe's own calls were answered by."""
    named = body.get("responded_models")
    return [str(one) for one in named] if isinstance(named, list) else []
