"""The live calls as rows that people read: what was asked of which deployment, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.call import Call, Latency
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.latency import percentile, times
from auditor.policy.facts.probes import ELSEWHERE
from auditor.policy.facts.shape import number, text, whole
from auditor.record import Json, JsonObject
from auditor.snapshot import Resource, Snapshot

FIRST_IDS = ("apim-request-id", "x-ms-request-id", "x-request-id")
"""Of several request ids the one that Azure's support asks for first."""


def calls(snapshot: Snapshot, subjects: Iterable[SubjectFacts]) -> tuple[Call, ...]:
    """One row per probe, asked or passed over, in the order of their ids; failures as evaluation classed them."""
    known = dict(_by_probe(subjects))
    probes = sorted((one for one in snapshot.resources if one.kind == "probe"), key=lambda one: fold(one.id))
    return tuple(_call(one, *known.get(fold(one.id), (None, {}))) for one in probes)


def _by_probe(subjects: Iterable[SubjectFacts]) -> Iterator[tuple[str, tuple[str | None, JsonObject]]]:
    """Folded id of each probe → (workload, its facts), of deployments and of declared ones that do not exist."""
    for subject in subjects:
        if subject.kind == "deployment":
            deployment, facts = subject.id, _object(subject.variables.get("deployment"))
        elif subject.kind == "expectation":
            facts = _object(subject.variables.get("expected"))
            account = text(_object(subject.variables.get("account")).get("id"))
            deployment = f"{account}/deployments/{facts.get('name')}"
        else:
            continue
        called = _object(facts.get("probe"))
        for name, told in called.items():
            yield fold(f"{deployment}/probes/{name}"), (subject.workload, _object(told))
        further = called.get(ELSEWHERE)
        for told in map(_object, further if isinstance(further, list) else ()):
            place = "/".join(filter(None, (text(told.get("surface")), text(told.get("project")))))
            yield fold(f"{deployment}/probes/{told.get('probe')}/{place}"), (subject.workload, told)


def _call(probe: Resource, workload: str | None, facts: JsonObject) -> Call:
    body, failure = probe.body, _object(facts.get("failure"))
    deployment = probe.parent or probe.id.rpartition("/probes/")[0]
    error = _object(body.get("error"))
    status = whole(body.get("http_status"))
    return Call(
        deployment=last(deployment),
        account=last(deployment.rpartition("/deployments/")[0]),
        workload=workload,
        probe=_name(probe),
        outcome=text(body.get("outcome")) or "not known",
        requested_model=text(body.get("requested_model")),
        responded_model=text(body.get("responded_model")),
        latency_ms=number(body.get("latency_ms")),
        input_tokens=whole(body.get("input_tokens")),
        output_tokens=whole(body.get("output_tokens")),
        http_status=status if status is not None else whole(error.get("http_status")),
        failure=text(failure.get("class")),
        cause=text(failure.get("cause")) or text(body.get("reason")),
        next_step=text(failure.get("next_step")),
        request_id=_request_id(_object(body.get("request_ids"))),
        region=text(body.get("region")),
        proven=proven if isinstance(proven := body.get("proven"), bool) else None,
        latency=_latency(body),
    )


def _latency(body: JsonObject) -> Latency | None:
    if not isinstance(body.get("samples"), dict):
        return None
    samples = times(body, "latencies_ms", "latency_ms")
    firsts = times(body, "first_token_ms", "first_token_ms")
    return Latency(
        samples_ms=samples,
        p50=percentile(samples, 50),
        p95=percentile(samples, 95),
        p99=percentile(samples, 99),
        first_token_ms=firsts,
        first_token_p50=percentile(firsts, 50),
        first_token_p95=percentile(firsts, 95),
        tokens_per_second=percentile(times(body, "tokens_per_second", "tokens_per_second"), 50),
        models=_models(body["samples"].get("models")),
    )


def _models(told: Json) -> dict[str, int]:
    """Model → calls that it answered, where both are what they should be."""
    return {name: count for name, told_ in _object(told).items() if (count := whole(told_)) is not None}


def _name(probe: Resource) -> str:
    """The probe, and on which surface it was put, where that is not the deployment's first."""
    name = text(probe.body.get("probe")) or last(probe.id)
    return f"{name} ({probe.body.get('surface')})" if probe.body.get("first") is False else name


def _request_id(ids: JsonObject) -> str | None:
    return next((text(ids[name]) for name in FIRST_IDS if name in ids), None)


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
