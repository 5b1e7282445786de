"""Worlds of any size, for measuring."""

from __future__ import annotations

from typing import Any

from auditor.sandbox.account import Account
from auditor.sandbox.arm_accounts import principal
from auditor.sandbox.loading import load_world
from auditor.sandbox.world import World

_PATTERN = "contoso-matter-swc"
"""The account of the healthy world that every generated one is like."""

REGIONS = ("swedencentral", "westeurope", "uksouth")
"""Where generated accounts may lie, one after the other."""


def generated_world(accounts: int, deployments: int, regions: int = 1) -> World:
    """A healthy world with so many accounts, each with so many text deployments and all that hangs on an account.

    They are dealt out to as many regions, at most those of REGIONS.
    """
    where = REGIONS[:regions]
    healthy = load_world("healthy")
    pattern = healthy.accounts[_PATTERN]
    made = {
        _account_name(number): _account(pattern, number, deployments, where[number % len(where)])
        for number in range(accounts)
    }
    units = 100 * accounts * deployments + 100
    pools = {"OpenAI.GlobalStandard.gpt-5.4-mini": {"limit": units}, "OpenAI.S0.AccountCount": {"limit": accounts + 30}}
    vault = healthy.stored["kv-contoso-ai"]
    allowed = [{"objectId": principal(name), "permissions": {"keys": ["all"]}} for name in made]
    opened = vault.model_copy(update={"properties": {**vault.properties, "accessPolicies": allowed}})
    return World.model_validate(
        {
            **healthy.model_dump(exclude={"accounts", "quotas", "stored"}),
            "name": "generated",
            "page_size": 100,
            "accounts": made,
            "quotas": dict.fromkeys(where, pools),
            "stored": {name: one.model_dump() for name, one in {**healthy.stored, opened.name: opened}.items()},
        }
    )


def generated_settings(accounts: int, deployments: int) -> str:
    """The auditor.yaml that fits `generated_world` of the same size."""
    subscription = next(iter(load_world("healthy").subscriptions))
    calls = accounts * deployments
    lines = [
        f"scope: {{subscriptions: [{subscription}]}}",
        f"probes: {{calls: {max(1, calls)}, tokens: {max(1, calls) * 10_000}, seconds: 600}}",
        "workloads:" if accounts else "workloads: []",
    ]
    for number in range(accounts):
        name = _account_name(number)
        lines += [
            f"  - name: workload-{number:04d}",
            "    owner: platform@contoso.com",
            f"    account: {name}",
            "    network: private",
            "    deployments:",
            *(
                f"      - {{name: {_deployment_name(at)}, model: gpt-5.4-mini, sku: GlobalStandard}}"
                for at in range(deployments)
            ),
        ]
    return "\n".join(lines) + "\n"


def _account(pattern: Account, number: int, deployments: int, region: str) -> dict[str, Any]:
    name = _account_name(number)
    endpoints = {
        f"pe-{name}": {
            **endpoint.model_dump(),
            "name": f"pe-{name}",
            "address": f"10.{20 + number // 250}.0.{number % 250 + 4}",
        }
        for endpoint in pattern.endpoints.values()
    }
    deployed = {
        _deployment_name(at): {
            "name": _deployment_name(at),
            "model": "gpt-5.4-mini",
            "version": "2026-03-17",
            "sku": "GlobalStandard",
            "capacity": 100,
            "policy": next(iter(pattern.policies)),
        }
        for at in range(deployments)
    }
    return {
        **pattern.model_dump(),
        "name": name,
        "location": region,
        "subdomain": name,
        "endpoints": endpoints,
        "deployments": deployed,
    }


def _account_name(number: int) -> str:
    return f"contoso-generated-{number:04d}"


def _deployment_name(number: int) -> str:
    return f"chat-{number:03d}"
