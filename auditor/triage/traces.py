"""The live calls as traces, and what Azure's support asks for first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from auditor.diagnosis import Stage, Support, Trace
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.clock import azures_now
from auditor.policy.failure import failure_of
from auditor.snapshot import Reading, Resource, Snapshot

_SAID = 300


def traces(snapshot: Snapshot, subjects: Iterable[SubjectFacts]) -> tuple[Trace, ...]:
    """One for each deployment that was, or should have been, called; those that fail first."""
    classes = _classes(subjects)
    readings = {one.id: one for one in snapshot.readings}
    found = [_trace(one, classes, readings) for one in snapshot.resources if one.kind == "probe"]
    return tuple(
        sorted(found, key=lambda one: (one.failure_class is None, one.account.lower(), one.deployment.lower()))
    )


def support(snapshot: Snapshot, told: Iterable[Trace]) -> Support:
    """Ids, region and times of the failed calls; of all where none failed."""
    every = tuple(told)
    told = [one for one in every if one.failure_class is not None] or [one for one in every if one.request_ids]
    ahead = snapshot.taken_at - azures_now(snapshot.taken_at, snapshot.readings)
    ids = [(name, one) for one in told for name in _telling(one.request_ids)]
    first = told[0] if told else None
    account = next((one for one in snapshot.resources if first and _is_account(one, first.account)), None)
    scopes = snapshot.settings.get("scope") or {}
    subscriptions = scopes.get("subscriptions") or [None]
    return Support(
        request_ids=tuple(name for name, _ in ids),
        region=first.region if first else None,
        times=tuple(one.sent_at - ahead for one in told if one.sent_at is not None),
        endpoint=first.host if first else None,
        subscription=account.id.split("/")[2] if account else subscriptions[0],
        resource=account.id if account else None,
    )


def _is_account(one: Resource, name: str) -> bool:
    return one.kind == "account" and one.id.rpartition("/")[2].lower() == name.lower()


def _telling(ids: Mapping[str, str]) -> list[str]:
    """The one that support finds a call by: https://learn.microsoft.com/azure/ai-services/diagnostic-logging"""
    for name in ("apim-request-id", "x-ms-request-id", "x-request-id"):
        if name in ids:
            return [ids[name]]
    return list(ids.values())[:1]


def _classes(subjects: Iterable[SubjectFacts]) -> dict[str, str]:
    """Folded deployment id → class of its call's failure, as the facts around it name it."""
    found: dict[str, str] = {}
    for one in subjects:
        for root in ("deployment", "expected"):
            probe = one.part(root).facts.get("probe")
            text = probe.get("text") if isinstance(probe, dict) else None
            failure = text.get("failure") if isinstance(text, dict) else None
            if isinstance(failure, dict) and isinstance(text, dict):
                found.setdefault(fold(one.id), str(failure["class"]))
    return found


def _trace(one: Resource, classes: Mapping[str, str], readings: Mapping[str, Reading]) -> Trace:
    body = one.body
    deployment = one.parent or one.id.partition("/probes/")[0]
    error = body.get("error")
    words = error.get("message") if isinstance(error, dict) else None
    failure = failure_of(body)
    known = classes.get(fold(deployment)) if failure is not None else None
    sent = next((readings[id_].sent_at for id_ in one.readings if id_ in readings), None)
    return Trace(
        deployment=deployment.rpartition("/")[2],
        account=deployment.partition("/deployments/")[0].rpartition("/")[2],
        host=urlsplit(str(body.get("endpoint") or "")).hostname,
        region=body.get("region"),
        outcome=str(body.get("outcome")),
        http_status=body.get("http_status"),
        stages=tuple(Stage.model_validate(stage) for stage in body.get("stages") or ()),
        request_ids=body.get("request_ids") or {},
        failure_class=known or (failure.failure_class if failure is not None else None),
        said=str(words or "")[:_SAID] or body.get("reason"),
        sent_at=sent,
    )
