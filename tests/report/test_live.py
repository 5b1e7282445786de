"""What deployments proved is told in marks with words, and times as dots that say what the words beside them say."""

from __future__ import annotations

import re

from auditor.call import Call, Latency, Spend
from auditor.report import FORMATS, live, terminal, times, wording
from auditor.run import Run
from tests.report.runs import passing_run
from tests.report.sample import sample_run

TIMES = Latency(samples_ms=(100.0, 400.0, 200.0), p50=200.0)


def call(deployment: str, probe: str, outcome: str, proven: bool | None = None, latency: Latency | None = None) -> Call:
    return Call(deployment=deployment, account="shop", probe=probe, outcome=outcome, proven=proven, latency=latency)


def called() -> Run:
    """A run with features proven, failed, skipped and not offered."""
    calls = (
        call("chat", "text", "completed", True, TIMES),
        call("chat", "stream", "completed", False),
        call("chat", "vision", "skipped"),
        call("chat<b>", "text", "refused"),
        call("embed", "text", "not_applicable"),
        call("chat", "text", "refused"),
    )
    spend = Spend(calls=5, input_tokens=10, output_tokens=20, money=0.5, currency="USD", price_date="2026-03-01")
    return sample_run().model_copy(update={"calls": calls, "spend": spend})


def test_each_feature_of_each_deployment_has_one_mark() -> None:
    """Of what was asked on two surfaces the worse stands; what was answered and not proven has failed."""
    found = live.matrix(called())
    assert found.features == ("text", "stream", "vision")
    assert {row.deployment: dict(row.marks) for row in found.rows} == {
        "chat": {"text": "failed", "stream": "failed", "vision": "skipped"},
        "chat<b>": {"text": "failed"},
        "embed": {"text": "not applicable"},
    }


def test_dots_lie_by_their_times_on_one_scale() -> None:
    """The slowest of all calls is at the right end, half of it in the middle."""
    found = times.strips(called())
    assert found is not None
    assert found.end_ms == 400
    assert found.ticks[-1] == ("400 ms", 594.0)
    (strip,) = found.strips
    assert strip.dots == (153.0, 594.0, 300.0)
    assert strip.marks == (("p50", 300.0),)
    assert times.strips(passing_run()) is None


def test_a_deployment_that_was_asked_once_has_its_dots_too() -> None:
    """One for each question that was answered; what was refused has none. The scale ends at a round number."""
    found = times.strips(sample_run())
    assert found is not None
    assert [(strip.deployment, strip.words) for strip in found.strips] == [("gpt-54-mini", "1 call, 312 ms")]
    assert [label for label, _ in found.ticks] == ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms"]


def test_a_refusal_that_was_asked_for_has_no_dot() -> None:
    """Its call is completed, and its time is none of a model's."""
    refused = call("embed", "key_refused", "completed").model_copy(update={"latency_ms": 39.0, "http_status": 403})
    found = times.strips(passing_run().model_copy(update={"calls": (refused,)}))
    assert found is None


def test_the_spread_of_models_over_repeated_calls_is_said() -> None:
    """Of one model there is no spread."""
    spread = TIMES.model_copy(update={"models": {"gpt-5-mini": 2, "gpt-5.4": 1}})
    assert str(wording.latency(call("r", "text", "completed", latency=spread))).endswith(
        "answered by gpt-5-mini (2) and gpt-5.4 (1)"
    )
    alone = TIMES.model_copy(update={"models": {"gpt-5.4": 3}})
    assert "answered by" not in str(wording.latency(call("r", "text", "completed", latency=alone)))


def test_what_is_paid_besides_tokens_stands_beside_the_money() -> None:
    """A sum that leaves something out says so."""
    run = called()
    assert run.spend is not None
    paid = run.spend.model_copy(update={"besides": ("a session", "web search by the call")})
    told = wording.spend(run.model_copy(update={"spend": paid}))
    assert str(told).endswith("of 2026-03-01, without a session, web search by the call")


def test_every_report_tells_marks_times_and_money_in_words() -> None:
    """Not by colour or by a picture alone."""
    run = called()
    page, text, markdown = (
        FORMATS["html"].render(run),
        terminal.render(run, 100, False),
        FORMATS["markdown"].render(run),
    )
    for report in (page, text, markdown):
        assert "p95 unknown (it needs 20 calls)" in report
        assert "0.5000 USD" in report
        assert "not applicable" in report
    assert page.count('class="dot"') == 3
    assert "✗</span> failed" in page
    assert "✗ failed" in markdown
    assert "chat - failed: text, stream; skipped: vision" in text
    assert not re.search(r'style="', page)
    assert "chat<b>" not in page
