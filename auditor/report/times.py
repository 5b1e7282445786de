"""What calls took, as dots on a line for each deployment; the words beside each line say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.call import Call, Latency
from auditor.report import hostile, wording
from auditor.run import Run

WIDTH = 600.0
_EDGE = 6.0
"""So that a dot at either end is whole."""
_MOST = 40
"""How many deployments are drawn, the slowest first."""
_STEPS = (1, 2, 5)
_FIRST_REFUSAL = 400
"""HTTP statuses from here on are no model's answers."""


@dataclass(frozen=True)
class Strip:
    """The times of one deployment, on a line WIDTH wide; all strips of a page have one scale."""

    deployment: str
    account: str
    dots: tuple[float, ...]
    """A place for each call that was answered."""
    marks: tuple[tuple[str, float], ...]
    """Percentiles and where they lie."""
    words: str


@dataclass(frozen=True)
class Strips:
    """All of them, from zero to `end_ms`."""

    end_ms: float
    ticks: tuple[tuple[str, float], ...]
    """Label and place of each line of the scale."""
    strips: tuple[Strip, ...]
    further: int
    """Deployments that are faster and not drawn."""


def strips(run: Run) -> Strips | None:
    """A strip for each deployment that answered, the slowest first; None where none did.

    Of a deployment that was asked one question several times these calls are shown, else one call of each question.
    """
    of_each: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in run.calls:
        of_each[call.account, call.deployment].append(call)
    told = [(calls[0], *_times(calls)) for calls in of_each.values()]
    answered = sorted((each for each in told if each[1]), key=lambda each: -max(each[1]))
    if not answered:
        return None
    drawn = answered[:_MOST]
    step = _step(max(answered[0][1]))
    lines = max(1, -int(-max(answered[0][1]) // step))

    def place(value: float) -> float:
        return round(_EDGE + (WIDTH - 2 * _EDGE) * min(1.0, max(0.0, value / (step * lines))), 1)

    return Strips(
        step * lines,
        tuple((wording.milliseconds(step * number), place(step * number)) for number in range(lines + 1)),
        tuple(
            Strip(
                call.deployment,
                call.account,
                tuple(place(value) for value in values),
                tuple((name, place(value)) for name, value in _percentiles(latency)),
                hostile.line(words),
            )
            for call, values, latency, words in drawn
        ),
        len(answered) - len(drawn),
    )


def _times(calls: list[Call]) -> tuple[tuple[float, ...], Latency | None, str]:
    """What is shown of a deployment: milliseconds, their percentiles, and the words for both."""
    for call in calls:
        if call.latency is not None and call.latency.samples_ms:
            return call.latency.samples_ms, call.latency, wording.latency(call) or ""
    values = tuple(call.latency_ms for call in calls if _answered(call) and call.latency_ms is not None)
    if not values:
        return (), None, ""
    least, most = wording.milliseconds(min(values)), wording.milliseconds(max(values))
    return values, None, f"{wording.count(len(values), 'call')}, {least if least == most else f'{least} to {most}'}"


def _answered(call: Call) -> bool:
    """Whether a model answered: a call that was to be refused, and was, says nothing of how fast that is."""
    return call.outcome == "completed" and (call.http_status is None or call.http_status < _FIRST_REFUSAL)


def _step(longest: float) -> float:
    """Between two lines of the scale: 1, 2 or 5 times a power of ten, so that there are at most five."""
    power = 1.0
    while True:
        for factor in _STEPS:
            if longest <= factor * power * 5:
                return factor * power
        power *= 10


def _percentiles(latency: Latency | None) -> Iterator[tuple[str, float]]:
    told = (("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99)) if latency else ()
    for name, value in told:
        if value is not None:
            yield name, value
