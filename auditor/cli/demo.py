"""`auditor demo`: `auditor run`, unchanged, in an environment that leads to a pretend Azure."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import Command, conversation_options, option, redact_ids_option, sign_option

_EPILOG = """\
Examples:
  auditor demo
  auditor demo --world healthy --fault api-keys-accepted
"""


@click.command(cls=Command, epilog=_EPILOG)
@option("--world", intent="World", default="release", show_default=True, metavar="NAME", help="What there is.")
@option("--fault", "faults", intent="World", multiple=True, metavar="NAME", help="What is wrong with it; repeatable.")
@option("--repeat", intent="World", type=int, metavar="N", help="Ask each declared deployment so often.")
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="An empty or new folder for the reports. Default: reports/<run-id>.",
)
@sign_option
@redact_ids_option
@conversation_options
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    world: str,
    faults: tuple[str, ...],
    repeat: int | None,
    output: Path | None,
    sign: str | None,
) -> None:
    """Audit a pretend Azure on this machine and write every report.

    Nothing leaves the machine: host names, sign-in, certificates and requests are those of Azure, and a proxy on
    loopback answers them. `auditor sandbox --list` names the worlds and the faults.
    """
    from auditor.cli.console import say
    from auditor.cli.order import Order
    from auditor.cli.pretend import inside
    from auditor.cli.session import closing_code, perform
    from auditor.errors import EXIT_MEANINGS
    from auditor.sandbox import Sandbox, load_world, settings_path

    pretended = load_world(world, faults)
    with Sandbox(pretended) as sandbox, inside(sandbox):
        done = perform(
            Order(
                settings_path(world),
                {"--repeat": repeat},
                (),
                output,
                False,
                ctx.meta["auditor.arguments"],
                sign=sign,
            )
        )
    code = closing_code(done, exit_zero=False)
    say(f"As a gate this run would end with exit code {int(code)} ({EXIT_MEANINGS[code]}).")
