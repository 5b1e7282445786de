"""Frameworks as plain text: the list, the page of one, and what a check's page says of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from auditor.policy.frameworks import Control, Framework

WIDTH = 80
"""Columns of the list and of a page."""


def listing(frameworks: Iterable[Framework]) -> str:
    """Every framework with its name, title, version and how many of its controls lead to checks."""
    lines = []
    for each in frameworks:
        checks = {mapped.check for control in each.controls for mapped in control.checks}
        lines.append(f"{each.id:<18} controls: {len(each.controls):>2}, checks: {len(checks)}")
        lines.append(_wrapped(f"{each.title} {each.version}, {each.publisher}", "    "))
    return "\n".join(lines) + "\n"


def page(framework: Framework) -> str:
    """One framework: its controls with their checks, where the mappings were published, and what is not mapped."""
    head = f"{framework.id}\n{framework.title} {framework.version}\n{framework.publisher}\n"
    controls = []
    for control in framework.controls:
        controls.append(_wrapped(f"{control.id}  {control.words}", "  "))
        controls += [
            f"    {mapped.check:<32} {mapped.relation:<18} {mapped.source}\n      {mapped.item}"
            for mapped in control.checks
        ]
    sources = [
        f"  {key}\n{_wrapped(source.title, '    ')}\n    {source.id}\n    {source.page}"
        for key, source in framework.sources.items()
    ]
    sections = {
        "Controls": controls,
        "Published by": sources,
        "What it does not say": [_wrapped(framework.note, "  ")],
        "Not mapped": [_wrapped(framework.unmapped, "  ")],
    }
    return "\n".join([head, *("\n".join([heading, *lines]) + "\n" for heading, lines in sections.items())])


def control_page(framework: Framework, control: Control, titles: Mapping[str, str], width: int = WIDTH) -> str:
    """One control: what it is about, the checks behind it with their titles, and who published each mapping."""
    lines = [
        _wrapped(f"{control.id}  {control.words}", "", width),
        _wrapped(f"{framework.title} {framework.version}, {framework.publisher} ({framework.id})", "", width),
        "",
        "Checks",
    ]
    for mapped in control.checks:
        source = framework.sources[mapped.source]
        lines.append(_wrapped(f"{mapped.check} ({mapped.relation})", "  ", width))
        told = (titles.get(mapped.check, ""), f"{mapped.item}: {source.title} ({source.id}), {source.page}")
        lines += [_wrapped(text, "    ", width) for text in told if text]
    return "\n".join([*lines, "", "What it does not say", _wrapped(framework.note, "  ", width), ""])


def touched(frameworks: Iterable[Framework], check_id: str) -> list[str]:
    """A line for each framework and source by which a check stands behind controls, empty where it does nowhere."""
    lines = []
    for framework in frameworks:
        groups: dict[tuple[str, str], list[str]] = {}
        for control, mapped in framework.mapped(check_id):
            groups.setdefault((mapped.relation, mapped.source), []).append(control.id)
        for (relation, key), controls in groups.items():
            source = framework.sources[key]
            lines.append(
                f"{relation} {framework.id} {', '.join(controls)}: {source.title} ({source.id}), {source.page}"
            )
    return lines


def _wrapped(text: str, indent: str, width: int = WIDTH) -> str:
    """The text within the width, with no word (an id, an address) broken."""
    return textwrap.fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
