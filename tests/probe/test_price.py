"""Prices are taken from settings, else from the one meter that is surely the deployment's, else they are unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.probe.price import Price, meter_of, price_of
from auditor.record import JsonObject
from auditor.settings import ProbeSettings
from tests.probe.test_text import TARGET

MINI = replace(TARGET, model="gpt-5.4-mini", version="2026-03-17", sku="GlobalStandard")


def row(name: str, price: float, **more: Any) -> JsonObject:
    """A row of the list, as Azure sends it."""
    return {
        "meterName": name,
        "productName": "Azure OpenAI GPT5",
        "retailPrice": price,
        "unitOfMeasure": "1M",
        "type": "Consumption",
        "tierMinimumUnits": 0.0,
        "armRegionName": "swedencentral",
        "effectiveStartDate": "2026-03-01T00:00:00Z",
        **more,
    }


BOTH = (row("5.4 mini Inp Gl 1M Tokens", 0.75), row("5.4 mini Opt Gl 1M Tokens", 4.5))


@pytest.mark.parametrize(
    ("name", "words", "direction", "sku"),
    [
        ("gpt 4.1 Inp glbl Tokens", "4.1", "input", "GlobalStandard"),
        ("gpt 4.1 Outp Data Zone Tokens", "4.1", "output", "DataZoneStandard"),
        ("gpt-4o-mini-0718-Inp-glbl Tokens", "4o mini 0718", "input", "GlobalStandard"),
        ("gpt-4o-0806-Inp-regnl Tokens", "4o 0806", "input", "Standard"),
        ("o4-mini 0416 Outp Data Zone Tokens", "o4 mini 0416", "output", "DataZoneStandard"),
        ("GPT 5 Mini outpt Glbl 1M Tokens", "5 mini", "output", "GlobalStandard"),
        ("GPT 5 Mini Inpt Glbl 1M Tokens", "5 mini", "input", "GlobalStandard"),
        ("5.4 pro inp Gl 1M Tokens", "5.4 pro", "input", "GlobalStandard"),
        ("5.5 ShortCo inp Gl 1M Tokens", "5.5", "input", "GlobalStandard"),
        ("5.4 longco inp Gl 1M Tokens", "5.4 longco", "input", "GlobalStandard"),
        ("5.4 mini cd Inp Gl 1M Tokens", "5.4 mini cd", "input", "GlobalStandard"),
        ("gpt 4o 0513 Input global Tokens", "4o 0513", "input", "GlobalStandard"),
        ("Deployment Hosting Unit", "", None, None),
    ],
)
def test_meter_names_are_read_word_by_word(name: str, words: str, direction: str | None, sku: str | None) -> None:
    """Real names, as the price list abbreviates them."""
    meter = meter_of(row(name, 1.0))
    if direction is None:
        assert meter is None
    else:
        assert meter is not None
        assert (" ".join(meter.words), meter.direction, meter.sku) == (words, direction, sku)


def test_the_list_tells_input_and_output_with_their_date() -> None:
    """Per million tokens, whatever the unit; the younger date of the two."""
    later = row("5.4 mini Opt Gl 1M Tokens", 0.0045, unitOfMeasure="1K", effectiveStartDate="2026-04-01T00:00:00Z")
    price = price_of(MINI, ProbeSettings(), (BOTH[0], later))
    assert isinstance(price, Price)
    assert (price.input, price.output, price.date, price.source) == (0.75, 4.5, "2026-04-01", "retail")
    assert price.dearer == 4.5


def test_settings_go_before_the_list() -> None:
    """What the owner says is what is counted with, for input and output."""
    price = price_of(MINI, ProbeSettings(prices={"gpt-5.4-mini": 9.0}, currency="EUR"), BOTH)
    assert price == Price(9.0, 9.0, "EUR", "settings")


@pytest.mark.parametrize(
    "items",
    [
        (),
        BOTH[:1],
        (row("5.4 Inp Gl 1M Tokens", 2.5), row("5.4 Opt Gl 1M Tokens", 15)),
        (row("5.4 mini Inp Dz 1M Tokens", 0.8), row("5.4 mini Opt Dz 1M Tokens", 5)),
        (row("5.4 mini Batch Inp Gl 1M Tokens", 0.3), row("5.4 mini Batch Opt Gl 1M Tokens", 2)),
        (row("5.4 mini pp Inp Gl 1M Tokens", 0.3), BOTH[1]),
        (row("5.4 mini 0401 Inp Gl 1M Tokens", 0.3), BOTH[1]),
        tuple({**one, "productName": "Azure Grok Models"} for one in BOTH),
        tuple({**one, "armRegionName": "eastus"} for one in BOTH),
        tuple({**one, "unitOfMeasure": "1/Hour"} for one in BOTH),
        tuple({**one, "type": "Reservation"} for one in BOTH),
        tuple({**one, "retailPrice": "0.75"} for one in BOTH),
        (*BOTH, row("5.4 mini Inp Gl 1M Tokens", 0.8)),
    ],
    ids=[
        "none", "half", "other-model", "other-sku", "batch", "priority", "other-version", "other-publisher",
        "elsewhere", "hours", "reservation", "text", "two-prices",
    ],
)  # fmt: skip
def test_what_is_not_surely_its_price_is_none(items: tuple[JsonObject, ...]) -> None:
    """A wrong price is worse than none."""
    price = price_of(MINI, ProbeSettings(), items)
    assert isinstance(price, str)
    assert "gpt-5.4-mini" in price


def test_the_version_that_is_named_wins_and_the_same_price_twice_is_one() -> None:
    """A meter of this very version before one of the model; two rows that agree are no contradiction."""
    dated = row("5.4 mini 0317 Inp Gl 1M Tokens", 0.7)
    price = price_of(MINI, ProbeSettings(), (*BOTH, dated, dict(dated)))
    assert isinstance(price, Price)
    assert price.input == 0.7


def test_a_newer_price_replaces_the_older() -> None:
    """Of several dates the last one that the list tells."""
    newer = row("5.4 mini Inp Gl 1M Tokens", 0.5, effectiveStartDate="2026-09-01T00:00:00Z")
    price = price_of(MINI, ProbeSettings(), (*BOTH, newer))
    assert isinstance(price, Price)
    assert (price.input, price.date) == (0.5, "2026-09-01")


def test_provisioned_deployments_are_not_paid_by_the_token() -> None:
    """No meter of tokens is theirs, and no price is made up for them."""
    assert "not paid by the token" in str(price_of(replace(MINI, sku="ProvisionedManaged"), ProbeSettings(), BOTH))
    assert "not told" in str(price_of(replace(MINI, sku=None), ProbeSettings(), BOTH))
