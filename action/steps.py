"""The steps of the action, in Python alone: install the auditor, audit, end with its exit code.

It runs with whatever Python the runner has, before anything is installed, so it imports the standard library only.
Inputs come as variables INPUT_…; no text of theirs becomes part of a script.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
USAGE, INTERNAL = 2, 4
MOST_PATH = 200
"""Characters of an artifact's name that the input may give."""

MOST_CODE = 255
"""A greater exit code is cut to its last byte on the way, and 256 becomes a 0."""

MOST_JOBS = 256
"""GitHub's limit for a matrix: https://docs.github.com/actions/reference/limits"""


def main() -> int:
    """Does the step that the command line names; its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python a runner has reads this far
        return refuse(f"Python {sys.version.split()[0]} is too old: the auditor needs 3.11 or newer (input python)")
    steps = {"install": install, "audit": audit, "end": end, "plan": plan, "merge": merge}
    return steps[sys.argv[1]]()


def install() -> int:
    """Makes an environment in the job's temporary folder and installs nothing whose hash is not known."""
    done = environment() / "installed"
    if done.exists():
        return 0
    import venv

    print("Installing the auditor from hashed requirements ...", flush=True)
    # As `python -m venv` does: a copied interpreter would not find a library that lies beside the real one.
    venv.create(environment(), with_pip=True, clear=True, symlinks=os.name != "nt")
    hashed = ["--require-hashes", "--only-binary", ":all:"]
    for arguments in (
        [*hashed, "-r", str(ROOT / "requirements.txt"), "-r", str(ROOT / "action" / "requirements-build.txt")],
        ["--no-deps", "--no-build-isolation", str(ROOT)],
    ):
        pip = [str(python()), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
        code = subprocess.run(pip, check=False).returncode
        if code:
            return refuse(f"the auditor could not be installed (pip ended with {code})", INTERNAL)
    done.touch()
    return 0


def audit() -> int:
    """Runs the audit and says it to GitHub; the code stands in the output exit-code, and the last step ends with it."""
    folder = Path(given("WORKING_DIRECTORY") or ".")
    wrong = [f"the input {name.lower()} must be true or false" for name in ("SARIF", "ATTEST") if not is_switch(name)]
    wrong += [] if folder.is_dir() else [f"the input working-directory names no folder: {folder}"]
    if wrong:
        keep("exit-code", str(refuse("; ".join(wrong))))
        keep("verdict", "error")
        return 0
    bundle = temporary() / f"auditor-{secrets.token_hex(6)}" / "bundle"
    bundle.parent.mkdir()
    settings = ["--settings", given("SETTINGS") or "auditor.yaml"]
    ran = auditor(folder, "run", *settings, "--output", str(bundle), *options())
    told = auditor(folder, "ci", "github", str(bundle), *settings)
    prefix = re.sub(r"[^A-Za-z0-9._-]+", "-", given("ARTIFACT"))[:MOST_PATH].strip("-.") or "auditor"
    keep("exit-code", str(ran or told))
    if ran != told:
        keep("verdict", "error")  # whatever the evidence says, the audit did not end as it says
    keep("artifact", f"{prefix}-{run_id(bundle)}")
    return 0


def end() -> int:
    """Says what was asked for and could not be done, and ends with the auditor's exit code; without one it fails."""
    code = os.environ.get("EXIT_CODE", "")
    if given("SARIF") == "true" and os.environ.get("SCANNING") != "success":
        notice("No failures were sent to code scanning", scanning_words())
    if given("ATTEST") == "true" and os.environ.get("ATTESTATION") != "success":
        notice("The evidence was not attested", attestation_words())
    return int(code) if re.fullmatch("[0-9]{1,3}", code) and int(code) <= MOST_CODE else INTERNAL


def plan() -> int:
    """Checks the settings and gives the jobs in which to audit them, as JSON, in the output jobs."""
    folder = Path(given("WORKING_DIRECTORY") or ".")
    command = [str(python()), "-I", "-m", "auditor", "settings", "check", "--json"]
    command += ["--", given("SETTINGS") or "auditor.yaml"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False, encoding="utf-8")
    if done.returncode:
        return refuse("the settings are not right; the log says where", done.returncode)
    jobs = json.loads(done.stdout)["jobs"]
    if not 0 < len(jobs) <= MOST_JOBS:
        return refuse(f"the settings make {len(jobs)} jobs, one for each account; a matrix takes 1 to {MOST_JOBS}")
    keep("jobs", json.dumps(jobs))
    return 0


def merge() -> int:
    """Gives the bundles of the planned jobs one verdict, which is a pass only if every job ended well too."""
    names = [name for job in json.loads(given("JOBS") or "[]") for name in job["workloads"].splitlines()]
    if not names:
        keep("verdict", "error")
        return refuse("no job of the audit was planned")
    expected = (part for name in names for part in ("--expect", name))
    code = auditor(Path(), "ci", "merge", *expected, "--", given("FOLDER"))
    if code == 0 and os.environ.get("JOBS_RESULT") != "success":
        keep("verdict", "error")
        return refuse(
            "not every job of the audit ended well, although each workload has a bundle that passed", INTERNAL
        )
    return code


def scanning_words() -> str:
    """Why nothing is in code scanning."""
    if os.environ.get("COMPLETE") != "true":
        return "The run is incomplete: code scanning would close alerts of what could not be seen."
    return "The upload failed. It needs the permission security-events: write, and Code Security if private."


def attestation_words() -> str:
    """Why there is no attestation."""
    if os.environ.get("ATTESTATION") == "failure":
        return "It needs the permissions id-token: write and attestations: write, and Enterprise Cloud if private."
    return "The run left no manifest to attest."


def options() -> list[str]:
    """The inputs as flags of `auditor run`; what they hold is its to judge."""
    formats = listed("FORMATS")
    if formats and given("SARIF") == "true":
        formats.append("sarif")
    flags = [("--workload", each.strip()) for each in given("WORKLOADS").splitlines() if each.strip()]
    flags += [("--pack", each) for each in listed("PACKS")]
    flags += [("--format", each) for each in dict.fromkeys(formats)]
    flags += [("--fail-on", given("FAIL_ON"))] if given("FAIL_ON") else []
    return [part for flag in flags for part in flag]


def auditor(folder: Path, *arguments: str) -> int:
    """The exit code of the installed auditor; a request to end is passed on, so that it writes what it has seen.

    Isolated: no folder of the caller's repository can stand in for one of its modules.
    """
    named = {"AZURE_CLIENT_ID": given("CLIENT_ID"), "AZURE_TENANT_ID": given("TENANT_ID")}
    env = {**os.environ, **{name: value for name, value in named.items() if value}}
    with subprocess.Popen([str(python()), "-I", "-m", "auditor", *arguments], cwd=folder, env=env) as process:
        if sys.platform != "win32":
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda got, _: process.send_signal(got))
        code = process.wait()
    return 128 - code if code < 0 else min(code, MOST_CODE)


def run_id(bundle: Path) -> str:
    """The id of the run in the bundle; something else that is not given twice where there is none."""
    try:
        with (bundle / "evidence.json").open(encoding="utf-8") as file:
            found = str(json.load(file)["id"])
    except (OSError, ValueError, KeyError, TypeError):
        found = ""
    return found if re.fullmatch(r"[A-Za-z0-9-]{1,64}", found) else secrets.token_hex(6)


def given(name: str) -> str:
    """An input's value."""
    return os.environ.get(f"INPUT_{name}", "").strip()


def is_switch(name: str) -> bool:
    """Whether an input is one of the words of a switch."""
    return given(name) in {"true", "false"}


def listed(name: str) -> list[str]:
    """The values of an input that holds several, by comma or line."""
    return [part.strip() for part in re.split(r"[,\n]", given(name)) if part.strip()]


def keep(name: str, value: str) -> None:
    """Sets an output of the step; the value is on one line."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{name}={value}\n")


def notice(title: str, text: str) -> None:
    """Shows a notice; both texts are this file's own."""
    print(f"::notice title={title}::{text}", flush=True)


def refuse(text: str, code: int = USAGE) -> int:
    """Shows an error and gives the code to end with."""
    inert = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error title=Nothing was audited::{inert}", flush=True)
    return code


def temporary() -> Path:
    """The job's own temporary folder."""
    return Path(os.environ["RUNNER_TEMP"])


def environment() -> Path:
    """Where the auditor is installed, once for the job, apart from any other version of it."""
    import hashlib

    return temporary() / f"auditor-env-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"


def python() -> Path:
    """The environment's Python."""
    return environment() / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


if __name__ == "__main__":
    sys.exit(main())
