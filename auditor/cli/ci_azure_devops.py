"""`auditor ci azure-devops`: a finished run as issues, test results, summary and variables of an Azure task."""

from __future__ import annotations

import os
from pathlib import Path

import click

from auditor.cli.ci_options import ci_options, write
from auditor.cli.options import Command, option

_EPILOG = """\
Examples:
  auditor ci azure-devops
  auditor ci azure-devops --output $(Build.ArtifactStagingDirectory)

Output variables, where the step has a name: verdict (pass, fail, incomplete,
error), failed, unknown, complete, bundlePath, evidencePath, evidenceSha256,
reportPath, sarifPath, manifestPath.
"""


@click.command(name="azure-devops", cls=Command, epilog=_EPILOG)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where auditor-summary.md and auditor-junit.xml go. Default: the agent's temporary folder.",
)
@ci_options
@click.pass_context
def azure_devops(ctx: click.Context, *, bundle: Path | None, settings: Path | None, output: Path | None) -> None:
    """Report a finished run to Azure Pipelines.

    Logs the worst findings as issues, attaches the summary, publishes the JUnit results, sets output variables,
    completes the task, and ends with the run's own exit code. BUNDLE is a run's folder, without it the newest under
    reports/. Where there is none, it was altered, or another build made it, it ends with 2 and the verdict `error`.
    """
    from auditor.ci import azure_devops as words
    from auditor.ci.outputs import Kept, outputs
    from auditor.cli.ci_found import find
    from auditor.cli.console import output as stdout
    from auditor.errors import BundleError, SnapshotError
    from auditor.report import junit, markdown

    try:
        found = find(bundle, settings, os.environ)
    except (SnapshotError, BundleError) as error:
        told = words.log_without_run(f"{error}. {error.next_step}")
        stdout("\n".join((*words.variables(outputs(None, Kept())), *told)))
        raise
    folder = (output or Path(os.environ.get("AGENT_TEMPDIRECTORY") or os.curdir)).absolute()
    summary, results = folder / "auditor-summary.md", folder / "auditor-junit.xml"
    write(summary, markdown.render(found.run))
    write(results, junit.render(found.run))
    lines = (
        *words.variables(outputs(found.run, found.kept)),
        *words.log(found.run, found.lines),
        *words.published(str(summary), str(results)),
        words.completed(found.run),
    )
    stdout("\n".join(lines))
    ctx.exit(found.code)
