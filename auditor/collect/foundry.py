"""Foundry: the projects of each account, what they are connected to, and what hosts their agents."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector, listed
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap


def _has_projects(account: JsonObject) -> bool:
    """Whether an account may have projects: kind AIServices, and its project management not said to be off.

    An account that cannot have them is not asked, and its own body is the proof that it has none.
    https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/accounts
    """
    properties = account.get("properties")
    managed = properties.get("allowProjectManagement") if isinstance(properties, dict) else None
    return str(account.get("kind")).lower() == "aiservices" and managed is not False


async def _projects(look: Look, target: Target) -> None:
    if not _has_projects(target.body):
        return
    rows = await look.arm.below_account(
        "project", target.id, lambda client, group, name, how: client.projects.list(group, name, **how)
    )
    look.keep_list("project", target.id, rows, own_id)
    for row in () if isinstance(rows, Gap) else rows.rows:
        id_ = own_id(row.body)
        if id_ is not None:
            look.found(Target(per=Per.PROJECT, id=id_, subscription=target.subscription, owner=target.id))


async def _connections(look: Look, target: Target) -> None:
    if not _has_projects(target.body):
        return
    rows = await look.arm.below_account(
        "connection", target.id, lambda client, group, name, how: client.account_connections.list(group, name, **how)
    )
    look.keep_list("connection", target.id, rows, own_id)


async def _project_connections(look: Look, target: Target) -> None:
    kind = "project_connection"
    rows = await look.arm.below_project(
        kind,
        target.id,
        lambda client, group, name, project, how: client.project_connections.list(group, name, project, **how),
    )
    look.keep_list(kind, target.id, rows, own_id)


async def _capability_hosts(look: Look, target: Target) -> None:
    """The client gets these one by one and does not list them (azure-mgmt-cognitiveservices 14)."""
    if not _has_projects(target.body):
        return
    rows = await look.arm.list("capability_host", target.id, "/capabilityHosts")
    look.keep_list("capability_host", target.id, rows, own_id)


PROJECTS = Collector("project", Per.ACCOUNT, (ACTIONS["project"],), _projects)
CONNECTIONS = Collector("connection", Per.ACCOUNT, (ACTIONS["connection"],), _connections)
PROJECT_CONNECTIONS = Collector(
    "project_connection", Per.PROJECT, (ACTIONS["project_connection"],), _project_connections
)
CAPABILITY_HOSTS = Collector("capability_host", Per.ACCOUNT, (ACTIONS["capability_host"],), _capability_hosts)
PROJECT_CAPABILITY_HOSTS = listed("project_capability_host", Per.PROJECT, "/capabilityHosts")
