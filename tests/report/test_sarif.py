"""results.sarif: valid, fit for GitHub, and never a reason to close an alert blindly."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.control import ControlMapping
from auditor.report import sarif
from auditor.run import Run
from tests.report.checks import CHECKS
from tests.report.full import full_run
from tests.report.parts import account, build, finding
from tests.report.runs import hostile_run, incomplete_run, large_run, passing_run, sample_run

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def only_run(run: Run) -> dict[str, Any]:
    (rendered,) = json.loads(sarif.render(run))["runs"]
    assert isinstance(rendered, dict)
    return rendered


@pytest.mark.parametrize("make", [sample_run, hostile_run, passing_run, incomplete_run])
def test_it_is_sarif(make: Any) -> None:
    """Valid against the schema of the standard."""
    errors = list(Draft202012Validator(SCHEMA).iter_errors(json.loads(sarif.render(make()))))
    assert not errors, errors[0]


def test_results_are_what_failed_and_is_not_waived() -> None:
    """Neither unknowns nor waived failures nor passes become alerts."""
    results = only_run(sample_run())["results"]
    assert [result["ruleId"] for result in results] == [
        "deployment-missing",
        "responses-call-failed",
        "api-keys-accepted",
        "model-retires-soon",
        "quota-headroom-low",
    ]
    assert [result["level"] for result in results] == ["error", "error", "error", "error", "warning"]


def test_each_result_has_what_github_asks_of_it() -> None:
    """A rule, one physical location, the ARM id as logical location, a fingerprint of its own."""
    run = only_run(sample_run())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].startswith("azure/")
        assert location["physicalLocation"]["region"] == dict.fromkeys(
            ("startLine", "startColumn", "endLine", "endColumn"), 1
        )
        assert result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    assert run["results"][2]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].endswith(
        "/accounts/aoai-chat"
    )


def test_rules_are_the_checks_each_once_with_a_severity_above_zero() -> None:
    """GitHub takes 0.0 for no severity."""
    rules = only_run(sample_run())["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 8
    for rule in rules:
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["helpUri"].startswith("https://")


def test_a_run_that_could_not_see_everything_did_not_succeed() -> None:
    """Else GitHub would close the alerts that it could not look at."""
    (blind,) = only_run(sample_run())["invocations"]
    assert blind["executionSuccessful"] is False
    assert len(blind["toolExecutionNotifications"]) == 3
    (seeing,) = only_run(passing_run())["invocations"]
    assert seeing["executionSuccessful"] is True
    assert only_run(passing_run())["results"] == []


def test_the_category_names_the_scope_and_not_what_was_found() -> None:
    """It ends with a slash, as GitHub asks, and stays when packs or findings change."""
    category = sarif.category(sample_run())
    assert category == sarif.category(passing_run())
    assert category.startswith("auditor/")
    assert category.endswith("/")
    elsewhere = sample_run().model_copy(update={"settings": {"scope": {"subscriptions": ["other"]}}})
    assert sarif.category(elsewhere) != category


def test_more_results_than_github_takes_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least severe go first."""
    assert sarif.MOST_RESULTS == 25_000
    monkeypatch.setattr(sarif, "MOST_RESULTS", 30)
    many = build(
        tuple(
            finding("required-tags-missing" if number % 5 else "api-keys-accepted", account(f"a{number}"), "fail", "x")
            for number in range(40)
        )
    )
    run = only_run(many)
    assert [result["level"] for result in run["results"]] == ["error"] * 8 + ["note"] * 22
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("10 results left out")


def test_large_runs_keep_to_the_limits() -> None:
    """Twenty thousand findings, four thousand of them failures."""
    assert len(only_run(large_run(20_000))["results"]) == 4_000


def test_a_message_is_plain_text() -> None:
    """Brackets would make links and braces placeholders."""
    hostile = build((finding("api-keys-accepted", account("x"), "fail", "[x](https://evil.example) {0} \\"),))
    (result,) = only_run(hostile)["results"]
    assert result["message"]["text"] == "\\[x\\](https://evil.example) {{0}} \\\\"


def test_texts_and_tags_keep_to_the_limits() -> None:
    """Names, descriptions and tags are cut to what GitHub takes; the longest file is far below ten megabytes."""
    mapping = ControlMapping(
        framework="f" * 300, control="AC-3", relation="supports", source="https://example.com/x", item="x"
    )
    check = CHECKS[0].model_copy(
        update={
            "id": "long-" * 100,
            "title": "t" * 2000,
            "why": "w" * 2000,
            "controls": tuple(mapping.model_copy(update={"framework": f"f{number}"}) for number in range(40)),
        }
    )
    run = sample_run()
    long = run.model_copy(update={"policy": run.policy.model_copy(update={"checks": (check,)}), "findings": ()})
    (rule,) = only_run(long)["tool"]["driver"]["rules"]
    assert max(len(rule["id"]), len(rule["name"])) <= 255
    assert max(len(rule[name]["text"]) for name in ("shortDescription", "fullDescription")) <= 1024
    assert len(rule["properties"]["tags"]) == 20
    assert rule["properties"]["tags"][:3] == ["azure-openai", check.area, "f0/AC-3"]
    most = build(tuple(finding("api-keys-accepted", account(f"a{number}"), "fail", "x") for number in range(25_000)))
    assert len(gzip.compress(sarif.render(most).encode(), compresslevel=1)) < 5 * 1024 * 1024


def test_what_github_does_not_show_is_said() -> None:
    """It shows five thousand, the most severe."""
    many = build(tuple(finding("api-keys-accepted", account(f"a{number}"), "fail", "x") for number in range(5_001)))
    (said,) = only_run(many)["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("GitHub shows the 5,000 most severe of 5,001 results")


@pytest.fixture(scope="module")
def multitool() -> str:
    """Microsoft's SARIF multitool, as `make tests` installs it below `tests/report/multitool` where there is npm."""
    installed = Path(__file__).parent / "multitool" / "node_modules"
    places = (installed, *(Path(text) for text in filter(None, [os.environ.get("NODE_PATH")])))
    for place in places:
        for name in ("Sarif.Multitool", "Sarif.Multitool.exe"):
            for program in place.glob(f"@microsoft/sarif-multitool-*/{name}"):
                return str(program)
    pytest.skip(
        "@microsoft/sarif-multitool is not installed (npm ci in tests/report/multitool): GitHub's rules not tried"
    )


def verdicts(multitool: str, text: str, folder: Path) -> list[tuple[str, str]]:
    """(level, rule) of what the multitool finds by the standard's own rules and those of GitHub's ingestion."""
    path, found = folder / "results.sarif", folder / "found.sarif"
    path.write_text(text, encoding="utf-8", newline="\n")
    command = [multitool, "validate", str(path), "--rule-kind", "Sarif;Ghas", "--output", str(found)]
    done = subprocess.run([*command, "--log", "ForceOverwrite"], capture_output=True, text=True, check=False)
    assert "Analysis completed successfully" in done.stdout, done.stdout + done.stderr
    (run,) = json.loads(found.read_text(encoding="utf-8-sig"))["runs"]
    return [(result.get("level", "warning"), result["ruleId"]) for result in run.get("results", ())]


@pytest.mark.parametrize("make", [sample_run, full_run, hostile_run, passing_run, incomplete_run])
def test_github_would_take_it(make: Callable[[], Run], multitool: str, tmp_path: Path) -> None:
    """By the rules of GitHub's ingestion there is nothing to say, but that we have no home page to name."""
    assert set(verdicts(multitool, sarif.render(make()), tmp_path)) <= {("warning", "SARIF2005")}


def test_github_would_refuse_a_result_without_a_place(multitool: str, tmp_path: Path) -> None:
    """The validator that passes ours does find what GitHub refuses."""
    log = json.loads(sarif.render(sample_run()))
    del log["runs"][0]["results"][0]["locations"]
    assert ("error", "GH1015") in verdicts(multitool, json.dumps(log), tmp_path)
