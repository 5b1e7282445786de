"""The text of a settings file: what is read of YAML, and what is refused."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from auditor.errors import SettingsError
from auditor.settings import Settings
from auditor.settings_file import load_settings
from tests.settings_file.conftest import WHOLE, Write, problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "auditor.yaml: is empty"),
        ("# nothing yet\n", "auditor.yaml: is empty"),
        ("- a\n", "auditor.yaml:1:1: must be a mapping; found a list"),
        ("scope: [1\n", "auditor.yaml:2:1: no YAML"),
        ("scope: &a [*a]\n", "auditor.yaml:1:8: an alias stands inside of what it names"),
        ("[" * 100_000, "auditor.yaml:1:41: more than 40 levels deep"),
        ("a: 1\n---\nb: 2\n", "auditor.yaml:2:1: no YAML"),
        ("a: " + "x" * 1_048_576, "auditor.yaml: more than 1048576 bytes"),
        ("a: \x00", "auditor.yaml: no YAML"),
    ],
)
def test_unreadable_files(write: Write, text: str, said: str) -> None:
    """What is no YAML mapping, or too much of it, is refused with the place."""
    [problem] = problems(write(text))
    assert problem.startswith(said)


def test_alias_bomb(write: Write) -> None:
    """A few lines of aliases can't unfold into millions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert problems(write("\n".join(lines))) == ["auditor.yaml: its aliases unfold to more than 100000 values"]


def test_aliases_are_read(write: Write) -> None:
    """An anchor that is used again is the same value in both places."""
    text = WHOLE.replace("models: [gpt-5.4]", "models: &approved [gpt-5.4]\n    tags: *approved")
    assert load_settings(write(text), {}, {}).workloads[0].tags == ("gpt-5.4",)


def test_dates_and_byte_order_mark(write: Write) -> None:
    """A model version that looks like a date stays text, and a byte order mark is passed over."""
    path = write("\ufeff" + WHOLE)
    assert load_settings(path, {}, {}).workloads[0].deployments[0].version == "2026-03-05"


def test_another_encoding(write: Write) -> None:
    """A file that is not UTF-8 is refused by saying so."""
    path = write("")
    path.write_bytes(b"a: \xff\xfe")
    assert problems(path) == ["auditor.yaml: is not UTF-8 text"]


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()

_KEYS = (
    st.sampled_from([*Settings.model_fields, "name", "account", "subscriptions", "deployments", "money"]) | st.text()
)

_TREES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner), max_leaves=30)


@tuned(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150, deadline=None
)
@given(tree=_TREES)
def test_any_yaml_is_settings_or_problems(write: Write, tree: object) -> None:
    """Whatever YAML stands in the file, the answer is settings or a list of problems, never a crash."""
    try:
        load_settings(write(yaml.safe_dump(tree)), {}, {})
    except SettingsError as error:
        said = error.problems
    else:
        said = ("none",)
    assert all(said)
