"""A question that is put again and again: every time is kept, and who answered each."""

from __future__ import annotations

from auditor.probe.ending import StoppedError
from auditor.probe.repeat import Again, Sample, repeated
from auditor.record import JsonObject

FIRST: JsonObject = {"responded_model": "gpt-5-mini", "responded_models": ["gpt-5-mini", "gpt-5-nano"]}


class Said:
    """What a conversation came to."""

    first_latency_ms = 5.0
    readings = ("r",)

    def __init__(self, model: str | None) -> None:
        self.model = model

    def body(self) -> JsonObject:
        """As Talk tells it."""
        return {"calls": 1, "input_tokens": 2, "output_tokens": None, "responded_model": self.model}


async def put(*models: str | None) -> JsonObject:
    """The members of the body after as many repetitions; None: one that fails."""
    left = list(models)

    async def ask(talk: Said) -> Sample:
        if talk.model is None:
            raise StoppedError({"outcome": "refused"})
        return Sample()

    again = Again(ask=ask, most_tokens=lambda _: 1)  # type: ignore[arg-type] - Said stands for Talk
    series = await repeated(again, lambda: Said(left.pop(0)), len(models), 7.0, FIRST)  # type: ignore[arg-type,return-value] - as above
    return series.told


async def test_the_model_of_every_call_is_kept() -> None:
    """Counted by the samples; what the question's own calls were answered by stays."""
    told = await put("gpt-5.4", "gpt-5-mini", "gpt-5-mini")
    assert told["samples"]["models"] == {"gpt-5-mini": 3, "gpt-5.4": 1}
    assert told["responded_models"] == ["gpt-5-mini", "gpt-5-nano", "gpt-5.4"]
    assert told["samples"]["latencies_ms"] == [7.0, 5.0, 5.0, 5.0]


async def test_a_call_that_failed_was_answered_by_nobody() -> None:
    """It ends the series, which says so, and what was answered before stays."""
    told = await put("gpt-5.4", None, "gpt-5.4")
    assert told["samples"]["models"] == {"gpt-5-mini": 1, "gpt-5.4": 1}
    assert (told["outcome"], told["repeats"]["ended"]) == ("refused", "a call failed")
