"""`auditor ci` over runs that a world gave, as a step of each CI system would type it."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from auditor.bundle import open_bundle
from auditor.cli.schema import schema_of
from auditor.sandbox import settings_path
from tests.ci import obeyed
from tests.cli.conftest import Typed, invoked


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the release world's settings as auditor.yaml."""
    shutil.copy(settings_path("release"), tmp_path / "auditor.yaml")
    monkeypatch.chdir(tmp_path)
    for name in (
        "GITHUB_WORKSPACE",
        "GITHUB_RUN_ID",
        "GITHUB_ACTIONS",
        "BUILD_BUILDID",
        "CI_PIPELINE_ID",
        "CI_PROJECT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def github_files(folder: Path) -> dict[str, str]:
    return {
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "RUNNER_TEMP": str(folder),
    }


def test_github_gets_outputs_summary_and_annotations(release_run: Typed, repository: Path) -> None:
    """The outputs say where and what; the code is the run's."""
    done = invoked("ci", "github", str(release_run.folder), env=github_files(repository))
    assert done.exit_code == release_run.code == 1
    told = obeyed.assigned((repository / "output").read_text())
    evidence = release_run.folder / "evidence.json"
    assert told["verdict"] == "fail"
    assert int(told["failed"]) > 0
    assert told["evidence-sha256"] == sha256(evidence.read_bytes()).hexdigest()
    assert Path(told["report-path"]).name == "report.html"
    assert told["complete"] == "false"
    assert (repository / "summary").read_text().startswith("# Fail")
    errors = [each for each in obeyed.github(done.stdout) if each.name == "error"]
    assert len(errors) == 10
    begins = (repository / "auditor.yaml").read_text().splitlines()
    for each in errors:
        line = int(each.properties["line"])
        assert line == 1 or "name:" in begins[line - 1]


def test_github_appends(release_run: Typed, repository: Path) -> None:
    """What a step wrote before stays."""
    (repository / "output").write_text("mine=1\n")
    (repository / "summary").write_text("mine\n")
    invoked("ci", "github", str(release_run.folder), env=github_files(repository))
    assert obeyed.assigned((repository / "output").read_text())["mine"] == "1"
    assert (repository / "summary").read_text().startswith("mine\n# Fail")


def test_secrets_of_the_environment_are_masked_on_github_alone(healthy_run: Typed, repository: Path) -> None:
    """Outside of a workflow a mask would only show the secret."""
    env = {**github_files(repository), "AZURE_CLIENT_SECRET": "planted-secret"}
    assert "planted-secret" not in invoked("ci", "github", str(healthy_run.folder), env=env).output
    masked = invoked("ci", "github", str(healthy_run.folder), env={**env, "GITHUB_ACTIONS": "true"})
    assert masked.exit_code == 0
    assert ("add-mask", {}, "planted-secret") in obeyed.github(masked.stdout)


@pytest.mark.parametrize("system", ["github", "azure-devops", "gitlab"])
def test_without_evidence_it_is_an_error_and_no_pass(system: str, repository: Path) -> None:
    """Exit code 2, words, and the verdict `error` wherever a later step may look."""
    done = invoked("ci", system, "reports/none", env=github_files(repository))
    assert done.exit_code == 2
    assert "the audit wrote no evidence" in done.stderr
    if system == "github":
        assert obeyed.assigned((repository / "output").read_text())["verdict"] == "error"
        assert "not a pass" in (repository / "summary").read_text()
        assert [each.name for each in obeyed.github(done.stdout)] == ["error"]
    elif system == "gitlab":
        assert "AUDITOR_VERDICT=error\n" in (repository / "auditor.env").read_text()
    else:
        last = obeyed.azure(done.stdout)[-1]
        assert (last.name, last.properties) == ("task.complete", {"result": "Failed"})


def test_evidence_that_is_no_evidence_is_an_error(repository: Path) -> None:
    (repository / "bundle").mkdir()
    (repository / "bundle" / "evidence.json").write_text('{"verdict": "pass"')
    done = invoked("ci", "github", "bundle", env=github_files(repository))
    assert done.exit_code == 2
    assert obeyed.assigned((repository / "output").read_text())["verdict"] == "error"


def test_the_newest_run_is_taken_only_if_this_ci_run_made_it(healthy_run: Typed, repository: Path) -> None:
    """A folder that an earlier job left behind on the runner is not this job's pass."""
    shutil.copytree(healthy_run.folder, repository / "reports" / "20261121T000000Z-abcdef")
    env = github_files(repository)
    assert invoked("ci", "github", env=env).exit_code == 0
    stale = invoked("ci", "github", env={**env, "GITHUB_RUN_ID": "77"})
    assert stale.exit_code == 2
    assert "which this CI run did not make (GITHUB_RUN_ID is 77, and was none that it tells)" in stale.stderr
    told = obeyed.assigned((repository / "output").read_text())
    assert told["verdict"] == "error"
    shutil.rmtree(repository / "reports")
    assert invoked("ci", "github", env=env).exit_code == 2


@pytest.mark.parametrize(
    ("system", "variable"),
    [("github", "GITHUB_RUN_ID"), ("azure-devops", "BUILD_BUILDID"), ("gitlab", "CI_PIPELINE_ID")],
)
def test_a_folder_that_was_named_is_no_pass_where_another_ci_run_filled_it(
    system: str, variable: str, healthy_run: Typed, repository: Path
) -> None:
    """`auditor run --output gate` refuses a folder that holds something; what it holds is not what is so now."""
    shutil.copytree(healthy_run.folder, repository / "gate")
    assert invoked("ci", system, "gate", env=github_files(repository)).exit_code == 0
    stale = invoked("ci", system, "gate", env={**github_files(repository), variable: "77"})
    assert stale.exit_code == 2
    assert f"which this CI run did not make ({variable} is 77" in stale.stderr
    assert "Nothing was audited." in stale.stderr
    merged = invoked("ci", "merge", ".", "--expect", "matter-assistant", env={variable: "77"})
    assert merged.exit_code == 2
    assert f"{variable} is 77" in merged.stderr


def test_an_interrupted_run_ends_as_it_did(healthy_run: Typed, repository: Path) -> None:
    """130, although its evidence has another verdict."""
    snapshot = json.loads((healthy_run.folder / "snapshot.json").read_text())
    (repository / "snapshot.json").write_text(json.dumps(snapshot | {"interrupted": True}))
    assert invoked("evaluate", "snapshot.json", "--output", "bundle").exit_code == 130
    assert invoked("ci", "gitlab", "bundle", env={}).exit_code == 130


def test_a_scope_that_matches_no_account_is_no_pass(healthy_run: Typed, repository: Path) -> None:
    """Whether its resource group is misspelt or all in it is gone: nothing a release rests on was judged."""
    scope = healthy_run.run.settings["scope"]
    (repository / "auditor.yaml").write_text(json.dumps({"scope": {**scope, "resource_groups": ["rg-misspelt"]}}))
    command = ("evaluate", str(healthy_run.folder / "snapshot.json"), "--settings", "auditor.yaml")
    assert invoked(*command, "--allow-incomplete", "--output", "bundle").exit_code == 3
    told = invoked("ci", "github", "bundle", env=github_files(repository))
    assert told.exit_code == 3
    assert "No account is in scope" in told.stdout
    assert obeyed.assigned((repository / "output").read_text())["verdict"] == "incomplete"


def test_a_manifest_gets_a_predicate(release_run: Typed, repository: Path) -> None:
    """What an attestation would say: the verdict and what it rests on, and no name of a resource."""
    invoked("ci", "github", str(release_run.folder), env=github_files(repository))
    told = obeyed.assigned((repository / "output").read_text())
    manifest = open_bundle(Path(told["manifest-path"]).parent).manifest
    text = Path(told["predicate-path"]).read_text()
    said = json.loads(text)
    Draft202012Validator(schema_of("attestation")).validate(said)
    assert (said["run_id"], said["verdict"]) == (manifest.run_id, manifest.verdict) == (release_run.run.id, "fail")
    assert said["notices"] == ["sandbox: not evidence"]
    assert said["evidence_sha256"] == told["evidence-sha256"] == manifest.by_path["evidence.json"].sha256
    assert not [row.name for row in release_run.run.deployments if row.name in text]
    assert "contoso" not in text
    assert "subscriptions" not in text


def test_azure_devops_gets_files_variables_and_its_end(release_run: Typed, repository: Path) -> None:
    """The files exist where the commands say, and the task fails as the run did."""
    env = {"AGENT_TEMPDIRECTORY": str(repository), "BUILD_SOURCESDIRECTORY": str(repository)}
    done = invoked("ci", "azure-devops", str(release_run.folder), env=env)
    assert done.exit_code == 1
    read = obeyed.azure(done.stdout)
    by_name = {each.name: each for each in read}
    assert Path(by_name["task.uploadsummary"].data).read_text().startswith("# Fail")
    ElementTree.parse(by_name["results.publish"].properties["resultFiles"])  # noqa: S314 - the auditor's own file
    variables = {each.properties["variable"]: each.data for each in read if each.name == "task.setvariable"}
    assert variables["verdict"] == "fail"
    assert by_name["task.complete"].properties == {"result": "Failed"}
    assert read[-1].name == "task.complete"


def test_gitlab_gets_its_files(release_run: Typed, repository: Path) -> None:
    done = invoked("ci", "gitlab", str(release_run.folder), env={"CI_PROJECT_DIR": str(repository)})
    assert done.exit_code == 1
    report = json.loads((repository / "gl-code-quality-report.json").read_text())
    assert {each["location"]["path"] for each in report} == {"auditor.yaml"}
    ElementTree.parse(repository / "gl-junit-report.xml")  # noqa: S314 - the auditor's own file
    assert "AUDITOR_VERDICT=fail\n" in (repository / "auditor.env").read_text()
