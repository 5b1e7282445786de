"""Snapshots of any size: one account is audited for real, and what was seen of it is repeated under other names."""

from __future__ import annotations

import asyncio
import os
import tempfile
from functools import cache
from pathlib import Path

from auditor.audit import audit
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import Sandbox, generated_settings, generated_world
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.snapshot import Resource, Snapshot
from tests.conftest import environment

SEEN = "contoso-generated-0000"

UPGRADES = ("NoAutoUpgrade", "OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable")


@cache
def _one(deployments: int) -> Snapshot:
    with Sandbox(generated_world(1, deployments)) as sandbox, environment(sandbox.environment):
        settings = _settings(1, deployments)
        policy = load_policy(settings.packs, settings.parameters, Path())
        made = asyncio.run(
            audit(
                settings,
                policy,
                NO_WAIVERS,
                environ=dict(os.environ),
                run_id="bench",
                command=(),
                keep=None,
                progress=lambda text: None,  # noqa: ARG005 - nobody watches
                announce=lambda text: None,  # noqa: ARG005 - nobody listens
            )
        )
    return made.snapshot


def snapshot_of(accounts: int, deployments: int) -> tuple[Snapshot, Settings]:
    """A snapshot as if so many accounts had been seen, and the settings that expect them."""
    seen = _one(deployments)
    once = [one for one in seen.resources if SEEN not in one.id]
    listed = [one for one in seen.listings if SEEN not in one.scope]
    resources, listings = list(once), list(listed)
    for number in range(accounts):
        name = f"contoso-generated-{number:04d}"
        again = (one.model_dump_json().replace(SEEN, name) for one in seen.resources if SEEN in one.id)
        resources += [_unlike(Resource.model_validate_json(text), number) for text in again]
        listings += [
            one.model_copy(update={"scope": one.scope.replace(SEEN, name)})
            for one in seen.listings
            if SEEN in one.scope
        ]
    settings = _settings(accounts, deployments)
    changed = {"resources": tuple(resources), "listings": tuple(listings), "settings": settings.model_dump(mode="json")}
    return seen.model_copy(update=changed), settings


def _unlike(one: Resource, number: int) -> Resource:
    """The same, with what differs from account to account in a real estate: tags, settings, capacity, traffic."""
    body = one.body
    properties = body.get("properties", {})
    if one.kind == "account":
        body["tags"] = {**(body.get("tags") or {}), "cost-centre": f"{number % 40:03d}"}
        properties["disableLocalAuth"] = number % 7 != 0
        properties["publicNetworkAccess"] = "Disabled" if number % 11 else "Enabled"
    elif one.kind == "deployment":
        body["sku"]["capacity"] = 20 + number % 80
        properties["versionUpgradeOption"] = UPGRADES[number % len(UPGRADES)]
    elif one.kind == "metric":
        points = (point for told in body["value"] for row in told["timeseries"] for point in row["data"])
        for point in points:
            point.update({name: point[name] * (1 + number % 97) for name in ("total", "average") if point.get(name)})
    return one.model_copy(update={"body": body})


def _settings(accounts: int, deployments: int) -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "auditor.yaml"
        path.write_text(generated_settings(accounts, deployments), encoding="utf-8")
        return load_settings(path, {}, {})
