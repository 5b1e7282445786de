"""`auditor init`: looks at subscriptions and writes the settings that what is there would meet."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.initial.draft import Draft
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot

_EPILOG = """\
Examples:
  auditor init
  auditor init --subscription 00000000-0000-4000-8000-0000000000a1 --no-input
  auditor init --account contoso-support-weu --output support.yaml
  auditor init --stdout | less

Subscriptions are those of --subscription, else of AUDITOR_SUBSCRIPTIONS, else
of AZURE_SUBSCRIPTION_ID, else those that the identity sees: on a terminal you
choose among them, elsewhere all that are enabled are taken.

Exit codes of this command:
  0  the settings are written
  2  the command line is not right, or the file is there; nothing is written
  3  written, and it says what could not be seen; or nobody could sign in
"""


@click.command(cls=Command, epilog=_EPILOG)
@option(
    "--subscription",
    "subscriptions",
    intent="Scope and cost",
    multiple=True,
    type=click.UUID,
    metavar="ID",
    help="Look at this subscription; repeatable.",
)
@option(
    "--account",
    "accounts",
    intent="Scope and cost",
    multiple=True,
    metavar="NAME",
    help="Look at this account alone; repeatable.",
)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Default: auditor.yaml.",
)
@option("--stdout", "printed", intent="Output", is_flag=True, help="Print the settings and write no file.")
@option("--force", intent="Output", is_flag=True, help="Write over a file that is there.")
@option("--no-input", intent="Conversation", is_flag=True, help="Ask nothing, on a terminal neither.")
@conversation_options
@click.pass_context
def init(
    ctx: click.Context,
    *,
    subscriptions: tuple[object, ...],
    accounts: tuple[str, ...],
    output: Path | None,
    printed: bool,
    force: bool,
    no_input: bool,
) -> None:
    """Write first settings from what is there.

    Reads accounts, deployments and how they are guarded, calls no model and changes nothing. What is there is stated
    as what is expected, each value with where it was seen; what can't be seen (an owner without a tag, the features
    that an application uses) is asked on a terminal, and elsewhere stands as a comment. A door that stands open is not
    taken for meant: the settings expect it closed, so that the first run tells of it.
    """
    from auditor.cli.init_questions import asked, terminal
    from auditor.cli.init_scope import subscriptions_of
    from auditor.errors import ExitCode
    from auditor.initial.drafting import drafted
    from auditor.settings_file import DEFAULT_PATH, settings_without_file

    path = output or DEFAULT_PATH
    if printed and (output or force):
        raise click.UsageError("--stdout writes no file: leave out --output and --force")
    if not printed:
        _refuse_existing(path, force=force)
    asks = not no_input and terminal()
    chosen = subscriptions_of([str(one) for one in subscriptions], os.environ, asks=asks)
    settings = settings_without_file(chosen, accounts, os.environ)
    draft = drafted(_look(settings), settings)
    draft = asked(draft) if asks and not draft.empty else draft
    text = _checked(draft)
    if printed:
        from auditor.cli.console import output as show

        show(text)
    else:
        _refuse_existing(path, force=force)
        _write(path, text, draft)
    ctx.exit(ExitCode.INCOMPLETE if draft.blind else ExitCode.PASSED)


def _refuse_existing(path: Path, *, force: bool) -> None:
    from auditor.errors import SettingsError

    if path.exists() and not force:
        step = "name another with --output, look at it first with --stdout, or write over it with --force"
        raise SettingsError((f"{path}: is there already",), next_step=step)


def _look(settings: Settings) -> Snapshot:
    """What there is. Raises EmptyAuditError where a named account is not there."""
    from auditor.cli.looking import planned
    from auditor.collect import INITIAL_COLLECTORS

    seen = planned(settings, INITIAL_COLLECTORS)
    _refuse_absent(settings, seen)
    return seen


def _refuse_absent(settings: Settings, seen: Snapshot) -> None:
    from auditor.errors import EmptyAuditError

    there = {one.id.rpartition("/")[2].lower() for one in seen.resources if one.kind == "account"}
    absent = [name for name in settings.scope.accounts if name.lower() not in there]
    if absent and not any(gap.kind == "account" for gap in seen.gaps):
        scope = ", ".join(settings.scope.subscriptions)
        step = "correct the name, or leave --account out to see all of them"
        raise EmptyAuditError(f"no account {', '.join(map(repr, absent))} in {scope}", next_step=step)


def _checked(draft: Draft) -> str:
    """The text, once it was read back as settings; what could not be is never written."""
    from auditor.cli.init_questions import choices
    from auditor.errors import SettingsError
    from auditor.initial.budget import budgeted
    from auditor.initial.rendering import rendered
    from auditor.settings_file import load_settings
    from auditor.settings_file.located import MAX_BYTES

    text = rendered(budgeted(draft, choices()), choices())
    if len(text.encode()) > MAX_BYTES:
        problem = f"{len(draft.workloads)} accounts are more than one settings file holds ({MAX_BYTES} bytes)"
        raise SettingsError((problem,), next_step="make several: name a --subscription or some --account for each")
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        path = Path(folder) / "auditor.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        load_settings(path, {}, {})
    return text


def _write(path: Path, text: str, draft: Draft) -> None:
    from auditor.cli import COMMANDS
    from auditor.cli.console import output, say
    from auditor.cli.files import write_whole
    from auditor.report.wording import count

    write_whole(path, text)
    stated = list(draft.stated())
    deployments = sum(len(one.deployments) for one in stated)
    if draft.empty:
        output(f"{path}: an example of a plan; there is no account yet")
    else:
        output(f"{path}: {count(len(stated), 'workload')}, {count(deployments, 'deployment')}")
    for line in _to_do(draft):
        say(f"  {line}")
    at = "" if str(path) == "auditor.yaml" else f" --settings {shlex.quote(str(path))}"
    steps = (
        ("run", f"auditor run{at}{' --before-provision' if draft.empty else ''}", "judge what is there by it"),
        ("permissions", "auditor permissions", "the role that a run needs"),
        ("doctor", f"auditor doctor{at}", "what a run would not see"),
    )
    if draft.blind:
        steps = steps[::-1]
    told = [(line, words) for name, line, words in steps if name in COMMANDS]
    longest = max(len(line) for line, _ in told)
    say("next: read it, then")
    for line, words in told:
        say(f"  {line:{longest}}  {words}")


def _to_do(draft: Draft) -> Iterator[str]:
    """What the file leaves open, counted; each stands in it with its reason."""
    from auditor.report.wording import count

    for key, words in (
        ("owner", "without an owner: say who answers for it"),
        ("environment", "of no certain environment: judged as production"),
        ("network", "open to every network: expected to be restricted"),
        ("authentication", "that takes API keys: expected not to"),
    ):
        number = sum(one.asks(key) for one in draft.stated())
        if number:
            yield f"{count(number, 'workload')} {words}"
    open_ = sum(entry.open for one in draft.stated() for each in one.deployments for entry in each.entries)
    if open_:
        yield f"{count(open_, 'deployment')} with the feature text alone: declare what the application uses"
    if draft.blind:
        yield "not all could be seen: the file begins with what could not"
