"""The page of triage, whatever strangers wrote into names, errors and the activity log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.diagnosis import (
    Cause,
    Happened,
    LastGreen,
    Meter,
    NotSeen,
    Onset,
    Stage,
    StageName,
    Standing,
    Step,
    Support,
    Telltale,
    Trace,
    Triage,
    Verdict,
)
from auditor.report.hostile import in_json
from auditor.report.triage import render

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
EVIL = "a\x1b[31m\x9bb\u202e[red]c[/red]\u2066\r\n::set-output name=x::y\n##vso[task.complete]d\x00\u200b"
ACTS = set("\x1b\x9b\x00\r\u202e\u2066\u200b")


def hostile(verdict: Verdict, *, calls: bool = True) -> Triage:
    """A triage of which every text is somebody else's."""
    cause = Cause(
        id="rate-limit",
        title=EVIL,
        standing=Standing.LIKELY,
        whose="ours",
        explains=(EVIL,),
        evidence=(Telltale(says=EVIL, source=f"/subscriptions/s/{EVIL}", at=NOW),),
        against=(Telltale(says=EVIL, source=EVIL),),
        next_steps=(Step(text=EVIL, command=f"az x --name {EVIL}"),),
        tells_apart=EVIL,
    )
    trace = Trace(
        deployment=EVIL,
        account=EVIL,
        host=EVIL,
        region=EVIL,
        outcome="refused",
        http_status=429,
        stages=(Stage(name=StageName.RESOLVE, outcome="failed", note=EVIL),),
        request_ids={"apim-request-id": EVIL},
        failure_class="rate-limit",
        said=EVIL,
        sent_at=NOW,
    )
    return Triage(
        taken_at=NOW,
        seconds=1,
        deadline=20,
        hours=2,
        cloud=EVIL,
        asked_for=EVIL,
        verdict=verdict,
        traces=(trace,) if calls else (),
        causes=(cause, cause),
        since=Onset(at=NOW - timedelta(minutes=9), how=EVIL),
        happened=(Happened(at=NOW, who=EVIL, what=EVIL, on=f"/subscriptions/{EVIL}", source="activity log"),),
        meters=(Meter(deployment=EVIL, name=EVIL, unit=EVIL, points=(1, 2), before=1, now=9),),
        support=Support(
            request_ids=(EVIL,), region=EVIL, times=(NOW,), endpoint=EVIL, subscription=EVIL, resource=EVIL
        ),
        not_seen=(NotSeen(what=EVIL, why=EVIL, next_step=EVIL),),
        last_green=LastGreen(run_id=EVIL, taken_at=NOW, source=EVIL),
        not_whose=(EVIL,),
        notes=(EVIL,),
        notices=(EVIL,),
    )


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("width", [60, 80])
def test_what_strangers_wrote_does_nothing(verdict: Verdict, width: int) -> None:
    """No escape, no change of direction, no command to a runner; markup is shown as it was written."""
    for calls in (True, False):
        page = render(hostile(verdict, calls=calls), width, color=False)
        assert not ACTS & set(page)
        assert not any(line.lstrip().startswith("::") for line in page.splitlines())
        assert "##vso[" not in page
    assert not ACTS & set(in_json(hostile(verdict).model_dump_json(indent=1)))


def test_a_page_without_calls_counts_none() -> None:
    """What was read from a text alone has no calls of which a number fails."""
    assert "called fail" not in render(hostile(Verdict.WRONG, calls=False), 80, color=False)


def test_a_call_is_named_by_its_request_id_and_what_stands_beside_by_how_sure_it_is() -> None:
    """A GUID alone says nothing of what it is the id of; what is confirmed too is not less probable."""
    request = "4b417dbd-07a1-473d-9785-7fcab4556111"
    shown = Telltale(says="it was refused", source=request)
    first = hostile(Verdict.WRONG).causes[0].model_copy(update={"evidence": (shown,)})
    for standing, heading in ((Standing.CONFIRMED, "Beside it (1)"), (Standing.POSSIBLE, "Less probable (1)")):
        told = hostile(Verdict.WRONG).model_copy(
            update={"causes": (first, first.model_copy(update={"standing": standing}))}
        )
        page = render(told, 80, color=False)
        assert f"    request id {request}" in page
        assert heading in page
        assert "times in UTC" in page
