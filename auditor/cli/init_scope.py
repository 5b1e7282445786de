"""Which subscriptions `auditor init` looks at, when a flag, the environment or the identity itself says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from auditor.errors import EmptyAuditError, SettingsError
from auditor.record import JsonObject

VARIABLES = ("AUDITOR_SUBSCRIPTIONS", "AZURE_SUBSCRIPTION_ID")
"""Where the environment names them, the first that says anything."""

_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_ALL = "all"
_NOBODY = "00000000-0000-0000-0000-000000000000"
"""Settings need a subscription; where they are listed none is looked at."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One that the identity sees."""

    id: str
    title: str
    state: str

    @property
    def enabled(self) -> bool:
        """Whether anything can be deployed in it."""
        return self.state.lower() == "enabled"


def subscriptions_of(flags: Sequence[str], environ: Mapping[str, str], *, asks: bool) -> tuple[str, ...]:
    """Ids of those of the flags, else of the environment, else of what the identity sees, chosen from where `asks`.

    Raises SettingsError for what is no id, EmptyAuditError where there is none, SignInError.
    """
    said = tuple(dict.fromkeys(one.lower() for one in flags)) or tuple(dict.fromkeys(_named(environ)))
    if said:
        return said
    enabled = [one for one in _seen(environ) if one.enabled]
    if not enabled:
        raise EmptyAuditError(
            "the identity that looked sees no enabled subscription",
            next_step="name one with --subscription, or give the identity a role: auditor permissions --format az",
        )
    return _chosen(enabled) if asks and len(enabled) > 1 else tuple(one.id for one in enabled)


def _named(environ: Mapping[str, str]) -> Iterator[str]:
    name = next((name for name in VARIABLES if environ.get(name, "").strip()), None)
    for part in re.split(r"[,\n]", environ.get(name, "") if name is not None else ""):
        id_ = part.strip().lower()
        if id_ and not _GUID.fullmatch(id_):
            problem = f"environment {name}: {part.strip()[:80]!r} is not the id of a subscription"
            raise SettingsError((problem,), next_step="correct it, or name one with --subscription")
        if id_:
            yield id_


def _seen(environ: Mapping[str, str]) -> list[Subscription]:
    from auditor.audit import subscriptions_seen
    from auditor.cli.console import progress, say
    from auditor.cli.looking import until_interrupted
    from auditor.initial.scalar import comment
    from auditor.settings_file import settings_without_file
    from auditor.snapshot import Gap

    settings = settings_without_file((_NOBODY,), (), environ)
    with progress() as show:
        show.now("which subscriptions there are")
        found = until_interrupted(subscriptions_seen(settings, environ=dict(environ), announce=lambda _: None))
    if isinstance(found, Gap):
        raise EmptyAuditError(
            f"the subscriptions could not be listed: {found.detail}", next_step="name one with --subscription"
        )
    told = [one for row in found.rows if (one := _subscription(row.body)) is not None]
    for one in sorted(told, key=lambda one: one.title.lower()):
        say(f"subscription {one.id}: {comment(one.title)}{'' if one.enabled else f' ({one.state}: passed over)'}")
    return sorted(told, key=lambda one: one.title.lower())


def _subscription(body: JsonObject) -> Subscription | None:
    id_, title, state = (body.get(name) for name in ("subscriptionId", "displayName", "state"))
    if not isinstance(id_, str) or not _GUID.fullmatch(id_.lower()):
        return None
    return Subscription(id_.lower(), title if isinstance(title, str) else "", state if isinstance(state, str) else "")


def _chosen(enabled: Sequence[Subscription]) -> tuple[str, ...]:
    """Those that a person chooses by number, id or `all`."""
    from auditor.initial.scalar import comment

    for number, one in enumerate(enabled, start=1):
        click.echo(f"  {number}  {one.id}  {comment(one.title)}", err=True)

    def meant(text: str) -> tuple[str, ...]:
        if text.strip().lower() == _ALL:
            return tuple(one.id for one in enabled)
        by = {key: one.id for number, one in enumerate(enabled, start=1) for key in (str(number), one.id)}
        parts = [part.strip().lower() for part in text.split(",") if part.strip()]
        wrong = [part for part in parts if part not in by]
        if wrong or not parts:
            raise click.BadParameter(f"{', '.join(wrong) or 'nothing'} is none of them; numbers by comma, or all")
        return tuple(dict.fromkeys(by[part] for part in parts))

    chosen: tuple[str, ...] = click.prompt(
        "Which of them, by number and comma", default=_ALL, value_proc=meant, err=True
    )
    return chosen
