"""`auditor run`: audits what the settings name, writes every report, ends with the verdict's exit code."""

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

BEFORE_PROVISION = "before-provision"
"""The pack of --before-provision."""

_EPILOG = """\
Examples:
  auditor run
  auditor run --settings release.yaml --pack production --fail-on medium
  auditor run --no-probes --json > evidence.json
  auditor run --repeat 20 --dry-run
  auditor run --before-provision --quiet

Variables, over the file and under the flags; lists are separated by commas:
  AUDITOR_CLOUD  AUDITOR_TENANT (else AZURE_TENANT_ID)  AUDITOR_SUBSCRIPTIONS
  AUDITOR_PACKS  AUDITOR_FAIL_ON  AUDITOR_INCOMPLETE  AUDITOR_PROBES (on, off)
  AUDITOR_REPEAT  AUDITOR_CREDENTIALS  AUDITOR_RESOLVER  AUDITOR_CONCURRENCY
  AUDITOR_DEADLINE_SECONDS
"""


@click.command(cls=Command, epilog=_EPILOG)
@option("--settings", intent="Input", type=click.Path(path_type=Path), metavar="FILE", help="Default: auditor.yaml.")
@gate_options
@framework_option
@option(
    "--workload",
    "workloads",
    intent="Scope and cost",
    multiple=True,
    metavar="NAME",
    help="Look at this workload and its account alone; repeatable.",
)
@option(
    "--before-provision",
    intent="Scope and cost",
    is_flag=True,
    help="Judge what the settings plan, where it may not exist yet, by the pack before-provision.",
)
@option(
    "--no-probes",
    intent="Scope and cost",
    is_flag=True,
    help="Call no deployment; what calls would prove stays unknown.",
)
@option(
    "--repeat",
    intent="Scope and cost",
    type=int,
    metavar="N",
    help="Ask each declared deployment so often, for its p50, p95 and p99.",
)
@option(
    "--dry-run",
    intent="Scope and cost",
    is_flag=True,
    help="Print which calls would be made and what they may cost; make none.",
)
@option("--deadline", intent="Scope and cost", type=float, metavar="SECONDS", help="Stop looking after so long.")
@option(
    "--format",
    "formats",
    intent="Output",
    type=click.Choice(FORMAT_NAMES),
    multiple=True,
    help="Write this report; repeatable. Default: all but pdf. The evidence (json) and the snapshot always are.",
)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="An empty or new folder for the reports. Default: reports/<run-id>.",
)
@sign_option
@redact_ids_option
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the evidence instead of the report.")
@conversation_options
@click.pass_context
def run(
    ctx: click.Context,
    *,
    settings: Path | None,
    pack: tuple[str, ...],
    fail_on: str | None,
    allow_incomplete: bool,
    exit_zero: bool,
    frameworks: tuple[str, ...],
    workloads: tuple[str, ...],
    before_provision: bool,
    no_probes: bool,
    repeat: int | None,
    dry_run: bool,
    deadline: float | None,
    formats: tuple[str, ...],
    output: Path | None,
    sign: str | None,
    as_json: bool,
) -> None:
    """Audit what the settings name.

    Prints the report on stdout and what happens on stderr. Every report is written before the exit code is decided;
    Ctrl-C stops looking, and reports what was seen until then. With --before-provision neither the accounts nor their
    resource groups need to exist, nothing is called, and the settings' own packs are set aside.
    """
    from auditor.cli.order import Order
    from auditor.cli.session import closing_code, perform, rehearse

    flags = {
        "--pack": pack or ((BEFORE_PROVISION,) if before_provision else ()),
        "--fail-on": fail_on,
        "--allow-incomplete": "allow" if allow_incomplete else None,
        "--no-probes": False if no_probes else None,
        "--repeat": repeat,
        "--deadline": deadline,
    }
    given = ctx.meta["auditor.arguments"]
    order = Order(settings, flags, formats, output, as_json, given, frameworks, before_provision, sign, workloads)
    if dry_run and before_provision:
        raise click.UsageError("--before-provision calls nothing: there is nothing to plan with --dry-run")
    if dry_run:
        rehearse(order)
        return
    done = perform(order)
    ctx.exit(closing_code(done, exit_zero=exit_zero))
