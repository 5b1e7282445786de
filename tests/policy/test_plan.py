"""Whether a declared deployment is offered, of a valid size, and fits the quota that is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.quota import Demand, Demands, Pool, quota
from auditor.record import JsonObject
from tests.policy.estate import (
    ACCOUNT,
    NOW,
    PLACE,
    PROVIDER,
    SUB,
    Estate,
    deployment,
    estate,
    gap,
    listing,
    model,
    sku,
    usage,
)

CHAT = f"{ACCOUNT}/deployments/chat"
POOL = "OpenAI.GlobalStandard.gpt4.1"
WEST = f"{PROVIDER}/locations/westus3"


def _expect(**members: Any) -> JsonObject:
    return {
        "name": "chat",
        "model": "gpt-4.1",
        "version": "2025-04-14",
        "sku": "GlobalStandard",
        "capacity": 30,
        **members,
    }


def test_a_deployment_again_asks_only_for_what_it_does_not_hold() -> None:
    """`require 240 new capacity, usage 240 of 240`: redeploying what runs needs nothing."""
    for capacity, extra in ((10, 0), (5, 0), (30, 20)):
        told = estate().expecting(_expect(capacity=capacity)).expected()
        assert (told["extra_capacity"], told["fits"]) == (extra, True)


def test_what_runs_fits_even_in_a_pool_that_is_overdrawn() -> None:
    """Nothing more is asked."""
    bent = _used(160.0).expecting(_expect(capacity=10))
    assert bent.expected()["headroom"] == -60
    assert bent.expected()["fits"] is True
    assert bent.quota()["planned_fits"] is True


def test_another_model_or_sku_asks_for_all_of_it() -> None:
    """What the deployment holds lies in another pool."""
    told = estate().expecting(_expect(model="gpt-4.1-mini", capacity=8)).expected()
    assert (told["extra_capacity"], told["headroom"], told["fits"]) == (8, 5, False)
    told = estate().expecting(_expect(sku="GlobalProvisionedManaged", capacity=15)).expected()
    assert (told["extra_capacity"], told["headroom"], told["fits"]) == (15, 0, False)


def test_another_version_of_the_same_pool_is_netted_too() -> None:
    """An upgrade in place stays in its pool."""
    newer = model("AIServices", "gpt-4.1", "2026-04-14", [sku("GlobalStandard", POOL)], isDefaultVersion=False)
    assert estate().plus(newer).expecting(_expect(version="2026-04-14")).expected()["extra_capacity"] == 20
    own_pool = model("AIServices", "gpt-4.1", "2026-04-14", [sku("GlobalStandard", "OpenAI.GlobalStandard.new")])
    assert estate().plus(own_pool).expecting(_expect(version="2026-04-14")).expected()["extra_capacity"] == 30


def test_plans_of_one_pool_are_added_and_judged_together() -> None:
    """Each may fit alone: what stands in one usage name is asked of it once."""
    told = estate().expecting(_expect(capacity=35), _expect(name="second", capacity=25))
    assert told.expected("chat")["fits"] is True
    assert told.expected("second")["fits"] is True
    assert told.quota()["planned"] == 25 + 25
    assert told.quota()["planned_fits"] is False


def test_pools_of_two_regions_are_never_added() -> None:
    """One location's quota is no help in another; the same pool may even be listed in both."""
    west = estate().plus(
        model("AIServices", "gpt-4.1", "2025-04-14", [sku("GlobalStandard", POOL)], place=WEST),
        usage(POOL, 0.0, 500.0, place=WEST),
        listings=(listing("model", WEST), listing("usage", WEST)),
    )
    new = {**estate().settings["workloads"][0], "name": "new", "account": "aif-new", "location": "West US 3"}
    new["deployments"] = [_expect(name="far", capacity=100)]
    bent = replace(west, settings={**west.settings, "workloads": [*west.settings["workloads"], new]})
    facts = bent.join()
    near: Any = facts[f"quota {PLACE}/usages/{POOL}"].variables["quota"]
    far: Any = facts[f"quota {WEST}/usages/{POOL}"].variables["quota"]
    assert (near["limit"], near["planned"], near["location"]) == (100, 40, "swedencentral")
    assert (far["limit"], far["planned"], far["location"]) == (500, 100, "westus3")
    told: Any = facts["expectation workloads/new/deployments/far"].variables["expected"]
    assert (told["account_exists"], told["exists"], told["offered"], told["fits"]) == (False, False, True, True)


def test_usages_that_were_not_read_leave_the_fit_unknown() -> None:
    """A denied read is no room, and no lack of it."""
    facts = estate().hidden("usage", PLACE).join()
    told = facts["expectation workloads/checkout/deployments/chat"]
    assert "fits" not in told.variables["expected"]
    assert told.absences["expected.headroom"] == told.absences["expected.fits"] == f"gap usage {PLACE}"
    quota = facts[f"quota {PLACE}/usages/{POOL}"]
    assert set(quota.variables["quota"]) == {"id", "name", "location", "planned"}
    assert quota.absences["quota.limit"] == quota.absences["quota.planned_fits"] == f"gap usage {PLACE}"


@pytest.mark.parametrize("removed", [None, f"{PLACE}/usages/{POOL}"])
def test_a_pool_that_is_not_among_the_usages_is_unknown(removed: str | None) -> None:
    """Other tools read an empty list of usages as room enough."""
    facts = estate().without("usage", removed).of("quota", f"{PLACE}/usages/{POOL}")
    assert set(facts.variables["quota"]) == {"id", "name", "location", "planned"}
    assert facts.notes["quota.limit"][0].startswith("not known: ")
    assert facts.absences == {}


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        ({"limit": "100"}, {"limit", "headroom", "headroom_percent", "planned_fits"}),
        ({"currentValue": None}, {"current", "headroom", "headroom_percent", "planned_fits"}),
        ({"status": "Unknown"}, {"status"}),
        ({"status": 5}, {"status"}),
    ],
)
def test_numbers_and_words_that_nobody_understands_are_unknown(members: JsonObject, missing: set[str]) -> None:
    """Just these, and what follows from them."""
    bent = estate().changed("usage", f"{PLACE}/usages/{POOL}", lambda body: body.update(members))
    assert set(estate().quota()) - set(bent.quota()) == missing


@pytest.mark.parametrize(("said", "status"), [("blocked", "Blocked"), ("InOverage", "InOverage"), (None, "not said")])
def test_the_status_is_the_services_own(said: str | None, status: str) -> None:
    """Real lists of a location's usages carry none."""
    bent = estate().changed("usage", f"{PLACE}/usages/{POOL}", lambda body: body.update(status=said))
    assert bent.quota()["status"] == status


def test_headroom_is_told_in_percent_of_the_limit() -> None:
    """Rounded down, and 0 of a pool without any quota."""
    assert _used(33.5).quota()["headroom_percent"] == 66
    assert _used(140.0).quota()["headroom_percent"] == -40
    bent = estate().changed("usage", f"{PLACE}/usages/{POOL}", lambda body: body.update(limit=0))
    assert (bent.quota()["headroom"], bent.quota()["headroom_percent"]) == (-60, 0)


def test_an_unread_plan_leaves_what_is_planned_unknown() -> None:
    """An expectation whose deployment may or may not hold capacity could ask for any of it."""
    kept = tuple(one for one in estate().listings if one.kind != "deployment")
    bent = replace(estate(), listings=kept, gaps=(gap("deployment", ACCOUNT),))
    assert "planned" not in bent.quota()
    assert bent.quota()["headroom"] == 40
    assert "extra_capacity" not in bent.expected("gpt-4.1")
    assert bent.expected("chat")["extra_capacity"] == 20


def test_an_account_that_could_not_be_read_could_draw_from_any_pool() -> None:
    """Another workload's account may lie in this region."""
    other = {**estate().settings["workloads"][0], "name": "other", "account": "aif-hidden"}
    kept = tuple(one for one in estate().listings if one.kind != "account")
    bent = replace(
        estate(),
        listings=kept,
        gaps=(gap("account", SUB),),
        settings={**estate().settings, "workloads": [*estate().settings["workloads"], other]},
    )
    assert "planned" not in bent.quota()


def test_what_is_not_offered_asks_for_nothing() -> None:
    """It can't be deployed; that is another finding."""
    told = estate().expecting(_expect(version="1999-01-01", capacity=500))
    assert told.expected()["offered"] is False
    assert told.quota()["planned"] == 0


@pytest.mark.parametrize(
    ("members", "offered"),
    [
        ({}, True),
        ({"sku": None}, True),
        ({"sku": "globalstandard"}, True),
        ({"sku": "DataZoneStandard"}, False),
        ({"model": "GPT-4.1"}, True),
        ({"model": "gpt-9"}, False),
        ({"format": "xAI"}, False),
        ({"version": None}, True),
        ({"version": None, "model": "gpt-9"}, False),
    ],
)
def test_offered_is_model_version_format_and_sku_in_the_region(members: JsonObject, offered: bool) -> None:
    """As the catalogue lists them for the account's kind."""
    assert estate().expecting(_expect(**members)).expected()["offered"] is offered


def test_without_a_whole_catalogue_nothing_is_not_offered() -> None:
    """What was found in part of it is offered still."""
    kept = tuple(one for one in estate().listings if one.kind != "model")
    bent = replace(estate(), listings=kept, gaps=(gap("model", PLACE),))
    assert bent.expected()["offered"] is True
    facts = bent.expecting(_expect(version="2026-01-01")).of("expectation", "workloads/checkout/deployments/chat")
    assert "offered" not in facts.variables["expected"]
    assert facts.absences["expected.offered"] == f"gap model {PLACE}"


@pytest.mark.parametrize(
    ("capacity", "asked", "valid"),
    [
        ({"maximum": 999, "default": 10}, 30, True),
        ({"maximum": 20}, 30, False),
        ({"minimum": 15, "maximum": 300, "step": 5}, 30, True),
        ({"minimum": 15, "maximum": 300, "step": 5}, 31, False),
        ({"minimum": 250, "step": 250}, 100, False),
        ({"allowedValues": [50, 100]}, 30, False),
        ({"allowedValues": [30.0]}, 30, True),
        ({}, 30, True),
        ({"maximum": "many"}, 30, None),
        ({"allowedValues": "all"}, 30, None),
        (None, 30, None),
    ],
)
def test_capacity_is_valid_within_what_the_sku_states(capacity: Any, asked: int, valid: bool | None) -> None:
    """Minimum and step are often left out, and set no limit then."""
    name = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"
    bent = estate().changed("model", name, lambda body: body["model"]["skus"][0].update(capacity=capacity))
    assert bent.expecting(_expect(capacity=asked)).expected().get("capacity_in_range") is valid


def test_what_the_owner_did_not_declare_is_not_asked() -> None:
    """Members are absent, `declares` tells which are not, and no capacity fits or fails."""
    told = estate().expecting({"name": "chat", "model": "gpt-4.1"}).expected()
    assert told["declares"] == ["features", "format", "model", "name", "surfaces"]
    assert {"capacity", "capacity_in_range", "extra_capacity", "fits", "sku", "version"}.isdisjoint(told)
    assert estate().expecting({"name": "chat", "model": "gpt-4.1"}).quota()["planned"] == 0


def test_a_provisioned_pool_has_no_model_in_its_name() -> None:
    """One pool for all provisioned models of a region."""
    told = estate().quota("OpenAI.GlobalProvisionedManaged")
    assert (told["current"], told["limit"], told["headroom"], told["status"]) == (15, 15, 0, "Included")


def test_a_model_name_where_a_deployments_belongs_is_recognised() -> None:
    """The most common mistake, with the names that were meant."""
    told = estate().expected("gpt-4.1")
    assert (told["exists"], told["is_model_name"], told["probably_meant"]) == (False, True, ["chat", "chat-ptu"])
    near = estate().expecting(_expect(name="chatt")).expected("chatt")
    assert (near["is_model_name"], near["probably_meant"][0]) == (False, "chat")
    far = estate().expecting(_expect(name="zzz", model="gpt-4.1-mini")).expected("zzz")
    assert far["probably_meant"] == ["trial"]
    assert estate().expected("chat")["probably_meant"] == []


def test_whether_a_deployment_exists_is_unknown_without_its_list() -> None:
    """And so is whether a model's name was meant."""
    kept = tuple(one for one in estate().listings if one.kind != "deployment")
    bent = replace(estate(), listings=kept, gaps=(gap("deployment", ACCOUNT),)).without("deployment", CHAT)
    facts = bent.of("expectation", "workloads/checkout/deployments/chat")
    assert {"exists", "is_model_name", "probably_meant"}.isdisjoint(facts.variables["expected"])
    assert facts.absences["expected.exists"] == facts.absences["deployment"] == f"gap deployment {ACCOUNT}"
    assert facts.variables["deployment"] == {}


def test_a_new_account_may_become_of_either_kind() -> None:
    """Before anything exists, the region is the declared one and the models those of Foundry resources."""
    workload = {"account": "aif-new", "location": "sweden central"}
    told = estate().expecting(_expect(), **workload).expected()
    assert (told["offered"], told["usage_name"], told["extra_capacity"]) == (True, POOL, 30)
    only_region = estate().expecting(_expect(), account="aif-new", regions=["Sweden Central"]).expected()
    assert only_region["offered"] is True
    for regions in ([], ["swedencentral", "westus3"]):
        without_place = estate().expecting(_expect(), account="aif-new", regions=regions).expected()
        assert "offered" not in without_place


def test_the_plan_of_many_deployments_is_the_sum_of_theirs() -> None:
    """Declared ones that exist count with what they lack."""
    extra = [
        deployment(
            f"d{number}", {"name": "gpt-4.1", "version": "2025-04-14"}, {"name": "GlobalStandard", "capacity": 1}
        )
        for number in range(20)
    ]
    bent = estate().plus(*extra).expecting(*(_expect(name=f"d{number}", capacity=3) for number in range(20)))
    assert bent.quota()["planned"] == 40
    assert bent.snapshot().taken_at == NOW


def _used(current: float) -> Estate:
    return estate().changed("usage", f"{PLACE}/usages/{POOL}", lambda body: body.update(currentValue=current))


def test_a_plan_without_a_place_says_so() -> None:
    """What is missing is named, not only that something is."""
    subject = (
        estate()
        .expecting(_expect(), account="aif-new", regions=[])
        .of("expectation", "workloads/checkout/deployments/chat")
    )
    assert "nothing says in which region" in subject.notes["expected.offered"][0]


@pytest.mark.parametrize(
    ("current", "limit", "extra", "fits"),
    [
        (5, 10, 5, True),  # just all that is left
        (5, 10, 6, False),
        (5, 10, -1, True),
        (10, 10, 0, True),
        (11, 10, 0, True),  # nothing more is asked
        (11, 10, 1, False),
        (None, 10, 1, None),
        (5, None, 1, None),
        (None, None, 0, True),
        (5, 10, None, None),
    ],
)
def test_what_fits_a_pool(current: int | None, limit: int | None, extra: int | None, fits: bool | None) -> None:
    """Up to the last unit; nothing more always fits, whatever else is not known."""
    assert Pool(PLACE, POOL, current=current, limit=limit).fits(extra) is fits


def _demand(extra: int | None, pool: str | None = POOL, location: str | None = PLACE, **more: Any) -> Demand:
    return Demand(subscriptions=more.pop("subscriptions", (SUB,)), location=location, pool=pool, extra=extra, **more)


@pytest.mark.parametrize(
    ("demands", "planned", "gap_"),
    [
        ((), 0, None),
        ((_demand(3), _demand(4, POOL.upper(), PLACE.upper())), 7, None),
        ((_demand(3), _demand(9, "another"), _demand(9, location=WEST)), 3, None),
        ((_demand(3), _demand(None)), None, None),
        ((_demand(None), _demand(None, gap="g")), None, "g"),
        ((_demand(1, None, gap="g"),), None, "g"),
        ((_demand(1, None, WEST),), 0, None),
        ((_demand(1, None, None, gap="g"),), None, "g"),
        ((_demand(1, None, None, subscriptions=(f"{SUB}0", SUB.upper())),), None, None),
        ((_demand(1, None, None, subscriptions=(f"{SUB}0", "/subscriptions/other")),), 0, None),
        ((_demand(0, None, None), _demand(0, None)), 0, None),
    ],
)
def test_what_is_planned_of_a_pool_is_all_that_may_fall_to_it(
    demands: tuple[Demand, ...], planned: int | None, gap_: str | None
) -> None:
    """Its own demands added up; one that may be of it, of its region or of its subscription, leaves the sum open."""
    assert Demands(demands).planned(Pool(PLACE, POOL)) == (planned, gap_)


def test_a_pools_facts_say_what_is_left_and_why_they_are_not_known() -> None:
    """In whole percent, rounded down; none of nothing; each absent fact leads to the gap."""
    whole = quota(Pool(PLACE, POOL, current=1, limit=3, status="Included", unit="Count", readings=("r",)), Demands(()))
    assert whole.facts == {
        "id": f"{PLACE}/usages/{POOL}",
        "name": POOL,
        "location": "swedencentral",
        "current": 1,
        "limit": 3,
        "headroom": 2,
        "headroom_percent": 66,
        "status": "Included",
        "unit": "Count",
        "planned": 0,
        "planned_fits": True,
    }
    assert whole.readings[""] == ("r",)
    assert quota(Pool(PLACE, POOL, current=0, limit=1), Demands(())).facts["headroom_percent"] == 100
    assert quota(Pool(PLACE, POOL, current=0, limit=0), Demands(())).facts["headroom_percent"] == 0
    note = ("why", "page")
    unread = quota(Pool(PLACE, POOL, gap="g", note=note), Demands((_demand(None, gap="h"),)))
    assert unread.facts.keys() == {"id", "name", "location"}
    absent = ("current", "limit", "headroom", "headroom_percent", "status", "unit", "planned_fits")
    assert unread.absences == {**dict.fromkeys(absent, "g"), "planned": "h"}
    assert unread.notes == dict.fromkeys(("current", "limit", "headroom", "headroom_percent", "planned_fits"), note)
    unsure = quota(Pool(PLACE, POOL, current=1, limit=3), Demands((_demand(None, gap="h"),)))
    assert unsure.absences == {"planned": "h", "planned_fits": "h"}
