"""`auditor checks`: what is checked, why, and how it is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import complete
from auditor.cli.complete import offer
from auditor.cli.console import output
from auditor.cli.options import Command, CommandGroup, conversation_options, option

if TYPE_CHECKING:
    from auditor.policy.library import Library
    from auditor.policy.pack import AppliedCheck

_EPILOG = """\
Examples:
  auditor checks --pack production
  auditor checks show api-keys-accepted
"""


@click.group(cls=CommandGroup, invoke_without_command=True, epilog=_EPILOG)
@option(
    "--pack",
    intent="Input",
    multiple=True,
    metavar="NAME",
    help="Only what this pack applies, as it does (a name, or a path beside the working folder); repeatable.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the checks as JSON.")
@option("--markdown", intent="Output", is_flag=True, help="Print the catalogue of checks and packs as Markdown.")
@conversation_options
@click.pass_context
def checks(ctx: click.Context, pack: tuple[str, ...], as_json: bool, markdown: bool) -> None:
    """List the checks: id, severity, subject, title, by area.

    Without --pack all that are shipped, with the severity that each has of its own.
    """
    from auditor.policy.handbook import markdown as handbook
    from auditor.policy.handbook import membership, table
    from auditor.policy.uncovered import load_uncovered

    if as_json and markdown:
        raise click.UsageError("--json and --markdown are two outputs; name one")
    library, applied = selected(pack)
    ctx.obj = library
    if ctx.invoked_subcommand:
        return
    if markdown:
        output(handbook(library, () if pack else load_uncovered()))
    elif as_json:
        packs = membership(library)
        output(
            json.dumps(
                [_member(each, [name for name in packs if each.check.id in packs[name]]) for each in applied], indent=2
            )
        )
    else:
        output(table(applied))


@checks.command(cls=Command)
@click.argument("check_id", metavar="ID", shell_complete=offer(complete.checks))
@conversation_options
@click.pass_obj
def show(library: Library, check_id: str) -> None:
    """Print all of one check.

    What it looks at, why it matters, how to fix it, frameworks, references.
    """
    from auditor.errors import PolicyError
    from auditor.policy.expression import nearest
    from auditor.policy.frameworks import load_frameworks
    from auditor.policy.handbook import membership, page

    found = library.find(check_id)
    if found is None:
        raise PolicyError(
            f"no check {check_id!r}{nearest(check_id, library.checks)}", next_step="list them with: auditor checks"
        )
    output(page(found.check, membership(library), load_frameworks()))


def selected(packs: tuple[str, ...]) -> tuple[Library, tuple[AppliedCheck, ...]]:
    """All checks in reach, and those that the packs apply; without a pack all that are shipped."""
    from auditor.policy.library import shipped_library
    from auditor.policy.pack import as_written, load_policy
    from auditor.policy.selection import select

    if not packs:
        library = shipped_library()
        return library, tuple(as_written(library.checks[check_id]) for check_id in sorted(library.checks))
    return select(packs, Path())[0], load_policy(packs, {}, Path()).checks


def _member(applied: AppliedCheck, packs: list[str]) -> dict[str, Any]:
    described = applied.check.model_dump(mode="json", by_alias=True, exclude={"examples"})
    return {**described, "severity": applied.severity, "parameters": dict(applied.parameters), "packs": packs}
