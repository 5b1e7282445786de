"""What was written can be read again; what was not written by the auditor is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import ExitCode, SnapshotError
from auditor.run import load_run
from auditor.snapshot import Resource, load_snapshot
from tests.conftest import Done


@pytest.fixture
def written(tmp_path: Path, healthy: Done) -> Path:
    path = tmp_path / "snapshot.json"
    path.write_text(healthy.audit.snapshot.model_dump_json(indent=1), encoding="utf-8")
    return path


def test_a_snapshot_comes_back_as_it_was(written: Path, healthy: Done) -> None:
    assert load_snapshot(written) == healthy.audit.snapshot


def test_evidence_comes_back_as_it_was(tmp_path: Path, healthy: Done) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(healthy.audit.run.model_dump_json(), encoding="utf-8")
    assert load_run(path) == healthy.audit.run


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a snapshot"),
        ('{"resources": []}', "not a snapshot"),
        ('{"schema_version": "2"}', "schema version '2'"),
        ('{"schema_version": "1"}', "cloud"),
        ('{"schema_version": "1", "surprise": 1}', "not a snapshot"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_snapshot_is_refused_with_a_reason_and_a_next_step(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "foreign.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SnapshotError, match=words) as caught:
        load_snapshot(path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.next_step
    assert not caught.value.audited


def test_a_body_is_an_object(tmp_path: Path, written: Path) -> None:
    """Nothing else comes in from a file, and what a look at it changes is not kept."""
    bent = json.loads(written.read_text(encoding="utf-8"))
    bent["resources"][0]["body"] = ["a list"]
    (tmp_path / "bent.json").write_text(json.dumps(bent), encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"resources\.0\.body"):
        load_snapshot(tmp_path / "bent.json")
    one = Resource(kind="account", id="/a", body={"name": "a", "sku": None})
    one.body["name"] = "b"
    assert one.body == {"name": "a", "sku": None}
    assert one.model_copy(update={"body": {"name": "b"}}).body == {"name": "b"}


def test_a_truncated_snapshot_is_refused(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    for share in (0.1, 0.5, 0.99):
        written.write_text(text[: int(len(text) * share)], encoding="utf-8")
        with pytest.raises(SnapshotError, match="cut off"):
            load_snapshot(written)


def test_a_missing_file_and_a_binary_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="can't be read"):
        load_snapshot(tmp_path / "nowhere.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SnapshotError, match="can't be read"):
        load_snapshot(tmp_path / "binary")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    key=st.sampled_from(["cloud", "taken_at", "principal", "readings", "resources", "gaps"]),
    value=st.none() | st.integers(),
)
def test_a_member_of_another_type_is_refused_and_never_crashes(written: Path, key: str, value: object) -> None:
    bent = json.loads(written.read_text(encoding="utf-8")) | {key: value}
    path = written.with_name("bent.json")
    path.write_text(json.dumps(bent), encoding="utf-8")
    if key == "taken_at" and isinstance(value, int):
        return  # a number of seconds is a moment too
    with pytest.raises(SnapshotError, match=key):
        load_snapshot(path)
