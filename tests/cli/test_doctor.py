"""`auditor doctor` as a person types it: in worlds that are well, in some that are not, and with nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from auditor.cli.doctor_page import page
from auditor.doctor import Checkup, Row, State
from auditor.sandbox import Sandbox, load_world, settings_path
from tests.cli.conftest import invoked

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
"""A proxy that is not there, so that nothing leaves this machine."""


@pytest.fixture(autouse=True)
def _browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether this machine has one is not what these tests ask."""
    monkeypatch.setattr("auditor.report.pdf.chromium", lambda: "/usr/bin/chromium")


@contextmanager
def world(name: str, *faults: str) -> Iterator[Sandbox]:
    with Sandbox(load_world(name, faults)) as sandbox:
        yield sandbox


def examined(sandbox: Sandbox, name: str, env: Mapping[str, str] | None = None, *more: str) -> Result:
    given = ("doctor", "--settings", str(settings_path(name)), *more)
    return invoked(*given, env={**sandbox.environment, **(env or {})})


def rows(done: Result) -> dict[str, dict[str, Any]]:
    """Name → row of what --json printed."""
    assert done.stdout, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)["rows"]}


def test_healthy_is_well() -> None:
    """Each area has its rows, all of them ok, and no request but reads was sent and no model called."""
    with world("healthy") as sandbox:
        done = examined(sandbox, "healthy")
        sent = [(one.method, one.path) for one in sandbox.requests]
    assert done.exit_code == 0, done.stdout + done.stderr
    for area in ("This machine", "Network", "Endpoints", "Sign-in", "Permissions"):
        assert f"\n{area}\n" in done.stdout
    assert "HEALTHY" in done.stdout
    assert not re.search(r"^  (fail|unknown|warn) ", done.stdout, re.MULTILINE)
    assert "environment signed in (before it: github-oidc: not configured" in done.stdout
    assert "NOTICE  sandbox: not evidence" in done.stdout
    assert not [path for _, path in sent if "/openai/" in path.lower() or "listkeys" in path.lower()]


def test_denied_says_what_a_run_would_not_see() -> None:
    """Who may read nothing learns which checks are lost, and who would have to give which role where."""
    with world("denied") as sandbox:
        done = examined(sandbox, "denied", None, "--json")
        shown = examined(sandbox, "denied").stdout
    assert done.exit_code == 1
    told = rows(done)
    assert told[SUBSCRIPTION]["state"] == "fail"
    assert told[SUBSCRIPTION]["next_step"].startswith("az role assignment create --assignee 00000000-")
    unseen = json.loads(done.stdout)["unseen"]
    assert any("api-keys-accepted" in one["checks"] for one in unseen)
    assert "A run would not see\n  account: Microsoft.CognitiveServices/accounts/read\n" in shown
    assert "more actions; --json lists them all" in shown


def test_throttled_is_no_trouble() -> None:
    """An examination asks so little that a busy Resource Manager answers it."""
    with world("throttled") as sandbox:
        assert examined(sandbox, "throttled").exit_code == 0


@pytest.mark.parametrize(("fault", "says"), [("clock-ahead", "2.0 h behind"), ("clock-behind", "2.0 h ahead of")])
def test_a_clock_two_hours_off(fault: str, says: str) -> None:
    """The clock is told from the service's own date, with the command that sets it."""
    with world("healthy", fault) as sandbox:
        done = examined(sandbox, "healthy", None, "--json")
    clock = rows(done)["clock"]
    assert (done.exit_code, clock["state"]) == (1, "fail")
    assert says in clock["says"]
    assert "timedatectl" in clock["next_step"]


def test_a_wrong_tenant() -> None:
    """A tenant that is none is what is to be corrected, and all that needs no sign-in is looked at."""
    with world("healthy") as sandbox:
        done = examined(sandbox, "healthy", {"AUDITOR_TENANT": "00000000-0000-4000-8000-0000000000f9"}, "--json")
    told = rows(done)
    assert (done.exit_code, told["credential"]["state"]) == (1, "fail")
    assert "AADSTS90002" in told["credential"]["says"]
    assert "AZURE_TENANT_ID" in told["credential"]["next_step"]
    assert told[SUBSCRIPTION]["state"] == "unknown"
    assert told["management.azure.com"]["state"] == "ok"


def test_no_secret_is_shown() -> None:
    """Neither a refused secret, nor a proxy's password, nor a token stands in the page or in the JSON."""
    secret, password = "Zx8Q~planted-secret-of-an-app-0123456789", "planted-proxy-password"
    behind = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://someone:{password}@127.0.0.1:9")
    with world("healthy") as sandbox:
        runs = [
            examined(sandbox, "healthy", env, *more)
            for env in ({"AZURE_CLIENT_SECRET": secret}, behind, {})
            for more in ((), ("--json", "--verbose"))
        ]
        own = sandbox.environment["AZURE_CLIENT_SECRET"]
    said = "".join(done.stdout + done.stderr for done in runs)
    assert not [one for one in (secret, password, own, "eyJ") if one in said]
    assert "127.0.0.1:9: the proxy can't be reached" in said


def test_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings and without a network each row still says what it knows, and what to do."""
    monkeypatch.chdir(tmp_path)
    done = invoked("doctor", "--json", "--deadline", "8", env={**NOWHERE, "AUDITOR_CREDENTIALS": "environment"})
    told = rows(done)
    assert done.exit_code == 1
    assert told["settings"]["state"] == "unknown"
    assert told["proxy"]["state"] == "fail"
    assert told["clock"]["state"] == "unknown"
    assert told["credential"]["state"] == "fail"
    assert all(row["next_step"] for row in told.values() if row["state"] in ("fail", "unknown"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "scope: 5\n", "a: b: c\n", "workloads:\n  - {name: x}\n"])
def test_settings_that_are_wrong(tmp_path: Path, text: str) -> None:
    """What is wrong with the settings is a row, and the rest is looked at all the same."""
    path = tmp_path / "auditor.yaml"
    path.write_text(text, encoding="utf-8")
    with world("healthy") as sandbox:
        done = invoked("doctor", "--json", "--settings", str(path), env=sandbox.environment)
    told = rows(done)
    assert (done.exit_code, told["settings"]["state"]) == (1, "fail")
    assert told["credential"]["state"] == "ok"


def test_what_takes_too_long_is_unknown() -> None:
    """At the deadline the page is printed with what is known."""
    with Sandbox(load_world("healthy"), latency_ms=3000) as sandbox:
        done = examined(sandbox, "healthy", None, "--json", "--deadline", "1")
    told = rows(done)
    assert told["version"]["state"] == "ok"
    assert told["credential"]["state"] in ("unknown", "fail")
    assert told[SUBSCRIPTION]["state"] == "unknown"


@pytest.mark.parametrize("width", [60, 80])
def test_the_page_fits(width: int) -> None:
    """No prose is wider than the terminal; what is to be pasted stays on one line; nothing in it acts."""
    hostile = "\x1b[2J\u202e::error::x\n##vso[x] " + "word " * 40
    step = "az role assignment create --assignee someone --role Reader --scope /subscriptions/" + "a" * 60
    found = Checkup(
        taken_at="2026-11-21T00:00:00Z",  # type: ignore[arg-type] # pydantic reads it
        seconds=1,
        version="1",
        notices=(hostile,),
        rows=(
            Row(area="Network", name=hostile, state=State.FAIL, says=hostile, next_step="say " + "prose " * 30),
            Row(area="Permissions", name="x", state=State.FAIL, says="short", next_step=step),
        ),
    )
    shown = page(found, width, color=False)
    assert not any(character in shown for character in "\x1b\u202e")
    assert not re.search(r"^(::|##)", shown, re.MULTILINE)
    wide = [line for line in shown.splitlines() if len(line) > width]
    assert [line.strip() for line in wide if "word" not in line] == [step]
