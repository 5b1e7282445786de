"""What a command's help says after its examples, as a manual page does: exit codes, environment, files, see also."""

from __future__ import annotations

from dataclasses import dataclass

import click

from auditor.errors import EXIT_MEANINGS

Lines = tuple[tuple[str, str], ...]
"""What is named, and what it means."""


@dataclass(frozen=True)
class Manual:
    """The last sections of one command's help."""

    exits: Lines = ()
    """Empty where the command's own examples are followed by them."""
    environment: Lines = ()
    files: Lines = ()
    see: tuple[str, ...] = ()
    """Other commands, without `auditor`."""


VERDICT = tuple((str(int(code)), meaning) for code, meaning in EXIT_MEANINGS.items())
PLAIN = (("0", "done"), ("2", "the command line or a file is not right"))
GATE = (
    ("as the run", "the exit code of the run that it speaks of"),
    ("2", "there is none of this CI run: nothing was audited"),
)
DEMO = (
    ("0", "done, whatever the verdict: at the end it says how a gate would end"),
    ("2", "the command line or a file is not right"),
    ("4", "the auditor itself failed"),
)

SIGN_IN: Lines = (
    ("AZURE_CLIENT_ID", "who signs in, with AZURE_TENANT_ID, AZURE_CLIENT_SECRET"),
    ("HTTPS_PROXY", "the proxy to Azure; NO_PROXY: what is reached without it"),
    ("SSL_CERT_FILE", "authorities to trust instead of the system's"),
)
COLORS: Lines = (("NO_COLOR", "no colours; FORCE_COLOR: colours in pipes too"),)
SETTINGS = ("auditor.yaml", "the settings: what is meant to be")
BUNDLE = ("reports/<run-id>/", "a run's bundle: evidence, snapshot, reports, manifest")

MANUAL: dict[str, Manual] = {
    "init": Manual((), SIGN_IN, (SETTINGS,), ("run", "settings check", "permissions", "doctor")),
    "run": Manual(VERDICT, SIGN_IN + COLORS, (SETTINGS, BUNDLE), ("doctor", "settings check", "evaluate", "explain")),
    "regions": Manual((), SIGN_IN, (SETTINGS,), ("run",)),
    "demo": Manual(DEMO, COLORS, (BUNDLE,), ("sandbox", "run")),
    "evaluate": Manual(VERDICT, COLORS, (BUNDLE,), ("run", "diff", "checks")),
    "report": Manual(PLAIN, COLORS, (BUNDLE,), ("run", "verify")),
    "verify": Manual((), (), (BUNDLE,), ("keys", "run", "evaluate")),
    "keys": Manual(see=("run", "verify")),
    "keys new": Manual(PLAIN, (), (("FILE, FILE.pub", "the key, for this user alone; its public half"),), ("verify",)),
    "diff": Manual((), COLORS, (BUNDLE,), ("history", "explain", "evaluate")),
    "history": Manual(
        PLAIN, COLORS, (BUNDLE, ("reports/.history.sqlite3", "the index; made again when removed")), ("diff", "explain")
    ),
    "history import": Manual(PLAIN, see=("history",)),
    "history prune": Manual(PLAIN, see=("history", "verify")),
    "triage": Manual((), SIGN_IN + COLORS, (SETTINGS, BUNDLE), ("explain", "diff", "history", "doctor")),
    "explain": Manual((), COLORS, (BUNDLE,), ("checks show", "frameworks", "history", "doctor")),
    "doctor": Manual((), SIGN_IN + COLORS, (SETTINGS,), ("permissions", "settings check", "explain")),
    "ci": Manual(see=("run", "report")),
    "ci github": Manual(
        GATE,
        (("GITHUB_OUTPUT", "what the outputs are added to"), ("GITHUB_STEP_SUMMARY", "what the summary is")),
        (BUNDLE,),
        ("run",),
    ),
    "ci azure-devops": Manual(GATE, files=(BUNDLE,), see=("run",)),
    "ci gitlab": Manual(GATE, files=(BUNDLE,), see=("run",)),
    "ci merge": Manual(see=("run", "ci github")),
    "permissions": Manual(PLAIN, see=("doctor", "checks")),
    "checks": Manual(PLAIN, see=("explain", "policy", "frameworks")),
    "checks show": Manual(PLAIN, see=("explain",)),
    "probes": Manual(see=("checks", "run")),
    "frameworks": Manual(PLAIN, see=("explain", "checks", "run")),
    "settings": Manual(files=(SETTINGS,), see=("schema", "run")),
    "settings check": Manual(PLAIN, files=(SETTINGS,), see=("schema", "run")),
    "policy": Manual(see=("checks", "schema", "evaluate")),
    "policy new": Manual(PLAIN, see=("policy test", "schema")),
    "policy test": Manual(
        (("0", "every example came out as it says"), ("1", "one did not"), PLAIN[1]), see=("policy new",)
    ),
    "sandbox": Manual(PLAIN, see=("demo", "run")),
    "schema": Manual(see=("settings check", "policy new")),
    "completion": Manual(files=(SETTINGS,), see=("explain",)),
}
"""Command → what its help ends with."""


def write_manual(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The sections of this command, where it has any."""
    told = MANUAL.get(_name(ctx))
    if told is None:
        return
    for title, lines in (("Exit codes", told.exits), ("Environment", told.environment), ("Files", told.files)):
        if lines:
            with formatter.section(title):
                formatter.write_dl(list(lines))
    if told.see:
        with formatter.section("See also"):
            formatter.write_text(", ".join(f"auditor {name}" for name in told.see))


def _name(ctx: click.Context) -> str:
    """The command's words without the program's: `history prune`."""
    words: list[str] = []
    here: click.Context | None = ctx
    while here is not None and here.parent is not None:
        words.insert(0, here.info_name or "")
        here = here.parent
    return " ".join(words)
