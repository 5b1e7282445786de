"""How a command ends that can't go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

from auditor.__main__ import INTERRUPTED, main
from auditor.cli import LazyGroup, cli
from auditor.cli.options import conversation_options
from auditor.errors import AuditorError, ExitCode, PolicyError, ReportError, SettingsError, SignInError
from tests.cli.process import command, environment

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl"


def ended(error: BaseException, *arguments: str, env: dict[str, str] | None = None) -> Result:
    """The result of a command line whose one command raises the error."""

    class Group(LazyGroup):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002 - click's signature
            @click.command(cmd_name)
            @conversation_options
            def boom() -> None:
                raise error

            return boom

    @click.group(cls=Group)
    @conversation_options
    def group() -> None:
        pass

    return CliRunner().invoke(group, list(arguments or ["boom"]), env=env)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PolicyError("x", next_step="y"), ExitCode.USAGE),
        (SignInError("x", next_step="y"), ExitCode.INCOMPLETE),
        (AuditorError("x", next_step="y"), ExitCode.INTERNAL),
        (SettingsError(("x",), next_step="y"), ExitCode.USAGE),
    ],
)
def test_each_error_has_its_code(error: AuditorError, code: ExitCode) -> None:
    """An error says what happened, what to do, and that nothing was audited; stdout stays empty."""
    done = ended(error)
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr == "error: x\nnext: y\nNothing was audited.\n"


def test_error_after_the_audit() -> None:
    """An error that leaves a result does not say that nothing was audited."""
    done = ended(ReportError("disk full", next_step="free space", audited=True))
    assert (done.exit_code, done.stderr) == (ExitCode.INTERNAL, "error: disk full\nnext: free space\n")


def test_many_problems_stand_on_lines_of_their_own() -> None:
    """Editors find each problem of the settings at the beginning of a line."""
    done = ended(SettingsError(("a.yaml:1:2: x", "a.yaml:3:4: y"), next_step="mend"))
    assert done.stderr.splitlines()[:3] == ["error: 2 problems in the settings", "a.yaml:1:2: x", "a.yaml:3:4: y"]


def test_defect() -> None:
    """What nobody foresaw ends with 4, in one short message without a traceback."""
    done = ended(ZeroDivisionError("division by zero"))
    assert done.exit_code == ExitCode.INTERNAL
    assert done.stderr.startswith("error: the auditor itself failed: ZeroDivisionError: division by zero\n")
    assert done.stderr.endswith("No verdict was reached.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--verbose", "boom"], ["boom", "--verbose"]])
def test_defect_with_traceback(arguments: list[str]) -> None:
    """--verbose, before or after the command, shows where a defect is."""
    done = ended(ZeroDivisionError("division by zero"), *arguments)
    assert "Traceback (most recent call last)" in done.stderr
    assert "in boom" in done.stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interrupt(error: BaseException) -> None:
    """An interrupt before anything was seen, or where something was asked, ends with 130."""
    done = ended(error)
    assert done.exit_code == ExitCode.INTERRUPTED
    assert "No report was written." in done.stderr


def test_an_interrupt_while_the_commands_are_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C at once ends with 130 and one line, not with a traceback."""

    class Loading(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "auditor.cli", Loading("auditor.cli"))
    with pytest.raises(SystemExit) as ended_with:
        main()
    assert ended_with.value.code == INTERRUPTED == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "error: interrupted before anything was done\n"


@pytest.mark.parametrize("verbose", [[], ["--verbose"]])
@pytest.mark.parametrize("make", [ValueError, lambda text: PolicyError(text, next_step=text)])
def test_no_secret_in_any_error(make: type[Exception], verbose: list[str]) -> None:
    """Tokens, signatures and the values of variables named like secrets are masked in every error."""
    text = f"{TOKEN} https://x/?a=b&sig=abc%2Fdef {'p4ss' * 4}"
    done = ended(make(text), *verbose, "boom", env={"AZURE_CLIENT_SECRET": "p4ss" * 4})
    for secret in (TOKEN, "abc%2Fdef", "p4ss" * 4):
        assert secret not in done.output
    assert "***" in done.stderr


def test_hostile_words_do_nothing() -> None:
    """Escapes and lines that a CI system would obey are made inert."""
    done = ended(AuditorError("bad\x1b[2J\n::set-output name=x::y\n##vso[task.setvariable]z", next_step="n"))
    assert "\x1b" not in done.stderr
    assert not any(line.startswith(("::", "##vso[")) for line in done.stderr.splitlines())


def test_colour_only_where_wanted() -> None:
    """Errors are coloured when FORCE_COLOR asks and NO_COLOR does not forbid."""
    error = PolicyError("x", next_step="y")
    assert "\x1b[" in ended(error, env={"FORCE_COLOR": "1", "NO_COLOR": ""}).stderr
    assert "\x1b[" not in ended(error, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr
    assert "\x1b[" not in ended(error, env={"FORCE_COLOR": "", "NO_COLOR": ""}).stderr


def test_settings_errors_of_the_real_command(tmp_path: Path) -> None:
    """`auditor run` without settings ends with 2, shows how to begin, and leaves nothing behind."""
    done = subprocess.run(command("run"), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr.startswith("error: auditor.yaml: there is no such file\nnext: ")
    assert "subscriptions: [" in done.stderr
    assert done.stderr.endswith("Nothing was audited.\n")
    assert list(tmp_path.iterdir()) == []


def test_every_mistake_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistakes of file, environment and flags are told together."""
    monkeypatch.chdir(tmp_path)
    Path("auditor.yaml").write_text("scop: {}\nconcurrency: 0\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["run", "--deadline", "-1"], env={"AUDITOR_PROBES": "perhaps"})
    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.splitlines()[:6] == [
        "error: 5 problems in the settings",
        "auditor.yaml:1:1: scop: unknown key; scope is probably meant",
        "auditor.yaml:1:1: scope: is missing",
        "auditor.yaml:2:14: concurrency: must be at least 1; found 0",
        "environment AUDITOR_PROBES: probes.enabled: must be on or off",
        "flag --deadline: deadline_seconds: must be more than 0; found -1.0",
    ]
