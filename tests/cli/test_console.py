"""Where words go and in which dress."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli.console import colored, fitted, redacted
from tests.cli.process import environment


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "expected"),
    [
        (io.StringIO(), {}, False),
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(stream: io.StringIO, environ: dict[str, str], expected: bool) -> None:
    """Terminals get colour unless NO_COLOR or a dumb terminal says no; FORCE_COLOR gives it to everything else."""
    assert colored(stream, environ) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("short", "short"), ("two\nlines", "two lines"), ("abcdefghijklmnop", "abc…klmnop"), ("", "")],
)
def test_progress_fits_a_line(text: str, expected: str) -> None:
    """What is being done is shown on one line, of which the ends are kept."""
    assert fitted(text, 10) == expected


def test_redaction_by_variable() -> None:
    """The value of a variable that is named like a secret is masked; short values and other variables are not."""
    environ = {"MY_API_KEY": "abcdefgh12", "A_TOKEN": "1", "AZURE_TENANT_ID": "tenant-x-y"}
    assert redacted("abcdefgh12 1 tenant-x-y", environ) == "*** 1 tenant-x-y"


def test_redaction_of_a_password_in_an_address() -> None:
    """The password of a proxy is masked by itself too, as the address has it and as it is meant."""
    environ = {"HTTPS_PROXY": "http://robot:pass%2Fword@10.0.0.1:3128", "PAGE": "https://x.test/a:b@c"}
    said = "pass%2Fword pass/word http://robot:pass%2Fword@10.0.0.1:3128 https://x.test/a:b@c"
    assert redacted(said, environ) == "*** *** http://robot:***@10.0.0.1:3128 https://x.test/a:b@c"


def test_a_reader_that_leaves_early() -> None:
    """A closed stdout ends nothing and changes no exit code."""
    code = "from auditor.cli import cli; cli(['schema', 'evidence'])"
    with subprocess.Popen(
        [sys.executable, "-c", f"import os, sys; os.close(sys.stdin.fileno()); {code}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    ("command", "streams", "code"),
    [
        pytest.param("schema evidence", ">&-", 0, id="stdout closed"),
        pytest.param("schema evidence", ">/dev/full", 4, id="stdout full"),
        pytest.param("run --settings nowhere.yaml", "2>/dev/full", 2, id="stderr full"),
        pytest.param("run --settings nowhere.yaml", "<&- >&- 2>&-", 2, id="all closed"),
    ],
)
def test_what_nobody_takes_changes_no_exit_code_but_a_result_that_is_lost(
    command: str, streams: str, code: int
) -> None:
    """A stream that is closed on purpose is no failure; a full disk that was to hold the result is, and says so."""
    line = f'exec "$0" -m auditor {command} {streams}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == code
    assert "the auditor itself failed" not in done.stderr
    assert ("stdout can't be written: No space left on device" in done.stderr) is (code == 4)
