"""Templates of sentences and fixes: what they may do, and what hostile names do to them."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.check import FixText
from auditor.policy.fix import render_fix
from auditor.policy.template import MAX_TEXT, TemplateFailure, render, template_problem

NAMES = ("account", "params")
VARIABLES: dict[str, Any] = {
    "account": {
        "name": "shop",
        "id": "/subscriptions/s/resourceGroups/rg",
        "on": True,
        "items": ["b", "a", "b"],
        "spaced": "a b",
        "nested": [{"k": "x"}, {"k": "y"}],
    },
    "params": {"days": 60},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ account.name }} in {{ params.days }} days", "shop in 60 days"),
        ("{{ account.on }}", "true"),
        ("{{ account.items }}", "b, a, b"),
        ("{{ account.items | unique | sort | join(' or ') }}", "a or b"),
        ("{{ account.id.split('/')[4] }}", "rg"),
        ("{{ account.id | replace('/', '-') | upper }}", "-SUBSCRIPTIONS-S-RESOURCEGROUPS-RG"),
        ("{{ account.none | default('nothing') }}", "nothing"),
        ("{% if account.none is defined %}x{% else %}y{% endif %}", "y"),
        (
            "{% for one in account.nested if one.k != 'x' %}{{ one.k }}{% if not loop.last %},{% endif %}{% endfor %}",
            "y",
        ),
        ("{{ account.items | length + 1 }}", "4"),
    ],
)
def test_rendered(template: str, expected: str) -> None:
    """Facts are filled in as JSON writes them; a member called `items` is the member, not a method."""
    assert template_problem(template, NAMES) is None
    assert render(template, VARIABLES) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{{ account.none }}",
        "{{ account.none.below }}",
        "{{ account }}",
        "{{ account.name + 1 }}",
        "{{ account.items[9] }}",
    ],
)
def test_missing_or_shapeless_facts_fail(template: str) -> None:
    """A fact that is not there, or that is no text, stops the template instead of leaving a hole in a sentence."""
    with pytest.raises(TemplateFailure):
        render(template, VARIABLES)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ ''.__class__.__mro__ }}", "__mro__"),
        ("{{ account.__init__.__globals__ }}", "__globals__"),
        ("{{ account | attr('__class__') }}", "unknown filter 'attr'"),
        ("{{ acount.name }}", "unknown variable 'acount'; did you mean 'account'?"),
        ("{{ self._TemplateReference__context }}", "_TemplateReference__context"),
        ("{{ lipsum() }}", "only methods of text"),
        ("{{ account.name.format(1) }}", "only methods of text"),
        ("{{ 'a' * 10 ** 9 }}", "no Mul here"),
        ("{{ '%9999999999d' % 1 }}", "no Mod here"),
        ("{% for i in range(99999) %}x{% endfor %}", "only methods of text"),
        ("{% for a in account.items %}{% for b in account.items %}x{% endfor %}{% endfor %}", "loops are not nested"),
        ("{% for a in account.items recursive %}{{ loop(a) }}{% endfor %}", "loops are not nested"),
        ("{% set x = 1 %}", "no Assign here"),
        ("{% include '/etc/passwd' %}", "no Include here"),
        ("{% import 'os' as os %}", "no Import here"),
        ("{% macro m() %}{% endmacro %}", "no Macro here"),
        ("{{ account.items | map('upper') }}", "unknown filter 'map'"),
        ("{{ account is sameas 1 }}", "unknown test 'sameas'"),
        ("{{ account.name", "does not compile"),
        ("{% if %}", "does not compile"),
        ("{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "nested too deep"),
    ],
)
def test_refused_at_load(template: str, problem: str) -> None:
    """What could reach out, run on or blow up is refused before it is ever filled in."""
    found = template_problem(template, NAMES)
    assert found is not None
    assert problem in found.message


def test_line_of_the_problem() -> None:
    """A problem tells the line of the template."""
    found = template_problem("one\n{{ account.name }}\n{{ nope }}", NAMES)
    assert found is not None
    assert found.line == 3


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__.__mro__ }}", "{{ account.__class__ }}", "{{ account['__class__'] }}"]
)
def test_the_sandbox_holds_without_the_gate(template: str) -> None:
    """Even a template that nobody looked through gets nothing but JSON members."""
    with pytest.raises(TemplateFailure):
        render(template, VARIABLES)


def test_too_long_is_a_failure_and_not_half_a_command() -> None:
    """What grows beyond the bound is left out whole."""
    hostile = {"account": {"name": "x" * 9_000}, "params": {}}
    with pytest.raises(TemplateFailure, match="longer"):
        render("{{ account.name }}{{ account.name }}", hostile)
    with pytest.raises(TemplateFailure, match="longer"):
        render("{{ account.name | replace('x', 'xxxxxxxxxx') }}", hostile)


def test_fix() -> None:
    """Each part is filled in; a value is put into quotes where none are open and it needs them."""
    fix = render_fix(
        FixText(
            text="Fix {{ account.name }}.",
            cli="az --a {{ account.spaced }} --b '{{ account.spaced }}'",
            bicep="n: '{{ account.name }}'",
        ),
        VARIABLES,
    )
    assert (fix.text, fix.cli, fix.bicep) == ("Fix shop.", "az --a 'a b' --b 'a b'", "n: 'shop'")


def test_a_next_step_that_is_a_command_is_the_command() -> None:
    """What a failure's own table made as a command is shown as one; a sentence stays a sentence."""
    step = FixText(text="{{ account.step }}")
    assert render_fix(step, {"account": {"step": "az login --tenant t"}}).cli == "az login --tenant t"
    assert render_fix(step, {"account": {"step": "ask the owner"}}).text == "ask the owner"


def test_a_part_that_cannot_be_filled_in_is_said() -> None:
    """A missing fact loses one part of the fix, not the fix, and the text says so."""
    fix = render_fix(FixText(text="Do it.", cli="az {{ account.none }}", bicep="n: 1"), VARIABLES)
    assert fix.text == "Do it. The command is left out: none is not known."
    assert (fix.cli, fix.bicep) == (None, "n: 1")


@pytest.mark.parametrize(
    "name",
    [
        "a'; rm -rf ~ #",
        'a"b',
        "$(id)",
        "`id`",
        "a\nid",
        "a;id",
        "a|id",
        "a & id",
        "a > b",
        "a\\",
        "a\u2019; id",
        "a\u202eb",
        "-x",
        "@/etc/passwd",
        "!!",
    ],
)
@pytest.mark.parametrize("template", ["az {{ account.name }}", "az '{{ account.name }}'", 'az "{{ account.name }}"'])
def test_hostile_names_never_reach_a_command(name: str, template: str) -> None:
    """A value that a shell, PowerShell or az could take for more than a word leaves the command out, and says so."""
    fix = render_fix(FixText(cli=template, bicep="n: 1"), {"account": {"name": name}})
    assert fix.cli is None
    assert fix.text is not None
    assert fix.text.startswith("The command is left out: ")


@given(st.text(max_size=40))
def test_any_value_is_one_word_or_no_command(name: str) -> None:
    """Whatever stands in a resource's name, the command that is shown has it as one word of its argument list."""
    for template in ("az --name {{ account.name }} --yes", "az --name '{{ account.name }}' --yes"):
        fix = render_fix(FixText(cli=template), {"account": {"name": name}})
        if fix.cli is not None:
            assert shlex.split(fix.cli) == ["az", "--name", name, "--yes"]


@given(st.text(max_size=120))
def test_any_template_is_refused_or_ends(template: str) -> None:
    """A template of any text is refused, fails, or gives bounded text."""
    if template_problem(template, NAMES) is None:
        with suppress(TemplateFailure):
            assert len(render(template, VARIABLES)) <= MAX_TEXT
