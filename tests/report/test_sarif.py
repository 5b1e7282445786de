"""results.sarif: valid, fit for GitHub, and never a reason to close an alert blindly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.report import sarif
from auditor.run import Run
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
