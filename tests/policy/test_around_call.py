"""A failed call is explained by what the collectors saw around it, and by nothing that they did not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auditor.policy.facts import join
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Resource, Snapshot
from tests.conftest import Done
from tests.policy.failure_surroundings import BROKEN, NO_ROLE, NOT_FOUND, PRIVATE, TOO_MUCH

ACCOUNT = "contoso-matter-swc"
NAME = "matter-chat"

Change = Callable[[Snapshot], Snapshot]


def failed(error: JsonObject) -> Change:
    """The call to the deployment, refused with that error."""

    def body(one: Resource) -> Resource:
        if one.kind == "probe" and one.id.lower().endswith(f"/{NAME}/probes/text"):
            return one.model_copy(update={"body": {**one.body, "outcome": "refused", "error": error}})
        return one

    return lambda seen: seen.model_copy(update={"resources": tuple(map(body, seen.resources))})


def changed(kind: str, path: str, value: Any, of: str = "") -> Change:
    """Every resource of a kind (with `of` in its id) with a value put at a dotted path of its body."""

    def put(body: Any, steps: list[str]) -> Any:
        first, *rest = steps
        below = body.get(first) if isinstance(body, dict) else None
        return {**body, first: put(below or {}, rest) if rest else value}

    def each(one: Resource) -> Resource:
        if one.kind != kind or of not in one.id:
            return one
        return one.model_copy(update={"body": put(one.body, path.split("."))})

    return lambda seen: seen.model_copy(update={"resources": tuple(map(each, seen.resources))})


def without(*kinds: str) -> Change:
    """The same, with each kind denied instead of read."""

    def denied(seen: Snapshot) -> Snapshot:
        scopes = {(one.kind, one.scope) for one in seen.listings if one.kind in kinds}
        gaps = [
            Gap(id=f"gap-{kind}-{at}", kind=kind, scope=scope, reason=GapReason.DENIED, detail="no", next_step="ask")
            for at, (kind, scope) in enumerate(sorted(scopes))
        ]
        return seen.model_copy(
            update={
                "resources": tuple(one for one in seen.resources if one.kind not in kinds),
                "listings": tuple(one for one in seen.listings if one.kind not in kinds),
                "gaps": (*seen.gaps, *gaps),
            }
        )

    return denied


def as_application(seen: Snapshot) -> Snapshot:
    """The snapshot as if the workload's own identity, which holds the role, had looked."""
    identity = seen.principal.model_copy(update={"object_id": "00000000-0000-4000-8000-0000000000e1"})
    return seen.model_copy(update={"principal": identity})


def as_stranger(seen: Snapshot) -> Snapshot:
    """The snapshot as if somebody without any assignment, in no group, had looked."""
    nobody = seen.principal.model_copy(update={"object_id": "00000000-0000-4000-8000-00000000dead"})
    users = changed("role_assignment", "properties.principalType", "ServicePrincipal")
    return users(seen.model_copy(update={"principal": nobody}))


def granted(ago: timedelta) -> Change:
    return lambda seen: changed("role_assignment", "properties.createdOn", (seen.taken_at - ago).isoformat())(seen)


def failure(done: Done, *changes: Change) -> JsonObject:
    """How the failed call is explained after the changes."""
    seen = done.audit.snapshot
    for change in changes:
        seen = change(seen)
    subjects = join(seen, Settings.model_validate(seen.settings))
    facts = next(one for one in subjects if one.kind == "deployment" and one.name == f"{ACCOUNT}/{NAME}").variables
    deployment: Any = facts["deployment"]
    found: JsonObject = deployment["probe"]["text"]["failure"]
    return found


PUBLIC = changed("host_name", "addresses", ["20.42.7.1"])


@pytest.mark.parametrize(
    ("error", "changes", "failure_class", "words"),
    [
        pytest.param(PRIVATE, [PUBLIC], "public-access-disabled", "This is DNS, not a role", id="public-name"),
        pytest.param(PRIVATE, [], "public-access-disabled", "leads to the private address", id="private-name"),
        pytest.param(
            PRIVATE, [without("host_name")], "public-access-disabled", "resolves to, or is routed to", id="not-resolved"
        ),
        pytest.param(
            PRIVATE,
            [PUBLIC, changed("virtual_network_link", "properties.virtualNetworkLinkState", "InProgress")],
            "public-access-disabled",
            "is not linked to a network of the workload",
            id="not-linked",
        ),
        pytest.param(NO_ROLE, [as_stranger], "missing-data-role", "no role that it holds", id="no-role"),
        pytest.param(NO_ROLE, [without("role_assignment")], "missing-data-role", "lacks the data action", id="unread"),
        pytest.param(
            NO_ROLE, [as_application, granted(timedelta(seconds=30))], "data-role-too-new", "30 seconds ago", id="new"
        ),
        pytest.param(
            NO_ROLE, [as_application, granted(timedelta(days=30))], "data-role-not-counted", "does not count", id="old"
        ),
        pytest.param(
            NOT_FOUND,
            [changed("deployment", "properties.provisioningState", "Creating", NAME)],
            "deployment-not-made",
            "in state Creating",
            id="being-made",
        ),
        pytest.param(TOO_MUCH, [changed("usage", "currentValue", 10_000_000)], "rate-limit", "is used up", id="full"),
        pytest.param(TOO_MUCH, [changed("usage", "currentValue", 0)], "rate-limit", "has room", id="room"),
        pytest.param(TOO_MUCH, [without("usage")], "rate-limit", "than its rate allows", id="pool-unread"),
        pytest.param(BROKEN, [], "service-error", "a fault of the service", id="no-incident"),
        pytest.param(
            BROKEN,
            [changed("resource_health", "properties.availabilityState", "Degraded")],
            "service-incident",
            "Azure's own word on the account is Degraded",
            id="degraded",
        ),
    ],
)
def test_a_cause_is_named_by_what_was_seen(
    error: JsonObject, changes: list[Change], failure_class: str, words: str, healthy: Done
) -> None:
    told = failure(healthy, failed(error), *changes)
    assert (told["class"], words in told["cause"]) == (failure_class, True), told
