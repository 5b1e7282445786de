"""Dotted paths: found in rules, followed through facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.paths import Missing, around, follow, named_paths, read_path, written

ROOTS = ("account", "expected", "params")


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        ("account.a.b == 1 && expected.c", ["account.a.b", "expected.c"]),
        ("account.a == 'account.b' // account.c", ["account.a"]),
        ("size(account.l) > 0", ["account.l"]),
        ("account.name.startsWith('a.b')", ["account.name"]),
        ("account['a-b'].c[2] == params.d", ["account['a-b'].c[2]", "params.d"]),
        ("account.l.all(x, x.k == account.a)", ["account.l", "account.l[].k", "account.a"]),
        (
            "account.l.exists(x, x.m.all(y, y.z == x.k)) && x",
            ["account.l", "account.l[].m", "account.l[].m[].z", "account.l[].k"],
        ),
        ("account.l.all(account, account.k)", ["account.l", "account.l[].k"]),
        ("account.m[params.key] == 1", ["account.m", "params.key"]),
        ("account.`odd-name` == 1", ["account['odd-name']"]),
        ("account.a == account.a", ["account.a"]),
    ],
)
def test_named_paths(rule: str, paths: list[str]) -> None:
    """A rule's paths are found in order, once each; a comprehension's variable stands for the items."""
    assert [written(path) for path in named_paths(rule, ROOTS)] == paths


@pytest.mark.parametrize(
    "text", ["", "account.", "account.a == 1", "account.a b", "size(account)", "'x'", "account.a()", "1"]
)
def test_what_is_no_path(text: str) -> None:
    """Anything but one dotted path is none."""
    assert read_path(text) is None


def test_follow() -> None:
    """A path leads to its value, through a list to one value per item, or to where the facts end."""
    facts = {"account": {"l": [{"k": 1}, {"k": 2}], "m": {"a-b": [5]}, "n": 3}}
    assert follow(("account", "l", "[]", "k"), facts) == [1, 2]
    assert follow(("account", "m", "a-b", "[0]"), facts) == 5
    assert follow(("account", "m", "[]"), facts) == ["a-b"]
    assert follow(("account", "m", "a-b", "[1]"), facts) == Missing(("account", "m", "a-b", "[1]"))
    assert follow(("account", "l", "[]", "q", "r"), facts) == Missing(("account", "l", "[]", "q"))
    assert follow(("account", "n", "below"), facts) == Missing(("account", "n", "below"))
    assert follow(("other", "x"), facts) == Missing(("other",))


def test_around() -> None:
    """What is told of a path is what stands at it or nearest above it, else all that stands below it."""
    told = {"account": "a", "account.network": "n", "deployment.probe.text": "t", "deployment.probes": "no"}
    assert around(("account", "network", "zones"), told) == ("n",)
    assert around(("account", "tags"), told) == ("a",)
    assert around(("deployment", "probe"), told) == ("t",)
    assert around(("quota",), told) == ()


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(rule: str) -> None:
    """No text, however broken, stops the search for paths."""
    assert all(path[0] in ROOTS for path in named_paths(rule, ROOTS))
    read_path(rule)


@given(st.lists(st.from_regex(r"[A-Za-z_]\w{0,5}|[a-z]-[a-z]", fullmatch=True), min_size=1, max_size=5))
def test_written_is_read_again(members: list[str]) -> None:
    """What is written is read as the same path."""
    path = ("account", *members)
    assert read_path(written(path)) == path
