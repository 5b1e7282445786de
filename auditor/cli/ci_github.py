"""`auditor ci github`: a finished run as job summary, annotations and outputs of a GitHub Actions step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import click

from auditor.cli.ci_options import ci_options, write
from auditor.cli.options import Command

if TYPE_CHECKING:
    from auditor.ci.outputs import Kept
    from auditor.run import Run

_EPILOG = """\
Examples:
  auditor ci github
  auditor ci github reports/<run-id> --settings auditor.yaml

Outputs: verdict (pass, fail, incomplete, error), failed, unknown, complete,
bundle-path, evidence-path, evidence-sha256, report-path, sarif-path,
manifest-path, predicate-path.
"""


@click.command(cls=Command, epilog=_EPILOG)
@ci_options
@click.pass_context
def github(ctx: click.Context, *, bundle: Path | None, settings: Path | None) -> None:
    """Report a finished run to GitHub Actions.

    Writes the summary to GITHUB_STEP_SUMMARY, the outputs to GITHUB_OUTPUT, at most ten errors and ten warnings as
    annotations to stdout, and ends with the run's own exit code. BUNDLE is a run's folder, without it the newest under
    reports/. Where there is none, it was altered, or another workflow run made it, it ends with 2 and the verdict
    `error`.
    """
    from auditor.ci import github as words
    from auditor.ci.outputs import Kept, outputs
    from auditor.cli.ci_found import find
    from auditor.cli.console import output, secrets_of
    from auditor.errors import BundleError, SnapshotError

    if os.environ.get("GITHUB_ACTIONS") == "true":
        output("\n".join(words.masks(secrets_of(os.environ))))
    try:
        found = find(bundle, settings, os.environ)
    except (SnapshotError, BundleError) as error:
        _append("GITHUB_OUTPUT", words.output_file(outputs(None, Kept()), _delimiter))
        _append("GITHUB_STEP_SUMMARY", words.summary_without_run(str(error)))
        output(words.log_without_run(f"{error}. {error.next_step}"))
        raise
    kept = _with_predicate(found.run, found.kept, os.environ)
    _append("GITHUB_OUTPUT", words.output_file(outputs(found.run, kept), _delimiter))
    _append("GITHUB_STEP_SUMMARY", words.summary(found.run, _taken(os.environ.get("GITHUB_STEP_SUMMARY"))))
    output("\n".join(words.log(found.run, found.lines)))
    ctx.exit(found.code)


def _append(variable: str, text: str) -> None:
    """Appends to the file that the variable names; without the variable this is no step of a workflow."""
    from auditor.cli.console import say

    if path := os.environ.get(variable):
        write(Path(path), text, append=True)
    else:
        say(f"{variable} is not set: not written")


def _with_predicate(run: Run, kept: Kept, environ: Mapping[str, str]) -> Kept:
    """The same, and what an attestation of the manifest would say, in the job's own temporary folder."""
    from dataclasses import replace

    from auditor.report.attested import attested, written

    if not kept.manifest or not environ.get("RUNNER_TEMP"):
        return kept
    path = Path(environ["RUNNER_TEMP"]) / f"auditor-{kept.evidence_sha256[:16]}.predicate.json"
    write(path, written(attested(run, kept.evidence_sha256, named=False)))
    return replace(kept, predicate=str(path))


def _taken(path: str | None) -> int:
    return Path(path).stat().st_size if path and Path(path).is_file() else 0


def _delimiter() -> str:
    return f"auditor_{token_hex(16)}"
