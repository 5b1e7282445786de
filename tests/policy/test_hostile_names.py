"""What hostile names do to the sentence and the commands of every shipped check: nothing but stand in them."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from auditor.finding import Fix
from auditor.policy.check import Check
from auditor.policy.compiled import NOW, CompiledCheck
from auditor.policy.examples import prepared
from auditor.policy.expression import PARAMETERS
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.library import shipped_library
from auditor.policy.template import TemplateFailure, render
from auditor.report import FORMATS, terminal
from auditor.run import Verdict
from tests.report.parts import account, build, finding

LIBRARY = shipped_library()
EACH = pytest.mark.parametrize("compiled", LIBRARY.checks.values(), ids=lambda each: each.check.id)

PLAIN = "qqplainqq"
"""A name like others, to hold the hostile ones against."""

HARMLESS = (
    "two words",
    "{{ 7 * 7 }}{% set x = 1 %}",
    "{{ ''.__class__.__mro__ }}",
    "#no comment",
    "~root *?[a-z] (id) ^ %path% =x",
    "::error::owned",
    "##vso[task-set variable=x]y",
    "naïve-東京",
)
"""What a quoted word may hold: it stays one word, and nothing looks into it."""

HARMFUL = (
    "a'; id #",
    'a"; id #',
    "`id`",
    "$(id)",
    "${ifs}",
    "a\\",
    "a\nid\r\n::error::owned",
    "a;id",
    "a|id",
    "a&id",
    "<img src=x onerror=alert(1)>",
    "a!!b",
    "\u202egnp.exe\u202c",
    "\u200b\u2066hidden\u2069",
    "\x1b[31mred\x07\x00\x9b2j",
    "\u2019; id",
    "\ue000a\ue001",
    "tag \U000e0041 \ufeff",
)
"""What one of the readers of a command could take for more than a word."""

ANY = "api-keys-accepted"
"""Of the checks that the reports' own tests know."""

PRINTED = {"markdown", "terminal"}
"""What goes where a CI runner reads along."""

Variables = dict[str, Any]


@EACH
def test_a_name_is_a_word_of_the_command_or_there_is_no_command(compiled: CompiledCheck) -> None:
    """Each text of each failing example is made hostile, one at a time: names, ids, tags, versions, whatever it is."""
    for plain, hostile, mark in pairs(compiled.check):
        before, after = render_fix(compiled.check.fix, plain), render_fix(compiled.check.fix, hostile)
        if PLAIN not in f"{before.cli} {before.bicep}":
            continue
        if after.cli is None or after.bicep is None:
            assert "left out" in f"{after.text}" or (before.cli, before.bicep) == (None, None) or same(before, after)
        if after.cli is not None and before.cli is not None:
            words = [word.replace(PLAIN, mark) for word in shlex.split(before.cli)]
            assert shlex.split(after.cli) == words
        if PLAIN in f"{before.cli}" and mark in HARMFUL:
            assert after.cli is None
        if PLAIN in f"{before.bicep}" and mark in HARMFUL:
            assert after.bicep is None


def same(before: Fix, after: Fix) -> bool:
    """Whether both lack the same."""
    return [part is None for part in (before.cli, before.bicep)] == [part is None for part in (after.cli, after.bicep)]


@EACH
def test_a_sentence_holds_the_name_as_it_is_and_on_one_line(compiled: CompiledCheck) -> None:
    """No template in it is filled in, no character of it acts, and the rest of the sentence is what it was."""
    for plain, hostile, mark in pairs(compiled.check):
        for template in (compiled.check.says, compiled.check.fix.text):
            if template is None:
                continue
            before, after = said(template, plain), said(template, hostile)
            if before is None or PLAIN not in before:
                continue
            assert after == " ".join(before.replace(PLAIN, shown(mark)).split())
            assert not [character for character in after if unicodedata.category(character) in {"Cc", "Zl", "Zp"}]


def shown(mark: str) -> str:
    """As a sentence has it: the two characters by which a template marks a value's place are told to be none."""
    return in_prose("", mark).replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")


def said(template: str, variables: Variables) -> str | None:
    """The sentence; none where it can't be filled in."""
    try:
        return " ".join(render(template, variables, in_prose).split())
    except TemplateFailure:
        return None


@pytest.mark.parametrize("mark", HARMFUL)
def test_what_every_check_says_of_hostile_names_is_inert_in_every_report(mark: str) -> None:
    """One failure of each check, all of its texts hostile at once."""
    findings = []
    for compiled in LIBRARY.checks.values():
        check = compiled.check
        variables = everything(check, mark)
        message = (said(check.says, variables) if check.says else None) or check.title
        findings.append(
            finding(ANY, account(f"{mark}{len(findings)}"), "fail", message[:900], fix=render_fix(check.fix, variables))
        )
    run = build(tuple(findings), Verdict.FAIL, reasons=(mark,))
    rendered = {name: form.render(run) for name, form in FORMATS.items()}
    rendered["terminal"] = terminal.render(run, width=80, color=False)
    for name, text in rendered.items():
        acting = {
            character
            for character in text.replace("\r\n", "\n")  # as RFC 4180 ends the lines of CSV
            if unicodedata.category(character) in {"Cc", "Cs"} or "\u202a" <= character <= "\u202e"
        }
        assert acting <= {"\n", "\t"} or name == "json", name  # data for programs, and whole
        if name in PRINTED:
            assert not [line for line in text.splitlines() if line.lstrip().startswith("::error")], name


def pairs(check: Check) -> Iterator[tuple[Variables, Variables, str]]:
    """The variables of a failing example with one text made plain, and the same with it made hostile, and how."""
    for body in check.examples.failing:
        variables, parameters = prepared(check, body)
        whole = {**variables, PARAMETERS: parameters}
        for number, place in enumerate(texts(whole)):
            plain = changed(whole, place, PLAIN)
            for mark in (*HARMLESS, *HARMFUL)[number % 3 :: 3]:
                yield plain, changed(whole, place, mark), mark


def everything(check: Check, mark: str) -> Variables:
    """The first failing example with every text hostile."""
    variables, parameters = prepared(check, check.examples.failing[0])
    whole = {**variables, PARAMETERS: parameters}
    for place in texts(whole):
        whole = changed(whole, place, mark)
    return whole


Place = tuple[str | int, ...]


def texts(value: Any, above: Place = ()) -> list[Place]:
    """Where texts stand, the clock aside."""
    if isinstance(value, str):
        return [above]
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, below in steps if step != NOW for place in texts(below, (*above, step))]


def changed(variables: Variables, place: Place, mark: str) -> Variables:
    """With the text replaced; of an ARM id the names in it, since its form is Azure's."""
    copied = deepcopy(variables)
    holder: Any = copied
    for step in place[:-1]:
        holder = holder[step]
    value = holder[place[-1]]
    parts = value.split("/")
    if value.startswith("/") and "/" not in mark:
        parts[2::2] = [mark] * len(parts[2::2])
        if "providers" in parts:
            at = parts.index("providers") + 1
            parts[at : at + 1] = [value.split("/")[at]]
        holder[place[-1]] = "/".join(parts)
    else:
        holder[place[-1]] = mark
    return copied
