"""`auditor keys`: a key pair to sign bundles with."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import Command, CommandGroup, conversation_options

_EPILOG = """\
Examples:
  auditor keys new audit.key
  auditor run --sign audit.key
  auditor verify reports/<run-id> --key audit.key.pub
"""

_NEW = """\
Examples:
  auditor keys new audit.key
"""


@click.group(cls=CommandGroup, epilog=_EPILOG)
@conversation_options
def keys() -> None:
    """Make a key pair to sign with."""


@keys.command(cls=Command, epilog=_NEW)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@conversation_options
def new(file: Path) -> None:
    """Write a new Ed25519 key to FILE, and its public half to FILE.pub.

    Only this user may read FILE; it has no password. No file is ever overwritten. Needs the extra `sign`.
    """
    from auditor.bundle.signing import new_key
    from auditor.cli.console import output, say

    public, name = new_key(file)
    say(f"private: {file} (keep it where only the audit's own identity can read it)")
    say(f"public:  {public}")
    output(name)
