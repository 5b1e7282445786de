"""What model routers chose, as rows that people read: the model that was asked for beside the one that answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.call import RoutedCall
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.shape import dig, number, objects, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource, Snapshot


def routed(snapshot: Snapshot, subjects: Iterable[SubjectFacts]) -> tuple[RoutedCall, ...]:
    """One row per question, in the order of the deployments' ids and of the questions."""
    routers = {fold(one.id): one for one in subjects if one.kind == "deployment"}
    probes = [one for one in snapshot.resources if one.kind == "probe" and text(one.body.get("probe")) == "router"]
    return tuple(
        row
        for probe in sorted(probes, key=lambda one: fold(one.id))
        for row in _rows(probe, routers.get(fold(probe.parent or "")))
    )


def _rows(probe: Resource, router: SubjectFacts | None) -> Iterator[RoutedCall]:
    deployment = probe.parent or ""
    facts: JsonObject = router.variables if router is not None else {}
    outside = texts(dig(facts, "deployment", "router", "outside_subset"))
    for answer in objects(probe.body.get("answers")) or ():
        responded = text(answer.get("responded"))
        yield RoutedCall(
            deployment=last(deployment),
            account=last(deployment.rpartition("/deployments/")[0]),
            workload=router.workload if router is not None else None,
            task=text(answer.get("task")) or "",
            requested_model=text(answer.get("requested")) or "",
            responded_model=responded,
            latency_ms=number(answer.get("latency_ms")),
            in_subset=None if outside is None or responded is None else responded not in outside,
        )
