"""`auditor explain`: what is named is recognised, its page says all, and hostile input does nothing."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.cli.explained import explained
from auditor.errors import PolicyError, SnapshotError
from auditor.finding import Fact, Finding, Outcome, Subject
from auditor.history import Index
from auditor.policy.waivers import load_waivers
from auditor.report import FORMATS
from auditor.report.finding import Told, render, waiver_snippet
from auditor.run import load_run
from auditor.triage.reason import reasons
from tests.cli.conftest import Typed, invoked
from tests.cli.process import command, environment
from tests.cli.test_help import SDKS, loaded
from tests.history.test_history import bundle
from tests.report.parts import ACCOUNTS, account, build, finding, reading
from tests.report.sample import FAILED, sample_run

NOT_FOUND = (
    "openai.NotFoundError: Error code: 404 - {'error': {'code': 'DeploymentNotFound', 'message': 'The API deployment"
    " for this resource does not exist.'}} POST https://contoso-chat.openai.azure.com/openai/v1/responses"
    " apim-request-id: 5f0b4a53-1b1e-4c1e-9d3b-0a4c3c1e7b11"
)
HOSTILE = "\x1b[2Jrm \u202egnp.exe\n::set-output name=x::y\n##vso[task.complete]\n<script>`$(id)`"


def written(folder: Path, *findings: Finding, **more: Any) -> Path:
    """A bundle of these findings."""
    folder.mkdir(parents=True)
    (folder / "evidence.json").write_text(FORMATS["json"].render(build(findings, **more)), encoding="utf-8")
    return folder


def data(*arguments: str) -> Any:
    done = invoked("explain", "--json", *arguments)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_finding_of_a_real_run_has_its_whole_page(release_run: Typed) -> None:
    """What, where, expected and seen, readings with request ids, why, fix, controls with source, how to waive."""
    keys = next(one for one in release_run.run.findings if (one.check, one.outcome) == ("api-keys-accepted", "fail"))
    done = invoked("explain", keys.id.upper(), "--bundle", str(release_run.folder))
    assert done.exit_code == 0, done.stderr
    for expected in (
        f"FAIL  HIGH  {keys.id}",
        keys.subject.id,
        release_run.run.id,
        "It stops the release.",
        "Expected\n  account.properties.disableLocalAuth == true",
        "account.properties.disableLocalAuth = false",
        "x-ms-request-id: ",
        "Why it matters\n",
        "az resource update --ids",
        "Controls\n",
        "https://github.com/Azure/azure-policy/",
        "- check: api-keys-accepted\n",
        "auditor explain api-keys-accepted",
    ):
        assert expected in done.stdout
    told = data(keys.id, "--bundle", str(release_run.folder / "evidence.json"))
    assert (told["kind"], told["finding"]["id"]) == ("finding", keys.id)
    assert told["readings"][0]["request_ids"]


def test_every_bad_finding_of_a_run_has_a_page(release_run: Typed) -> None:
    """At 60 and at 80 columns, prose within them; of an unknown one the gap and its cure."""
    whole = release_run.run
    for one in whole.findings:
        if one.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            for width in (60, 80):
                page = render(Told(run=whole, finding=one, bundle="b"), width, color=False)
                prose = page.split("Why it matters\n")[1].split("\n\n")[0]
                assert all(len(line) <= width for line in prose.splitlines())


def test_an_unknown_finding_says_what_was_not_seen() -> None:
    """The gap, in the service's words, with the command that cures it and the id of the request."""
    sample = sample_run()
    unknown = next(one for one in sample.findings if one.outcome is Outcome.UNKNOWN and one.gaps)
    told = Told(run=sample, finding=unknown, bundle="reports/x")
    page = render(told, 80, color=False)
    assert told.gaps
    for gap in told.gaps:
        assert f"not seen: {gap.kind.replace('_', ' ')}" in page
        assert gap.next_step.splitlines()[0] in page


def test_the_suggested_waiver_accepts_the_finding(tmp_path: Path) -> None:
    """Pasted as it is, it is a waivers file that names this finding and no other, whatever its id is made of."""
    nasty = Subject(kind="account", id=f"{ACCOUNTS}/a\"b: [x]\u202e\x1b\x85😀#'", name="a")
    one = finding("api-keys-accepted", nasty, "fail", "bad")
    told = Told(run=build((one,)), finding=one, bundle="b")
    printed = render(told, 80, color=False).split("settings:\n")[1].split("\n\n")[0]
    path = tmp_path / "waivers.yaml"
    path.write_text(printed, encoding="utf-8")
    waivers = load_waivers(path).on(date(2026, 11, 22))
    accepted = waivers.accepting(("api-keys-accepted",), nasty)
    assert accepted is not None
    assert not accepted.expired
    assert waivers.accepting(("api-keys-accepted",), account("aoai-chat")) is None
    assert yaml.safe_load(str(waiver_snippet(told)))[0]["subject"] == nasty.id


def test_what_is_accepted_or_good_gets_no_waiver() -> None:
    waived = next(one for one in sample_run().findings if one.waiver and not one.waiver.expired)
    page = render(Told(run=sample_run(), finding=waived, bundle="b"), 80, color=False)
    assert "Waived until" in page
    assert "Accepted risk?" not in page
    passed = next(one for one in sample_run().findings if one.outcome is Outcome.PASS)
    assert "Waiver\n" not in render(Told(run=sample_run(), finding=passed, bundle="b"), 80, color=False)


def test_the_newest_bundle_that_has_it_is_told(tmp_path: Path) -> None:
    """With the run, and that the newest no longer has it; a broken neighbour is passed over."""
    one = finding("api-keys-accepted", account("aoai-chat"), "fail", "keys")
    written(tmp_path / "20261120T000000Z-a", one, id="20261120T000000Z-a")
    written(tmp_path / "20261121T000000Z-b", one, id="20261121T000000Z-b")
    assert data(one.id, "--reports", str(tmp_path))["run"]["id"] == "20261121T000000Z-b"
    written(tmp_path / "20261122T000000Z-c", id="20261122T000000Z-c")
    broken = tmp_path / "20261123T000000Z-d"
    broken.mkdir()
    (broken / "evidence.json").write_text("{", encoding="utf-8")
    shown = invoked("explain", one.id, "--reports", str(tmp_path)).stdout
    assert "run 20261121T000000Z-b" in shown
    assert "has no such finding" in shown


def altered(folder: Path, run: Typed) -> Path:
    """A copy of a run's bundle in which one finding says something else than it did."""
    copy = folder / run.folder.name
    shutil.copytree(run.folder, copy)
    evidence = copy / "evidence.json"
    told = evidence.read_text(encoding="utf-8")
    evidence.write_text(told.replace("accepts API keys", "refuses API key"), encoding="utf-8")
    return copy


def test_an_altered_bundle_explains_nothing(release_run: Typed, tmp_path: Path) -> None:
    """Named, it ends with 2; found among others, it is left out and never enters the index."""
    whole = load_run(release_run.folder / "evidence.json")
    keys = next(one for one in whole.findings if one.check == "api-keys-accepted" and one.outcome is Outcome.FAIL)
    folder = altered(tmp_path, release_run)
    named = invoked("explain", keys.id, "--bundle", str(folder))
    assert named.exit_code == 2
    assert "evidence.json: is not what the manifest says" in named.stderr
    assert invoked("explain", keys.check, "--bundle", str(folder)).exit_code == 2
    with Index(tmp_path):
        pass  # so that explaining finds one to bring up to date
    found = invoked("explain", keys.id, "--reports", str(tmp_path))
    assert found.exit_code == 2
    assert f"left out: {folder}: evidence.json" in found.stderr
    check = invoked("explain", keys.check, "--reports", str(tmp_path))
    assert check.exit_code == 0
    assert f"left out: {folder}: evidence.json" in check.stderr
    assert keys.id not in check.stdout


@pytest.mark.parametrize(("course", "words"), [("pff", "runs, oldest first: pff"), ("fpfpf", "it flaps, 4 changes")])
def test_the_index_tells_since_when(tmp_path: Path, course: str, words: str) -> None:
    """Where there is an index it is asked, after it was brought up to date; where there is none nothing is made."""
    names = {"p": "pass", "f": "fail"}
    for day, letter in enumerate(course[:-1]):
        bundle(tmp_path, day, names[letter])
    one = finding("api-keys-accepted", account("aoai-chat"), "fail", "")
    bundle(tmp_path, len(course) - 1, names[course[-1]])
    assert "no index of runs" in invoked("explain", one.id, "--reports", str(tmp_path)).stdout
    with Index(tmp_path) as index:
        index.sync()
    shown = invoked("explain", one.id, "--reports", str(tmp_path)).stdout
    assert words in shown
    assert "was good 2026-11-2" in shown


def test_what_is_not_there_ends_with_2(tmp_path: Path) -> None:
    """A finding that no bundle has, a folder without one, an evidence file that is none: each with what to do."""
    empty = invoked("explain", "0123456789abcdef", "--reports", str(tmp_path))
    assert (empty.exit_code, empty.stdout) == (2, "")
    assert "holds no bundle" in empty.stderr
    written(tmp_path / "20261120T000000Z-a", *FAILED)
    none = invoked("explain", "0123456789abcdef", "--reports", str(tmp_path))
    assert none.exit_code == 2
    assert "no finding 0123456789abcdef" in none.stderr
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    assert invoked("explain", "0123456789abcdef", "--bundle", str(tmp_path / "x.json")).exit_code == 2
    with pytest.raises(SnapshotError):
        explained("0123456789abcdef", tmp_path / "nowhere", tmp_path)


def test_a_check_has_its_page_and_what_the_run_found(tmp_path: Path) -> None:
    """The page of `checks show`, then the ids of what fails by it; an alias leads there too; no bundle is needed."""
    one = finding("api-keys-accepted", account("aoai-chat"), "fail", "keys")
    page = invoked("checks", "show", "api-keys-accepted").stdout
    assert (
        page.split("What it looks at")[0] in invoked("explain", "api-keys-accepted", "--reports", str(tmp_path)).stdout
    )
    written(tmp_path / "20261120T000000Z-a", one)
    shown = invoked("explain", "API-Keys-Accepted", "--reports", str(tmp_path)).stdout
    assert f"auditor explain {one.id}" in shown
    assert data("api-keys-accepted", "--reports", str(tmp_path))["findings"][0]["id"] == one.id
    for width in (60, 80):
        lines = explained("api-keys-accepted", None, tmp_path).page(width, False).split("How to fix it")[0].splitlines()
        assert max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("name", "meant"), [("api-keys-acepted", "api-keys-accepted"), ("missing-data-rol", "missing-data-role")]
)
def test_near_misses_are_suggested(name: str, meant: str) -> None:
    with pytest.raises(PolicyError, match=f"did you mean '{meant}'"):
        explained(name, None, Path("nowhere"))


def test_part_of_a_name_leads_to_all_that_hold_it() -> None:
    """Who remembers a word of a name gets the names, whatever stands between its letters."""
    with pytest.raises(PolicyError, match="did you mean 'api-keys-accepted'"):
        explained("apikeys", None, Path("nowhere"))
    with pytest.raises(PolicyError, match=r"it stands in .*keys-listable-by-many"):
        explained("keys", None, Path("nowhere"))


@pytest.mark.parametrize("name", ["nist-800-53-r5/AC-3", "nist-800-53-r5:ac-3", "NIST-800-53-r5 AC-3", "AC-3"])
def test_a_control_leads_to_its_checks(name: str) -> None:
    """With or without its framework, whatever the case; with who published the mapping."""
    told = data(name)
    assert told["kind"] == "control"
    assert {"api-keys-accepted"} <= {one["check"] for each in told["controls"] for one in each["checks"]}
    assert "API keys are accepted" in invoked("explain", name).stdout


def test_a_class_of_failures_has_its_rows() -> None:
    """Each with what it fits, whose it is, and its command."""
    shown = invoked("explain", "missing-data-role").stdout
    assert "whose: ours" in shown
    assert "az role assignment create" in shown
    assert data("missing-data-role")["rows"]


def test_a_cause_of_an_incident_has_its_page() -> None:
    """Every one that triage may name; where a check or a class has its name too, that is told."""
    kinds = {one.reason.id: data(one.reason.id)["kind"] for one in reasons()}
    assert set(kinds.values()) == {"cause", "check", "failure_class"}
    shown = invoked("explain", "zone-unlinked").stdout
    assert "confirmed where: account.network.unlinked_zones" in shown
    assert "Link each zone to the network again." in shown
    assert "It looks like: zone-record-wrong" in shown


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("429 Too Many Requests", "throttled"),
        ("upstream said: 503 Service Unavailable", "service-error"),
        (NOT_FOUND, "deployment-name-wrong"),
        ("DeploymentNotFound", "deployment-name-wrong"),
        ("429", "throttled"),
        ("AADSTS7000215: Invalid client secret provided.", "sign-in"),
        ("[Errno -2] Name or service not known", "dns"),
    ],
)
def test_an_error_is_classified(text: str, failure: str) -> None:
    """A pasted text, a bare code, a bare status."""
    told = data(text)
    assert (told["kind"], told["failure"]["failure_class"]) == ("error", failure)


def test_the_text_itself_tells_host_account_and_request() -> None:
    """Commands name what the text names, and support gets the request's id."""
    text = f"{NOT_FOUND} {ACCOUNTS}/aoai-chat"
    told = data(text)
    assert told["request_ids"] == [["apim-request-id", "5f0b4a53-1b1e-4c1e-9d3b-0a4c3c1e7b11"]]
    assert "--name aoai-chat" in told["failure"]["next_step"]
    assert "For Azure support" in invoked("explain", *text.split()).stdout


def test_a_number_alone_is_no_status() -> None:
    """What only looks like a status is not taken for one."""
    done = invoked("explain", "took 404 seconds")
    assert done.exit_code == 3
    assert "there is no status and no code: took 404 seconds" in done.stdout


def test_a_name_that_is_wrong_is_not_claimed_to_be_compared() -> None:
    """Without the account's deployments nothing is said of which there are."""
    shown = invoked("explain", NOT_FOUND).stdout
    assert "which names there are was not read" in " ".join(shown.split())


def test_a_check_is_known_by_its_title_too(tmp_path: Path) -> None:
    """Reports name a check by its title, whatever its case."""
    done = invoked("explain", "api keys are accepted", "--reports", str(tmp_path))
    assert done.exit_code == 0
    assert "api-keys-accepted" in done.stdout


def test_a_long_text_with_an_address_is_an_error_and_no_name() -> None:
    """What nobody can have meant as a name is not said to be none, and not repeated whole."""
    text = "boom while calling https://example.com/v1/things " * 200
    done = invoked("explain", text)
    assert done.exit_code == 3
    assert "A failure that the auditor does not know" in done.stdout
    assert len(done.stdout) < len(text)
    assert not done.stderr


def test_an_error_that_nobody_knows_ends_with_3() -> None:
    """Its words are said and nothing is guessed."""
    done = invoked("explain", "the moon is full")
    assert done.exit_code == 3
    assert "the moon is full" in done.stdout


def test_stdin_is_read_to_its_end_in_little_memory() -> None:
    """Of a long log the end counts, whatever its bytes; and that only the end was looked at is said."""
    noise = b"INFO 200 all is well \xff\xfe\n" * 200_000
    done = subprocess.run(
        command("explain", "-"), input=noise + NOT_FOUND.encode(), capture_output=True, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"deployment-name-wrong" in done.stdout
    assert b"only the last" in done.stderr
    empty = subprocess.run(command("explain", "-"), input=b" \n", capture_output=True, env=environment(), check=False)
    assert empty.returncode == 2


def test_hostile_text_does_nothing(tmp_path: Path) -> None:
    """In an error, in a finding, in a name: no escape, no turned line, no line that a runner obeys."""
    subject = Subject(kind="account", id=f"{ACCOUNTS}/{HOSTILE}", name=HOSTILE, workload=HOSTILE, location=HOSTILE)
    one = finding("api-keys-accepted", subject, "fail", HOSTILE, facts=(Fact(path=HOSTILE, value=HOSTILE),))
    seen = reading("r", "/x").model_copy(update={"url": HOSTILE, "request_ids": {HOSTILE: HOSTILE}})
    one = replace(one, readings=("r",))
    whole = build((one,), readings=(seen,), settings={"workloads": [{"name": HOSTILE, "owner": HOSTILE}]})
    pages = [render(Told(run=whole, finding=one, bundle=HOSTILE), width, color=False) for width in (60, 80)]
    pages.append(invoked("explain", HOSTILE).stdout)
    pages.append(invoked("explain", f"HTTP 404 {{'code': 'DeploymentNotFound', 'message': '{HOSTILE}'}}").stdout)
    written(tmp_path / "20261120T000000Z-a", one)
    pages.append(invoked("explain", "api-keys-accepted", "--reports", str(tmp_path)).stdout)
    for page in pages:
        assert not set(page) & {"\x1b", "\u202e"}
        assert not any(line.lstrip().startswith("::") for line in page.splitlines())
        assert "##vso[" not in page


def test_secrets_of_a_pasted_text_are_not_said() -> None:
    """A token or a key in what was pasted is masked before anything is made of it."""
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "c2lnbmF0dXJl" * 5
    done = invoked("explain", f"HTTP 418 teapot Authorization: Bearer {token} api-key: {'ab12' * 8}")
    assert "teapot" in done.stdout
    assert token not in done.output
    assert "ab12" * 8 not in done.output


def test_it_loads_no_sdk_and_asks_nobody() -> None:
    assert loaded("explain", "DeploymentNotFound") & set(SDKS) == set()


def test_an_empty_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(PolicyError, match="no text"):
        explained("-", None, Path("nowhere"))
