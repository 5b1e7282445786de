"""Values and comments of the settings that are written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.initial.scalar import comment, flow, scalar, statable
from auditor.settings_file.located import read_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(TEXT)
def test_any_text_reads_back_as_it_was(text: str) -> None:
    """Whatever a name holds, both the auditor and any other reader of YAML get it back."""
    written = f"name: {scalar(text)}  # {comment(text)}\nlist: {flow([text, text])}\n"
    expected = {"name": text, "list": [text, text]}
    assert read_yaml(written).data == expected
    assert yaml.safe_load(written) == expected


@pytest.mark.parametrize(
    "text",
    ["a\nb: c", "x # y", "k: v", "\u202eevil", "- item", "*alias", "&a", "yes", "null", "2026-03-05", "1e3", "0x1F",
     "~", "{a}", "\U0001f600", '"', "\\", "\x00", "\u2028", "!tag", "a,b"],
)  # fmt: skip
def test_hostile_text_stands_on_one_line(text: str) -> None:
    """A name ends no line and turns none, neither as a value nor in a comment."""
    for written in (scalar(text), comment(text)):
        assert len(written.splitlines()) <= 1
        assert "\u202e" not in written
        assert written.isprintable()
    assert yaml.safe_load(f"name: {scalar(text)}") == {"name": text}


def test_what_looks_like_a_secret_is_not_stated() -> None:
    """Neither a key nor an empty or endless text stands in settings."""
    key = "AccountKey=" + "A" * 86 + "=="
    assert not statable("owner", key)
    assert key not in comment(f"tag {key}")
    assert not statable("owner", "")
    assert not statable("owner", "x" * 261)
    assert not statable("owner", "\ud800")
    assert statable("owner", "platform@contoso.com")
