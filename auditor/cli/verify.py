"""`auditor verify`: whether a bundle is as it was written, who signed it, and whether its findings follow."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.policy.judgement import Judgement
    from auditor.run import Run
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot

_EPILOG = """\
Examples:
  auditor verify reports/<run-id>
  auditor verify reports/<run-id> --key audit.key.pub
  auditor verify reports/<run-id> --json

Exit codes:
  0  intact, as far as was asked
  1  altered; a signature that was asked for is missing, wrong or by another
     key; findings that do not follow; or another run before than is named
  2  no bundle, or one of another layout
  3  nothing is altered, but another version of the auditor made it, and this
     one does not come to the same findings
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("bundle", type=click.Path(path_type=Path))
@option(
    "--key",
    "keys",
    intent="Signature",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PUB",
    help="A public key in PEM form: it, or another that is named so, must have signed.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the result as JSON.")
@conversation_options
@click.pass_context
def verify(ctx: click.Context, *, bundle: Path, keys: tuple[Path, ...], as_json: bool) -> None:
    """Verify the BUNDLE of an earlier run, offline.

    Compares every file with the manifest, every raw body with its name, the signature with the keys, the run before
    with the one that is named; then judges the snapshot again and compares each finding. Nothing is written.
    """
    from auditor.bundle.public_key import public_keys
    from auditor.bundle.verification import verify as verified
    from auditor.cli.console import colored, output, width
    from auditor.cli.verify_page import page
    from auditor.report.hostile import in_json

    found = verified(bundle, public_keys(keys), judged_again)
    output(
        in_json(found.model_dump_json(indent=2))
        if as_json
        else page(found, min(width(), 80), colored(sys.stdout, os.environ))
    )
    ctx.exit(found.exit_code)


def judged_again(snapshot: Snapshot, settings: Settings, judgement: Judgement, recorded: Run) -> Run:
    """The run that follows, with the names of the one that was recorded."""
    from auditor.judgement import judge

    return judge(
        snapshot,
        settings,
        judgement.policy(),
        judgement.accepted(),
        run_id=recorded.id,
        command=recorded.command,
        context=recorded.context,
        frameworks=judgement.frameworks,
    )
