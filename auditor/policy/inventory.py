"""Deployments and quota pools as rows that people read, out of the facts that the checks see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from auditor.inventory import DeploymentRow, QuotaRow
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.arm_id import fold, last, location_scope, parent_account, subscription_scope
from auditor.policy.facts.lifecycle import NEVER, day
from auditor.policy.facts.shape import dig, text, whole
from auditor.record import JsonObject


def deployment_rows(subjects: Iterable[SubjectFacts]) -> tuple[DeploymentRow, ...]:
    """Every deployment that was read, in the order of the join."""
    subjects = tuple(subjects)
    pools = {fold(one.id): one.id for one in subjects if one.kind == "quota"}
    return tuple(_deployment(one, pools) for one in subjects if one.kind == "deployment")


def quota_rows(subjects: Iterable[SubjectFacts]) -> tuple[QuotaRow, ...]:
    """Every quota pool that a deployment or a plan draws on."""
    return tuple(_quota(one) for one in subjects if one.kind == "quota")


def _deployment(subject: SubjectFacts, pools: dict[str, str]) -> DeploymentRow:
    facts = _facts(subject, "deployment")
    declared = facts.get("declared")
    return DeploymentRow(
        id=subject.id,
        name=last(subject.id),
        account=last(parent_account(subject.id)),
        workload=subject.workload,
        location=subject.location,
        declared=declared if isinstance(declared, bool) else None,
        model=text(dig(facts, "properties", "model", "name")),
        version=text(dig(facts, "properties", "model", "version")),
        sku=text(dig(facts, "sku", "name")),
        capacity=whole(dig(facts, "sku", "capacity")),
        state=text(dig(facts, "properties", "provisioningState")),
        lifecycle=text(dig(facts, "model", "lifecycle")),
        retires=_retires(dig(facts, "model", "retirement")),
        retirement_status=text(dig(facts, "model", "retirement_status")),
        quota=_pool(subject, facts, pools),
    )


def _retires(told: object) -> date | None:
    found = day(told).day
    return found if found is not None and found < NEVER else None


def _pool(subject: SubjectFacts, facts: JsonObject, pools: dict[str, str]) -> str | None:
    """The pool among the quota rows that the deployment's SKU draws on in its region."""
    name, subscription = text(dig(facts, "model", "usage_name")), subscription_scope(subject.id)
    if name is None or subscription is None or subject.location is None:
        return None
    return pools.get(fold(f"{location_scope(subscription, subject.location)}/usages/{name}"))


def _quota(subject: SubjectFacts) -> QuotaRow:
    facts = _facts(subject, "quota")
    return QuotaRow(
        id=subject.id,
        name=subject.name,
        location=subject.location or "",
        used=whole(facts.get("current")),
        limit=whole(facts.get("limit")),
        planned=whole(facts.get("planned")),
        unit=text(facts.get("unit")),
    )


def _facts(subject: SubjectFacts, root: str) -> JsonObject:
    return subject.part(root).facts
