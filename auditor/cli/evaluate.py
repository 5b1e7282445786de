"""`auditor evaluate`: judges a saved snapshot again, offline."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import (
    FORMAT_NAMES,
    Command,
    conversation_options,
    framework_option,
    gate_options,
    option,
    redact_ids_option,
    sign_option,
)

_EPILOG = """\
Examples:
  auditor evaluate reports/<run-id>/snapshot.json
  auditor evaluate snapshot.json --pack regulated --output reports/regulated
  auditor evaluate snapshot.json --framework nist-800-53-r5 --framework mcsb-v1
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("snapshot", type=click.Path(path_type=Path))
@option(
    "--settings",
    intent="Input",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Default: those that the snapshot was taken with.",
)
@gate_options
@framework_option
@option(
    "--format",
    "formats",
    intent="Output",
    type=click.Choice(FORMAT_NAMES),
    multiple=True,
    help="Write this report; repeatable. Default with --output: all but pdf.",
)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="An empty or new folder for the reports. Default: none, or with --format or --sign reports/<run-id>.",
)
@sign_option
@redact_ids_option
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the evidence instead of the report.")
@conversation_options
@click.pass_context
def evaluate(
    ctx: click.Context,
    *,
    snapshot: Path,
    settings: Path | None,
    pack: tuple[str, ...],
    fail_on: str | None,
    allow_incomplete: bool,
    exit_zero: bool,
    frameworks: tuple[str, ...],
    formats: tuple[str, ...],
    output: Path | None,
    sign: str | None,
    as_json: bool,
) -> None:
    """Judge the SNAPSHOT of an earlier run again, offline.

    The same snapshot, settings and packs give the same findings, byte for byte. Paths of packs and of waivers are
    relative to the settings file, or without one to the working folder.
    """
    from auditor.cli.order import Order
    from auditor.cli.session import closing_code, judge_again

    flags = {"--pack": pack, "--fail-on": fail_on, "--allow-incomplete": "allow" if allow_incomplete else None}
    order = Order(settings, flags, formats, output, as_json, ctx.meta["auditor.arguments"], frameworks, sign=sign)
    ctx.exit(closing_code(judge_again(snapshot, order), exit_zero=exit_zero))
