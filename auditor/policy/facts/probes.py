"""What the live calls to a deployment proved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import last
from auditor.policy.facts.around_call import surroundings
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.intent import strictest_expectation
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.router import MODEL as ROUTER
from auditor.policy.facts.router import is_of
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, text, texts, whole, without_nulls
from auditor.policy.failure import failure_of
from auditor.policy.failure.context import FailureContext, failure_context
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment
from auditor.snapshot import Resource

KIND: Final = "probe"

ANSWERED: Final = frozenset({"completed", "incomplete"})
NOT_ANSWERED: Final = frozenset({"failed", "refused", "unreachable"})

_STORED: Final = "https://learn.microsoft.com/azure/foundry/openai/how-to/responses"

DERIVED: Final = frozenset({"ok", "applicable", "failure", "model_matches", "within_budget", "usage_reported"})
"""Members that are ours, not the probe's."""

ELSEWHERE: Final = "elsewhere"
"""Member of `deployment.probe` beside the probes' names."""

SMOKE: Final = "text"
"""The one question that is put to every deployment, declared or not; where a model does something else, it is idle."""


def probes(deployment: Resource, body: JsonObject, home: Home, basis: Basis) -> Part:
    """`deployment.probe`: each probe by its name; `body` has the deployment's own facts.

    What was asked on further surfaces than the first that is declared stands as a list under `elsewhere`.
    """
    gap = basis.seen.gap(KIND, deployment.id)
    part = Part(absences={"": gap} if gap is not None else {})
    declaring = basis.intents.of_deployment(home.id, last(deployment.id))
    expected = strictest_expectation([one for _, one in declaring])
    elsewhere: list[JsonObject] = []
    for found in basis.seen.children(KIND, deployment.id):
        around = partial(_context, deployment, body, found, home, basis)
        told = _probe(found, body, expected, around)
        own = basis.seen.own_gap(KIND, found.id)
        told = told.and_also(Part(absences={"": own})) if own is not None else told
        if told.facts.get("first") is False:
            elsewhere.append(told.facts)
        else:
            part = part.with_member(text(told.facts.get("probe")) or last(found.id), told)
    return part.and_also(Part(facts={ELSEWHERE: elsewhere})) if elsewhere else part


def _probe(
    found: Resource,
    deployment: JsonObject,
    expected: ExpectedDeployment | None,
    context: Callable[[], FailureContext],
) -> Part:
    """One probe; `context` is asked for only where the call failed, since it is as large as the account."""
    body = without_nulls(found.body)
    told = Telling()
    told.read("", found.readings)
    for name, value in body.items():
        told.tell(name, value if name not in DERIVED else None)
    outcome = text(body.get("outcome"))
    told.tell("applicable", None if outcome is None else outcome != "not_applicable")
    ok = _ok(outcome, body.get("proven"), whole(body.get("output_characters")))
    if outcome == "not_applicable" and text(body.get("probe")) != SMOKE:
        ok = False  # the owner declares what the model or the API does not offer
    told.tell("ok", ok)
    if outcome in ANSWERED:
        told.tell("model_matches", _matches(text(body.get("responded_model")), dig(deployment, "properties", "model")))
        told.tell("usage_reported", None not in (whole(body.get("input_tokens")), whole(body.get("output_tokens"))))
        budget = expected.latency_budget_ms if expected is not None else None
        latency = number(body.get("latency_ms"))
        told.tell("within_budget", latency <= budget if budget is not None and latency is not None else None)
    if outcome in ANSWERED | NOT_ANSWERED and not ok:
        told.tell("failure", _failure(body, context()))
    return told.done()


def gap_elsewhere(deployment: Resource, seen: Seen) -> str | None:
    """Why something was not asked on another surface than the first; None where all was."""
    rest = (one for one in seen.children(KIND, deployment.id) if one.body.get("first") is False)
    return next((gap for one in rest if (gap := seen.own_gap(KIND, one.id)) is not None), None)


def left_behind(deployment: Resource, seen: Seen) -> Part:
    """Which probes had the service store something, and what of all that it still keeps."""
    found = [one for one in seen.children(KIND, deployment.id) if {"left_behind", "may_have_left"} & one.body.keys()]
    unnamed = [what for one in found for what in texts(one.body.get("may_have_left")) or ()]
    lists = [texts(one.body.get("left_behind", [])) for one in found]
    told = Telling()
    told.tell("stored_by_probes", sorted({text(one.body.get("probe")) or last(one.id) for one in found}))
    left = [what for left in lists for what in left or ()] if None not in lists else None
    # What may have been left is no finding, and nothing left is not proven either.
    note = (f"not known to be empty: the service may keep {unnamed[0]}", _STORED) if unnamed else None
    told.tell("left_behind", None if unnamed and not left else left, note=note)
    told.read("left_behind", [reading for one in found for reading in one.readings])
    return told.done()


def _ok(outcome: str | None, proven: object, characters: int | None) -> bool | None:
    """Whether what was asked for came back; a call that was not made proves nothing."""
    if outcome == "completed" and isinstance(proven, bool):
        return proven
    if outcome == "completed":
        return None if characters is None else characters > 0
    return False if outcome == "incomplete" or outcome in NOT_ANSWERED else None


def _matches(responded: str | None, deployed: Any) -> bool | None:
    """Whether the deployed model answered: by its name, with or without the version, or a later part of that."""
    name, version = text(dig(deployed, "name")), text(dig(deployed, "version"))
    if responded is None or name is None:
        return None
    if name.lower() == ROUTER or is_of(responded, deployed):
        return True
    return None if version is None else False


def _failure(body: JsonObject, context: FailureContext) -> JsonObject | None:
    failure = failure_of(body, context)
    if failure is None:
        return None
    return {
        "class": failure.failure_class,
        "title": failure.title,
        "cause": failure.cause,
        "next_step": failure.next_step,
        "whose": failure.whose,
        "retry_helps": failure.retry_helps,
    }


def _host(found: Resource) -> str | None:
    """Where the call went: an account has several host names."""
    endpoint = text(found.body.get("endpoint")) or ""
    return endpoint.partition("://")[2].partition("/")[0] or None


def _context(deployment: Resource, body: JsonObject, found: Resource, home: Home, basis: Basis) -> FailureContext:
    """What is known around the call: by it a failure is named better."""
    account = basis.seen.resource("account", home.id)
    requested = text(found.body.get("requested_model")) or last(deployment.id)
    if account is None:
        return FailureContext(deployment=requested)
    host = _host(found) or text(home.part.facts.get("host"))
    return failure_context(
        account,
        home.deployments if home.whole else None,
        requested,
        principal=basis.principal,
        now=basis.now,
        tenant=basis.settings.tenant,
        host=host,
        image_deployment=text(found.body.get("image_deployment")),
        seen=surroundings(body, home, basis, host),
    )
