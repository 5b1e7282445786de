"""What `auditor init` asks a person: owners, environments, whether an open door is meant, features."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import get_args

import click

from auditor.initial.draft import Choice, DeploymentDraft, Draft, Entry, Environment, WorkloadDraft

MOST = 12
"""Questions of one sort that are asked one by one; where there are more, one answer is for all, or none is asked."""

ANSWERED = "as answered"

_ALWAYS = "text"

_NEEDS_MORE = ("mcp", "image_generation")
"""Features that settings must say more of than their name; they are left to the file."""


def terminal() -> bool:
    """Whether a person can be asked: on a terminal, and without --quiet."""
    from auditor.cli.options import QUIET

    context = click.get_current_context(silent=True)
    return sys.stdin.isatty() and sys.stderr.isatty() and not (context and context.meta.get(QUIET))


@cache
def choices() -> tuple[Choice, ...]:
    """The features that a deployment may declare, as `auditor probes` lists them, each with the most that it costs."""
    from auditor.probe import PROBES
    from auditor.probe.handbook import REASONING_MODEL, example
    from auditor.settings import Feature

    known = get_args(Feature)
    return tuple(
        Choice(one.name, one.title, one.calls, one.most_tokens(example(REASONING_MODEL)))
        for one in PROBES
        if one.name in known
    )


def asked(draft: Draft) -> Draft:
    """The draft with a person's answers; what is not answered stays as it is."""
    from auditor.initial.drafting import repacked

    workloads = list(draft.workloads)
    _ask_each(workloads, "owner", _owner)
    _ask_each(workloads, "environment", _environment)
    _ask_all(workloads, "network", "may be called from every network", "public")
    _ask_all(workloads, "authentication", "take API keys", "keys-allowed")
    _ask_features(workloads)
    return repacked(replace(draft, workloads=tuple(workloads)))


def _ask_each(workloads: list[WorkloadDraft], key: str, ask: Callable[[str], str | None]) -> None:
    """One question for each workload in which the key is open; where they are many, one for all."""
    places = [at for at, one in enumerate(workloads) if one.whole and one.asks(key)]
    together = ask(f"{len(places)} accounts") if len(places) > MOST else None
    for at in places:
        answer = together if len(places) > MOST else ask(workloads[at].title)
        if answer is not None:
            workloads[at] = workloads[at].answered(key, answer, ANSWERED)


def _owner(of: str) -> str | None:
    from auditor.initial.scalar import statable

    def meant(text: str) -> str:
        if text.strip() and not statable("owner", text.strip()):
            raise click.BadParameter("too long, or it looks like a secret")
        return text.strip()

    text: str = click.prompt(
        _sayable(f"Who owns {of}? (a name or an address; Enter: not said)"),
        default="", show_default=False, value_proc=meant, err=True,
    )  # fmt: skip
    return text or None


def _environment(of: str) -> str | None:
    words = (*get_args(Environment), "?")
    text: str = click.prompt(
        _sayable(f"Which environment is {of}? (?: not said)"), type=click.Choice(words), default="?", err=True
    )
    return None if text == "?" else text


def _ask_all(workloads: list[WorkloadDraft], key: str, words: str, meant: str) -> None:
    """One question about all workloads that stand open in some way; no is the answer that hides nothing."""
    places = [at for at, one in enumerate(workloads) if one.whole and one.asks(key)]
    if not places:
        return
    names = ", ".join(workloads[at].title for at in places[:MOST])
    more = f" and {len(places) - MOST} more" if len(places) > MOST else ""
    if click.confirm(_sayable(f"These {words}: {names}{more}. Is that meant for all of them?"), err=True):
        for at in places:
            workloads[at] = workloads[at].answered(key, meant, f"{ANSWERED}: it is meant")


def _ask_features(workloads: list[WorkloadDraft]) -> None:
    places = [
        (at, below)
        for at, one in enumerate(workloads)
        for below, deployment in enumerate(one.deployments)
        if one.whole and deployment.speaks
    ]
    offered = [one for one in choices() if one.name not in (_ALWAYS, *_NEEDS_MORE)]
    if not places or len(places) > MOST:
        if places:
            click.echo(f"{len(places)} deployments: declare their features in the file", err=True)
        return
    click.echo("Features of the Responses API that an application may use, beside text:", err=True)
    for number, one in enumerate(offered, start=1):
        click.echo(f"  {number:2}  {one.name:20} {one.title}", err=True)
    click.echo("  (mcp and image_generation need more than a name: declare them in the file)", err=True)
    for at, below in places:
        deployment = workloads[at].deployments[below]
        features = _features(f"{workloads[at].title}/{deployment.name}", offered)
        if features is not None:
            changed = list(workloads[at].deployments)
            changed[below] = _with_features(deployment, features)
            workloads[at] = replace(workloads[at], deployments=tuple(changed))


def _features(of: str, offered: Sequence[Choice]) -> tuple[str, ...] | None:
    """Names that were chosen by number or name, in the order of the list; None where nobody says."""
    by = {key: one.name for number, one in enumerate(offered, start=1) for key in (str(number), one.name)}

    def meant(text: str) -> tuple[str, ...]:
        parts = [part.strip().lower() for part in text.split(",") if part.strip()]
        wrong = [part for part in parts if part not in by]
        if wrong:
            raise click.BadParameter(f"{', '.join(wrong)} is none of them; numbers or names by comma")
        named = {by[part] for part in parts}
        return (_ALWAYS, *(one.name for one in offered if one.name in named)) if named else ()

    chosen: tuple[str, ...] = click.prompt(
        _sayable(f"Features of {of} (Enter: not said)"), default="", show_default=False, value_proc=meant, err=True
    )
    return chosen or None


def _with_features(deployment: DeploymentDraft, features: tuple[str, ...]) -> DeploymentDraft:
    entries = tuple(
        Entry("features", features, ANSWERED) if one.key == "features" else one for one in deployment.entries
    )
    return replace(deployment, entries=entries)


def _sayable(text: str) -> str:
    from auditor.cli.console import sayable

    return sayable(text)
