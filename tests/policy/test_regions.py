"""Which regions a whole workload fits into, and why it does not fit into the others.

The cases named after a number are the defects that preflights of this field have (a name put together instead of read,
formats passed over, pools not added up, what runs counted twice, regions never asked, one model instead of all).
"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.region import RegionFit
from auditor.policy.regions import regions
from auditor.record import JsonObject
from auditor.settings import Settings
from tests.policy.estate import (
    PLACE,
    PROVIDER,
    SUB,
    Estate,
    deployment,
    estate,
    listing,
    model,
    resource,
    sku,
    usage,
)

WEST = f"{PROVIDER}/locations/westus3"
POOL = "OpenAI.GlobalStandard.gpt4.1"


def _chat(**members: Any) -> JsonObject:
    return {
        "name": "chat",
        "model": "gpt-4.1",
        "version": "2025-04-14",
        "sku": "GlobalStandard",
        "capacity": 30,
        **members,
    }


def _offer(place: str, kind: str = "AIServices", **members: Any) -> Any:
    body = {"resourceType": "accounts", "kind": kind, "name": "S0", "locations": [place.upper()], **members}
    return resource("resource_sku", f"{PROVIDER}/skus/{kind}.S0.{place}", SUB, {"restrictions": [], **body})


def _two(limit: float = 100.0, used: float = 0.0, *, skus: list[JsonObject] | None = None, **members: Any) -> Estate:
    """The estate, and a second region that has one model."""
    listed = skus if skus is not None else [sku("GlobalStandard", POOL)]
    return estate().plus(
        model("AIServices", "gpt-4.1", "2025-04-14", listed, place=WEST, **members),
        usage(POOL, used, limit, place=WEST),
        _offer("westus3"),
        listings=(listing("model", WEST), listing("usage", WEST)),
    )


def _fits(of: Estate, *deployments: JsonObject, places: tuple[str, ...] = ("swedencentral", "westus3")) -> Any:
    """Region → what was found out, for the one workload."""
    bent = of.expecting(*(deployments or (_chat(),)), regions=list(places))
    (workload,) = regions(bent.snapshot(), Settings.model_validate(bent.settings)).workloads
    return {one.region: one for one in workload.regions}


def _west(of: Estate, *deployments: JsonObject) -> RegionFit:
    found: RegionFit = _fits(of, *deployments)["westus3"]
    return found


def test_each_region_is_judged_by_its_own_quota() -> None:
    """What the deployment holds at home helps nowhere else."""
    found = _fits(_two(limit=29.0))
    assert (found["swedencentral"].fits, found["swedencentral"].tightest.asked) == ("yes", 20)
    assert (found["swedencentral"].tightest.pool, found["swedencentral"].tightest.left) == (POOL, 20)
    assert found["westus3"].fits == "no"
    assert found["westus3"].against == (f"{POOL}: 30 needed, 29 of 29 left",)
    assert _west(_two(limit=30.0)).fits == "yes"


def test_22_the_pool_is_read_from_the_catalogue() -> None:
    """`OpenAI.GlobalStandard.gpt4.1` is not what SKU and model put together: that pool would not be there."""
    found = _west(_two())
    assert found.fits == "yes"
    assert [room.pool for room in found.pools] == [POOL]


def test_22_other_formats_are_judged_as_well() -> None:
    """A model that is not OpenAI's has a catalogue entry, a pool and a limit like any other."""
    pool = "AIServices.GlobalStandard.DeepSeek-V3.2"
    entry = model("AIServices", "DeepSeek-V3.2", "1", [sku("GlobalStandard", pool)], place=WEST, format="DeepSeek")
    wanted = _chat(name="think", model="DeepSeek-V3.2", version="1", format="DeepSeek", capacity=50)
    assert _west(_two().plus(entry, usage(pool, 0.0, 49.0, place=WEST)), wanted).against == (
        f"{pool}: 50 needed, 49 of 49 left",
    )
    assert _west(_two().plus(entry, usage(pool, 0.0, 50.0, place=WEST)), wanted).fits == "yes"
    assert _west(_two(), wanted).against == ("DeepSeek-V3.2 1 as GlobalStandard is not offered",)


def test_22_deployments_that_share_a_pool_are_added_up() -> None:
    """Each fits by itself; together they do not."""
    pair = (_chat(capacity=60), _chat(name="drafts", capacity=60))
    assert _west(_two(), pair[0]).fits == "yes"
    assert _west(_two(), *pair).against == (f"{POOL}: 120 needed, 100 of 100 left",)


def test_22_what_runs_is_not_counted_twice() -> None:
    """`require 240 new capacity, usage 240 of 240`: the same deployment again fits a full pool."""
    full = _two().changed("usage", f"{PLACE}/usages/{POOL}", lambda body: body.update(currentValue=10, limit=10))
    found = _fits(full, _chat(capacity=10))["swedencentral"]
    assert (found.fits, found.tightest.asked, found.tightest.left) == ("yes", 0, 0)


@pytest.mark.parametrize("place", ["canadaeast", "newregion42"])
def test_23_any_region_that_the_service_tells_of_counts(place: str) -> None:
    """No list of regions stands in the program."""
    scope = f"{PROVIDER}/locations/{place}"
    there = estate().plus(
        model("AIServices", "gpt-4.1", "2025-04-14", [sku("DataZoneStandard", "pool")], place=scope),
        usage("pool", 0.0, 1000.0, place=scope),
        _offer(place),
        listings=(listing("model", scope), listing("usage", scope)),
    )
    assert _fits(there, _chat(sku="DataZoneStandard"), places=(place,))[place].fits == "yes"


def test_23_a_region_that_was_not_read_is_unknown() -> None:
    """Never asked is not 'no quota'."""
    found = _fits(estate().plus(_offer("westus3")))["westus3"]
    assert (found.fits, found.against) == ("unknown", ())
    assert found.unknown == (
        "whether gpt-4.1 2025-04-14 as GlobalStandard is offered is not known: the service does not tell",
    )


@pytest.mark.parametrize(
    ("kind", "scope", "words"),
    [
        ("model", WEST, "the list of models could not be read (denied)"),
        ("usage", WEST, "the list of quotas could not be read (denied)"),
        ("resource_sku", SUB, "the list of account SKUs could not be read (denied)"),
    ],
)
def test_24_what_could_not_be_read_is_unknown_with_the_reason(kind: str, scope: str, words: str) -> None:
    """A failed read is neither a yes nor a no."""
    found = _west(_two().hidden(kind, scope))
    assert (found.fits, found.against) == ("unknown", ())
    assert words in " ".join(found.unknown)


def test_24_all_models_are_required_not_any() -> None:
    """One that is exhausted is enough against a region."""
    mini = model("AIServices", "gpt-4.1-mini", "2025-04-14", [sku("GlobalStandard", "mini")], place=WEST)
    full = _two().plus(mini, usage("mini", 10.0, 10.0, place=WEST))
    found = _west(full, _chat(), _chat(name="mini", model="gpt-4.1-mini", capacity=1))
    assert (found.fits, found.against) == ("no", ("mini: 1 needed, 0 of 10 left",))


def test_every_reason_is_told() -> None:
    """Not only the first."""
    found = _west(
        _two(limit=0.0), _chat(capacity=5000), _chat(name="a", model="gpt-9"), _chat(name="b", sku="Standard")
    )
    assert found.against == (
        "5000 is no size of gpt-4.1 2025-04-14 as GlobalStandard (1 to 1000 in steps of 1)",
        "gpt-9 2025-04-14 as GlobalStandard is not offered",
        "gpt-4.1 2025-04-14 as Standard is not offered",
        f"{POOL}: 5000 needed, 0 of 0 left; access or a first quota has to be requested",
    )


def test_a_model_that_is_being_withdrawn_takes_no_new_deployment() -> None:
    """Where it runs it may run on; elsewhere it can't be made, whatever the quota."""
    assert _west(_two(lifecycleStatus="Deprecating")).against == (
        "gpt-4.1 2025-04-14 as GlobalStandard is closed to new deployments",
    )
    closing = estate().changed(
        "model",
        f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14",
        lambda b: b["model"].update(lifecycleStatus="Deprecating"),
    )
    assert _fits(closing, places=("swedencentral",))["swedencentral"].fits == "yes"


def test_an_account_that_may_not_be_made_there() -> None:
    """The restriction of both kinds speaks against a region; where the account is already, nobody asks."""
    shut = [{"type": "Location", "values": ["WESTUS3"], "reasonCode": "QuotaId"}]
    found = _west(_two().without("resource_sku").plus(_offer("westus3", restrictions=shut)))
    assert found.against == ("accounts for models are not offered (QuotaId)",)
    assert _fits(_two().without("resource_sku"))["swedencentral"].fits == "yes"


def test_a_blocked_pool_has_no_room() -> None:
    """Whatever its numbers say."""
    blocked = _two().changed("usage", f"{WEST}/usages/{POOL}", lambda body: body.update(status="Blocked"))
    assert _west(blocked).against == (f"{POOL} is Blocked",)


def test_what_nobody_declared_is_taken_from_what_runs() -> None:
    """Elsewhere a deployment needs what it has here; without one there, nothing tells."""
    bare = {"name": "chat", "model": "gpt-4.1"}
    found = _west(_two(limit=9.0), bare)
    assert found.against == (f"{POOL}: 10 needed, 9 of 9 left",)
    new = _west(_two(), {"name": "new", "model": "gpt-4.1"})
    assert (new.fits, new.unknown) == ("unknown", ("new declares no SKU and no capacity",))


def test_without_approved_regions_all_are_asked_that_sell_accounts() -> None:
    """The subscription's own list says which; where it could not be read, there may be more."""
    bent = _two().expecting(_chat(), regions=[])
    (workload,) = regions(bent.snapshot(), Settings.model_validate(bent.settings)).workloads
    assert [one.region for one in workload.regions] == ["westus3", "swedencentral"]
    hidden = bent.hidden("resource_sku", SUB)
    (workload,) = regions(hidden.snapshot(), Settings.model_validate(hidden.settings)).workloads
    assert (workload.fits, workload.regions) == ("unknown", ())
    assert "which regions there are is not known: the list of account SKUs could not be read" in workload.unknown[0]


def test_the_roomiest_region_stands_first() -> None:
    """Then what is unknown, then what does not fit."""
    east = f"{PROVIDER}/locations/eastus2"
    bent = _two(limit=5.0).plus(
        model("AIServices", "gpt-4.1", "2025-04-14", [sku("GlobalStandard", POOL)], place=east),
        usage(POOL, 0.0, 900.0, place=east),
        _offer("eastus2"),
        _offer("francecentral"),
        listings=(listing("model", east), listing("usage", east)),
    )
    found = _fits(bent, places=("westus3", "francecentral", "swedencentral", "eastus2"))
    assert list(found) == ["eastus2", "swedencentral", "francecentral", "westus3"]


def test_an_account_that_could_not_be_looked_for_may_hold_what_is_missing() -> None:
    """Without the list of accounts too little quota is not a no, and enough of it is still a yes."""
    blind = _two(limit=20.0).hidden("account", SUB).without("deployment")
    found = _west(blind)
    assert (found.fits, found.against) == ("unknown", ())
    assert "unless the account, which could not be looked for, holds some of it" in found.unknown[0]
    assert _west(blind, _chat(capacity=20)).fits == "yes"


def test_the_maths_is_that_of_a_run() -> None:
    """At home a region's pool has the numbers that the quota check judges."""
    bent = (
        estate()
        .plus(
            deployment(
                "second", {"name": "gpt-4.1", "version": "2025-04-14"}, {"name": "GlobalStandard", "capacity": 1}
            )
        )
        .expecting(_chat(), _chat(name="second", capacity=9), regions=["swedencentral"])
    )
    judged = bent.quota()
    room = _fits(bent, _chat(), _chat(name="second", capacity=9), places=("swedencentral",))["swedencentral"].tightest
    assert (room.asked, room.left) == (judged["planned"], judged["headroom"] - judged["planned"])


PTU = "OpenAI.ProvisionedManaged"


def _reserved(free: int | None) -> Estate:
    """The second region with quota for reserved capacity, and so many units of it free."""
    scope = f"{PROVIDER}/modelCapacities/OpenAI.gpt-4.1.2025-04-14"
    told = {"location": "WestUS3", "properties": {"skuName": "ProvisionedManaged", "availableCapacity": free}}
    row = resource("model_capacity", f"{WEST}/models/OpenAI.gpt-4.1.2025-04-14/skuCapacities/x", scope, told)
    skus = [sku("ProvisionedManaged", PTU, capacity={"minimum": 25, "maximum": 500, "step": 25})]
    there = _two(skus=skus).plus(usage(PTU, 0.0, 300.0, place=WEST))
    return there if free is None else there.plus(row, listings=(listing("model_capacity", scope),))


@pytest.mark.parametrize(
    ("free", "fits", "words"),
    [
        (50, "yes", ""),
        (49, "no", "gpt-4.1 2025-04-14 as ProvisionedManaged: 50 needed, 49 free in the region, whatever the quota"),
        (None, "unknown", "how much of gpt-4.1 2025-04-14 as ProvisionedManaged is free in the region is not known"),
    ],
)
def test_reserved_capacity_must_be_free_beside_quota(free: int | None, fits: str, words: str) -> None:
    """Two deployments of one model and SKU are added up; quota alone promises nothing."""
    pair = tuple(_chat(name=name, sku="ProvisionedManaged", capacity=25) for name in ("one", "two"))
    found = _west(_reserved(free), *pair)
    assert found.fits == fits
    assert words in " ".join((*found.against, *found.unknown))


def test_free_capacity_that_could_not_be_read_names_its_gap() -> None:
    """Denied is said as denied."""
    scope = f"{PROVIDER}/modelCapacities/OpenAI.gpt-4.1.2025-04-14"
    found = _west(_reserved(50).hidden("model_capacity", scope), _chat(sku="ProvisionedManaged", capacity=25))
    assert found.fits == "unknown"
    assert "the free capacity of the model could not be read (denied)" in found.unknown[0]
