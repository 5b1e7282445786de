"""The page of triage: the answer first, never wider than the terminal, and nothing in it acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.diagnosis import (
    Cause,
    Happened,
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
from auditor.report.triage import render

AT = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
ACCOUNT = (
    "/subscriptions/00000000-0000-4000-8000-0000000000a1/resourceGroups/rg-chat"
    "/providers/Microsoft.CognitiveServices/accounts/aoai-chat"
)
HOSTILE = "\x1b[31mred\u202e ::error::obey ##[group] <script>"


def _stages(failed: StageName) -> tuple[Stage, ...]:
    found, names = [], list(StageName)
    for name in names:
        if name is failed:
            found.append(Stage(name=name, ms=812.3, outcome="failed", note=HOSTILE))
        elif names.index(name) > names.index(failed):
            found.append(Stage(name=name, outcome="not_reached"))
        else:
            found.append(Stage(name=name, ms=12.2, outcome="ok"))
    return tuple(found)


def _triage(word: str = "chat") -> Triage:
    command = (
        f"az role assignment create --assignee 00000000-0000-4000-8000-0000000000d1 --role 'A B' --scope {ACCOUNT}"
    )
    cause = Cause(
        id="role-removed",
        title=f"The role was removed {word}",
        standing=Standing.CONFIRMED,
        whose="ours",
        explains=(word,),
        evidence=(Telltale(says=f"somebody removed it {word}", source=ACCOUNT, at=AT),),
        against=(Telltale(says=f"nothing {word}"),),
        next_steps=(Step(text=f"Give it back {word}", command=f"{command}   # then wait {word}"),),
        tells_apart=f"the log {word}",
    )
    return Triage(
        taken_at=AT,
        seconds=3.21,
        deadline=20,
        hours=2,
        asked_for=word,
        verdict=Verdict.WRONG,
        traces=(
            Trace(
                deployment=word,
                account="aoai-chat",
                host="aoai-chat.openai.azure.com",
                outcome="refused",
                http_status=401,
                stages=_stages(StageName.REQUEST),
                request_ids={"apim-request-id": word},
                failure_class="missing-data-role",
                said=f"no {word}",
                sent_at=AT,
            ),
        ),
        causes=(cause, cause.model_copy(update={"standing": Standing.POSSIBLE})),
        since=Onset(at=AT - timedelta(minutes=42), how=f"numbers {word}"),
        happened=(Happened(at=AT, who=word, what=f"deleted {word}", on=ACCOUNT, source="activity log"),),
        meters=(
            Meter(deployment=word, name="answers 429", unit="requests", points=tuple(range(100)), before=1, now=99),
        ),
        support=Support(
            request_ids=(word,), region=word, times=(AT,), endpoint=word, subscription=word, resource=ACCOUNT
        ),
        not_whose=(f"not the network {word}",),
        not_seen=(NotSeen(what=f"metrics of {word}", why=f"not permitted {word}", next_step=f"ask {word}"),),
        notices=(word,),
    )


@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_wider_than_the_terminal_but_for_ids(width: int) -> None:
    """A single word that is longer, such as an ARM id of a command, is left whole; nothing else is."""
    for line in render(_triage(), width, color=False).splitlines():
        assert len(line) <= width or (len(line.split()) <= 2 and "/subscriptions/" in line), line


def test_the_command_is_whole_when_it_is_pasted() -> None:
    """Its lines go on with a backslash, outside of quotes, and its remark is a line of its own."""
    page = render(_triage(), 60, color=False)
    begin = page.index("az role assignment")
    pasted = page[begin : page.index("\n\n", begin)].replace("\\\n", " ")
    assert " ".join(pasted.split()) == (
        "az role assignment create --assignee 00000000-0000-4000-8000-0000000000d1 --role 'A B' --scope " + ACCOUNT
    )
    assert page.index("# then wait chat") < begin


def test_what_strangers_wrote_does_nothing() -> None:
    """No escape, no turned line, no workflow command, whichever part of the page it stands in."""
    page = render(_triage(HOSTILE), 80, color=False)
    assert not {"\x1b", "\u202e"} & set(page)
    assert "##[group]" not in page
    assert not any(line.lstrip().startswith("::") for line in page.splitlines())


def test_the_answer_is_told_before_all_else() -> None:
    """The title, how sure it is and whose; since when; evidence and what speaks against it; what to do."""
    page = render(_triage(), 80, color=False)
    told = (
        "WRONG  The role was removed",
        "confirmed; yours to mend",
        "42 min ago",
        "Because",
        "speaks against",
        "Do this",
    )
    places = [page.index(words) for words in (*told, "Calls, stage by stage", "Less probable", "Not seen (1)")]
    assert places == sorted(places)
    assert "FAIL 812" in page


@pytest.mark.parametrize(
    ("verdict", "words"), [(Verdict.WELL, "WELL  nothing is wrong"), (Verdict.UNCLEAR, "UNCLEAR  ")]
)
def test_a_look_without_a_cause_says_which_of_both_it_is(verdict: Verdict, words: str) -> None:
    """Well, or that it could not be told."""
    told = _triage().model_copy(update={"verdict": verdict, "causes": (), "traces": ()})
    assert render(told, 80, color=False).startswith(words)
