"""Accounts: found by the subscription's list, each then read whole; and the deleted ones that keep their names."""

from __future__ import annotations

import asyncio
import re

from auditor.cloud.arm_id import ACCOUNT_TYPE, parse_arm_id, region
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row, Rows
from auditor.cloud.problems import NEXT_STEPS, Problem
from auditor.cloud.reads import gap
from auditor.cloud.redaction import bounded
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason, Resource

_KEY_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
"""https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers"""


async def _accounts(look: Look, target: Target) -> None:
    try:
        groups = look.selection.groups or (None,)
        lists = await asyncio.gather(*(look.arm.accounts(target.subscription, group) for group in groups))
        _keep(look, target, lists)
    finally:
        look.accounts_listed(target.subscription)


def _keep(look: Look, target: Target, lists: list[Rows | Gap]) -> None:
    """The listing stands for the subscription as far as it is in scope; one group that failed leaves a gap instead."""
    read = [rows for rows in lists if isinstance(rows, Rows)]
    whole = Rows(tuple(row for rows in read for row in rows.rows), tuple(id_ for rows in read for id_ in rows.readings))
    nameless = sum(not _found(look, target, row) for row in whole.rows)
    failed = next((gap for gap in lists if isinstance(gap, Gap)), None)
    if failed is not None:
        look.keep_gap(failed.model_copy(update={"scope": target.id}))
    else:
        look.keep_listing("account", target.id, whole, nameless=nameless)


def _found(look: Look, target: Target, row: Row) -> bool:
    """Keeps an account that is in scope; False for one that can't be told apart."""
    id_ = own_id(row.body)
    arm_id = parse_arm_id(id_, ACCOUNT_TYPE)
    if id_ is None or arm_id is None:
        return False
    if look.selection.holds(row.body, arm_id):
        look.keep_resource(Resource(kind="account", id=id_, parent=target.id, body=row.body, readings=(row.reading,)))
        account = Target(
            per=Per.ACCOUNT,
            id=id_,
            subscription=target.subscription,
            location=region(row.body.get("location")),
            body=row.body,
        )
        look.found_account(account, row.body.get("kind"))
    return True


async def _account(look: Look, target: Target) -> None:
    parent = f"/subscriptions/{target.subscription}"
    body = look.keep("account", target.id, parent, _of(target, await look.arm.account(target.id)))
    for endpoint in _endpoints(body or target.body):
        look.found(Target(per=Per.PRIVATE_ENDPOINT, id=endpoint, subscription=target.subscription, owner=target.id))
    key = _encryption_key(body or target.body, target.subscription)
    if key is not None:
        look.found(key)


def _of(target: Target, row: Row | Gap) -> Row | Gap:
    """What was read, or a gap where it is about another account, as what stands between may mix up answers."""
    told = own_id(row.body) if isinstance(row, Row) else None
    if isinstance(row, Gap) or told is None or told.lower() == target.id.lower():
        return row
    words = bounded(f"the answer is about {told}", 300)
    problem = Problem(GapReason.MALFORMED, words, NEXT_STEPS[GapReason.MALFORMED])
    return gap("account", target.id, problem, readings=[row.reading])


def _endpoints(account: JsonObject) -> list[str]:
    """The ids of the private endpoints behind an account's connections, as far as it tells them."""
    found = [
        _dig(connection, "properties", "privateEndpoint", "id")
        for connection in _list(_dig(account, "properties", "privateEndpointConnections"))
    ]
    return [id_ for id_ in found if isinstance(id_, str) and id_]


def _encryption_key(account: JsonObject, subscription: str) -> Target | None:
    """The key in a vault that an account encrypts with, where it names one that can be asked for."""
    encryption = _dig(account, "properties", "encryption")
    if str(_dig(encryption, "keySource")).lower() != "microsoft.keyvault":
        return None
    vault, name = (_dig(encryption, "keyVaultProperties", member) for member in ("keyVaultUri", "keyName"))
    if not isinstance(vault, str) or not isinstance(name, str) or not _KEY_NAME.fullmatch(name):
        return None
    id_ = f"/subscriptions/{subscription}/vaults/{vault.rstrip('/')}/keys/{name}"
    body = {"vault": vault, "name": name}
    return Target(per=Per.ENCRYPTION_KEY, id=id_, subscription=subscription, body=body)


def _dig(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


async def _deleted_accounts(look: Look, target: Target) -> None:
    look.keep_list("deleted_account", target.id, await look.arm.deleted_accounts(target.subscription), own_id)


ACCOUNTS = Collector("account", Per.SUBSCRIPTION, (ACTIONS["account"],), _accounts)
ACCOUNT = Collector("account", Per.ACCOUNT, (ACTIONS["account"],), _account)
DELETED_ACCOUNTS = Collector("deleted_account", Per.SUBSCRIPTION, (ACTIONS["deleted_account"],), _deleted_accounts)
