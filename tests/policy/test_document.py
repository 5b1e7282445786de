"""YAML of a policy: what is read, what is refused, and where a part of it stands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.document import MAX_BYTES, MAX_PROBLEMS, ProblemsError, read_document
from auditor.policy.library import Pack
from tests.policy.sample import write


def test_words_are_yaml_1_2(tmp_path: Path) -> None:
    """Dates, `yes`, octals and sexagesimals stay text; true, numbers and null are what JSON has."""
    path = write(tmp_path / "x.yaml", "a: [2026-01-01, yes, on, 010, 12:30, 1.5, -3, true, null, ~, 0x1F]\non: no")
    assert read_document(path).body == {
        "a": ["2026-01-01", "yes", "on", "010", "12:30", 1.5, -3, True, None, None, "0x1F"],
        "on": "no",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x [1]\nb: *x", ":2:4: an alias"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", ":2:8: an alias"),
        ("a: 1\na: 2", ":2:1: key 'a' twice"),
        ("a: {b: 1, b: 2}", ":1:11: key 'b' twice"),
        ("1: x", ":1:1: a key that is not text"),
        ("? [a]\n: x", ":1:3: a key that is not text"),
        ("a: !!python/object/apply:os.system [x]", ":1:4: a tag"),
        ("a: !!binary aGk=", ":1:4: a tag"),
        ("a: [", "expected"),
        ("a: 1\n---\nb: 2", ":2:1: but found another document"),
        ("a: \x07", "control characters are not allowed"),
        ("[" * 60_000, ":1:41: nested deeper than 40"),
        ("- " * 60_000, ":1:81: nested deeper than 40"),
        ("a: " + "9" * 5_000, "not YAML"),
        ("a: '" + "x" * MAX_BYTES + "'", f"more than {MAX_BYTES} bytes"),
    ],
)
def test_refused(tmp_path: Path, text: str, problem: str) -> None:
    """Aliases, tags, repeated keys, towers and giants are refused with their place before anything is built."""
    path = write(tmp_path / "x.yaml", text)
    with pytest.raises(ProblemsError) as refused:
        read_document(path)
    assert str(refused.value).startswith(str(path))
    assert problem in str(refused.value)
    assert refused.value.next_step


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, nothing at all, and bytes that are no text are refused."""
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for name in (".", "none.yaml", "bytes.yaml"):
        with pytest.raises(ProblemsError):
            read_document(tmp_path / name)


def test_places(tmp_path: Path) -> None:
    """A value, its key, a place within its text, and what is missing have a line and a column."""
    text = "a: x.y == 1\nb: 'q r'\nc: |\n   one\n   two x\nd: >-\n  one\n  two\ne: [a, {f: 1}]\n"
    document = read_document(write(tmp_path / "x.yaml", text))
    file = str(document.path)
    assert document.at(["a"]) == f"{file}:1:4"
    assert document.at(["a"], key=True) == f"{file}:1:1"
    assert document.at(["a"], column=3) == f"{file}:1:6"
    assert document.at(["b"], column=3) == f"{file}:2:7"
    assert document.at(["c"], line=2, column=5) == f"{file}:5:8"
    assert document.at(["d"], column=6) == f"{file}:6:4"
    assert document.at(["e", 1, "f"]) == f"{file}:9:12"
    assert document.at(["e", 1, "none", 3]) == f"{file}:9:8"
    assert document.at([]) == f"{file}:1:1"


def test_all_problems_of_a_file_together(tmp_path: Path) -> None:
    """Unknown keys (with the nearest known), wrong words and what is missing are told at once, with their places."""
    text = "name: Mine\ntitle: t\nchecks:\n  a-check: {sevrity: high, severity: awful}\nexclud: []\n"
    document = read_document(write(tmp_path / "x.yaml", text))
    with pytest.raises(ProblemsError) as refused:
        document.checked(Pack)
    assert {problem.removeprefix(str(document.path)) for problem in refused.value.problems} == {
        ":1:7: name: String should match pattern '^[a-z0-9]+(-[a-z0-9]+)*$'",
        ":1:1: description is missing",
        ":4:38: checks.a-check.severity: Input should be 'critical', 'high', 'medium', 'low' or 'info'",
        ":4:13: unknown key 'checks.a-check.sevrity'; did you mean 'severity'?",
        ":5:1: unknown key 'exclud'; did you mean 'exclude'?",
    }


def test_problems_are_not_endless() -> None:
    """Of very many problems the first are shown, and how many more there are."""
    error = ProblemsError([f"p{number}" for number in range(MAX_PROBLEMS + 7)], next_step="n")
    assert str(error).splitlines()[-1] == "and 7 more problems"
    assert len(error.problems) == MAX_PROBLEMS + 7


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text makes the reader fail in another way than with its own error."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(ProblemsError):
        read_document(path)
