"""Each incident of the sandbox, judged by the command that somebody types who was called out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.sandbox.incident import load_incidents
from tests import incidents
from tests.incidents import FILE, Shown, said, shown

SECONDS = -2
"""The cell of a row that says how long it took, which no two runs say alike."""

BUSY = 10.0
"""Seconds that a busy machine may take beyond the deadline; what hangs takes a minute."""


@pytest.fixture(scope="session")
def greens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where audits from before are kept for all incidents, and for all processes of this session."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "greens"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("name", load_incidents())
def test_the_first_cause_is_right_and_so_is_what_mends_it(name: str, greens: Path) -> None:
    """Within the deadline; and where something looks alike, it says what would tell the two apart."""
    one = shown(name, greens)
    one = replace(one, seconds=one.seconds - BUSY)
    assert list(said(one)) == []
    assert cells(incidents.row(one)) == cells(committed()[name]), "python -m tests.incidents"


def test_every_incident_has_a_row() -> None:
    assert tuple(committed()) == tuple(load_incidents()), "python -m tests.incidents"


def committed() -> dict[str, str]:
    lines = (line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    return {line.split("`")[1]: line for line in lines}


def cells(row: str) -> list[str]:
    told = row.strip("| ").split(" | ")
    del told[SECONDS]
    return told


def test_a_wrong_answer_is_not_taken_for_right() -> None:
    """The command that makes the table tells apart what is wrong with it."""
    expected = load_incidents()["zone-unlinked"]
    silent = Shown("zone-unlinked", expected, None, 21.5)
    told = list(said(silent))
    assert [words.partition(" ")[0] for words in told] == ["first", "mends", "took"]
    assert "**no**" in incidents.row(silent)
