"""Whatever kind of secret somebody puts wherever words are taken from people: it is said again nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from auditor.cloud.recorder import Recorder
from auditor.sandbox import settings_path
from auditor.settings import Settings
from auditor.settings_file.requirements import read_requirements
from tests.cli.conftest import invoked
from tests.end.planted import PLANTED, WORDS, leaks, written

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"


@dataclass(frozen=True)
class Given:
    """A command line, with what it finds in its environment."""

    words: tuple[str, ...] = ("run",)
    variables: Mapping[str, str] = field(default_factory=dict)


def settings(folder: Path, **more: object) -> Path:
    """A settings file with these members; JSON is YAML too."""
    path = folder / "auditor.yaml"
    least = {"scope": {"subscriptions": [SUBSCRIPTION]}, "credentials": ["azd"]}
    path.write_text(json.dumps({**least, **more}), encoding="utf-8")
    return path


def run(folder: Path, **more: object) -> Given:
    return Given(("run", "--settings", str(settings(folder, **more)), "--output", str(folder / "out")))


def beside(member: str, content: object) -> Callable[[Path, str], Given]:
    """A file that the settings name, with the secret wherever its content holds `SECRET`."""

    def placed(folder: Path, word: str) -> Given:
        text = json.dumps(content).replace("SECRET", json.dumps(word)[1:-1])
        (folder / "beside.yaml").write_text(text, encoding="utf-8")
        named: object = ["beside.yaml"] if member == "packs" else "beside.yaml"
        return run(folder, **{member: named})

    return placed


def typed(*words: str, **variables: str) -> Callable[[Path, str], Given]:
    """A command line and variables, with the secret wherever they hold `SECRET`."""

    def placed(_: Path, word: str) -> Given:
        put = {name: text.replace("SECRET", word) for name, text in variables.items()}
        return Given(tuple(text.replace("SECRET", word) for text in words), put)

    return placed


DEPLOYMENT = {"name": "chat", "model": "gpt-5.4"}
WAIVER = {"check": "api-keys-accepted", "subject": "*", "owner": "me", "reason": "x", "ticket": "y"}
STATED = {"control": "lockbox", "owner": "me", "stated": "2026-01-01", "expires": "2030-01-01"}
PACK = {"name": "mine", "title": "SECRET", "extends": "baseline"}

PLACES: dict[str, Callable[[Path, str], Given]] = {
    "a text of the settings": lambda folder, word: run(
        folder, workloads=[{"name": "x", "owner": word, "account": "a"}]
    ),
    "a key of the settings": lambda folder, word: run(folder, **{word: 1}),
    "a tag's name": lambda folder, word: run(folder, scope={"subscriptions": [SUBSCRIPTION], "tags": {word: "x"}}),
    "a tag": lambda folder, word: run(folder, scope={"subscriptions": [SUBSCRIPTION], "tags": {"x": word}}),
    "a subscription": lambda folder, word: run(folder, scope={"subscriptions": [word]}),
    "a parameter": lambda folder, word: run(folder, parameters={"api-keys-accepted": {"x": [{"y": word}]}}),
    "a parameter's name": lambda folder, word: run(folder, parameters={"api-keys-accepted": {word: 1}}),
    "a check's id": lambda folder, word: run(folder, parameters={word: {"x": 1}}),
    "a pack's name": lambda folder, word: run(folder, packs=[word]),
    "a file's name": lambda folder, word: run(folder, waivers=word),
    "a switch": lambda folder, word: run(folder, probes={"enabled": word}),
    "a waiver": beside("waivers", [{**WAIVER, "reason": "SECRET", "expires": "2030-01-01"}]),
    "a waiver's day": beside("waivers", [{**WAIVER, "expires": "SECRET"}]),
    "a waiver's check": beside("waivers", [{**WAIVER, "check": "SECRET", "expires": "2030-01-01"}]),
    "a waiver's key": beside("waivers", [{**WAIVER, "SECRET": 1}]),
    "an attestation": beside("attestations", [{**STATED, "statement": "SECRET", "evidence": "https://x.com/"}]),
    "an attestation's proof": beside("attestations", [{**STATED, "statement": "x", "evidence": "https://x/?SECRET"}]),
    "an attestation's control": beside("attestations", [{**STATED, "control": "SECRET"}]),
    "a pack": beside("packs", PACK),
    "a pack's check": beside("packs", {**PACK, "title": "x", "checks": {"SECRET": {"severity": "low"}}}),
    "a pack's parameter": beside("packs", {**PACK, "title": "x", "checks": {"api-keys-accepted": {"x": "SECRET"}}}),
    "a pack's parent": beside("packs", {**PACK, "title": "x", "extends": "SECRET"}),
    "a variable of the auditor": typed("run", AUDITOR_FAIL_ON="SECRET", AUDITOR_REPEAT="SECRET"),
    "an unknown variable": typed("run", AUDITOR_WHATEVER="SECRET"),
    "the tenant": typed("run", AZURE_TENANT_ID="SECRET"),
    "a flag": typed("run", "--deadline", "SECRET"),
    "an unknown flag": typed("run", "--SECRET"),
    "a choice": typed("run", "--fail-on", "SECRET"),
    "an argument": typed("evaluate", "SECRET"),
    "a command": typed("SECRET"),
    "a framework": typed("run", "--settings", str(settings_path("healthy")), "--framework", "SECRET"),
    "a folder": lambda folder, word: Given(("report", str(folder / word / "evidence.json"), "--format", "html")),
    "an evidence file": lambda folder, word: Given(("report", _file(folder, json.dumps({"schema_version": word})))),
    "a snapshot file": lambda folder, word: Given(
        ("evaluate", _file(folder, json.dumps({"schema_version": "1", word: word})))
    ),
}
"""Where words come from → what is typed so that they come from there."""


def _file(folder: Path, text: str) -> str:
    path = folder / "given.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_somebody_wrote_is_not_repeated(tmp_path: Path, place: str) -> None:
    """Some kinds in each place, each kind in some places: what is wrong is said without, and nothing is written."""
    first = 3 * list(PLACES).index(place)
    for number in range(first, first + 3):
        word = WORDS[number % len(WORDS)]
        folder = tmp_path / str(number)
        folder.mkdir()
        given = PLACES[place](folder, word)
        done = invoked(*given.words, env=dict(given.variables))
        assert done.exit_code in {2, 3}, f"{word}: {done.output} {done.exception!r}"
        said = [("stdout", done.stdout.encode()), ("stderr", done.stderr.encode())]
        assert done.stderr
        assert leaks(said, PLANTED) == []
        assert not (folder / "out").exists()


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word[:12])
def test_a_secret_in_an_address_or_a_header_is_not_recorded(word: str) -> None:
    """Names of resources, links, what a service repeats of either; as it is and percent-encoded."""
    recorder = Recorder()
    for number, text in enumerate((word, quote(word), quote(word, safe=""), quote_plus(word), quote(quote(word)))):
        recorder.record(
            method="GET",
            url=f"https://management.azure.com/{number}/y/ {text}?api-version=1&filter={text}&sig={text}",
            status=200,
            headers=dict.fromkeys(("x-request-id", "date", "x-endpoint-notice"), text.replace("\n", " ")),
            body=None,
            sent_at=datetime.now(UTC),
            duration_ms=1,
        )
    told = json.dumps([one.model_dump(mode="json") for one in recorder.readings]) + str(recorder.notices)
    assert len(recorder.readings) == 5
    assert leaks([("readings", told.encode()), ("plain", json.dumps(told).encode())], PLANTED) == []


def test_a_secret_in_a_list_of_libraries_is_not_kept(tmp_path: Path) -> None:
    """Addresses with a password, options of an index, what another file is drawn in by."""
    lines = [line for word in WORDS if "PRIVATE" not in word for line in word.splitlines()]
    text = "\n".join(
        line
        for word in lines
        for line in (
            f"lib @ {word}",
            f"lib=={word}",
            f"-r {word}",
            f"--extra-index-url {word}",
            f"openai>=1 # {word}",
            word,
        )
    )
    said: list[tuple[str, bytes]] = []
    for number, content in enumerate((text, *text.splitlines())):
        name = f"requirements-{number}.txt"
        (tmp_path / name).write_text(content, encoding="utf-8")
        workload = {"name": "x", "owner": "me", "account": "a", "requirements": [name], "deployments": [DEPLOYMENT]}
        told = Settings.model_validate({"scope": {"subscriptions": [SUBSCRIPTION]}, "workloads": [workload]})
        read = read_requirements(told, tmp_path)
        assert read.resources or read.listings or read.gaps
        said += [("kept", one.model_dump_json().encode()) for one in (*read.resources, *read.listings, *read.gaps)]
    assert leaks(said, PLANTED) == []


def test_the_search_would_find_it(tmp_path: Path) -> None:
    """Each of the words holds something of what is searched."""
    for word in WORDS:
        assert leaks([("word", word.encode())], PLANTED)
    (tmp_path / "x").write_text(WORDS[-1], encoding="utf-8")
    assert leaks(written(tmp_path), PLANTED)
