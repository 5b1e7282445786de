"""`auditor checks`: the table, the page of a check, JSON and the catalogue."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli.checks import checks
from auditor.errors import PolicyError
from auditor.policy.handbook import WIDTH, markdown
from auditor.policy.library import shipped_library
from auditor.policy.uncovered import load_uncovered
from tests.policy.sample import KEYS, folder


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(checks, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_table() -> None:
    """Every shipped check is there with severity, subject and title, within 80 columns."""
    lines = run().stdout.splitlines()
    ids = [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]
    assert sorted(ids) == sorted(shipped_library().checks)
    assert max(map(len, lines)) <= WIDTH
    assert "  api-keys-accepted                        high      account" in lines


def test_pack() -> None:
    """With a pack, what that pack applies, with its severities."""
    regulated = json.loads(run("--pack", "regulated", "--json").stdout)
    baseline = json.loads(run("--pack", "baseline", "--json").stdout)
    severity = {each["id"]: each["severity"] for each in regulated}
    assert {each["id"] for each in baseline} <= set(severity)
    assert severity["api-keys-accepted"] == "critical"
    assert "baseline" in next(each["packs"] for each in regulated if each["id"] == "api-keys-accepted")


def test_a_pack_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's pack is listed and its checks are shown like the shipped ones."""
    own: dict[str, Any] = {**KEYS, "parameters": {"days": 3}}
    folder(tmp_path / "own", own)
    monkeypatch.chdir(tmp_path)
    assert [each["id"] for each in json.loads(run("--pack", "own", "--json").stdout)] == ["keys-accepted"]
    page = run("--pack", "own", "show", "keys-accepted").stdout
    for expected in ("Keys are accepted\nhigh · identity · account", "  days: 3\n", "Packs\n  mine\n"):
        assert expected in page


def test_page() -> None:
    """A page has what it looks at, why, how to fix it and references; commands stay on one line."""
    page = run("show", "api-keys-accepted").stdout
    for heading in ("What it looks at", "Why it matters", "How to fix it", "Packs", "References", "Examples"):
        assert f"\n{heading}\n" in page
    assert "    az resource update --ids '{{ account.id }}' --set properties.disableLocalAuth=true\n" in page


def test_unknown_check() -> None:
    """An id that is none is an error that names the nearest and the command that lists them."""
    with pytest.raises(PolicyError, match="no check 'api-keys'; did you mean 'api-keys-accepted'") as refused:
        run("show", "api-keys")
    assert "auditor checks" in refused.value.next_step


def test_markdown() -> None:
    """The catalogue has an anchor for every check, and one row for each in its area's table."""
    library = shipped_library()
    text = run("--markdown").stdout
    assert text == markdown(library, load_uncovered())
    text = text.split("## What no check covers")[0]
    for check_id in library.checks:
        assert f"\n### {check_id}\n" in text
        assert text.count(f"(#{check_id})") == 1


def test_two_outputs() -> None:
    """Two outputs at once are a mistake of usage."""
    assert run("--json", "--markdown").exit_code == 2


def test_help_loads_nothing_heavy() -> None:
    """The command's help needs neither CEL nor Jinja2 nor pydantic."""
    script = "import sys, auditor.cli.checks; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"jinja2", "cel_expr_python", "pydantic", "yaml"}.isdisjoint(loaded)


def test_what_no_check_covers_is_said_with_the_nearest_checks() -> None:
    """Each reason stands in the catalogue, and each check that it names is one."""
    library, uncovered = shipped_library(), load_uncovered()
    assert {name for one in uncovered for name in one.instead} <= library.checks.keys()
    told = markdown(library, uncovered).split("## What no check covers, and why")[1]
    assert told.count("\n| ") == len(uncovered) + 2
    assert "What no check covers" not in markdown(library)
