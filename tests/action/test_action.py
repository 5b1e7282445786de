"""The action's own steps, executed: what each world makes of outputs, summary, annotations, artifact and exit code."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.bundle import open_bundle
from auditor.report.attested import PREDICATE_TYPE, Attested
from auditor.run import load_run
from auditor.sandbox import entra, local_identity
from tests.action.conftest import ACTION, PYTHON, job
from tests.action.runner import ROOT, Job
from tests.end.test_wheel import WHEELS

pytestmark = pytest.mark.timeout(400)

WORLDS = {"release": {1}, "healthy": {0}, "denied": {3}, "throttled": {1, 3}}
"""World → the codes that it may give; how much a throttled one could see depends on the machine's speed."""


@pytest.fixture(scope="module", params=WORLDS)
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Job]:
    with job(request.param, tmp_path_factory.mktemp(request.param)) as (runner, _):
        return request.param, runner.call(ACTION, {**PYTHON, "sarif": "true", "attest": "true"})


def test_the_action_ends_as_the_audit_did(done: tuple[str, Job]) -> None:
    """The last step alone fails, with the auditor's code, after everything was kept."""
    world, made = done
    run = load_run(Path(made.outputs["evidence-path"]))
    assert made.code == run.exit_code
    assert made.code in WORLDS[world]
    assert made.outputs["exit-code"] == str(run.exit_code)
    assert made.succeeded == (run.exit_code == 0)
    assert {name for name, outcome in made.outcomes.items() if outcome == "failure"} <= {"End with the verdict"}


def test_outputs_say_what_the_evidence_says(done: tuple[str, Job]) -> None:
    _, made = done
    evidence = Path(made.outputs["evidence-path"])
    run = load_run(evidence)
    assert made.outputs["verdict"] == run.verdict
    assert made.outputs["evidence-sha256"] == sha256(evidence.read_bytes()).hexdigest()
    counts = Counter(each.outcome.value for each in run.findings if not each.waiver)
    assert (int(made.outputs["failed"]), int(made.outputs["unknown"])) == (counts["fail"], counts["unknown"])
    assert Path(made.outputs["report-path"]).is_file()
    assert run.principal.credential == "github-oidc"
    assert run.context["GITHUB_RUN_ID"] == "77"


def test_the_summary_begins_with_the_verdict(done: tuple[str, Job]) -> None:
    world, made = done
    words = {"release": "# Fail", "healthy": "# Pass", "denied": "# Incomplete"}
    assert made.summary.startswith(words.get(world, "# "))
    assert "sandbox: not evidence" in made.summary


def test_annotations_are_the_worst_and_no_more_than_github_shows(done: tuple[str, Job]) -> None:
    """A pass has no error; any other verdict has at least one, in the settings file."""
    world, made = done
    errors, warnings = made.annotations("error"), made.annotations("warning")
    assert len(errors) <= 10
    assert len(warnings) <= 10
    assert bool(errors) == (world != "healthy")
    assert {each.properties["file"] for each in errors} <= {"auditor.yaml"}


def test_the_whole_bundle_becomes_the_artifact(done: tuple[str, Job]) -> None:
    """Whatever the verdict; its name is the run's own."""
    _, made = done
    upload = made.of("actions/upload-artifact")
    assert upload
    assert upload.inputs["path"] == made.outputs["bundle-path"]
    assert upload.inputs["name"] == f"auditor-{load_run(Path(made.outputs['evidence-path'])).id}"
    names = {path.name for path in Path(upload.inputs["path"]).iterdir()}
    assert {"evidence.json", "snapshot.json", "report.html", "report.md", "junit.xml", "results.sarif", "raw"} <= names


def test_only_a_complete_run_goes_to_code_scanning(done: tuple[str, Job]) -> None:
    """An incomplete one would close alerts; a notice says why nothing was sent."""
    _, made = done
    sent = made.of("github/codeql-action/upload-sarif")
    notices = [each for each in made.annotations("notice") if "code scanning" in each.properties["title"]]
    assert (made.outputs["complete"] == "true") == (sent is not None) == (not notices)


def test_the_manifest_of_what_was_kept_is_attested(done: tuple[str, Job]) -> None:
    """The subject is the very manifest that was uploaded, by which the bundle verifies; what is said is its own."""
    _, made = done
    attest, upload = made.of("actions/attest"), made.of("actions/upload-artifact")
    assert attest
    assert upload
    bundle = open_bundle(Path(upload.inputs["path"]))
    assert Path(attest.inputs["subject-path"]).read_bytes() == bundle.manifest_bytes
    assert bundle.alterations() == ()
    assert attest.inputs["predicate-type"] == PREDICATE_TYPE
    said = Attested.model_validate_json(Path(attest.inputs["predicate-path"]).read_bytes())
    assert (said.run_id, said.verdict) == (bundle.manifest.run_id, bundle.manifest.verdict)
    assert said.evidence_sha256 == made.outputs["evidence-sha256"] == bundle.files["evidence.json"].sha256
    assert said.scope is None
    assert Path(attest.inputs["predicate-path"]).parent != bundle.folder


def test_without_a_licence_optional_steps_become_notices(tmp_path: Path) -> None:
    """Where the upload or the attestation is refused, the verdict stands and notices say what was needed."""
    refusing = ("github/codeql-action/", "actions/attest@")
    with job("healthy", tmp_path) as (runner, _):
        made = runner.call(ACTION, {**PYTHON, "sarif": "true", "attest": "true"}, failing=refusing)
    assert made.code == 0
    assert made.succeeded
    said = {each.properties["title"]: each.data for each in made.annotations("notice")}
    assert "Code Security" in said["No failures were sent to code scanning"]
    assert "Enterprise Cloud" in said["The evidence was not attested"]


def test_inputs_become_flags(tmp_path: Path) -> None:
    """Workload, pack, severity and formats arrive; the evidence says so. What looks like shell stays text."""
    with job("release", tmp_path) as (runner, _):
        (runner.workspace / "deploy $(x)").mkdir()
        for path in runner.workspace.glob("*.*"):
            shutil.move(path, runner.workspace / "deploy $(x)" / path.name)
        made = runner.call(
            ACTION,
            {
                **PYTHON,
                "working-directory": "deploy $(x)",
                "workloads": "support-desk",
                "packs": "baseline\n",
                "fail-on": "critical",
                "formats": "markdown, junit",
                "artifact": 'a/b"c\nd',
            },
        )
    run = load_run(Path(made.outputs["evidence-path"]))
    assert run.gate.fail_on == "critical"
    assert run.policy.packs == ("baseline",)
    workloads = run.settings["workloads"]
    assert isinstance(workloads, list)
    assert [each["name"] for each in workloads if isinstance(each, dict)] == ["support-desk"]
    names = {path.name for path in Path(made.outputs["bundle-path"]).iterdir()}
    assert {"report.md", "junit.xml"} <= names
    assert not {"report.html", "results.sarif"} & names
    assert made.outputs["artifact"].startswith("a-b-c-d-")
    assert {each.properties.get("file") for each in made.annotations("error")} <= {"deploy $(x)/auditor.yaml"}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"settings": "nowhere.yaml"}, "nowhere.yaml: there is no such file"),
        ({"fail-on": "severe"}, "'severe' is not one of"),
        ({"packs": "nothing"}, "nothing"),
        ({"workloads": "suport-desk"}, "did you mean support-desk?"),
        ({"sarif": "yes"}, "the input sarif must be true or false"),
        ({"working-directory": "no::where\n::error::x"}, "names no folder"),
    ],
)
def test_what_the_inputs_get_wrong_stops_the_release(inputs: dict[str, str], words: str, tmp_path: Path) -> None:
    """Exit code 2, the verdict `error`, an annotation, and no artifact of nothing."""
    with job("release", tmp_path) as (runner, sandbox):
        made = runner.call(ACTION, {**PYTHON, **inputs})
        assert sandbox.requests == []
    assert made.code == 2
    assert (made.outputs["verdict"], made.outputs["exit-code"]) == ("error", "2")
    assert words in made.logs["Audit"]
    assert len(made.annotations("error")) == 1
    assert made.used == []


def test_what_can_t_be_installed_audits_nothing(tmp_path: Path) -> None:
    """Where pip fails the job fails, and no later step says otherwise."""
    with job("healthy", tmp_path) as (runner, sandbox):
        (made,) = runner.temp.glob("auditor-env-*")
        shutil.rmtree(made)
        runner.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
        done = runner.call(ACTION, PYTHON)
        assert sandbox.requests == []
    assert (done.code, done.succeeded) == (4, False)
    assert done.outcomes["Audit"] == "skipped"
    assert done.codes["End with the verdict"] == 4
    assert not (made / "installed").exists()
    assert (done.outputs["verdict"], done.used) == ("", [])


@pytest.mark.parametrize("code", ["", "256", "4294967296", "-1", "²", "zero"])
def test_a_code_that_is_none_is_no_pass(code: str) -> None:
    """Nor is one that an operating system would cut to 0."""
    steps = [sys.executable, "-I", str(ACTION.parent / "steps.py"), "end"]
    done = subprocess.run(steps, env={**os.environ, "EXIT_CODE": code}, check=False, capture_output=True)
    assert done.returncode == 4


def test_an_unknown_input_is_only_warned_of(tmp_path: Path) -> None:
    """By GitHub, not by the action, which never sees it."""
    with job("release", tmp_path) as (runner, _):
        made = runner.call(ACTION, {**PYTHON, "fail_on": "low", "settings": "nowhere.yaml"})
    assert "fail_on" in made.annotations("warning")[0].data


def test_cancelling_leaves_a_bundle_and_no_verdict(tmp_path: Path) -> None:
    """The request to end reaches the auditor, which writes what it has seen; nothing that follows says pass."""
    with job("healthy", tmp_path, latency_ms=200) as (runner, _):
        made = runner.call(ACTION, PYTHON, cancel=lambda line: "github-oidc: signed in" in line)
        (evidence,) = runner.temp.glob("auditor-*/bundle/evidence.json")
    run = load_run(evidence)
    assert run.interrupted
    assert made.outcomes["Audit"] == "cancelled"
    assert made.outputs["exit-code"] in {"130", ""}
    assert made.outcomes["End with the verdict"] == "skipped"


def test_an_assertion_that_expires_in_the_middle_of_a_run_is_fetched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assertions that last two seconds, tokens too short to keep: every token gets an assertion of its own."""
    monkeypatch.setattr(local_identity, "ASSERTION_SECONDS", 2)
    monkeypatch.setattr(entra, "LIFETIME", 299)
    with job("healthy", tmp_path, latency_ms=100) as (runner, sandbox):
        made = runner.call(ACTION, PYTHON)
        asked = [each for each in sandbox.requests if each.path == local_identity.GITHUB_PATH]
        exchanged = [each for each in sandbox.requests if each.path.endswith("/oauth2/v2.0/token")]
    run = load_run(Path(made.outputs["evidence-path"]))
    assert made.code == 0
    assert (run.ended_at - run.started_at).total_seconds() > local_identity.ASSERTION_SECONDS
    assert len(asked) == len(exchanged) > 2
    assert {each.status for each in asked} == {200}


def test_without_the_permission_for_a_token_it_says_so(tmp_path: Path) -> None:
    """A job without `id-token: write` can't sign in: incomplete, and the log says what to give it."""
    with job("healthy", tmp_path) as (runner, _):
        for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
            runner.environ.pop(name)
        runner.environ["AUDITOR_CREDENTIALS"] = "github-oidc"
        made = runner.call(ACTION, PYTHON)
    assert made.code == 3
    assert made.outputs["verdict"] == "error"
    assert "id-token: write" in made.logs["Audit"]


@pytest.mark.timeout(600)
def test_the_install_step_installs_what_the_hashes_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an empty environment, by the wheels that were kept, to a command that works."""
    if not any(WHEELS.glob("hatchling-*.whl")):
        pytest.skip("no .wheels folder: `make test` keeps the hashed wheels there, so that this needs no network")
    with job("healthy", tmp_path) as (runner, _):
        (made,) = runner.temp.glob("auditor-env-*")
        shutil.rmtree(made)
        runner.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS.as_uri()}  # pip splits it at spaces
        done = runner.call(ACTION, {**PYTHON, "settings": "nowhere.yaml"})
    assert done.codes["Install the auditor from hashed requirements"] == 0
    assert (made / "installed").exists()
    assert "nowhere.yaml: there is no such file" in done.logs["Audit"]


def test_the_root_action_is_the_same_from_the_root() -> None:
    """`owner/repository@sha` and `owner/repository/action@sha` are one action, apart from where its steps lie."""
    inner = ACTION.read_text(encoding="utf-8")
    outer = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert outer == inner.replace("$GITHUB_ACTION_PATH/steps.py", "$GITHUB_ACTION_PATH/action/steps.py")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Path]]:
    """The plan of the release world's settings as the gate's first job makes it, and a bundle for each of its jobs."""
    bundles = {}
    with job("release", tmp_path_factory.mktemp("planned")) as (runner, _):
        jobs = runner.call(ACTION.parent / "plan" / "action.yml", PYTHON).outputs["jobs"]
        for each in json.loads(jobs):
            made = runner.call(ACTION, {**PYTHON, "workloads": each["workloads"], "packs": "baseline"})
            bundles[each["workloads"]] = Path(made.outputs["bundle-path"])
            shutil.copytree(bundles[each["workloads"]], runner.workspace / "kept" / made.outputs["artifact"])
        kept = tmp_path_factory.mktemp("kept")
        shutil.copytree(runner.workspace / "kept", kept, dirs_exist_ok=True)
    return jobs, {path.name: path for path in kept.iterdir()}


def merged(folder: Path, bundles: list[Path], jobs: str, result: str) -> Job:
    """What the gate's last job makes of these bundles."""
    with job("release", folder) as (runner, _):
        for path in bundles:
            shutil.copytree(path, runner.workspace / "bundles" / path.name)
        inputs = {**PYTHON, "folder": "bundles", "jobs": jobs, "result": result}
        return runner.call(ACTION.parent / "merge" / "action.yml", inputs)


def test_the_gate_has_one_verdict(planned: tuple[str, dict[str, Path]], tmp_path: Path) -> None:
    """Jobs that are planned from the settings, audited apart, end as one; the summary has a row for each."""
    jobs, bundles = planned
    assert len(bundles) == len(json.loads(jobs)) > 1
    made = merged(tmp_path, list(bundles.values()), jobs, "failure")
    codes = {load_run(path / "evidence.json").exit_code for path in bundles.values()}
    assert made.code == 1
    assert 1 in codes
    assert made.outputs["verdict"] == "fail"
    assert made.summary.count("\n| ") == len(bundles) + 1


def test_a_job_without_a_bundle_is_no_pass(planned: tuple[str, dict[str, Path]], tmp_path: Path) -> None:
    """Whether it never began or its upload failed; nor is one that ended badly after it passed."""
    jobs, bundles = planned
    passed = [path for path in bundles.values() if load_run(path / "evidence.json").exit_code == 0]
    assert passed
    alone = merged(tmp_path / "alone", passed, jobs, "success")
    assert (alone.code, alone.outputs["verdict"]) == (2, "error")
    nothing = merged(tmp_path / "nothing", [], jobs, "success")
    assert (nothing.code, nothing.outputs["verdict"]) == (2, "error")
    names = "\n".join(load_run(path / "evidence.json").settings["workloads"][0]["name"] for path in passed)
    good = json.dumps([{"name": "those that passed", "workloads": names}])
    assert merged(tmp_path / "good", passed, good, "success").outputs["verdict"] == "pass"
    ended_badly = merged(tmp_path / "badly", passed, good, "failure")
    assert (ended_badly.code, ended_badly.outputs["verdict"]) == (4, "error")


@pytest.mark.parametrize("jobs", ["", "[]"])
def test_no_jobs_are_no_pass(jobs: str, tmp_path: Path) -> None:
    """As where the plan failed, whatever bundles there are."""
    made = merged(tmp_path, [], jobs, "success")
    assert (made.code, made.outputs["verdict"]) == (2, "error")


def test_a_folder_that_looks_like_an_option_is_a_folder(tmp_path: Path) -> None:
    """The help ends with 0, which would be a pass."""
    with job("release", tmp_path) as (runner, _):
        inputs = {"folder": "--help", "jobs": '[{"name": "a", "workloads": "a"}]', "result": "success"}
        merging = runner.call(ACTION.parent / "merge" / "action.yml", {**PYTHON, **inputs})
        planning = runner.call(ACTION.parent / "plan" / "action.yml", {**PYTHON, "settings": "--help"})
    assert (merging.code, merging.outputs["verdict"]) == (2, "error")
    assert planning.code == 2
    assert "there is no such file" in planning.logs["Check the settings"]


def test_an_audit_that_dies_after_its_evidence_is_no_pass(planned: tuple[str, dict[str, Path]], tmp_path: Path) -> None:
    """The evidence passed, the process did not: the code is the process's, and no output says pass."""
    kept = next(path for path in planned[1].values() if load_run(path / "evidence.json").exit_code == 0)
    with job("release", tmp_path) as (runner, _):
        (program,) = runner.temp.glob("auditor-env-*/bin/python")
        real = program.rename(program.with_name("python-itself"))
        program.write_text(
            f'#!/bin/bash\n[ "$4" = run ] || exec {shlex.quote(str(real))} "$@"\n'
            f'while [ "$1" != --output ]; do shift; done\ncp -r {shlex.quote(str(kept))} "$2"\nkill -9 $$\n'
        )
        program.chmod(0o755)
        made = runner.call(ACTION, PYTHON)
    assert made.code == 137
    assert (made.outputs["verdict"], made.outputs["exit-code"]) == ("error", "137")
    assert made.of("actions/upload-artifact")


def test_settings_that_are_wrong_plan_nothing(tmp_path: Path) -> None:
    """The gate ends in its first job, with the settings' own words."""
    with job("release", tmp_path) as (runner, sandbox):
        (runner.workspace / "auditor.yaml").write_text("workloads: 3\n")
        made = runner.call(ACTION.parent / "plan" / "action.yml", PYTHON)
        assert sandbox.requests == []
    assert made.code == 2
    assert made.outputs["jobs"] == ""
    assert "auditor.yaml:1:12" in made.logs["Check the settings"]
