"""What was seen or known to be there and not judged, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.counted import KIND as ACCOUNT_RESOURCE
from auditor.policy.facts.intent import intents
from auditor.policy.facts.scope import outside_by
from auditor.policy.facts.shape import text
from auditor.population import Excluded
from auditor.settings import Settings
from auditor.snapshot import Snapshot

NOT_NEEDED = "No check of the packs in use needs it with these settings, so it was not read."
OF_A_PLAN = "A plan is judged by what decides whether it can be made, so it was not read."
NO_CALLS = "Live calls are off in the settings (probes.enabled), so that no deployment was called."
NO_CALLS_OF_A_PLAN = "A plan is judged without live calls."


def excluded(snapshot: Snapshot, settings: Settings) -> tuple[Excluded, ...]:
    """Accounts outside of the scope, live calls that were not made, and kinds that were not read, in this order.

    Accounts as far as Resource Manager's list of all resources tells of them: what lies outside of the scope is not
    read.
    """
    return (*_accounts(snapshot, settings), *_calls(snapshot, settings), *_kinds(snapshot))


def _accounts(snapshot: Snapshot, settings: Settings) -> Iterator[Excluded]:
    """What a workload names is judged where it was read, whatever the scope says."""
    declared = intents(settings)
    read = {fold(one.id): one for one in snapshot.resources if one.kind == "account"}
    listed = {fold(one.id): one for one in snapshot.resources if one.kind == ACCOUNT_RESOURCE}
    for key, one in sorted({**listed, **read}.items()):
        limit = outside_by(one, settings.scope)
        if limit is not None and not (key in read and declared.of_account(one.id)):
            yield Excluded(kind="account", id=one.id, reason=f"Left out by {limit} of the settings.")


def _calls(snapshot: Snapshot, settings: Settings) -> Iterator[Excluded]:
    if snapshot.plan or not settings.probes.enabled:
        yield Excluded(kind="probe", id="probe", reason=NO_CALLS_OF_A_PLAN if snapshot.plan else NO_CALLS)
        return
    for one in sorted((one for one in snapshot.resources if one.kind == "probe"), key=lambda one: fold(one.id)):
        if one.body.get("outcome") == "skipped" and one.body.get("sent") is False:
            why = text(one.body.get("reason")) or "not said"
            yield Excluded(kind="probe", id=one.id, reason=f"Not called: {why}.")


def _kinds(snapshot: Snapshot) -> Iterator[Excluded]:
    for kind in snapshot.left_out:
        yield Excluded(kind=kind, id=kind, reason=OF_A_PLAN if snapshot.plan else NOT_NEEDED)
