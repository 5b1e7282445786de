"""What the help says, and that saying it loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from auditor import __version__
from auditor.cli import COMMANDS, cli
from auditor.cli.manual import MANUAL
from auditor.cli.options import FORMAT_NAMES, SEVERITIES
from auditor.errors import EXIT_MEANINGS
from auditor.finding import Severity
from auditor.report import FORMATS, ON_DEMAND
from auditor.settings_file.overrides import VARIABLES
from tests.cli.conftest import Typed

SDKS = ("azure", "openai", "aiohttp", "httpx2")
HEAVY = (*SDKS, "pydantic", "rich", "jinja2", "yaml", "asyncio", "celpy", "cel_expr_python")

LOADED = """
import json, sys
from auditor.cli import cli
try:
    cli(sys.argv[1:], prog_name="auditor")
except SystemExit as ended:
    code = ended.code
print(json.dumps({"code": code, "modules": sorted({name.partition(".")[0] for name in sys.modules})}), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The top-level modules that a fresh process has loaded after the command line."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True)
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done.stderr
    return set(told["modules"])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """No help and no version loads an SDK, the models' library, the checks' library or rich."""
    assert loaded(*arguments) & set(HEAVY) == set()


def test_checks_loads_no_sdk() -> None:
    """Listing the checks loads no SDK."""
    assert loaded("checks") & set(SDKS) == set()


def test_evaluate_loads_no_sdk(healthy_run: Typed) -> None:
    """Judging a snapshot again, and rendering evidence again, load no SDK."""
    assert loaded("evaluate", str(healthy_run.folder / "snapshot.json"), "--quiet") & set(SDKS) == set()
    assert loaded("report", str(healthy_run.folder / "evidence.json")) & set(SDKS) == set()


def test_schema_loads_no_sdk() -> None:
    """Printing a schema loads no SDK."""
    assert loaded("schema", "evidence") & set(SDKS) == set()


def test_help_names_every_command_and_exit_code() -> None:
    """The help names each command with a sentence, and each exit code with its meaning."""
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=200).output
    for name in COMMANDS:
        assert f"\n  {name} " in shown
    for code, meaning in EXIT_MEANINGS.items():
        assert any(line.split(maxsplit=1) == [str(int(code)), meaning] for line in shown.splitlines()), code


def test_help_fits_a_terminal() -> None:
    """At 80 columns no command's sentence is cut off."""
    assert "..." not in CliRunner().invoke(cli, ["--help"], terminal_width=80).output.partition("Commands:")[2]


def test_version() -> None:
    """The version is the package's."""
    assert CliRunner().invoke(cli, ["--version"]).output == f"auditor, version {__version__}\n"


def test_words_said_again() -> None:
    """The severities and formats that the help offers are all that there are, in their order."""
    assert tuple(Severity) == SEVERITIES
    assert (*FORMATS, *ON_DEMAND) == FORMAT_NAMES


def test_run_help_names_every_variable_and_flag() -> None:
    """Whatever can be said outside of the file stands in the help of run."""
    shown = CliRunner().invoke(cli, ["run", "--help"]).output
    for variable in VARIABLES:
        assert variable.name in shown
        assert variable.flag is None or variable.flag in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    """Each option and each command has a help text, and each help an example."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
    assert f"auditor {name}" in CliRunner().invoke(cli, [name, "--help"]).output


def test_options_stand_under_their_intent() -> None:
    """The help of run groups its options by what they are for."""
    shown = CliRunner().invoke(cli, ["run", "--help"]).output
    headings = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings[:5] == ["Input:", "Judgement:", "Scope and cost:", "Output:", "Conversation:"]


@pytest.mark.parametrize(
    "arguments", [["rnu"], ["run", "--fail-on", "severe"], ["run", "--format", "docx"], ["report"], ["schema", "x"]]
)
def test_usage_errors(arguments: list[str]) -> None:
    """What the command line gets wrong ends with 2 and says so on stderr alone."""
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Error:" in done.stderr


def every_help() -> dict[str, str]:
    """Command → its help at 80 columns, those of groups and of their commands."""
    found: dict[str, str] = {}

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        shown = CliRunner().invoke(cli, [*path, "--help"], terminal_width=80, prog_name="auditor")
        found[" ".join(path)] = shown.output
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk(below, (*path, name))

    walk(cli, ())
    return found


HELPS = every_help()


@pytest.mark.parametrize("name", HELPS)
def test_every_help_fits_a_terminal(name: str) -> None:
    """No line of any help is wider than 80 columns, and no sentence is cut off."""
    lines = HELPS[name].splitlines()
    assert not [line for line in lines if len(line) > 80]
    assert not [line for line in lines if line.endswith("...") and not line.startswith("Usage:")]


@pytest.mark.parametrize("name", ["triage", "history"])
def test_what_help_says_after_its_options_is_wrapped_anew_where_the_terminal_is_narrow(name: str) -> None:
    """Its examples stay as they are, so that they can be pasted."""
    shown = CliRunner().invoke(cli, [name, "--help"], terminal_width=60, prog_name="auditor").output
    assert not [line for line in shown.splitlines() if len(line) > 60 and not line.startswith("  auditor ")]
    examples = [line for line in HELPS[name].splitlines() if line.startswith("  auditor ") and ", " not in line]
    assert examples
    assert set(examples) <= set(shown.splitlines())


@pytest.mark.parametrize("name", [name for name in HELPS if name])
def test_every_help_is_a_manual_page(name: str) -> None:
    """Each names other commands that exist, and each that may fail its exit codes."""
    shown = HELPS[name]
    assert name in MANUAL
    assert MANUAL[name].see
    assert set(MANUAL[name].see) <= set(HELPS)
    assert name not in MANUAL[name].see
    assert "See also:\n" in shown
    if MANUAL[name].exits:
        assert shown.count("Exit codes") == 1


def test_the_manual_has_no_other_page() -> None:
    """What the manual tells of exists."""
    assert set(MANUAL) <= set(HELPS)


@pytest.mark.parametrize("words", [[], ["run"], ["history", "prune"]])
def test_help_is_a_command(words: list[str]) -> None:
    """`auditor help COMMAND` is what `auditor COMMAND --help` is."""
    asked = CliRunner().invoke(cli, ["help", *words], prog_name="auditor")
    assert asked.exit_code == 0
    assert asked.output == CliRunner().invoke(cli, [*words, "--help"], prog_name="auditor").output


def test_a_misspelt_command_is_told_the_nearest() -> None:
    """A slip leads to the command that was meant; what resembles nothing leads nowhere."""
    done = CliRunner().invoke(cli, ["doctr"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean 'doctor'?" in done.stderr
    assert "Did you mean" not in CliRunner().invoke(cli, ["xyzzy"]).stderr
