"""What the region's catalogue tells of a deployed model, from real entries."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.policy.facts.catalogue import Catalogue, Lookup, catalogues
from auditor.policy.facts.lifecycle import model
from auditor.policy.facts.seen import index
from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, PLACE, Estate, deployment, estate, listing, resource, sku
from tests.policy.estate import model as listed

RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "arm" / "models_westeurope_20251028_subset.json"
THEN = datetime(2025, 10, 28, 14, 50, tzinfo=UTC)

TURBO = {
    "kind": "OpenAI",
    "skuName": "S0",
    "model": {
        "format": "OpenAI",
        "name": "gpt-35-turbo",
        "version": "0125",
        "isDefaultVersion": True,
        "skus": [
            {
                "name": "Standard",
                "usageName": "OpenAI.Standard.gpt-35-turbo",
                "deprecationDate": "2025-11-11T00:00:00Z",
            },
            {
                "name": "GlobalBatch",
                "usageName": "OpenAI.GlobalBatch.gpt-35-turbo",
                "deprecationDate": "2025-04-30T00:00:00Z",
            },
            {"name": "Provisioned", "usageName": "OpenAI.Provisioned.gpt-35-turbo"},
        ],
        "capabilities": {"completion": "true", "chatCompletion": "true", "assistants": "true"},
        "deprecation": {
            "fineTune": "2025-10-28T00:00:00Z",
            "inference": "2025-11-11T00:00:00Z",
            "deprecationStatus": "Planned",
        },
        "lifecycleStatus": "GenerallyAvailable",
        "replacementConfig": {"targetModelName": "gpt-4.1-mini", "targetModelVersion": "2025-04-14"},
    },
}
"""As West Europe listed it on 28 October 2025."""


def _told(body: JsonObject, sku_name: str | None = "Standard", now: datetime = THEN) -> JsonObject:
    read = index(Estate((resource("model", f"{PLACE}/models/1", PLACE, body),), (listing("model", PLACE),)).snapshot())
    (entries,) = catalogues(read)[PLACE.lower()].versions.values()
    return model(Lookup(entry=entries[0], certain=True), sku_name, None, now).facts


def _with(**members: Any) -> JsonObject:
    return {**TURBO, "model": {**TURBO["model"], **members}}


def test_a_real_entry_is_told_whole() -> None:
    """The facts of gpt-35-turbo 0125 as Standard, two weeks before its end."""
    assert _told(TURBO) == {
        "listed": True,
        "sku_offered": True,
        "is_default_version": True,
        "capabilities": {"completion": "true", "chatCompletion": "true", "assistants": "true"},
        "replacement": "gpt-4.1-mini 2025-04-14",
        "usage_name": "OpenAI.Standard.gpt-35-turbo",
        "lifecycle": "GenerallyAvailable",
        "retirement": "2025-11-11",
        "days_to_retirement": 14,
        "retirement_announced": True,
        "retirement_status": "Planned",
        "retired": False,
    }


@pytest.mark.parametrize(
    ("sku_name", "date", "retired"),
    [("GlobalBatch", "2025-04-30", True), ("Standard", "2025-11-11", False), ("Provisioned", "2025-11-11", False)],
)
def test_the_earlier_of_model_and_sku_ends_it(sku_name: str, date: str, retired: bool) -> None:
    """Standard and Global deployments of one model retire on different days: azd's issue 7534."""
    told = _told(TURBO, sku_name)
    assert (told["retirement"], told["retired"]) == (date, retired)


def test_a_sku_that_is_not_offered_has_the_models_date() -> None:
    """What the region no longer sells may still run."""
    told = _told(TURBO, "DataZoneStandard")
    assert told["sku_offered"] is False
    assert told["retirement"] == "2025-11-11"
    assert "usage_name" not in told


def test_never_is_a_date_far_away() -> None:
    """The service writes 2099-12-31."""
    told = _told(
        _with(deprecation={"inference": "2099-12-31T00:00:00Z"}, skus=[sku("Standard", "x", deprecationDate=None)])
    )
    assert told["retirement"] == "2099-12-31"
    assert told["days_to_retirement"] > 25_000
    assert told["retired"] is False
    assert told["retirement_status"] == "not said"


@pytest.mark.parametrize(
    ("status", "retired"),
    [("Deprecating", False), ("Deprecated", True), ("deprecated", True), ("Legacy", False), ("Preview", False)],
)
def test_deprecating_still_serves_and_deprecated_does_not(status: str, retired: bool) -> None:
    """The API's Deprecated is the documentation's Retired."""
    assert _told(_with(lifecycleStatus=status))["retired"] is retired


def test_a_past_date_retires_whatever_the_status_says() -> None:
    """The status lags behind."""
    assert _told(TURBO, now=datetime(2025, 11, 12, tzinfo=UTC))["retired"] is True
    last = _told(TURBO, now=datetime(2025, 11, 11, 23, tzinfo=UTC))
    assert (last["days_to_retirement"], last["retired"]) == (0, False)


def test_of_an_unknown_sku_no_end_is_known() -> None:
    """It may have one of its own; the model's other facts stand."""
    told = _told(TURBO, None)
    unknown = {"sku_offered", "usage_name", "retirement", "retirement_announced", "days_to_retirement", "retired"}
    assert unknown.isdisjoint(told)
    assert (told["listed"], told["lifecycle"]) == (True, "GenerallyAvailable")


@pytest.mark.parametrize(
    ("config", "replacement"),
    [
        ({"targetModelName": "gpt-5.4", "targetModelVersion": "2026-03-05"}, "gpt-5.4 2026-03-05"),
        ({"targetModelName": "gpt-5.4"}, "gpt-5.4"),
        ({"targetModelVersion": "2026-03-05"}, None),
        (None, None),
    ],
)
def test_a_replacement_is_told_by_its_name(config: Any, replacement: str | None) -> None:
    """With its version where there is one; a version alone names nothing."""
    assert _told(_with(replacementConfig=config)).get("replacement") == replacement


@pytest.mark.parametrize(
    ("found", "facts", "absences"),
    [
        (Lookup(certain=True, gap="g"), {"listed": False, "sku_offered": False}, {}),
        (Lookup(certain=True), {"listed": False, "sku_offered": False}, {}),
        (Lookup(gap="g"), {}, {"": "g"}),
        (Lookup(), {}, {}),
    ],
    ids=["not listed, more unread", "not listed", "unread", "nobody knows"],
)
def test_what_is_not_listed_is_known_only_where_that_is_certain(
    found: Lookup, facts: JsonObject, absences: dict[str, str]
) -> None:
    """Else it is unknown because of the gap; what was read and what is to be said of it go along."""
    told = model(replace(found, note=("why", "page"), readings=("r1",)), "Standard", None, THEN)
    assert (told.facts, told.absences, told.notes) == (facts, absences, {"": ("why", "page")})
    assert told.readings == {"": ("r1",)}


def test_what_is_to_be_said_of_an_entry_goes_along() -> None:
    """Such as that it is the base's."""
    (entries,) = catalogues(
        index(Estate((resource("model", f"{PLACE}/models/1", PLACE, TURBO),), (listing("model", PLACE),)).snapshot())
    )[PLACE.lower()].versions.values()
    for note in (None, ("of its base", "page")):
        told = model(Lookup(entry=entries[0], certain=True, note=note), "Standard", None, THEN)
        assert told.notes.get("") == note


def test_a_status_that_nobody_knows_is_unknown() -> None:
    """A new word is no `available`."""
    told = _told(_with(lifecycleStatus="Sunset"))
    assert "lifecycle" not in told
    assert "retired" not in told
    assert told["retirement"] == "2025-11-11"


@pytest.mark.parametrize(
    "deprecation", [5, {"inference": "soon"}, {"inference": "2025-13-40T00:00:00Z"}, {"inference": 7}]
)
def test_a_date_that_nobody_understands_is_not_no_date(deprecation: Any) -> None:
    """Neither announced nor not announced."""
    told = _told(_with(deprecation=deprecation))
    assert {"retirement", "days_to_retirement", "retirement_announced", "retired"}.isdisjoint(told)


def test_no_date_at_all_is_no_announcement() -> None:
    """The catalogue lists the model and tells no end."""
    told = _told(_with(deprecation=None, skus=[sku("Standard", "x", deprecationDate=None)]))
    assert told["retirement_announced"] is False
    assert told["retired"] is False
    assert "retirement" not in told


def test_a_status_of_the_date_that_nobody_knows_is_left_out() -> None:
    """`Planned` and `Tentative` are documented; no third."""
    assert "retirement_status" not in _told(
        _with(deprecation={"inference": "2099-12-31", "deprecationStatus": "Maybe"})
    )


def test_the_entry_is_that_of_the_accounts_own_kind() -> None:
    """One region lists the same model under several kinds, by one id; only one of them is this account's."""
    assert estate().deployment()["model"]["usage_name"] == "OpenAI.GlobalStandard.gpt4.1"
    bent = estate().changed("account", ACCOUNT, lambda body: body.update(kind="openai"))
    assert bent.deployment()["model"]["usage_name"] == "OpenAI.GlobalStandard.other-kind"


def test_a_model_that_the_region_does_not_list_is_not_listed() -> None:
    """Known only from a whole list."""
    gone = estate().without("model", f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14")
    assert gone.deployment()["model"] == {"listed": False, "sku_offered": False}
    facts = estate().hidden("model", PLACE).of("deployment", f"{ACCOUNT}/deployments/chat")
    assert "model" not in facts.variables["deployment"]
    assert facts.absences["deployment.model"] == f"gap model {PLACE}"


def test_a_partners_model_listed_for_maas_alone_is_neither_listed_nor_not() -> None:
    """Foundry resources deploy models that some regions list under the kind MaaS only."""
    name = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"
    bent = estate().changed("model", name, lambda body: body.update(kind="MaaS"))
    facts = bent.of("deployment", f"{ACCOUNT}/deployments/chat")
    assert "model" not in facts.variables["deployment"]
    assert facts.notes["deployment.model"][0].startswith("not known: ")


def test_the_default_version_is_the_only_one_that_is_marked() -> None:
    """Two that are marked, or a list that was not read whole, tell none."""
    older = listed("AIServices", "gpt-4.1", "2024-01-01", [], isDefaultVersion=False)
    assert estate().plus(older).deployment()["model"]["default_version"] == "2025-04-14"
    second = listed("AIServices", "gpt-4.1", "2026-01-01", [])
    assert "default_version" not in estate().plus(second).deployment()["model"]


def test_entries_without_a_name_are_passed_over() -> None:
    """A shape never seen hides no other entry."""
    strange = [
        resource("model", f"{PLACE}/models/{number}", PLACE, body) for number, body in enumerate(({}, {"model": 5}))
    ]
    assert estate().plus(*strange).deployment()["model"]["listed"] is True


def test_skus_of_an_unknown_shape_are_unknown() -> None:
    """Neither offered nor not, and no date of its own."""
    told = _told(_with(skus=[{"usageName": "x"}]))
    assert {"sku_offered", "retirement", "usage_name"}.isdisjoint(told)
    assert told["lifecycle"] == "GenerallyAvailable"


def _recorded() -> Catalogue:
    if not RECORDED.exists():
        pytest.skip(f"the recorded catalogue is not here: {RECORDED.name}")
    found = json.loads(RECORDED.read_text(encoding="utf-8"))["value"]
    resources = tuple(
        Resource(kind="model", id=f"{PLACE}/models/{number}", parent=PLACE, body=body)
        for number, body in enumerate(found)
    )
    read = index(Estate(resources, (listing("model", PLACE),)).snapshot())
    return catalogues(read)[PLACE.lower()]


def test_every_recorded_entry_is_found_and_judged() -> None:
    """Sixteen entries of West Europe: each has a lifecycle, a date and a usage name for each of its SKUs."""
    for entries in _recorded().versions.values():
        for entry in entries:
            for name in entry.skus or {}:
                told = model(Lookup(entry=entry, certain=True), name, None, THEN).facts
                assert {"lifecycle", "retirement", "retired", "usage_name", "capabilities"} <= set(told)


def test_recorded_usage_names_do_not_follow_from_the_models_name() -> None:
    """`gpt-4.1` draws from gpt4.1's pool and o1-preview from o1's: names put together would be wrong."""
    catalogue = _recorded()
    for name, version, pool in (
        ("gpt-4.1", "2025-04-14", "OpenAI.GlobalStandard.gpt4.1"),
        ("o1-preview", "2024-09-12", "OpenAI.GlobalStandard.o1"),
    ):
        entry = catalogue.find(("OpenAI",), "OpenAI", name, version).entry
        assert entry is not None
        assert (entry.sku("GlobalStandard") or {})["usageName"] == pool


def test_a_preview_deployment_of_another_format_is_found_by_its_format() -> None:
    """The format is part of a model's name."""
    entry = listed(
        "AIServices", "grok-4", "1", [sku("GlobalStandard", "AIServices.GlobalStandard.grok-4")], format="xAI"
    )
    grok = deployment(
        "grok", {"format": "xAI", "name": "grok-4", "version": "1"}, {"name": "GlobalStandard", "capacity": 1}
    )
    assert estate().plus(entry, grok).deployment("grok")["model"]["usage_name"] == "AIServices.GlobalStandard.grok-4"
    other = deployment("grok", {"name": "grok-4", "version": "1"}, {"name": "GlobalStandard", "capacity": 1})
    assert estate().plus(entry, other).deployment("grok")["model"]["listed"] is False
