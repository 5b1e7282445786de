"""`auditor permissions`: the least-privilege role for a run, and what each of its actions is for."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.probe.question import Probe
    from auditor.record import JsonObject

_EPILOG = """\
Examples:
  auditor permissions
  auditor permissions --format az --subscription <subscription-id>
  auditor permissions --format json > role.json
  auditor permissions --with keys --with project --format az

The shape of the role:
https://learn.microsoft.com/azure/role-based-access-control/custom-roles
"""

PLACEHOLDER = "SUBSCRIPTION_ID"
_PRINCIPAL = "PRINCIPAL_ID"


@dataclass(frozen=True)
class Need:
    """One action, and what is lost without it."""

    action: str
    kinds: tuple[str, ...]
    """What is read with it, or the probes that call with it."""
    checks: tuple[str, ...]
    """Ids of those that can't judge without it."""
    asked_by: str = ""
    """The setting but for which nothing needs it; empty where every run does, or a deployment's features."""


@click.command(cls=Command, epilog=_EPILOG)
@option(
    "--pack",
    intent="Input",
    multiple=True,
    metavar="NAME",
    help="Hold what this pack's checks need (a name, or a path beside the working folder); repeatable.",
)
@option(
    "--with",
    "extras",
    intent="Input",
    multiple=True,
    type=click.Choice(("keys", "project")),
    help="Hold in the role what settings ask for beyond the rest: fetching API keys, calls to a Foundry project's"
    " endpoint; repeatable.",
)
@option(
    "--subscription",
    "subscriptions",
    intent="Input",
    multiple=True,
    type=click.UUID,
    metavar="ID",
    help="Where the role can be assigned; repeatable. Private endpoints may lie in others than their accounts.",
)
@option(
    "--name", intent="Input", default="Auditor", show_default=True, metavar="ROLE_NAME", help="What the role is called."
)
@option(
    "--format",
    "form",
    intent="Output",
    type=click.Choice(("text", "json", "az")),
    default="text",
    show_default=True,
    help="What each action is for, the role definition alone, or the commands (POSIX shell) that create and assign it.",
)
@conversation_options
def permissions(
    pack: tuple[str, ...], extras: tuple[str, ...], subscriptions: tuple[object, ...], name: str, form: str
) -> None:
    """Print the least-privilege role that a run needs.

    With --pack it holds what a run with these packs reads; otherwise what every shipped check needs. What a run may
    not read becomes a gap, and the checks that depend on it are unknown. What only some settings ask for stands apart,
    with the setting, and is in the role with --with.
    """
    from auditor.cli.console import output, say, width
    from auditor.collect.role import role_definition

    reads, calls, more = needs(pack)
    scopes = [str(subscription) for subscription in dict.fromkeys(subscriptions)] or [PLACEHOLDER]
    role = role_definition(
        name,
        (one.action for one in (*reads, *(more["keys"] if "keys" in extras else ()))),
        (one.action for one in (*calls, *(more["project"] if "project" in extras else ()))),
        scopes,
    )
    if form == "json":
        output(json.dumps(role, indent=2))
    elif form == "az":
        output("\n".join(commands(role)))
    else:
        output("\n".join(_page(reads, calls, more, role, width())))
    if not subscriptions:
        say(f"next: put your subscription's id in place of {PLACEHOLDER}, or name it with --subscription")


def needs(packs: tuple[str, ...]) -> tuple[tuple[Need, ...], tuple[Need, ...], dict[str, tuple[Need, ...]]]:
    """The actions of the reads, the data actions of the calls, and by the word of --with what some settings ask for.

    No packs: of every shipped check.
    """
    from auditor.cli.checks import selected
    from auditor.cloud.kinds import ACTIONS
    from auditor.collect import ALWAYS, COLLECTORS, required_actions
    from auditor.policy.dependencies import dependents, left_out, load_dependencies
    from auditor.probe import PROBES
    from auditor.probe.permission import KEYS_ASKED_BY, PROJECT_ASKED_BY, in_project
    from auditor.probe.question import RESPONSES_WRITE

    checks, told = selected(packs)[1], load_dependencies()

    def need(action: str, kinds: Sequence[str]) -> Need:
        lost = {check for kind in kinds for check in dependents(checks, told[kind])}
        return Need(action, tuple(kinds), tuple(sorted(lost)))

    passed_over = left_out(checks) - ALWAYS
    reads = required_actions(tuple(one for one in COLLECTORS if one.kind not in passed_over)).body["actions"]
    judging = dependents(checks, told["probe"])
    rules = {one.check.id: f"{one.check.applies_when} {one.check.passes_when}" for one in checks}

    def call(action: str, probes: Iterable[Probe], asked_by: str = "", *, whole: bool) -> Need:
        """`whole`: whether no call at all is let in without it."""
        names = tuple(probe.name for probe in probes)
        said = (*(f"probe.{name}." for name in names), "deployment.stored_by_probes")
        lost = {check for check in judging if whole or any(word in rules[check] for word in said)}
        return Need(action, names, tuple(sorted(lost)), asked_by)

    actions = sorted({action for probe in PROBES for action in probe.actions})
    calls = tuple(
        call(action, (one for one in PROBES if action in one.actions), whole=action == RESPONSES_WRITE)
        for action in actions
    )
    of_project = tuple(
        call(
            action,
            (one for one in PROBES if action in map(in_project, one.actions)),
            PROJECT_ASKED_BY,
            whole=action == in_project(RESPONSES_WRITE),
        )
        for action in sorted(set(map(in_project, actions)))
    )
    keyed = tuple(one.name for one in PROBES if one.reads_key)
    judges = sorted(check for check, rule in rules.items() if any(f".{name}." in rule for name in keyed))
    keys = Need(ACTIONS["account_key"], keyed, tuple(judges), KEYS_ASKED_BY)
    more = {"keys": (keys,), "project": of_project}
    return tuple(need(action, kinds) for action, kinds in reads.items()), calls, more


def commands(role: JsonObject) -> Iterator[str]:
    """Lines for a POSIX shell: the role is made, then assigned in each of its subscriptions."""
    yield f"az role definition create --role-definition {shlex.quote(json.dumps(role))}"
    for scope in role["AssignableScopes"]:
        who = f"--assignee {_PRINCIPAL} --role {shlex.quote(role['Name'])}"
        yield f"az role assignment create {who} --scope {shlex.quote(scope)}"


def _page(
    reads: Sequence[Need], calls: Sequence[Need], more: Mapping[str, Sequence[Need]], role: JsonObject, columns: int
) -> Iterator[str]:
    yield "Actions: without one the checks that need it are unknown wherever it decides, or have nothing to judge"
    for one in reads:
        yield from _lines(one, "reads", columns)
    yield from ("", "Data actions: without one the calls are refused, and the checks that need it judge that")
    for one in calls:
        yield from _lines(one, "probes", columns)
    yield from (
        "",
        "Where settings ask for it: in the role with --with keys (an action), --with project (data actions)",
    )
    for one in (*more["keys"], *more["project"]):
        yield from _lines(one, "probes", columns)
    yield from ("", "Commands", *commands(role))


def _lines(one: Need, verb: str, columns: int) -> Iterator[str]:
    yield f"  {one.action}"
    kinds = ", ".join(kind if verb == "probes" else kind.replace("_", " ") for kind in one.kinds)
    checks = ", ".join(one.checks) or "none of these packs; the run tells of the gap all the same"
    asked = (("asked for by", one.asked_by),) if one.asked_by else ()
    for label, text in (*asked, (verb, kinds), (f"needed by {len(one.checks)}", checks)):
        yield from textwrap.wrap(
            f"{label}: {text}", columns, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
