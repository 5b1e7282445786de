"""`auditor probes`: what live calls send, prove and cost, from the probes themselves."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from typing import get_args

import pytest

from auditor.probe import PROBES
from auditor.probe.handbook import as_markdown
from auditor.probe.question import Probe
from auditor.settings import Feature
from tests.cli.conftest import invoked
from tests.cli.test_help import SDKS, loaded


def test_the_list_names_every_probe_and_its_cost() -> None:
    """A paragraph each, in the order in which they are put."""
    done = invoked("probes")
    heads = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert done.exit_code == 0
    assert heads == [f"{probe.name}: {probe.title}" for probe in PROBES]
    assert done.stdout.count("costs    at most ") == len(PROBES)


def test_the_json_holds_what_the_probes_say() -> None:
    """Every member, and no more room for a model that never reasons than for one that may."""
    told = {one["name"]: one for one in json.loads(invoked("probes", "--json").stdout)}
    assert set(told) == {probe.name for probe in PROBES}
    assert told["background"]["legacy"] is False
    assert told["conversation"] == {
        "name": "conversation",
        "title": "Conversation",
        "sends": next(probe.sends for probe in PROBES if probe.name == "conversation"),
        "proves": next(probe.proves for probe in PROBES if probe.name == "conversation"),
        "calls": 3,
        "tokens": 320,
        "reasoning_tokens": 2240,
        "legacy": True,
        "deletes": "both responses",
        "besides": None,
    }
    assert all(0 < one["tokens"] <= one["reasoning_tokens"] for one in told.values())


def test_the_markdown_is_one_table() -> None:
    """Each row has as many cells as the first, and nothing in a cell that ends it."""
    lines = invoked("probes", "--markdown").stdout.splitlines()
    assert len(lines) == len(PROBES) + 2
    assert {line.count("|") for line in lines} == {8}
    hostile = Probe(**{name: getattr(PROBES[0], name) for name in Probe.__slots__} | {"sends": "a | b"})
    assert {line.count("|") for line in as_markdown([hostile]).splitlines()} == {8}


def test_two_outputs_are_one_too_many() -> None:
    done = invoked("probes", "--json", "--markdown")
    assert (done.exit_code, done.stdout) == (2, "")


def test_listing_loads_no_sdk() -> None:
    """It is read on the way to settings, where nobody waits for an SDK."""
    assert loaded("probes") & set(SDKS) == set()


def test_every_probe_is_of_a_feature_that_settings_know() -> None:
    """But for those that something else in settings asks for (`put`): none of these is named as a feature is."""
    features = set(get_args(Feature))
    assert {probe.name for probe in PROBES if probe.put is None} <= features
    assert {probe.name for probe in PROBES if probe.put is not None} & features == set()
    assert len({probe.name for probe in PROBES}) == len(PROBES)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_that_stores_says_what(probe: Probe) -> None:
    """Where a probe's own code stores anything by intent, its record (`stores`) says what is deleted afterwards."""
    tree = ast.parse(inspect.getsource(sys.modules[probe.look.__module__]))
    stores = any(
        (isinstance(node, ast.Attribute) and node.attr == "stores")
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEEPING)
        or (isinstance(node, ast.keyword) and node.arg == "store" and _true(node.value))
        or (isinstance(node, ast.Dict) and _stored(node))
        for node in ast.walk(tree)
    )
    assert stores == (probe.stores is not None)


KEEPING = ("upload", "vector_store")
"""Functions of `auditor.probe.keeping` that make the service keep something."""


def _true(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _stored(node: ast.Dict) -> bool:
    pairs = zip(node.keys, node.values, strict=True)
    return any(isinstance(key, ast.Constant) and key.value == "store" and _true(value) for key, value in pairs)
