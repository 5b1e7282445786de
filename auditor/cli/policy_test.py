"""`auditor policy test`: runs the examples of a user's own checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options
from auditor.errors import ExitCode

if TYPE_CHECKING:
    from auditor.policy.examples import Lie

_EPILOG = """\
Examples:
  auditor policy test policies
  auditor policy test policies/checks/custom/tag-team-missing.yaml
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("path", type=click.Path(path_type=Path))
@conversation_options
@click.pass_context
def test(ctx: click.Context, path: Path) -> None:
    """Run the examples of your checks.

    PATH is a folder with checks/, a pack's file in it, or one check's file. An example that does not come out as it
    says is shown with the rule's expression and the values that it saw.
    """
    from auditor.cli.console import output, sayable
    from auditor.policy.examples import example_count, lies
    from auditor.policy.exercise import own_checks

    checks = own_checks(path)
    found = [lie for compiled in checks for lie in lies(compiled)]
    for lie in found:
        output("\n".join(sayable(line) for line in _lines(lie)) + "\n\n")
    examples = sum(example_count(compiled.check) for compiled in checks)
    output(f"{_counted(len(checks), 'check')}, {_counted(examples, 'example')}: {_counted(len(found), 'failure')}")
    ctx.exit(ExitCode.FAILED if found else ExitCode.PASSED)


def _lines(lie: Lie) -> Iterator[str]:
    yield lie.sentence
    for member, expression in lie.rules:
        yield f"  {member}: {' '.join(expression.split())}"
    for path, value in lie.values:
        yield f"    {path} = {value}"


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
