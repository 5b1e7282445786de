"""What a Foundry account holds: its projects, what they are connected to and how, and what hosts their agents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from auditor.policy.facts.arm_id import fold, is_arm_id, last
from auditor.policy.facts.around import Around
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

PROJECT: Final = "project"
CONNECTION: Final = "connection"
PROJECT_CONNECTION: Final = "project_connection"
HOST: Final = "capability_host"
PROJECT_HOST: Final = "project_capability_host"

TELEMETRY: Final = "appinsights"
"""Category of the connection that traces go through, in lower case.

https://learn.microsoft.com/azure/foundry/observability/how-to/trace-agent-setup
"""

_BARE_HOST = re.compile(r"(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::\d+)?/?")

_AMBIGUOUS = re.compile(r"[\\\s\x00-\x1f\x7f]")
"""Browsers take a backslash for a slash and leave out white space, so that the host is not what others read."""


def foundry(of: Around) -> Part:
    """`account.foundry`, of an account of any kind; one that can't have projects has none of all this.

    `projects` holds for each its `name`, its `state` and whether it has an `identity`; `untraced_projects` are the
    names of those that are not connected to Application Insights. `connections` holds those of the account and of its
    projects: `name`, `project` (empty for the account's own), `category`, `auth`, `shared` with all users, `host` of
    its target (empty where the target is an Azure resource by its id, or none), `error` (empty for none), whether it
    `expires` and in how many whole days (`days_left`). `capability_hosts` holds `name`, `project` and `state`. What one
    of them does not tell, or tells in words that no page explains, is left out of its row.
    """
    told = Telling()
    managed = _may_have_projects(of.body)
    if managed is False:
        for name in ("projects", "untraced_projects", "connections", "capability_hosts"):
            told.tell(name, [])
        told.tell("offered", value=False)
        told.read("", of.resource.readings)
        return told.done()
    seen, account_id = of.basis.seen, of.resource.id
    told.tell("offered", managed)
    listing = seen.listing(PROJECT, account_id)
    projects = sorted(seen.children(PROJECT, account_id), key=lambda one: one.id.lower())
    connections = _below(seen, account_id, projects, CONNECTION, PROJECT_CONNECTION)
    hosts = _below(seen, account_id, projects, HOST, PROJECT_HOST)
    gap = seen.gap(PROJECT, account_id)
    told.tell("projects", [_project(one) for one in projects] if listing is not None else None, because=gap)
    told.read("projects", [*_listed(seen, [(PROJECT, account_id)]), *_readings(projects)])
    for name, kinds, found, row in (
        ("connections", (CONNECTION, PROJECT_CONNECTION), connections, _connection),
        ("capability_hosts", (HOST, PROJECT_HOST), hosts, _host),
    ):
        reads = [(PROJECT, account_id), (kinds[0], account_id), *((kinds[1], one.id) for one in projects)]
        whole = all(seen.listing(*read) is not None for read in reads)
        shown = [row(one, of.basis.now) for one in found]
        told.tell(name, shown if whole else None, because=None if whole else seen.why(*reads))
        told.read(name, [*_listed(seen, reads), *_readings(found)])
        if name == "connections":
            untraced = _untraced(projects, seen, account_id) if listing is not None else None
            told.tell("untraced_projects", untraced, because=None if whole else seen.why(*reads))
            told.read("untraced_projects", [*_listed(seen, reads), *_readings([*projects, *found])])
    return told.done()


def _may_have_projects(account: JsonObject) -> bool | None:
    """https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/accounts."""
    kind = text(account.get("kind"))
    if kind is None:
        return None
    return kind.lower() == "aiservices" and dig(account, "properties", "allowProjectManagement") is not False


def _below(seen: Seen, account_id: str, projects: list[Resource], own: str, of_project: str) -> list[Resource]:
    """What hangs on the account and on its projects, each once: a project's list may show what it inherits."""
    found = [
        *seen.children(own, account_id),
        *(one for project in projects for one in seen.children(of_project, project.id)),
    ]
    once = {fold(one.id): one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: one.id.lower())


def _listed(seen: Seen, reads: Iterable[tuple[str, str]]) -> Iterator[str]:
    for read in reads:
        listing = seen.listing(*read)
        yield from listing.readings if listing is not None else ()


def _readings(found: Iterable[Resource]) -> Iterator[str]:
    for one in found:
        yield from one.readings


def _project(found: Resource) -> JsonObject:
    body, _ = fill(PROJECT, found.body)
    kind = text(dig(body, "identity", "type"))
    return _told(
        name=last(found.id),
        state=text(dig(body, "properties", "provisioningState")),
        identity=None if kind is None else kind != "None",
    )


def _untraced(projects: list[Resource], seen: Seen, account_id: str) -> list[str] | None:
    said = {last(one.id): _has_insights(one, seen, account_id) for one in projects}
    return None if None in said.values() else [name for name, traced in said.items() if not traced]


def _has_insights(project: Resource, seen: Seen, account_id: str) -> bool | None:
    """Whether the project, or for all of its projects the account, is connected to Application Insights."""
    reads = ((CONNECTION, account_id), (PROJECT_CONNECTION, project.id))
    categories = [dig(one.body, "properties", "category") for read in reads for one in seen.children(*read)]
    if any(isinstance(said, str) and said.lower() == TELEMETRY for said in categories):
        return True
    whole = all(seen.listing(*read) is not None for read in reads) and all(isinstance(said, str) for said in categories)
    return False if whole else None


def _connection(found: Resource, now: datetime) -> JsonObject:
    body, _ = fill(CONNECTION, found.body)
    said = body.get("properties")
    expires, days_left = _expiry(dig(found.body, "properties", "expiryTime"), now)
    return _told(
        name=last(found.id),
        project=_project_of(found.id),
        category=text(dig(said, "category")),
        auth=text(dig(said, "authType")),
        shared=dig(said, "isSharedToAll"),
        host=host_of(dig(found.body, "properties", "target")) if isinstance(said, dict) else None,
        error=dig(said, "error"),
        expires=expires if isinstance(said, dict) else None,
        days_left=days_left,
    )


def _host(found: Resource, now: datetime) -> JsonObject:  # noqa: ARG001 - as the rows of connections
    body, _ = fill(HOST, found.body)
    state = text(dig(body, "properties", "provisioningState"))
    return _told(name=last(found.id), project=_project_of(found.id), state=state)


def _told(**members: Any) -> JsonObject:
    return {name: value for name, value in members.items() if value is not None}


def _project_of(arm_id: str) -> str:
    """The project that something is in; empty for what is the account's own."""
    above = arm_id.rpartition("/")[0].rpartition("/")[0]
    return last(above) if above.rpartition("/")[0].lower().endswith("/projects") else ""


def host_of(target: Any) -> str | None:
    """The host name in a target, in lower case; empty for an Azure resource by its id, and for none.

    None where the target is something else, such as a connection string, or an address that one reads in two ways, and
    nobody knows where it leads.
    """
    if target is None or target == "" or (isinstance(target, str) and is_arm_id(target)):
        return ""
    if not isinstance(target, str) or _AMBIGUOUS.search(target):
        return None
    if "://" not in target:
        bare = _BARE_HOST.fullmatch(target)
        return bare["host"].lower() if bare else None
    try:
        return (urlsplit(target).hostname or "").rstrip(".").lower() or None
    except ValueError:
        return None


def _expiry(said: Any, now: datetime) -> tuple[bool | None, int | None]:
    """Whether there is an end, and how many whole days are left until then, which are negative afterwards."""
    if said is None or said == "":
        return False, None
    try:
        end = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None, None
    return True, ((end if end.tzinfo else end.replace(tzinfo=UTC)) - now).days
