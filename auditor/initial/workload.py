"""An account as a workload: where it is and how it is guarded.

A guard that is open is not taken for an intention: the settings then expect it closed, and say how to mean it open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.initial.deployment import deployment
from auditor.initial.draft import DeploymentDraft, Entry, WorkloadDraft
from auditor.initial.home import Home
from auditor.initial.scalar import statable
from auditor.initial.tags import OWNER, environment, said
from auditor.policy.facts.shape import dig, objects, text, texts, whole
from auditor.settings import LogIntent
from auditor.snapshot import Gap

UNKNOWN_OWNER = "unknown"

_MEANT = "uncomment only where this is meant"
_GAPS_TOLD = 6


def workload(home: Home, *, name: str, seen: str, group: str | None, account: str) -> tuple[WorkloadDraft, list[str]]:
    """The draft, and why what of its deployments it does not state; `account` is by what settings name the account."""
    found = [deployment(home, facts) for facts in home.deployments]
    stated = tuple(one for one in found if isinstance(one, DeploymentDraft))
    entries = (
        Entry("name", name, f"seen: {seen}"),
        _owner(home),
        _environment(home),
        Entry("account", account, "seen: the account"),
        *_network(home),
        *_authentication(home),
        *_approved(home, stated),
        *_tags(home),
        *_logs(home),
    )
    title = f"{home.group}/{home.name}"
    draft = WorkloadDraft(title, group, entries, stated, tuple(_remarks(home, stated)), whole=bool(stated))
    return draft, [one for one in found if isinstance(one, str)]


def _remarks(home: Home, stated: Sequence[DeploymentDraft]) -> Iterator[str]:
    yield f"---- {home.name} ({home.kind} {text(dig(home.account, 'sku', 'name')) or ''})".replace(" )", ")")
    if not stated:
        why = "it has no deployment" if home.listed and not home.deployments else "none of its deployments is told"
        yield f"Not a workload yet: {why}."
    yield f"seen: {'; '.join(_seen(home))}"
    for gap in home.gaps[:_GAPS_TOLD]:
        yield f"could not be seen: {told(gap)}"
    if len(home.gaps) > _GAPS_TOLD:
        yield f"could not be seen: and {len(home.gaps) - _GAPS_TOLD} further reads"
    projects = _projects(home)
    if projects:
        yield (
            f"can't be seen: whether it is called by a project's endpoint, too; a deployment that is says surfaces:"
            f" [v1, project] and project: {projects[0]}"
        )


def _seen(home: Home) -> Iterator[str]:
    yield f"resource group {home.group}"
    identities = texts(home.account.get("identity_types"))
    if identities is not None:
        yield f"identity {', '.join(identities) or 'none'}"
    vault = text(dig(home.account, "properties", "encryption", "keyVaultProperties", "keyVaultUri"))
    if vault is not None:
        yield f"encrypted with a key in {vault}"
    projects = _projects(home)
    if projects:
        yield f"Foundry projects {', '.join(projects)}"


def _projects(home: Home) -> list[str]:
    """Names alone: Azure puts the account's before each."""
    found = objects(dig(home.account, "foundry", "projects")) or []
    return [name.rpartition("/")[2] for one in found if (name := text(one.get("name")))]


def told(gap: Gap) -> str:
    """What could not be read and why, in a few words."""
    above, _, name = gap.scope.rstrip("/").rpartition("/")
    name = f"subscription {name}" if above.lower() == "/subscriptions" else name
    return f"{gap.kind.replace('_', ' ')} of {name} ({gap.reason}: {gap.permission or gap.detail[:120]})"


def _owner(home: Home) -> Entry:
    tag = said(home.tags, OWNER, "owner")
    if tag is not None:
        return Entry("owner", tag[1], f"seen: tag {tag[0]}")
    note = "could not be seen: no tag says who answers for it" if "tags" in home.account else "could not be seen: tags"
    return Entry("owner", UNKNOWN_OWNER, note, open=True)


def _environment(home: Home) -> Entry:
    found = environment(home.tags, (home.name, home.group))
    if found is not None:
        return Entry("environment", found[0], f"seen: {found[1]}")
    note = "not certain: no tag or name tells it; where nothing is said, production"
    return Entry("environment", "production", note, stated=False, open=True)


def _network(home: Home) -> Iterator[Entry]:
    public = text(dig(home.account, "properties", "publicNetworkAccess"))
    default = text(dig(home.account, "properties", "networkAcls", "defaultAction"))
    endpoints = whole(dig(home.account, "network", "approved_endpoints"))
    behind = f", approved private endpoints: {endpoints}" if endpoints else ""
    if public is None:
        yield Entry("network", "private", "could not be seen; without it, restricted is expected", stated=False)
    elif public.lower() == "disabled":
        yield Entry("network", "private", f"seen: public network access is off{behind}")
    elif default is not None and default.lower() == "deny":
        yield Entry("network", "restricted", f"seen: only chosen networks may call it{behind}")
    else:
        note = f"seen: every network may call it{behind}; expected is restricted: {_MEANT}"
        yield Entry("network", "public", note, stated=False, open=True)
    if home.networks and statable("virtual_networks", list(home.networks)):
        note = "can't be seen: from which networks it is called; its private endpoints lie in"
        yield Entry("virtual_networks", home.networks, note, stated=False)


def _authentication(home: Home) -> Iterator[Entry]:
    off = dig(home.account, "properties", "disableLocalAuth")
    if off is True:
        yield Entry("authentication", "entra-only", "seen: API keys are off")
    elif off is False:
        note = f"seen: API keys are taken; expected is entra-only: {_MEANT}"
        yield Entry("authentication", "keys-allowed", note, stated=False, open=True)
    else:
        yield Entry("authentication", "keys-allowed", "could not be seen; entra-only is expected", stated=False)
    note = "can't be seen: object ids by which it calls"
    yield Entry("identities", (), note, stated=False)


def _approved(home: Home, stated: Sequence[DeploymentDraft]) -> Iterator[Entry]:
    """What may be used: what is used, once it was seen whole."""
    if home.location is not None and statable("regions", [home.location]):
        yield Entry("regions", (home.location,), "seen: where it lies")
    if not home.listed or not stated:
        return
    routed, unlimited = [], False
    for one in stated:
        router = next((entry.value for entry in one.entries if entry.key == "router"), None)
        inner = [entry for entry in router if isinstance(entry, Entry)] if isinstance(router, tuple) else []
        chosen = [entry.value for entry in inner if entry.key == "models"]
        routed += [str(name) for names in chosen if isinstance(names, tuple) for name in names]
        unlimited |= router is not None and not chosen
    models = (*_values(stated, "model"), *routed)
    note = "seen: what is deployed, and among which its router chooses" if routed else "seen: what is deployed"
    if unlimited:
        note = "seen: what is deployed; its router may choose any other, which this would refuse"
    yield Entry("models", tuple(dict.fromkeys(models)), note, stated=not unlimited)
    skus = _values(stated, "sku")
    if skus:
        yield Entry("skus", skus, "seen: of what is deployed")


def _values(stated: Sequence[DeploymentDraft], key: str) -> tuple[str, ...]:
    found = (entry.value for one in stated for entry in one.entries if entry.key == key and entry.stated)
    return tuple(dict.fromkeys(value for value in found if isinstance(value, str)))


def _tags(home: Home) -> Iterator[Entry]:
    names = [name for name in home.tags if not name.lower().startswith("hidden-") and statable("tags", [name])]
    if names:
        yield Entry("tags", tuple(names), "seen: tags that it carries")


def _logs(home: Home) -> Iterator[Entry]:
    """Where logs go is stated; which of them only where none of the usual is missing."""
    usual = LogIntent().categories
    places = texts(dig(home.account, "diagnostics", "destinations"))
    enabled = texts(dig(home.account, "diagnostics", "enabled_categories"))
    if places is None or enabled is None:
        return  # what could not be seen stands above the workload
    if not places:
        words = f"seen: no logs are sent anywhere; expected are {' and '.join(usual)}"
        yield Entry("logs", (Entry("categories", usual),), words, stated=False)
        return
    by = f"seen: diagnostic settings {', '.join(home.settings_seen)}"
    missing = sorted(set(usual) - set(enabled))
    children = [Entry("destinations", tuple(places), by)] if statable("destinations", places) else []
    if not missing and statable("categories", enabled):
        children.append(Entry("categories", tuple(enabled), "seen: switched on"))
    elif missing:
        note = f"seen: switched on, without {' and '.join(missing)}: {_MEANT}"
        children.append(Entry("categories", tuple(enabled), note, stated=False))
    if any(one.stated for one in children):
        yield Entry("logs", tuple(children))
