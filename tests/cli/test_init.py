"""`auditor init` as a person would type it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from auditor.cli import cli, init_questions
from auditor.finding import Outcome
from auditor.run import Run, load_run
from auditor.sandbox import Sandbox, Seen, World, generated_world, load_world
from auditor.settings import Settings
from auditor.settings_file import load_settings
from tests.cli.conftest import invoked
from tests.cli.process import environment

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
NOTICE = "sandbox: not evidence"


@dataclass(frozen=True)
class Begun:
    """What the command did, and what a run by its file said."""

    code: int
    stdout: str
    stderr: str
    path: Path
    requests: tuple[Seen, ...]
    unknown_routes: tuple[str, ...]
    secret: str
    run: Run | None

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return load_settings(self.path, {}, {})

    def failed(self) -> set[str]:
        assert self.run is not None
        return {one.check for one in self.run.findings if one.outcome is Outcome.FAIL}


def begun(world: World, folder: Path, *arguments: str, then: Sequence[str] = ()) -> Begun:
    """`auditor init` into the folder, and `auditor run` with what it wrote where `then` gives its arguments."""
    path = folder / "auditor.yaml"
    run = None
    with Sandbox(world) as sandbox:
        done = invoked("init", "--output", str(path), *arguments, env=sandbox.environment)
        requests = tuple(sandbox.requests)
        if then:
            out = folder / "run"
            invoked("run", "--settings", str(path), "--output", str(out), *then, env=sandbox.environment)
            run = load_run(out / "evidence.json")
        return Begun(
            done.exit_code,
            done.stdout,
            done.stderr,
            path,
            requests,
            tuple(sandbox.unknown_routes),
            sandbox.environment["AZURE_CLIENT_SECRET"],
            run,
        )


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    return begun(load_world("healthy"), tmp_path_factory.mktemp("healthy"), then=("--format", "json"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    return begun(load_world("release"), tmp_path_factory.mktemp("release"), then=("--format", "json"))


def test_it_reads_and_calls_no_model(healthy: Begun) -> None:
    """Everything is asked of Resource Manager, by GET, and of nobody who would answer for a model."""
    asked = [seen for seen in healthy.requests if not seen.host.startswith("login.")]
    assert {seen.host for seen in asked} == {"management.azure.com"}
    assert {seen.method for seen in asked} == {"GET"}
    assert healthy.unknown_routes == ()


def test_what_is_there_is_what_is_expected(healthy: Begun) -> None:
    """Each account is a workload, each deployment declared as it is, and each value says where it was seen."""
    assert healthy.code == 0
    workloads = {one.account: one for one in healthy.settings.workloads}
    assert set(workloads) == {"contoso-matter-swc", "contoso-support-weu", "contoso-search-uks"}
    support = workloads["contoso-support-weu"]
    assert (support.owner, support.environment, support.network) == (
        "field-service@contoso.com",
        "production",
        "restricted",
    )
    chat, embed, pictures, router = support.deployments
    assert (chat.model, chat.version, chat.sku, chat.capacity) == ("gpt-5.4-mini", "2026-03-17", "GlobalStandard", 200)
    assert (chat.features, embed.features, pictures.features) == (("text",), (), ())
    assert router.router is not None
    assert router.router.models == ("gpt-5-mini", "gpt-5.4-mini")
    assert "    owner: field-service@contoso.com  # seen: tag owner" in healthy.text
    assert NOTICE in healthy.text


def test_no_secret_and_no_long_line(healthy: Begun) -> None:
    """What it signed in with is nowhere, and only a value may be wider than a terminal of 80 columns."""
    assert healthy.secret not in healthy.text + healthy.stdout + healthy.stderr
    wide = [line for line in healthy.text.splitlines() if len(line) > 80]
    assert [line for line in wide if "/subscriptions/" not in line and "auditor" not in line] == []


def test_the_first_run_of_a_healthy_world_passes(healthy: Begun) -> None:
    """No finding about a deployment or what is declared of it fails, and what was stated is really judged."""
    run = healthy.run
    assert run is not None
    assert run.verdict == "pass"
    of_deployments = [one for one in run.findings if one.subject.kind in {"deployment", "expectation"}]
    assert [one.check for one in of_deployments if one.outcome is Outcome.FAIL] == []
    assert [one.check for one in of_deployments if one.outcome is Outcome.UNKNOWN] == []
    passed = {one.check for one in run.findings if one.outcome is Outcome.PASS}
    assert passed >= {"deployment-missing", "deployment-model-differs", "responses-call-failed", "api-keys-accepted"}


def test_the_first_run_tells_what_stands_open(release: Begun) -> None:
    """Doors that stand open fail although they were there: they were not taken for meant."""
    assert release.run is not None
    assert release.run.verdict == "fail"
    assert release.failed() >= {
        "api-keys-accepted",
        "network-default-allow",
        "diagnostic-logs-missing",
        "model-stops-at-retirement",
    }
    assert not release.failed() & {"deployment-missing", "deployment-model-differs", "deployment-undeclared"}


def test_the_conversation_says_what_is_open_and_what_is_next(release: Begun) -> None:
    """Counts of what a person should look at, then the commands that follow."""
    assert "1 workload that takes API keys: expected not to" in release.stderr
    assert f"auditor run --settings {release.path}" in release.stderr
    assert "auditor permissions" in release.stderr
    assert release.stdout == f"{release.path}: 3 workloads, 8 deployments\n"


def test_who_may_see_nothing_gets_told_so(tmp_path: Path) -> None:
    """The file is valid, states nothing of accounts, and says what could not be seen; the exit code says it too."""
    denied = begun(load_world("denied"), tmp_path)
    assert denied.code == 3
    assert denied.settings.workloads == ()
    assert "Could not be seen:" in denied.text
    assert "Microsoft.CognitiveServices/accounts/read" in denied.text


def test_a_kind_that_may_not_be_read_is_not_guessed(tmp_path: Path) -> None:
    """Without deployments there is no workload; without diagnostic settings nothing is said of logs."""
    hidden = begun(load_world("healthy", ["arm-denied-deployment"]), tmp_path)
    assert hidden.code == 3
    assert hidden.settings.workloads == ()
    (tmp_path / "b").mkdir()
    quiet = begun(load_world("healthy", ["arm-denied-diagnostic-setting"]), tmp_path / "b")
    assert quiet.code == 0
    assert all(one.logs.destinations == () for one in quiet.settings.workloads)
    assert "could not be seen: diagnostic setting of" in quiet.text


def test_an_empty_subscription_begins_a_plan(tmp_path: Path) -> None:
    """The example says that it is one, and can be judged before it is made."""
    empty = begun(generated_world(0, 0), tmp_path, then=("--before-provision", "--format", "json"))
    assert empty.code == 0
    assert "an example of a plan" in empty.stdout
    assert "--before-provision" in empty.stderr
    assert empty.run is not None
    assert "model-not-offered" in {one.check for one in empty.run.findings if one.outcome is Outcome.PASS}


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    """Nothing is asked of anybody and nothing is changed; --force writes it anew, whole."""
    path = tmp_path / "auditor.yaml"
    path.write_text("mine\n", encoding="utf-8")
    refused = begun(load_world("healthy"), tmp_path)
    assert (refused.code, refused.requests, refused.text) == (2, (), "mine\n")
    assert "--force" in refused.stderr
    assert begun(load_world("healthy"), tmp_path, "--force").code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["auditor.yaml"]


def test_one_account_is_enough(tmp_path: Path) -> None:
    """Only what is named is looked at and stated, and the scope says so."""
    one = begun(load_world("healthy"), tmp_path, "--account", "Contoso-Search-UKS", "--subscription", SUBSCRIPTION)
    assert [each.account for each in one.settings.workloads] == ["contoso-search-uks"]
    assert one.settings.scope.accounts == ("Contoso-Search-UKS",)
    assert not [seen for seen in one.requests if "contoso-matter" in seen.path]
    assert not [seen for seen in one.requests if seen.path == "/subscriptions"]


def test_an_account_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A misspelt name writes no file."""
    none = begun(load_world("healthy"), tmp_path, "--account", "contoso-serach")
    assert none.code == 2
    assert "contoso-serach" in none.stderr
    assert not none.path.exists()


def test_stdout_gets_the_settings_alone(tmp_path: Path) -> None:
    """What is printed is what would be written, and no file is."""
    with Sandbox(load_world("healthy")) as sandbox:
        done = invoked("init", "--stdout", "--quiet", env=sandbox.environment)
    assert done.stderr == ""
    assert len(yaml.safe_load(done.stdout)["workloads"]) == 3
    assert list(tmp_path.iterdir()) == []


def _titled(world: World, **states: str) -> World:
    own = world.subscriptions[SUBSCRIPTION]
    more = {
        f"00000000-0000-4000-8000-00000000000{number}": own.model_copy(
            update={"name": f"00000000-0000-4000-8000-00000000000{number}", "title": title, "state": state}
        )
        for number, (title, state) in enumerate(states.items())
    }
    return world.model_copy(update={"subscriptions": {**world.subscriptions, **more}})


def test_all_enabled_subscriptions_are_taken_where_nobody_is_asked(tmp_path: Path) -> None:
    """One that is not enabled is named and passed over."""
    many = begun(_titled(load_world("healthy"), Old="Disabled"), tmp_path)
    assert many.settings.scope.subscriptions == (SUBSCRIPTION,)
    assert "Old (Disabled: passed over)" in many.stderr


@pytest.mark.parametrize("name", ["AUDITOR_SUBSCRIPTIONS", "AZURE_SUBSCRIPTION_ID"])
def test_the_environment_names_the_subscription(name: str) -> None:
    """It is not looked for then; what is no id is refused before anything is asked."""
    with Sandbox(load_world("healthy")) as sandbox:
        env = {**sandbox.environment, name: SUBSCRIPTION.upper()}
        assert invoked("init", "--stdout", env=env).exit_code == 0
        assert not [seen for seen in sandbox.requests if seen.path == "/subscriptions"]
        before = len(sandbox.requests)
        refused = invoked("init", "--stdout", env={**sandbox.environment, name: "my subscription"})
        assert refused.exit_code == 2
        assert f"environment {name}" in refused.stderr
        assert len(sandbox.requests) == before


def test_a_person_answers_what_cant_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscription, owner, environment, open doors and features are asked; a senseless answer is asked again."""
    monkeypatch.setattr(init_questions, "terminal", lambda: True)
    world = _titled(load_world("release"), Other="Enabled")
    support = world.accounts["contoso-support-weu"]
    bare = support.model_copy(update={"tags": {}, "group": "rg-support"})
    world = world.model_copy(update={"accounts": {**world.accounts, support.name: bare}})
    path = tmp_path / "auditor.yaml"
    answers = ["9", "1", 'desk: "a" # b', "test", "y", "n", *[""] * 6, "nonsense", "1,vision", ""]
    with Sandbox(world) as sandbox:
        done = CliRunner().invoke(
            cli, ["init", "--output", str(path)], input="\n".join([*answers, ""]), env=environment(sandbox.environment)
        )
    assert done.exit_code == 0, done.output
    (one,) = (each for each in load_settings(path, {}, {}).workloads if each.account == support.name)
    assert (one.owner, one.environment, one.network) == ('desk: "a" # b', "test", "public")
    assert one.authentication == "entra-only"
    assert [each.features for each in one.deployments] == [("text", "stream", "vision"), ("text",)]
