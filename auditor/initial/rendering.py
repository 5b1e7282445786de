"""The text of a draft: YAML in which every value stands with where it was seen, and what is open as a comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from auditor.initial.draft import Choice, DeploymentDraft, Draft, Entry, WorkloadDraft
from auditor.initial.scalar import comment, flow, scalar

WIDTH = 80
"""Columns that no line exceeds but for a value that is longer."""


def rendered(draft: Draft, choices: Sequence[Choice]) -> str:
    """The whole file, its last line ended."""
    return "".join(f"{line}\n" for line in _lines(draft, choices))


def _lines(draft: Draft, choices: Sequence[Choice]) -> Iterator[str]:
    yield from _remarks(draft.remarks, "")
    for heading, words in (("Could not be seen:", draft.unseen), ("Seen, and not stated here:", draft.left_out)):
        if words:
            yield from ("#", f"# {heading}")
            yield from _remarks(words, "", bullet="- ")
    yield ""
    for entry in draft.entries:
        yield from _entry(entry, "")
    yield ""
    yield "workloads:" if any(draft.stated()) else "workloads: []  # take the [] away with the first workload"
    for group, workloads in groupby(draft.workloads, lambda one: one.group):
        if group is not None:
            yield from _remarks((f"==== {group}",), "  ")
        for workload in workloads:
            yield from _workload(workload)
    if any(one.speaks is not False for workload in draft.workloads for one in workload.deployments):
        yield from _legend(choices)


def _workload(draft: WorkloadDraft) -> Iterator[str]:
    lines = [*_item(draft.entries, "  ", draft.remarks)]
    if draft.deployments:
        lines.append("    deployments:")
        for deployment in draft.deployments:
            lines += _deployment(deployment)
    else:
        lines += ["    deployments:", "      - {name: DEPLOYMENT, model: MODEL}  # say what shall be there"]
    yield from (lines if draft.whole else (_commented(line) for line in lines))
    yield ""


def _commented(line: str) -> str:
    return line if line.lstrip().startswith("#") else f"# {line}"


def _deployment(draft: DeploymentDraft) -> Iterator[str]:
    yield from _item(draft.entries, "      ", draft.remarks)


def _item(entries: Sequence[Entry], indent: str, remarks: Iterable[str]) -> Iterator[str]:
    """A mapping in a list, its remarks above it."""
    yield from _remarks(remarks, indent)
    first, *rest = entries
    yield from _entry(first, indent, "- ")
    for entry in rest:
        yield from _entry(entry, f"{indent}  ")


def _entry(entry: Entry, indent: str, dash: str = "") -> Iterator[str]:
    """The key with its value; its note behind it where there is room, else above."""
    body = list(_value(entry))
    mark = "" if entry.stated else "# "
    note = comment(entry.note)
    first = f"{indent}{dash}{mark}{body[0]}"
    if note and len(body) == 1 and len(first) + len(note) + 4 <= WIDTH:
        yield f"{first}  # {note}"
        return
    if note:
        yield from _remarks((entry.note,), indent)
    yield first
    below = indent + " " * len(dash)
    yield from (f"{below}{mark}{line}" for line in body[1:])


def _value(entry: Entry) -> Iterator[str]:
    """The entry without its note, as lines from its own column on."""
    if not isinstance(entry.value, tuple):
        yield f"{entry.key}: {scalar(entry.value)}"
        return
    nested = [one for one in entry.value if isinstance(one, Entry)]
    if nested:
        yield f"{entry.key}:"
        for one in nested:
            yield from _entry(one, "  ")
        return
    values = [one for one in entry.value if not isinstance(one, Entry)]
    line = f"{entry.key}: {flow(values)}"
    if len(line) <= WIDTH - 14 or not values:
        yield line
        return
    yield f"{entry.key}:"
    yield from (f"  - {scalar(one)}" for one in values)


def _remarks(texts: Iterable[str], indent: str, bullet: str = "") -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(
            comment(text),
            WIDTH,
            initial_indent=f"{indent}# {bullet}",
            subsequent_indent=f"{indent}# {' ' * len(bullet)}",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [f"{indent}#"]


def _legend(choices: Sequence[Choice]) -> Iterator[str]:
    yield "# Features that a deployment may declare; each is proven by calls (auditor probes):"
    longest = max((len(one.name) for one in choices), default=0)
    yield from (f"#   {one.name:{longest}}  {comment(one.title)}" for one in choices)
    yield "# mcp needs `mcp`, image_generation needs `image_deployment`: auditor schema settings"
