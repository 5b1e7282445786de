"""The history of a folder of bundles for a terminal: what fails since when, and how it went."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from auditor.history import Since, Story
from auditor.report import hostile, wording
from auditor.report.page import Page
from auditor.report.place import short_id

_BARS = "▁▂▃▄▅▆▇█"
_DIGITS = "01234567"
_FLAPPING = 3
"""From so many changes on it is said to flap."""

_TOLD = 30

_WIDE = 76
"""From so many columns on the names of pools stand in a table without being broken."""

_COURSE = (
    "A letter for each run, oldest first: f failed, u unknown, w waived, p passed, n not applicable, - not judged."
)


def render(story: Story, width: int = 80, color: bool = True) -> str:
    """The page for `width` columns; without colour the plots are made of digits 0 to 7."""
    page = Page(width, color=color)
    newest = story.runs[-1]
    verdict = newest.verdict.upper()
    style = {"pass": "bold green", "fail": "bold red"}.get(newest.verdict, "bold yellow")
    since = next((run for run in reversed(story.runs) if run.verdict == "pass"), None)
    green = (
        "this is green" if since is newest else f"last green {_minute(since.taken_at)}" if since else "none was green"
    )
    count, first = wording.count(len(story.runs), "run"), _minute(story.runs[0].taken_at)
    span = f"{count} from {first} to {_minute(newest.taken_at)}" if story.runs[1:] else f"{count}, of {first}"
    page.line(Text(verdict, style=style).append(f"  {green}", style="not bold default"))
    page.text(span)
    if story.more:
        page.text(f"and {wording.count(story.more, 'run')} before; --runs tells of more", style="dim")
    if story.others:
        page.text(f"not told here: {wording.count(story.others, 'run')} of another scope in this folder", style="dim")
    page.blank()
    for label, numbers in (
        ("failed", [run.failed for run in story.runs]),
        ("unknown", [run.unknown for run in story.runs]),
    ):
        page.text(f"{label:9}{spark(numbers, color=color)}  now {numbers[-1]:,}, at most {max(numbers):,}")
    _failing(page, story)
    _series(page, story, color=color)
    return page.finished()


def spark(values: Sequence[float | None], *, color: bool) -> str:
    """One sign per value, the highest for the greatest; a dot where there is none."""
    signs = _BARS if color else _DIGITS
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    span = (high - low) or 1
    return "".join(
        "." if value is None else signs[min(len(signs) - 1, int((value - low) / span * len(signs)))] for value in values
    )


def _failing(page: Page, story: Story) -> None:
    for word, outcome in (("Fails", "fail"), ("Unknown", "unknown")):
        told = [one for one in story.failing if one.outcome == outcome]
        if told:
            page.heading(f"{word} ({len(told):,})")
        for one in told[:_TOLD]:
            page.text(
                f"{one.severity.upper()} {hostile.line(one.title)}: {hostile.line(one.subject_name)}",
                indent=2,
                hang=2,
                style="bold",
            )
            page.text(f"{_since(one)}  {one.course}", indent=6, hang=2)
            page.text(f"{one.id}  {short_id(one.subject)}", indent=6, hang=2, style="dim")
        if len(told) > _TOLD:
            page.text(f"and {len(told) - _TOLD:,} more; --json lists them all", indent=2)
    if story.failing:
        page.blank()
        page.text(_COURSE, style="dim")


def _since(one: Since) -> str:
    first = f"since {_minute(one.first)}"
    good = f", was good {_minute(one.last_good)}" if one.last_good else ", never seen good"
    flaps = f", FLAPS: {one.flips} changes" if one.flips >= _FLAPPING else ""
    return f"{first}{good}{flaps}"


def _series(page: Page, story: Story, *, color: bool) -> None:
    if story.deployments:
        page.heading("Latency of the smoke call, ms")
        rows = []
        for one in story.deployments:
            known = [value for value in one.latencies_ms if value is not None]
            now = one.latencies_ms[-1]
            rows.append(
                (
                    hostile.line(one.deployment),
                    spark(one.latencies_ms, color=color),
                    "no answer" if now is None else f"{now:,.0f}",
                    f"{max(known):,.0f}" if known else "-",
                )
            )
        page.table(("deployment", "course", "now", "most"), rows, numbers=2)
    if story.pools:
        page.heading("Quota that is left, in each pool's own units")
        rows = [
            (
                hostile.line(one.pool),
                spark(one.headroom, color=color),
                "unknown" if (now := one.headroom[-1]) is None else f"{now:,}",
                f"{one.limit:,}",
            )
            for one in story.pools
        ]
        if page.width >= _WIDE:
            page.table(("pool", "course", "now", "of"), rows, numbers=2)
        else:
            for pool, course, left, limit in rows:
                page.text(pool, indent=2)
                page.text(f"{course}  now {left} of {limit}", indent=4)


def _minute(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"
