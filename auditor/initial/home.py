"""An account with all that was seen of it and below it, as facts: documented defaults filled in, unknown left out."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.policy.facts import join
from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, Snapshot

ACCOUNT_KINDS = ("AIServices", "OpenAI")
"""Kinds of accounts that model deployments with the Responses API live on.

https://learn.microsoft.com/azure/foundry/openai/how-to/responses
"""


@dataclass(frozen=True)
class Home:
    """One account; `name` and `group` as its id spells them."""

    id: str
    name: str
    group: str
    subscription: str
    account: JsonObject
    deployments: tuple[JsonObject, ...]
    listed: bool
    """Whether its deployments were read whole."""
    networks: tuple[str, ...]
    """ARM ids of the virtual networks that its private endpoints lie in."""
    settings_seen: tuple[str, ...]
    """Names of its diagnostic settings."""
    gaps: tuple[Gap, ...]

    @property
    def tags(self) -> Mapping[str, object]:
        """Its tags; none where they are not known."""
        tags = self.account.get("tags")
        return tags if isinstance(tags, dict) else {}

    @property
    def kind(self) -> str:
        """AIServices, OpenAI, …; empty where it does not say."""
        return text(self.account.get("kind")) or ""

    @property
    def location(self) -> str | None:
        """The region as ids spell it."""
        return text(self.account.get("region"))


def homes(snapshot: Snapshot, settings: Settings) -> tuple[Home, ...]:
    """All accounts that were seen, by id."""
    accounts: dict[str, tuple[str, JsonObject]] = {}
    below: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for subject in join(snapshot, settings):
        if subject.kind == "account":
            accounts[fold(subject.id)] = (subject.id, _object(subject.variables.get("account")))
        elif subject.kind == "deployment":
            below[fold(subject.id.rpartition("/deployments/")[0])].append(
                _object(subject.variables.get("deployment")) | {"id": subject.id}
            )
    networks, names, gaps = _networks(snapshot), _setting_names(snapshot), _gaps(snapshot, accounts)
    listed = {fold(one.scope) for one in snapshot.listings if one.kind == "deployment"}
    return tuple(
        Home(
            id=id_,
            name=_part(id_, "accounts"),
            group=_part(id_, "resourcegroups"),
            subscription=_part(id_, "subscriptions"),
            account=account,
            deployments=tuple(sorted(below[key], key=lambda one: fold(str(one["id"])))),
            listed=key in listed,
            networks=tuple(dict.fromkeys(networks[key])),
            settings_seen=tuple(names[key]),
            gaps=tuple(gaps[key]),
        )
        for key, (id_, account) in sorted(accounts.items())
    )


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _part(arm_id: str, type_: str) -> str:
    """The name after a type in an id, as written."""
    parts = arm_id.split("/")
    return next((name for word, name in itertools.pairwise(parts) if word.lower() == type_), "")


def _networks(snapshot: Snapshot) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in snapshot.resources:
        subnet = text(dig(one.body, "properties", "subnet", "id")) if one.kind == "private_endpoint" else None
        if subnet is not None and one.parent is not None and "/subnets/" in subnet:
            found[fold(one.parent)].append(subnet.partition("/subnets/")[0])
    return found


def _setting_names(snapshot: Snapshot) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in snapshot.resources:
        if one.kind == "diagnostic_setting" and one.parent is not None:
            found[fold(one.parent)].append(one.id.rpartition("/")[2])
    return found


def _gaps(snapshot: Snapshot, accounts: Iterable[str]) -> defaultdict[str, list[Gap]]:
    """The gaps of each account and of what hangs on it, by the account's id."""
    known = frozenset(accounts)
    found: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in snapshot.gaps:
        scope = fold(gap.scope)
        while scope and scope not in known:
            scope = scope.rpartition("/")[0]
        if scope:
            found[scope].append(gap)
    return found
