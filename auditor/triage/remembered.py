"""What is known of a deployment before anybody answered: by the last green bundle, or by its account's name alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.cloud.arm_id import ACCOUNT_TYPE, parse_arm_id
from auditor.cloud.model_answer import Answer, CallError
from auditor.probe.evidence import unanswered
from auditor.probe.stages import stages
from auditor.probe.target import targets
from auditor.probe.text import NAME
from auditor.settings import Endpoints, Settings, Workload
from auditor.snapshot import Resource
from auditor.triage.asked import Asked

_UNKNOWN_GROUP = "RESOURCE_GROUP"
"""Stands for the resource group of an account that settings name alone; whoever pastes a command has to name it."""

_KINDS = ("account", "deployment", "model")


def called_at_once(settings: Settings, asked: Asked, endpoints: Endpoints) -> tuple[Resource, ...]:
    """The accounts that workloads name, with what is known of their deployments; only those that may be called."""
    known = asked.remembered.resources if asked.remembered is not None else ()
    found: dict[str, Resource] = {}
    for workload in settings.workloads:
        account = next((one for one in known if one.kind == "account" and _is_named(one, workload)), None)
        account = account or _guessed(workload, settings)
        found[account.id.lower()] = account
    rest = [one for one in known if one.kind in _KINDS and (one.kind == "model" or (one.parent or "").lower() in found)]
    resources = (*found.values(), *rest)
    wanted = [
        target
        for target in targets(settings, resources, endpoints)
        if asked.wants(target.name, declared=target.declared)
    ]
    return resources if wanted else ()


def settled(probes: Iterable[Resource], seen: Iterable[Resource]) -> Iterator[Resource]:
    """The probes, the last of each; those of a guessed account under the id that it turned out to have."""
    by_name = {one.id.rpartition("/")[2].lower(): one.id for one in seen if one.kind == "account"}
    renamed = (_renamed(one, by_name) for one in probes)
    yield from {one.id.lower(): one for one in renamed}.values()


def unsigned(settings: Settings, asked: Asked, endpoints: Endpoints, why: str) -> Iterator[tuple[Resource, str]]:
    """The calls that could not be made for want of a token, each with its host."""
    for target in targets(settings, called_at_once(settings, asked, endpoints), endpoints):
        if (
            not asked.wants(target.name, declared=target.declared)
            or not target.surfaces
            or target.features == frozenset()
        ):
            continue
        error = CallError(phase="token", message=why[:500])
        answer = Answer(endpoint=target.surfaces[0].base_url, scope=endpoints.model_scopes[0], error=error)
        body = {
            "probe": NAME,
            "surface": target.surfaces[0].name,
            "first": True,
            "requested_model": target.name,
            "sent": False,
            "outcome": "unreachable",
            "endpoint": answer.endpoint,
            "error": unanswered(error),
            "stages": stages(answer, None),
        }
        yield Resource(kind="probe", id=f"{target.id}/probes/{NAME}", parent=target.id, body=body), answer_host(answer)


def answer_host(answer: Answer) -> str:
    """The host that was, or would have been, called."""
    return answer.endpoint.partition("://")[2].partition("/")[0]


def _renamed(probe: Resource, by_name: dict[str, str]) -> Resource:
    account, _, below = probe.id.partition("/deployments/")
    right = by_name.get(account.rpartition("/")[2].lower())
    if f"/resourceGroups/{_UNKNOWN_GROUP}/" not in account or right is None:
        return probe
    id_ = f"{right}/deployments/{below}"
    return probe.model_copy(update={"id": id_, "parent": id_.partition("/probes/")[0]})


def _guessed(workload: Workload, settings: Settings) -> Resource:
    """An account of that name whose subdomain is its name, as most have it."""
    name = workload.account.rstrip("/").rpartition("/")[2]
    whole = parse_arm_id(workload.account, ACCOUNT_TYPE) is not None
    subscription = f"/subscriptions/{settings.scope.subscriptions[0]}"
    id_ = (
        workload.account if whole else f"{subscription}/resourceGroups/{_UNKNOWN_GROUP}/providers/{ACCOUNT_TYPE}/{name}"
    )
    body = {
        "kind": "AIServices",
        "location": workload.planned_location or "",
        "properties": {"customSubDomainName": name},
    }
    return Resource(kind="account", id=id_, parent=subscription, body=body)


def _is_named(account: Resource, workload: Workload) -> bool:
    return workload.account.lower() in {account.id.lower(), account.id.rpartition("/")[2].lower()}
