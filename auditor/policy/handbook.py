"""The checks as documents: the table and the pages that people read, and the catalogue in policies/README.md."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from auditor.finding import Severity
from auditor.policy.check import Check
from auditor.policy.framework_pages import touched
from auditor.policy.frameworks import Framework
from auditor.policy.library import Library
from auditor.policy.pack import AppliedCheck, Resolver
from auditor.policy.uncovered import Uncovered

WIDTH = 80
"""Columns of the table and of a page."""

_VERBATIM = "  "
"""A line that starts so is a command, and stays one line whatever its length."""

Membership = Mapping[str, Mapping[str, Severity]]
"""Pack → check id → severity in that pack."""


def membership(library: Library) -> Membership:
    """Which packs apply which checks; the library's packs have no problems, or they would not have been loaded."""
    packs = {}
    for name in sorted(library.packs):
        changes = Resolver(library).changes([name], {})
        packs[name] = {
            check_id: change.severity or library.checks[check_id].check.severity
            for check_id, change in sorted(changes.items())
        }
    return packs


def table(checks: Iterable[AppliedCheck]) -> str:
    """Every check with its severity, subject and title, by area."""
    lines: list[str] = []
    for area, those in groupby(sorted(checks, key=_by_area), key=lambda applied: applied.check.area):
        lines += [*([""] if lines else []), area]
        for applied in those:
            check = applied.check
            lines.append(f"  {check.id:<40} {applied.severity:<8}  {check.subject}")
            lines.append(_wrapped(check.title, "      "))
    return "\n".join(lines) + "\n"


def page(check: Check, packs: Membership, frameworks: Iterable[Framework] = (), width: int = WIDTH) -> str:
    """One check as plain text: what it looks at, why it matters, how to fix it, frameworks, references."""
    head = (check.id, check.title, f"{check.severity} · {check.area} · {check.subject} · since {check.since}")
    blocks = ["\n".join(_wrapped(line, "", width) for line in head) + "\n"]
    for heading, lines in _sections(check, packs, frameworks):
        body = (f"  {line}" if line.startswith(_VERBATIM) else _wrapped(line, "  ", width) for line in lines)
        blocks.append("\n".join([heading, *body]) + "\n")
    return "\n".join(blocks)


def markdown(library: Library, uncovered: Iterable[Uncovered] = ()) -> str:
    """The content of policies/README.md; last stands what no check covers."""
    packs = membership(library)
    checks = sorted((compiled.check for compiled in library.checks.values()), key=lambda check: (check.area, check.id))
    lines = [
        "# Catalogue of checks",
        "",
        f"{len(checks)} checks in {len(packs)} packs. Written by `auditor checks --markdown > policies/README.md`.",
        "",
        "| pack | checks | what it is for |",
        "| --- | ---: | --- |",
    ]
    for name, applied in packs.items():
        pack = library.packs[name].pack
        lines.append(f"| `{name}` | {len(applied)} | {_cell(pack.title)}: {_cell(pack.description)} |")
    for area, those in groupby(checks, key=lambda check: check.area):
        lines += ["", f"## {area}", "", "| check | severity | subject | |", "| --- | --- | --- | --- |"]
        members = list(those)
        lines += [
            f"| [`{check.id}`](#{check.id}) | {check.severity} | {check.subject} | {_cell(check.title)} |"
            for check in members
        ]
        for check in members:
            lines += ["", *_entry(check, packs)]
    return "\n".join([*lines, *_uncovered(uncovered)]) + "\n"


def _uncovered(uncovered: Iterable[Uncovered]) -> list[str]:
    rows = [
        f"| {_cell(one.what)} | {_cell(one.why)} | {', '.join(f'[`{name}`](#{name})' for name in one.instead) or '-'} |"
        for one in uncovered
    ]
    head = ["", "## What no check covers, and why", "", "| question | why | nearest checks |", "| --- | --- | --- |"]
    return [*head, *rows] if rows else []


def _wrapped(text: str, indent: str, width: int = WIDTH) -> str:
    """The text within the width, with no word (an id, an address) broken."""
    filler = textwrap.TextWrapper(
        width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return filler.fill(text)


def _by_area(applied: AppliedCheck) -> tuple[str, int, str]:
    return applied.check.area, -applied.severity.rank, applied.check.id


def _sections(check: Check, packs: Membership, frameworks: Iterable[Framework]) -> Iterator[tuple[str, list[str]]]:
    looks = [", ".join(check.shows), f"passes when: {_one_line(check.passes_when)}"]
    if check.applies_when != "true":
        looks.append(f"applies when: {_one_line(check.applies_when)}")
        looks.append(f"not where: {check.unless}")
    yield "What it looks at", looks
    yield "Why it matters", [_one_line(check.why)]
    fix = check.fix
    commands = [_VERBATIM + line for text in (fix.cli, fix.bicep) if text for line in text.splitlines()]
    yield "How to fix it", [*([_one_line(fix.text)] if fix.text else []), *commands]
    if check.parameters:
        yield "Parameters", [f"{name}: {json.dumps(value)}" for name, value in check.parameters.items()]
    yield "Packs", [_packs(check, packs)]
    controls = touched(frameworks, check.id)
    if controls:
        yield "Frameworks", controls
    yield "References", list(check.references)
    examples = check.examples
    counted = (examples.passing, examples.failing, examples.unknown, examples.not_applicable)
    words = ("pass", "fail", "are unknown", "are not applicable")
    told = [f"{len(those)} {word}" for those, word in zip(counted, words, strict=True) if those]
    yield "Examples", [", ".join(told)]


def _entry(check: Check, packs: Membership) -> list[str]:
    lines = [f"### {check.id}", "", f"{check.title}. {_one_line(check.why)}", ""]
    lines.append(f"- looks at: {', '.join(f'`{path}`' for path in check.shows)}")
    lines.append(f"- passes when: `{_one_line(check.passes_when)}`")
    if check.applies_when != "true":
        lines.append(f"- applies when: `{_one_line(check.applies_when)}`; not where {check.unless}")
    for name, value in check.parameters.items():
        lines.append(f"- parameter `{name}`: `{json.dumps(value)}`")
    lines.append(f"- packs: {_packs(check, packs)}")
    lines.append(f"- since {check.since}; references: {', '.join(f'<{page}>' for page in check.references)}")
    if check.fix.text:
        lines += ["", f"Fix: {_one_line(check.fix.text)}"]
    for language, text in (("sh", check.fix.cli), ("bicep", check.fix.bicep)):
        if text:
            lines += ["", f"```{language}", *text.splitlines(), "```"]
    return lines


def _packs(check: Check, packs: Membership) -> str:
    """The packs that apply it, each with its severity where that is not the check's own."""
    told = []
    for name, members in packs.items():
        severity = members.get(check.id)
        if severity is not None:
            told.append(name if severity is check.severity else f"{name} ({severity})")
    return ", ".join(told) or "none"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")
