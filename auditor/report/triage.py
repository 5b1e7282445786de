"""One look at a fault for a terminal: the answer, what shows it, what mends it; then all that was seen on the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.text import Text

from auditor.diagnosis import Cause, Happened, Meter, Stage, Telltale, Trace, Triage, Verdict
from auditor.report import hostile, wording
from auditor.report.history import spark
from auditor.report.page import Page
from auditor.report.place import short_id

_WORDS = {
    Verdict.WRONG: ("WRONG", "bold red"),
    Verdict.WELL: ("WELL", "bold green"),
    Verdict.UNCLEAR: ("UNCLEAR", "bold yellow"),
}
_WHOSE = {
    "ours": "yours to mend",
    "network": "the network's",
    "azure": "Azure's",
    "unknown": "whose it is, is not known",
}
_OTHERS = 4
_CHANGES = 8
_CALLS = 12
_METERS = 12
_IDS = 5
_OFF = 0.2
_WIDE = 76
"""From so many columns on the stages stand in a table."""

_STAGES = ("resolve", "connect", "tls", "token", "request", "first_token", "complete")
_HEADS = ("resolve", "connect", "TLS", "token", "request", "1st text", "rest")

_READING = re.compile(r"[0-9a-f]{12}")
"""The id of a reading or a gap, which says nothing to a reader of the page."""

_EVENT = re.compile(r"/events/[^/]+/ticks/\d+$", re.IGNORECASE)
"""What makes an entry of the activity log of the thing that it is about."""

_COMMENT = re.compile(r"\s{2,}# (.*)$")
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+|['"]""")


def render(told: Triage, width: int = 80, color: bool = True) -> str:
    """The page for `width` columns; without colour the plots are made of digits 0 to 7."""
    page = Page(width, color=color)
    _answer(page, told)
    _calls(page, told.traces)
    _others(page, told.causes[1:])
    _happened(page, told)
    _meters(page, told)
    _support(page, told)
    if told.not_whose and told.verdict is not Verdict.UNCLEAR:
        page.heading("What it is not")
        for line in told.not_whose:
            page.text(hostile.line(line), indent=2, hang=2)
    _not_seen(page, told)
    _closing(page, told)
    return page.finished()


def _answer(page: Page, told: Triage) -> None:
    word, style = _WORDS[told.verdict]
    first = told.causes[0] if told.causes and told.verdict is Verdict.WRONG else None
    if told.interrupted:
        page.text("INTERRUPTED: this is what was seen until then", style="bold yellow")
    if first is None:
        page.text(f"{word}  {_no_cause(told)}", hang=len(word) + 2, style=style)
        page.text(_since(told), style="dim")
        return
    page.text(f"{word}  {hostile.line(first.title)}", hang=len(word) + 2, style=style)
    page.text(f"{first.standing.value}; {_WHOSE[first.whose]}; explains {_explained(first, told)}")
    page.text(_since(told))
    _shown(page, "Because", first.evidence)
    _shown(page, "What speaks against it", first.against)
    if first.tells_apart:
        page.heading("What would tell it from its look-alikes")
        page.text(hostile.line(first.tells_apart), indent=2)
    page.heading("Do this")
    _steps(page, first)


def _no_cause(told: Triage) -> str:
    if told.verdict is Verdict.WELL:
        asked = [one for one in told.traces if one.outcome != "not_applicable"]
        return f"nothing is wrong as far as could be seen: {wording.count(len(asked), 'deployment')} answered"
    failing = [one.deployment for one in told.traces if one.failure_class is not None]
    if failing:
        names = ", ".join(hostile.line(name, 60) for name in failing[:_OTHERS])
        return f"{wording.count(len(failing), 'call')} failed, and what explains it was not found: {names}"
    return "it could not be told: no cause was found, and not everything could be seen"


def _explained(first: Cause, told: Triage) -> str:
    failing = [one for one in told.traces if one.failure_class is not None]
    names = ", ".join(hostile.line(name, 60) for name in first.explains[:_OTHERS])
    rest = len(first.explains) - _OTHERS
    more = f" and {rest} more" if rest > 0 else ""
    if not first.explains:
        return "no failed call"
    asked = [one for one in told.traces if one.outcome != "not_applicable"]
    if not asked:
        return f"{names}{more}"
    return f"{names}{more} ({len(failing)} of {len(asked)} called fail)"


def _since(told: Triage) -> str:
    since = told.since
    if since.at is None:
        return f"since: {hostile.line(since.how)}"
    ago = (told.taken_at - since.at).total_seconds() / 60
    long = f"{ago:.0f} min" if ago < 120 else f"{ago / 60:.1f} h"  # noqa: PLR2004 - two hours
    return f"since {_time(since.at, told.taken_at)} UTC, {long} ago: {hostile.line(since.how)}"


def _shown(page: Page, title: str, seen: Sequence[Telltale]) -> None:
    if not seen:
        return
    page.heading(title)
    for one in seen:
        page.text(hostile.line(one.says, 600), indent=2, hang=2)
        where = [short_id(_EVENT.sub("", one.source))] if one.source and not _READING.fullmatch(one.source) else []
        where += [f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"] if one.at else []
        if where:
            page.text(", ".join(where), indent=4, hang=2, style="dim")


def _steps(page: Page, cause: Cause, indent: int = 2, most: int | None = None) -> None:
    for step in cause.next_steps[:most]:
        if step.text:
            page.text(hostile.line(step.text, 600), indent=indent, hang=2)
        if step.command:
            _command(page, step.command, indent=indent + 2)


def _command(page: Page, command: str, *, indent: int) -> None:
    """A command that can be pasted: broken between its words where it is longer than the line, a remark on its own."""
    for line in hostile.block(command).strip().split("\n"):
        remark = _COMMENT.search(line)
        if remark is not None:
            page.text(f"# {remark[1]}", indent=indent, hang=2, style="dim")
        for part in _broken(line[: remark.start()] if remark else line, page.width - indent):
            page.line(Text(" " * indent + part, style="cyan"))


def _broken(line: str, width: int) -> Iterator[str]:
    now = ""
    for word in _WORD.findall(line):
        if now and len(now) + len(word) + 3 > width:
            yield f"{now} \\"
            now = f"  {word}"
        else:
            now = f"{now} {word}" if now else word
    yield now


def _calls(page: Page, traces: Sequence[Trace]) -> None:
    told = [one for one in traces if one.outcome != "not_applicable"]
    if not told:
        return
    page.heading(f"Calls, stage by stage, in ms ({len(told):,})")
    shown = told[:_CALLS]
    if page.width >= _WIDE and any(one.stages for one in shown):
        rows = [
            [Text(hostile.line(one.deployment, 40)), *(Text(*_cell(stage)) for stage in _all(one))] for one in shown
        ]
        page.table(("deployment", *_HEADS), rows, numbers=len(_HEADS))
    else:
        for one in shown:
            page.text(hostile.line(one.deployment), indent=2, style="bold")
            parts = [f"{head} {_cell(stage)[0]}" for head, stage in zip(_HEADS, _all(one), strict=True)]
            page.text(" · ".join(parts), indent=4)
    alike: defaultdict[tuple[object, ...], list[Trace]] = defaultdict(list)
    for one in told:
        if one.failure_class is not None or one.outcome != "completed":
            alike[one.failure_class, one.outcome, one.http_status, one.said].append(one)
    for some in alike.values():
        _failed(page, some)
    for host, note in _unresolved(told).items():
        page.text(f"{host} does not resolve from here: {note}; the call went through a proxy", indent=2, hang=4)
    if len(told) > _CALLS:
        page.text(f"and {len(told) - _CALLS:,} more; --json lists them all", indent=2)


def _unresolved(told: Sequence[Trace]) -> dict[str, str]:
    """Host → why, of those whose name this machine can't resolve and that answered all the same."""
    return {
        hostile.line(one.host or "?"): hostile.line(stage.note or "no answer", 120)
        for one in told
        for stage in one.stages
        if stage.name == "resolve" and stage.outcome == "failed" and one.http_status is not None
    }


def _failed(page: Page, alike: Sequence[Trace]) -> None:
    """What calls say that failed in the same way."""
    one = alike[0]
    names = ", ".join(hostile.line(each.deployment, 60) for each in alike[:_OTHERS])
    names += f" and {len(alike) - _OTHERS:,} more" if len(alike) > _OTHERS else ""
    status = f"HTTP {one.http_status}" if one.http_status is not None else one.outcome
    words = f": {hostile.line(one.said, 300)}" if one.said else ""
    where = next((stage for stage in one.stages if stage.outcome == "failed"), None)
    note = f" [{hostile.line(where.note, 120)}]" if where is not None and where.note else ""
    label = hostile.line(one.failure_class or one.outcome)
    page.text(f"{names}: {status}, {label}{words}{note}", indent=2, hang=4)


def _all(one: Trace) -> list[Stage | None]:
    by_name = {stage.name.value: stage for stage in one.stages}
    return [by_name.get(name) for name in _STAGES]


def _cell(stage: Stage | None) -> tuple[str, str]:
    """What a stage took: `-` not reached, `.` not measured."""
    if stage is None or stage.outcome == "not_reached":
        return "-", "dim"
    if stage.outcome == "failed":
        return (f"FAIL {stage.ms:,.0f}" if stage.ms is not None else "FAIL"), "bold red"
    return (f"{stage.ms:,.0f}", "") if stage.ms is not None else (".", "dim")


def _others(page: Page, causes: Sequence[Cause]) -> None:
    if not causes:
        return
    page.heading(f"Less probable ({len(causes):,})")
    for one in causes[:_OTHERS]:
        names = f": {', '.join(hostile.line(name, 60) for name in one.explains[:3])}" if one.explains else ""
        page.text(f"{hostile.line(one.title)} ({one.standing.value}){names}", indent=2, hang=2, style="bold")
        for telltale in one.evidence[:1]:
            page.text(hostile.line(telltale.says, 300), indent=4, hang=2)
        for telltale in one.against[:1]:
            page.text(f"against: {hostile.line(telltale.says, 300)}", indent=4, hang=2)
        if one.tells_apart:
            page.text(f"told apart by: {hostile.line(one.tells_apart, 300)}", indent=4, hang=2)
        _steps(page, one, indent=4, most=1)
    if len(causes) > _OTHERS:
        page.text(f"and {len(causes) - _OTHERS:,} more; --json lists them all", indent=2)


def _happened(page: Page, told: Triage) -> None:
    if not told.happened:
        return
    page.heading(f"What changed before ({len(told.happened):,}), newest first")
    for one in told.happened[:_CHANGES]:
        page.text(_change(one, told.taken_at), indent=2, hang=4)
    if len(told.happened) > _CHANGES:
        page.text(f"and {len(told.happened) - _CHANGES:,} more; --json lists them all", indent=2)


def _change(one: Happened, now: datetime) -> str:
    at = _time(one.at, now) if one.at is not None else "since then"
    who = f", by {hostile.line(one.who, 80)}" if one.who else ""
    return f"{at}  {hostile.line(one.what, 300)}: {short_id(one.on)}{who} ({one.source})"


def _meters(page: Page, told: Triage) -> None:
    meters = told.meters
    if not meters:
        return
    failing = {one.deployment for one in told.traces if one.failure_class is not None}
    off = {one.deployment for one in meters if _moved(one)}
    moved = [one for one in meters if _moved(one) or (one.deployment in failing and one.deployment in off)]
    if not moved:
        count = wording.count(len({one.deployment for one in meters}), "deployment")
        page.heading("Numbers")
        page.text(f"as ordinary, by Azure Monitor's metrics of {count}; --json lists them", indent=2)
        return
    page.heading("Numbers, oldest first: ordinary → now")
    name = ""
    for one in moved[:_METERS]:
        if one.deployment != name:
            name = one.deployment
            page.text(hostile.line(name, 60), indent=2, style="bold")
        room = max(8, page.width - 4 - 22 - 24)
        plot = _plot(_thinned(one.points, room), color=page.color)
        page.text(f"{one.name:21} {plot}  {_number(one.before)} → {_number(one.now)} {one.unit}", indent=4)
    if len(meters) > len(moved[:_METERS]):
        page.text(f"and {len(meters) - len(moved[:_METERS]):,} more; --json lists them all", indent=2)


def _moved(one: Meter) -> bool:
    """Whether it is a fifth off the ordinary, or counts what ordinarily is not there."""
    if one.before is None or one.now is None:
        return one.now is not None
    return abs(one.now - one.before) > _OFF * max(abs(one.before), abs(one.now))


def _plot(points: Sequence[float | None], *, color: bool) -> str:
    """From nought up, so that what hardly moves looks so."""
    return spark([0.0, *points], color=color)[1:]


def _thinned(points: Sequence[float | None], most: int) -> list[float | None]:
    """At most so many, each the greatest of those that it stands for."""
    if len(points) <= most:
        return list(points)
    size = -(-len(points) // most)
    groups = (points[begin : begin + size] for begin in range(0, len(points), size))
    return [max((value for value in group if value is not None), default=None) for group in groups]


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"


def _support(page: Page, told: Triage) -> None:
    asked = told.support
    fails = any(one.failure_class is not None for one in told.traces) or not told.traces
    if not fails or told.verdict is Verdict.WELL or not (asked.request_ids or asked.endpoint):
        return
    page.heading("For Azure support")
    for label, words in (
        ("endpoint", asked.endpoint),
        ("region", asked.region),
        ("subscription", asked.subscription),
        ("resource", asked.resource),
    ):
        if words:
            page.text(f"{label + ':':14}{hostile.line(words)}", indent=2, hang=14)
    for number, name in enumerate(asked.request_ids[:_IDS]):
        at = f"  {wording.moment(asked.times[number])}" if number < len(asked.times) else ""
        page.text(f"{'request id:':14}{hostile.line(name)}{at}", indent=2, hang=14)


def _not_seen(page: Page, told: Triage) -> None:
    if not told.not_seen:
        return
    page.heading(f"Not seen ({len(told.not_seen):,})")
    for one in told.not_seen:
        page.text(f"{hostile.line(one.what)}: {hostile.line(one.why, 200)}", indent=2, hang=4)
        if one.next_step and told.verdict is not Verdict.WELL:
            page.text(f"cure: {hostile.line(one.next_step, 300)}", indent=6, hang=2, style="dim")


def _closing(page: Page, told: Triage) -> None:
    page.blank()
    if not told.deadline:
        page.text(
            f"Read {hostile.line(told.asked_for or 'it')} in {told.seconds:.1f} s; Azure was not asked.", style="dim"
        )
        return
    green = f"last green {wording.moment(told.last_green.taken_at)}" if told.last_green else "no last green"
    looked = f"Looked {told.seconds:.1f} s (of {told.deadline:g} s) at {wording.moment(told.taken_at)}"
    page.text(f"{looked}, {told.hours:g} h back; {green}.", style="dim")
    for notice in told.notices:
        page.text(hostile.line(notice), style="yellow")


def _time(at: datetime, now: datetime) -> str:
    """The hour, with the day where it was another."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
