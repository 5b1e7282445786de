"""The ground that everything stands on: the subscription, its registration, and what the caller may do in it."""

from __future__ import annotations

from itertools import count

from auditor.cloud.arm import PROVIDER
from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target


async def _subscription(look: Look, target: Target) -> None:
    look.keep("subscription", target.id, None, await look.arm.get("subscription", target.id))


def _provider_id(target: Target) -> str:
    return f"{target.id}/providers/{PROVIDER}"


async def _provider(look: Look, target: Target) -> None:
    id_ = _provider_id(target)
    look.keep("provider", id_, target.id, await look.arm.get("provider", id_))


async def _permissions(look: Look, target: Target) -> None:
    number, below = count(), "/providers/Microsoft.Authorization/permissions"
    rows = await look.arm.list("permission", target.id, below)
    look.keep_list("permission", target.id, rows, lambda _: f"{target.id}{below}/{next(number)}")


SUBSCRIPTION = Collector("subscription", Per.SUBSCRIPTION, (ACTIONS["subscription"],), _subscription)
PROVIDER_REGISTRATION = Collector("provider", Per.SUBSCRIPTION, (ACTIONS["provider"],), _provider, scope=_provider_id)
PERMISSIONS = Collector("permission", Per.SUBSCRIPTION, (ACTIONS["permission"],), _permissions)
