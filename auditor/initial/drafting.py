"""From what was seen to a draft of settings; pure, and the same for the same snapshot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.cloud.arm_id import names_account
from auditor.initial.draft import DeploymentDraft, Draft, Entry, WorkloadDraft
from auditor.initial.home import ACCOUNT_KINDS, Home, homes
from auditor.initial.scalar import statable
from auditor.initial.tags import BELONGS, said
from auditor.initial.workload import told, workload
from auditor.policy.facts.shape import text
from auditor.settings import Settings
from auditor.snapshot import GapReason, Snapshot

_GUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_CLOUDS = ("us-government", "china")
_ESSENTIAL = ("account", "deployment")


def drafted(snapshot: Snapshot, settings: Settings) -> Draft:
    """What the snapshot shows as settings; `settings` are those that it was taken with."""
    found = homes(snapshot, settings)
    ours = [home for home in found if home.kind in ACCOUNT_KINDS]
    left_out = [
        f"{one.group}/{one.name}: an account of kind {one.kind or 'unknown'}" for one in found if one not in ours
    ]
    workloads: list[WorkloadDraft] = []
    for home, name, seen, group, account in _named(ours):
        if name is None or account is None:
            left_out.append(f"{home.group}/{home.name}: its name can't stand in settings")
            continue
        draft, without = workload(home, name=name, seen=seen, group=group, account=account)
        workloads.append(draft)
        left_out += without
    whole = all(
        any(one.kind == "account" and one.scope.lower() == f"/subscriptions/{id_}".lower() for one in snapshot.listings)
        for id_ in settings.scope.subscriptions
    )
    empty = whole and not found
    return Draft(
        remarks=tuple(_remarks(snapshot, empty=empty)),
        entries=(*_ground(snapshot, settings), _packs(workloads)),
        workloads=(_example(),) if empty else tuple(workloads),
        left_out=tuple(left_out),
        unseen=tuple(_unseen(snapshot, found)),
        blind=snapshot.interrupted or any(gap.kind in _ESSENTIAL for gap in snapshot.gaps) or not whole,
        empty=empty,
    )


def repacked(draft: Draft) -> Draft:
    """The same with the pack that fits its workloads' environments, after these were asked for."""
    entries = tuple(_packs(draft.workloads) if one.key == "packs" else one for one in draft.entries)
    return replace(draft, entries=entries)


def _remarks(snapshot: Snapshot, *, empty: bool) -> Iterator[str]:
    who = snapshot.principal
    name = who.name or who.app_id or who.object_id or "an unnamed principal"
    yield f"Made by auditor init at {snapshot.taken_at:%Y-%m-%d %H:%M} UTC, as {name} ({who.credential}) saw it."
    yield from snapshot.notices
    if empty:
        yield (
            "No account was there. The workload below is an example of a plan, nothing of which was seen: put your own"
            " names in, then judge it before it is made with: auditor run --before-provision"
        )
        return
    yield (
        "What was there is stated as what is expected: read it, correct it, and keep it. From then on a difference"
        " between the two is a finding. What a key means: auditor schema settings"
    )


def _ground(snapshot: Snapshot, settings: Settings) -> Iterator[Entry]:
    if settings.cloud in _CLOUDS:
        yield Entry("cloud", str(settings.cloud), "as AUDITOR_CLOUD said")
    tenant = snapshot.principal.tenant_id
    if tenant is not None and _GUID.fullmatch(tenant):
        yield Entry("tenant", tenant, "seen: that of who looked")
    titles = {one.id.rpartition("/")[2].lower(): one.body for one in snapshot.resources if one.kind == "subscription"}
    seen = [titles.get(id_.lower(), {}) for id_ in settings.scope.subscriptions]
    names = [text(one.get("displayName")) for one in seen]
    note = f"seen: {', '.join(filter(None, names))}" if all(names) else "could not be seen: the name of each"
    inner = [Entry("subscriptions", settings.scope.subscriptions, note)]
    if settings.scope.accounts:
        inner.append(Entry("accounts", settings.scope.accounts, "as --account said; without it all are looked at"))
    yield Entry("scope", tuple(inner))


def _packs(workloads: Sequence[WorkloadDraft]) -> Entry:
    said = {one.environment for one in workloads if one.whole}
    if said == {"development"}:
        return Entry("packs", ("development",), "all workloads are for development; also: production, regulated")
    return Entry("packs", ("production",), "also: baseline, development, regulated")


def _unseen(snapshot: Snapshot, found: Sequence[Home]) -> Iterator[str]:
    """What no account's own remarks tell."""
    theirs = {gap.id for home in found for gap in home.gaps}
    if snapshot.interrupted:
        yield "whatever was not read before the interruption"
    yield from (told(gap) for gap in snapshot.gaps if gap.id not in theirs)
    if any(gap.reason is GapReason.DENIED for gap in snapshot.gaps):
        yield "what was denied can be seen with the role of auditor permissions --format az; then make this file anew"


def _named(found: Sequence[Home]) -> Iterator[tuple[Home, str | None, str, str | None, str | None]]:
    """Each account with its workload's name, where that was seen, its group, and what settings call the account.

    What belongs together by its tags stands together. A name is taken only where it is the only one: that of the tag,
    else the account's, else with its group, else its id.
    """
    belongs = {home.id: said(home.tags, BELONGS, "name") for home in found}
    together = Counter(tag[1].lower() for tag in belongs.values() if tag)
    names = Counter(home.name.lower() for home in found)
    taken: set[str] = set()

    def order(home: Home) -> tuple[str, str]:
        tag = belongs[home.id]
        return (tag[1].lower() if tag and together[tag[1].lower()] > 1 else "", home.id.lower())

    for home in sorted(found, key=order):
        tag = belongs[home.id]
        shared = tag is not None and together[tag[1].lower()] > 1
        account = home.name if names[home.name.lower()] == 1 and names_account(home.name) else home.id
        ways = (
            *(((tag[1], f"tag {tag[0]}"),) if tag and not shared else ()),
            (home.name, "the account's name"),
            (f"{home.group}/{home.name}", "the account's group and name"),
            (home.id, "the account's id"),
        )
        free = ((name, seen) for name, seen in ways if name.lower() not in taken and statable("name", name))
        name, seen = next(free, (None, ""))
        taken.add((name or "").lower())
        group = f"{tag[1]} (tag {tag[0]})" if tag and shared else None
        yield home, name, seen, group, account if statable("account", account) else None


def _example() -> WorkloadDraft:
    example = "an example, not seen"
    deployment = DeploymentDraft(
        "chat",
        (
            Entry("name", "chat", example),
            Entry("model", "gpt-5.4-mini", example),
            Entry("sku", "GlobalStandard", example),
            Entry("capacity", 10, f"{example}; in thousands of tokens per minute"),
            Entry("features", ("text",), "what of the Responses API it will use; the list is at the end"),
        ),
        speaks=None,
    )
    entries = (
        Entry("name", "my-application", example),
        Entry("owner", "my-team", example),
        Entry("environment", "production", example, stated=False),
        Entry("account", "my-openai-account", f"{example}: the name that the account shall have"),
        Entry("location", "swedencentral", f"{example}; where it fits tells: auditor regions"),
    )
    return WorkloadDraft("an example", None, entries, (deployment,))
