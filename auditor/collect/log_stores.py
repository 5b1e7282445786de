"""Where logs are sent, wherever that is: the workspaces, storage accounts and event hubs that settings name."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target


def _stored(kind: str, per: Per) -> Collector:
    """A collector of one sort of them; one that a setting names and that does not exist is proven to be absent."""

    async def collect(look: Look, target: Target) -> None:
        look.keep_found(kind, target.id, None, await look.arm.find(kind, target.id))

    return Collector(kind, per, (ACTIONS[kind],), collect)


WORKSPACE = _stored("workspace", Per.WORKSPACE)
STORAGE_ACCOUNT = _stored("storage_account", Per.STORAGE_ACCOUNT)
EVENT_HUB_NAMESPACE = _stored("event_hub_namespace", Per.EVENT_HUB_NAMESPACE)
