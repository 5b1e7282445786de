"""No secret, wherever it came from, is written or said: planted in all that is heard, searched in all that is left."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.bundle import open_bundle
from auditor.errors import BundleError
from auditor.origin import CONTEXT
from auditor.run import Run, load_run
from auditor.sandbox import Sandbox, load_world, settings_path
from tests.cli.process import command, environment
from tests.end.planted import (
    ACCOUNT_KEY,
    CLIENT_SECRET,
    CONNECTION,
    KEY,
    MARKED_KEY,
    PASSWORD,
    PLANTED,
    SAS,
    SIGNATURE,
    TOKEN,
    WORDS,
    Field,
    leaks,
    sown,
    written,
)

__all__ = ["sown"]

CRASH = """
import os, sys
from auditor.__main__ import main
from auditor import judgement
def join(snapshot, settings):
    try:
        raise ValueError({words!r})
    except ValueError as error:
        raise RuntimeError(f"{{dict(os.environ)}} {{snapshot!r}} {{sys.argv}}") from error
judgement.join = join
main()
"""
"""A defect that has all that was heard in its message, and in its cause what never was masked."""


KILLED = """
import os, signal
from auditor.__main__ import main
from auditor.bundle import writer
done, calls = writer.{name}, []
def dying(*given):
    calls.append(1)
    if len(calls) == {moment}:
        os.kill(os.getpid(), signal.SIGKILL)
    return done(*given)
writer.{name} = dying
main()
"""
"""A run that is killed when something of the bundle's writer is called for the so manieth time."""


@dataclass(frozen=True)
class Ran:
    """What a process left."""

    code: int
    stdout: str
    stderr: str
    folder: Path
    secrets: tuple[str, ...]
    """Those of its environment."""

    @property
    def run(self) -> Run:
        return load_run(self.folder / "evidence.json")

    def leaks(self, secrets: tuple[str, ...]) -> list[str]:
        left = [("stdout", self.stdout.encode()), ("stderr", self.stderr.encode()), *written(self.folder)]
        return leaks(left, (*secrets, *self.secrets))


def ran(sandbox: Sandbox, folder: Path, words: list[str], extra: Mapping[str, str] | None = None) -> Ran:
    """The command in an environment full of secrets, through a proxy that wants a password."""
    signed_in = dict(extra if extra is not None else sandbox.signed_in_by("environment"))
    ours = {name: value for name, value in sandbox.environment.items() if not name.startswith("AZURE_")}
    proxy = ours["HTTPS_PROXY"].replace("://", f"://robot:{PASSWORD}@")
    planted = {
        "OPENAI_API_KEY": MARKED_KEY,
        "AZURE_STORAGE_CONNECTION_STRING": CONNECTION,
        "SERVICE_TOKEN": TOKEN,
        "AUDITOR_UNKNOWN": SAS,
        **{name: WORDS[number % len(WORDS)] for number, name in enumerate(CONTEXT)},
        "GITHUB_REF": f"refs/heads/x?a=b&sig={SIGNATURE}",
    }
    proxies = {"HTTPS_PROXY": proxy, "https_proxy": proxy}
    env = environment({**ours, "AUDITOR_RESOLVER": sandbox.resolver, **proxies, **planted, **signed_in})
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, cwd=folder.parent)
    secrets = tuple(value for name, value in signed_in.items() if name.endswith(("_SECRET", "_TOKEN")))
    assert secrets
    return Ran(done.returncode, done.stdout, done.stderr, folder, secrets)


def test_nothing_that_azure_says_is_left(tmp_path: Path, sown: Field) -> None:
    """Members, tags, descriptions, catalogues, output, headers; and a signature in each path of the command line."""
    settings = tmp_path / f"x?sv=1&sig={SIGNATURE}"
    settings.mkdir()
    shutil.copy(settings_path("healthy"), settings / "auditor.yaml")
    for beside in ("healthy.attestations.yaml", "healthy.requirements.txt"):
        shutil.copy(settings_path("healthy").with_name(beside), settings)
    folder = tmp_path / f"run&sig={SIGNATURE}"
    given = ("run", "--settings", str(settings / "auditor.yaml"), "--output", str(folder))
    with Sandbox(load_world("healthy")) as sandbox:
        done = ran(sandbox, folder, command(*given))
    assert done.code == 0, done.stdout[:3000]
    assert sown.sown > 20
    assert len(sown.tokens) >= 2, "for Resource Manager and for the models"
    assert done.leaks(sown.harvest) == []
    assert done.run.verdict == "pass"
    assert {call.outcome for call in done.run.calls} == {"completed", "not_applicable"}
    assert any(reading.redacted for reading in done.run.readings)
    snapshot = (folder / "snapshot.json").read_text(encoding="utf-8")
    assert "plantedMember" in snapshot, "it was heard"
    assert snapshot.count('"credentials":"***"') + snapshot.count('"credentials": "***"') >= 5, "each connection's"
    assert "sig=***" in json.dumps(done.run.command)


def test_nothing_that_a_failing_run_says_is_left(tmp_path: Path, sown: Field) -> None:
    """Errors of the model endpoints, signed in by a GitHub job's own identity."""
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path("release")), "--output", str(folder))
    with Sandbox(load_world("release")) as sandbox:
        done = ran(sandbox, folder, command(*given), sandbox.signed_in_by("github-oidc"))
    assert done.code == 1, done.stderr
    assert any(call.outcome == "refused" for call in done.run.calls)
    assert "github-oidc: signed in" in done.stderr
    assert len(sown.tokens) >= 3, "an assertion, and two tokens"
    assert done.leaks(sown.harvest) == []
    for words in (("report", str(folder / "evidence.json")), ("evaluate", str(folder / "snapshot.json"), "--json")):
        again = subprocess.run(command(*words), env=environment(), capture_output=True, text=True, check=False)
        assert again.stdout
        assert leaks([("stdout", again.stdout.encode()), ("stderr", again.stderr.encode())], sown.harvest) == []


KEYED = ("    account: contoso-support-weu\n", "    account: contoso-support-weu\n    authentication: keys-allowed\n")
"""Line of the healthy world's settings → what makes its owner rely on keys."""


@pytest.mark.parametrize(
    ("fault", "relied_on", "outcome"),
    [
        ("key-alert-missing", True, "completed"),
        ("key-call-failed", True, "refused"),
        ("key-not-refused", False, "completed"),
    ],
)
def test_nothing_of_a_fetched_key_is_left(
    tmp_path: Path, sown: Field, fault: str, relied_on: bool, outcome: str
) -> None:
    """Neither where it works nor where it is refused, though every answer and every error repeats it."""
    text = settings_path("healthy").read_text(encoding="utf-8")
    assert text.count(KEYED[0]) == 1
    (tmp_path / "auditor.yaml").write_text(text.replace(*KEYED) if relied_on else text, encoding="utf-8")
    for beside in ("healthy.attestations.yaml", "healthy.requirements.txt"):
        shutil.copy(settings_path("healthy").with_name(beside), tmp_path)
    folder = tmp_path / "run"
    given = ("--verbose", "run", "--settings", str(tmp_path / "auditor.yaml"), "--output", str(folder))
    with Sandbox(load_world("healthy", [fault])) as sandbox:
        done = ran(sandbox, folder, command(*given))
    assert done.code in {0, 1}, done.stderr
    assert sown.keys, "it was fetched"
    probe = "text_key" if relied_on else "key_refused"
    assert outcome in {call.outcome for call in done.run.calls if call.probe == probe}
    assert done.leaks(sown.harvest) == []
    listings = [one for one in done.run.readings if one.url.partition("?")[0].lower().endswith("/listkeys")]
    assert listings
    assert {(one.body_sha256, one.body_bytes) for one in listings} == {(None, 0)}


@pytest.mark.parametrize("faults", [["arm-html"], ["arm-server-error"], []], ids="".join)
def test_nothing_that_a_refusal_says_is_left(tmp_path: Path, sown: Field, faults: list[str]) -> None:
    """Errors of Resource Manager that repeat the caller's token, and pages of whoever stands before it."""
    world = "healthy" if faults else "denied"
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path(world)), "--output", str(folder), "--deadline", "6")
    with Sandbox(load_world(world, faults)) as sandbox:
        done = ran(sandbox, folder, command(*given))
    assert done.code == 3, done.stderr
    assert done.run.gaps
    assert done.leaks(sown.harvest) == []


def test_nothing_that_a_defect_says_is_left(tmp_path: Path, sown: Field) -> None:
    """A traceback with everything in it: the environment, the snapshot, an error's own words."""
    folder = tmp_path / "run"
    given = ("--verbose", "run", "--settings", str(settings_path("healthy")), "--output", str(folder))
    words = [sys.executable, "-c", CRASH.format(words=" ".join(WORDS)), *given]
    with Sandbox(load_world("healthy")) as sandbox:
        done = ran(sandbox, folder, words)
    assert done.code == 4, done.stderr
    assert "Traceback" in done.stderr
    assert "ValueError: key ***" in done.stderr
    assert done.leaks(sown.harvest) == []
    assert not folder.exists()


def test_nothing_that_a_refused_sign_in_says_is_left(tmp_path: Path, sown: Field) -> None:
    """An authority that repeats the client secret."""
    sown.echoes_secret = True
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path("healthy")), "--output", str(folder))
    with Sandbox(load_world("healthy")) as sandbox:
        done = ran(sandbox, folder, command(*given))
    assert done.code == 3
    assert "environment: failed" in done.stderr
    assert "AADSTS7000215" in done.stderr
    assert done.leaks(sown.harvest) == []


def test_nothing_of_a_proxys_password_is_left(tmp_path: Path, sown: Field) -> None:
    """The way to an account is refused by the proxy; the way to Azure is a proxy that is not there."""
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path("healthy")), "--output", str(folder), "--pack", "development")
    with Sandbox(load_world("healthy", ["call-proxy-refused"])) as sandbox:
        done = ran(sandbox, folder, command(*given))
    assert any("proxy" in str(call.cause) for call in done.run.calls), done.stderr
    assert done.leaks(sown.harvest) == []
    gone = ran(sandbox, tmp_path / "gone", command(*given[:-3], str(tmp_path / "gone")))
    assert gone.code == 3
    assert "failed" in gone.stderr
    assert gone.leaks(sown.harvest) == []


SETTINGS = f"""\
scope:
  subscriptions: [00000000-0000-4000-8000-0000000000a1]
  tags: {{note: "{MARKED_KEY}"}}
clientSecret: "{CLIENT_SECRET}"
resolver: "{TOKEN}"
workloads:
  - name: chat
    owner: "ask with {SAS}"
    account: "{CONNECTION}"
    deployments: [{{name: chat, model: gpt-5.4, "{MARKED_KEY}": 1}}]
"""

WAIVERS = f"""\
- check: api-keys-accepted
  subject: "*"
  owner: me
  reason: "the key is {KEY}"
  ticket: "{SAS}"
  expires: 2030-01-01
"""


def test_secrets_in_the_settings_are_refused_and_not_repeated(tmp_path: Path) -> None:
    """Each is told with its place; nothing is audited."""
    path = tmp_path / "auditor.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    done = subprocess.run(
        command("run", "--settings", str(path)), env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    for where in ("3:16: scope.tags.note", "4:15: clientSecret", "8:12: workloads[0].owner", "resolver"):
        assert f"{where}: holds what looks like a secret" in done.stderr
    assert leaks([("stderr", done.stderr.encode()), ("stdout", done.stdout.encode())], PLANTED) == []
    assert {each.name for each in tmp_path.iterdir()} == {"auditor.yaml"}


def test_secrets_in_waivers_are_refused_and_not_repeated(tmp_path: Path) -> None:
    """Reports print who waived what and why."""
    settings = settings_path("healthy").read_text(encoding="utf-8")
    (tmp_path / "auditor.yaml").write_text(f"{settings}\nwaivers: waivers.yaml\n", encoding="utf-8")
    (tmp_path / "waivers.yaml").write_text(WAIVERS, encoding="utf-8")
    done = subprocess.run(command("run"), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "waivers.yaml:4:11: 0.reason: holds what looks like a secret" in done.stderr
    assert "waivers.yaml:5:11: 0.ticket: holds what looks like a secret" in done.stderr
    assert leaks([("stderr", done.stderr.encode())], PLANTED) == []


@pytest.mark.parametrize(
    "words",
    [
        ("run", SAS),
        ("run", "--settings", SAS),
        ("run", "--fail-on", CONNECTION),
        ("run", "--pack", f"https://x?sig={SIGNATURE}"),
        ("evaluate", CONNECTION),
        ("report", f"?sig={SIGNATURE}"),
        ("checks", "show", MARKED_KEY),
        (TOKEN,),
        (f"--{CLIENT_SECRET}",),
    ],
    ids=lambda words: " ".join(words[:-1]),
)
def test_a_secret_on_the_command_line_is_not_repeated(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Whatever is wrong with the command line."""
    done = subprocess.run(command(*words), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert leaks([("stderr", done.stderr.encode()), ("stdout", done.stdout.encode())], PLANTED) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    (tmp_path / "a.txt").write_text(f"x{ACCOUNT_KEY[30:50]}x", encoding="utf-8")
    assert len(leaks(written(tmp_path), PLANTED)) > 0


@pytest.mark.parametrize(
    ("name", "moment", "holds"),
    [("Bundle.keep", 60, {"raw"}), ("_settle", 1, {"raw", "evidence.json", "report.html", ".manifest.json"})],
)
def test_a_killed_run_leaves_no_bundle_and_no_secret(
    tmp_path: Path, sown: Field, name: str, moment: int, holds: set[str]
) -> None:
    """Neither in the middle of its calls nor when all is written but not in its place."""
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path("release")), "--output", str(folder), "--format", "html")
    script = KILLED.format(name=name, moment=moment)
    with Sandbox(load_world("release")) as sandbox:
        done = ran(sandbox, tmp_path / ".run.partial", [sys.executable, "-c", script, *given])
    assert done.code == -signal.SIGKILL, done.stderr
    assert not folder.exists()
    assert holds <= {path.name for path in done.folder.iterdir()}
    assert len(list((done.folder / "raw").iterdir())) > 30
    assert sown.sown > 10
    assert done.leaks(sown.harvest) == []
    with pytest.raises(BundleError):
        open_bundle(done.folder)
