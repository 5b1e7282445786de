"""What each rendering of a difference tells, in its order and words; the renderings only set it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.difference import Because, Changed, Difference, Move, Moved
from auditor.difference.world import Actor, Place
from auditor.record import Json
from auditor.report import hostile, wording
from auditor.report.place import short_id

_TITLES = {
    Move.NEW: "Newly failing",
    Move.NEWLY_UNKNOWN: "Newly unknown",
    Move.STILL_FAILING: "Still failing",
    Move.GONE: "Failed, and no longer judged",
    Move.WAIVED: "Waived since",
    Move.FIXED: "Fixed",
    Move.KNOWN_AGAIN: "Known again",
}

_SOURCES = {"activity log": "the activity log", "systemData": "its own systemData"}

_WITH_FIX = (Move.NEW, Move.NEWLY_UNKNOWN)


@dataclass(frozen=True)
class Item:
    """One thing that changed."""

    head: str
    lines: tuple[str, ...] = ()
    command: str | None = None


@dataclass(frozen=True)
class Section:
    """Things of one sort."""

    title: str
    items: tuple[Item, ...]


def headline(told: Difference) -> tuple[str, str]:
    """The word, and the counts behind it."""
    counts = [f"{len(told.moved(move)):,} {_TITLES[move].lower()}" for move in Move if told.moved(move)]
    if told.world:
        counts.append(f"{wording.count(len(told.world), 'thing')} changed")
    word = "Worse" if told.worse else "Not worse"
    return word, ", ".join(counts) or "nothing changed"


def sides(told: Difference) -> tuple[tuple[str, str], ...]:
    """Label → what was compared."""
    return tuple(
        (
            label,
            hostile.line(
                f"{wording.VERDICTS[side.verdict]}, {wording.moment(side.taken_at)}, run {side.run_id}, packs "
                f"{', '.join(side.packs)} ({side.source}){', sandbox: not evidence' if side.sandbox else ''}"
            ),
        )
        for label, side in (("Before", told.before), ("After", told.after))
    )


def sections(told: Difference) -> tuple[Section, ...]:
    """Everything that changed, worst first; a sort that has nothing is left out."""
    world = told.world or ()
    found: list[Section] = []
    said: set[str] = set()
    for move in Move:
        for because, suffix in ((Because.WORLD, ""), (Because.POLICY, ", by another policy")):
            moved = [each for each in told.moved(move) if each.because is because]
            found.append(Section(f"{_TITLES[move]}{suffix}", tuple(_moved(each, world, said) for each in moved)))
    found.append(Section("Changed in the world", tuple(map(_changed, world))))
    found.append(Section("Changed in the policy", tuple(_judged(told))))
    found.append(
        Section(
            "Changed in the settings",
            tuple(Item(f"{hostile.line(each.path)}: {_arrow(each.before, each.after)}") for each in told.settings),
        )
    )
    return tuple(section for section in found if section.items)


def _moved(moved: Moved, world: Sequence[Changed], said: set[str]) -> Item:
    """`said` are the subjects of which it was told already what changed of them."""
    head = f"{moved.severity.value.upper()} {hostile.line(moved.title)}: {hostile.line(moved.subject_name)}"
    if moved.move is Move.STILL_FAILING:
        return Item(head)
    lines = [hostile.line(moved.message)] if moved.move is not Move.FIXED else []
    if moved.workload:
        lines.append(f"workload {hostile.line(moved.workload)}, {short_id(moved.subject)}")
    if moved.move in _WITH_FIX:
        lines.append(f"finding {hostile.line(moved.id)}, check {hostile.line(moved.check)}")
    if moved.was and moved.was.value == "unknown" and moved.move is Move.NEW:
        lines.append("it was unknown before: since when it fails is not known")
    about = tuple(_about(moved, world))
    if about and moved.subject.lower() in said:
        lines.append("meanwhile it changed as told of it above")
    else:
        lines += [f"meanwhile {line}" for each in about for line in _told(each)]
        said.update(each.id.lower() for each in about)
    return Item(head, tuple(lines), moved.fix if moved.move in _WITH_FIX else None)


def _about(moved: Moved, world: Iterable[Changed]) -> Iterator[Changed]:
    """What changed of the finding's own subject."""
    subject = moved.subject.lower()
    return (each for each in world if each.id.lower() == subject)


def _changed(changed: Changed) -> Item:
    first, *rest = _told(changed, alone=True)
    return Item(first, tuple(rest))


def _told(changed: Changed, *, alone: bool = False) -> list[str]:
    of = f"{wording.kind(changed.kind)} {short_id(changed.id)}"
    by = f" ({'; '.join(map(_actor, changed.by))})" if changed.by else ""
    if changed.what != "changed":
        return [f"{of} {changed.what}{by}"]
    set_ = [f"{hostile.line(place.path)}: {_arrow(place.before, place.after)}" for place in changed.places]
    if alone:
        return [f"{of}{by}", *set_]
    return [*set_[:-1], f"{set_[-1]}{by}"] if set_ else []


def _actor(actor: Actor) -> str:
    who = actor.who or "somebody whom the log does not name"
    what = f", {actor.operation}" if actor.operation else ""
    return hostile.line(f"{who} at {_when(actor.when)}{what}, by {_SOURCES[actor.source]}")


def _when(said: str) -> str:
    """To the second, in UTC; as the service says it where that is no time."""
    try:
        return wording.moment(datetime.fromisoformat(said))
    except ValueError:
        return said


def _judged(told: Difference) -> Iterator[Item]:
    for change in told.judged:
        check = hostile.line(change.check)
        if change.kind in ("added", "removed"):
            yield Item(f"{check}: {change.kind}")
        else:
            yield Item(f"{check}.{hostile.line(change.what)}: {_arrow(change.before, change.after)}")


def _arrow(before: Json, after: Json) -> str:
    return f"{_value(before)} → {_value(after)}"


def _value(value: Json) -> str:
    return "absent" if value is None else hostile.value(value, limit=200)


__all__ = ["Item", "Place", "Section", "headline", "sections", "sides"]
