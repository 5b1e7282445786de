"""--redact-ids: no id of a subscription, tenant or principal is written or said, and what is judged stays the same."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.run import Run, load_run
from auditor.snapshot import load_snapshot
from tests.cli.conftest import Typed, typed
from tests.end.planted import written

WHO = re.compile(
    r'(?:/subscriptions/|"(?:principal|tenant|client|app|object|subscription)_?id": ?")([0-9a-f-]{36})', re.IGNORECASE
)
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.-]*[a-z]")


@pytest.fixture(scope="module")
def plain(release_run: Typed) -> Typed:
    """The same audit without the option."""
    return release_run


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The audit with the option."""
    return typed("release", tmp_path_factory.mktemp("hidden") / "run", "--redact-ids")


@pytest.fixture(scope="module")
def ids(plain: Typed) -> tuple[bytes, ...]:
    """Whom and what the pretended Azure knows."""
    found = {one.lower() for one in WHO.findall((plain.folder / "snapshot.json").read_text(encoding="utf-8"))}
    assert len(found) > 10
    return tuple(one.encode() for one in found)


def outcomes(run: Run) -> Counter[tuple[str, str, str]]:
    return Counter((one.check, one.outcome, one.subject.name) for one in run.findings)


def left(texts: list[tuple[str, bytes]], ids: tuple[bytes, ...]) -> list[str]:
    """Where an id still stands, or an address that is no mask."""
    return [
        f"{name}: {found[:80]!r}"
        for name, text in texts
        for found in (*(one for one in ids if one in text.lower()), *ADDRESS.findall(text))
        if not found.endswith(b"@redacted.invalid")
    ]


def without_checks(judgement: bytes) -> bytes:
    """What judged without the texts of the checks, which are public, and whose examples use the sandbox's ids."""
    told = json.loads(judgement)
    return json.dumps(told | {"checks": [{**kept, "check": None} for kept in told["checks"]]}).encode()


def test_nothing_that_a_run_leaves_names_an_id(plain: Typed, hidden: Typed, ids: tuple[bytes, ...]) -> None:
    """Neither what is said nor any file, raw bodies among them; the search finds them without the option."""
    assert left([("stdout", hidden.stdout.encode()), ("stderr", hidden.stderr.encode())], ids) == []
    files = [
        (name, without_checks(text) if name == "judgement.json" else text) for name, text in written(hidden.folder)
    ]
    assert left(files, ids) == []
    assert len({name for name, _ in (one.split(": ", 1) for one in left(list(written(plain.folder)), ids))}) > 20
    assert "looking as principal-" in hidden.stderr
    assert hidden.files == plain.files


def test_it_changes_no_outcome(plain: Typed, hidden: Typed) -> None:
    """Every check says the same of every subject."""
    assert hidden.code == plain.code == 1
    assert outcomes(hidden.run) == outcomes(plain.run)
    assert hidden.run.verdict == plain.run.verdict


def test_each_raw_body_is_there_by_its_own_hash(hidden: Typed) -> None:
    """So that the readings can still be followed; those that were changed say so."""
    readings = [one for one in hidden.run.readings if one.body_sha256]
    for one in readings:
        body = gzip.decompress((hidden.folder / "raw" / f"{one.body_sha256}.gz").read_bytes())
        assert (sha256(body).hexdigest(), len(body)) == (one.body_sha256, one.body_bytes)
    assert {one.redacted for one in readings} == {True, False}


def test_what_it_wrote_judges_again_to_the_same(plain: Typed, hidden: Typed, tmp_path: Path) -> None:
    """Offline, byte for byte; and what was written without it is masked to the same later."""
    again = tmp_path / "again"
    CliRunner().invoke(cli, ["evaluate", str(hidden.folder / "snapshot.json"), "--output", str(again)])
    told, before = load_run(again / "evidence.json"), hidden.run
    assert told.findings == before.findings
    assert told.model_copy(update={"id": before.id, "command": before.command}) == before.model_copy(
        update={"context": told.context}
    )
    later = CliRunner().invoke(cli, ["evaluate", str(plain.folder / "snapshot.json"), "--redact-ids", "--json"])
    assert [one["id"] for one in json.loads(later.stdout)["findings"]] == [one.id for one in before.findings]


@pytest.mark.parametrize("words", [("report", "evidence.json"), ("evaluate", "snapshot.json")], ids=lambda one: one[0])
def test_what_was_written_before_is_said_without(plain: Typed, ids: tuple[bytes, ...], words: tuple[str, str]) -> None:
    """An earlier run, rendered or judged again."""
    done = CliRunner().invoke(cli, [words[0], str(plain.folder / words[1]), "--redact-ids"])
    assert done.exit_code in {0, 1}
    assert "contoso-support-weu" in done.stdout
    assert left([("stdout", done.stdout.encode()), ("stderr", done.stderr.encode())], ids) == []


def test_an_error_names_no_id_either(tmp_path: Path) -> None:
    """What is wrong with settings is told by what they say."""
    subscription = "3f6b9e1a-52c7-4d0e-8a41-b7d2c6e5f901"
    path = tmp_path / "auditor.yaml"
    path.write_text(f"scope: {{subscriptions: ['{subscription}x']}}\ntenant: '{subscription}y'\n", encoding="utf-8")
    plain = CliRunner().invoke(cli, ["run", "--settings", str(path)])
    hidden = CliRunner().invoke(cli, ["run", "--settings", str(path), "--redact-ids"])
    assert subscription in plain.stderr
    assert "00000000-0000-8" in hidden.stderr
    assert subscription not in hidden.stderr


def test_a_redacted_snapshot_loads_with_the_settings_of_the_run(hidden: Typed) -> None:
    """They are masked as what was seen is, or nothing would be found in scope."""
    snapshot = load_snapshot(hidden.folder / "snapshot.json")
    (subscription,) = snapshot.settings["scope"]["subscriptions"]
    assert subscription.startswith("00000000-0000-8")
    assert any(one.id.startswith(f"/subscriptions/{subscription}/") for one in snapshot.resources)
