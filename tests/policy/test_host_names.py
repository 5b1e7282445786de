"""Where host names lead, as facts: private, public, nowhere, and not known."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.snapshot import Listing
from tests.policy.estate import ACCOUNT, Estate, estate, resource

HOST = "aif-chat.openai.azure.com"


def resolving(*answers: Any, count: int | None = None) -> Estate:
    named = [
        resource("host_name", f"{ACCOUNT}/hosts/{number}", ACCOUNT, {"host": HOST, "addresses": addresses})
        for number, addresses in enumerate(answers)
    ]
    whole = Listing(kind="host_name", scope=ACCOUNT, count=len(answers) if count is None else count)
    return estate().plus(*named, listings=[whole])


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.4"], ["172.31.255.1"], ["192.168.1.1"], ["100.64.0.1"], ["fd00::1"], ["10.0.0.4", "10.0.0.5"]],
)
def test_addresses_of_virtual_networks_are_private(addresses: list[str]) -> None:
    network = resolving(addresses).account()["network"]
    assert network["public_names"] == []
    assert network["host_names"] == [{"host": HOST, "addresses": addresses}]


@pytest.mark.parametrize(
    "addresses", [[], ["203.0.113.7"], ["172.32.0.1"], ["10.0.0.4", "20.1.2.3"], ["2603::1"], ["not an address"]]
)
def test_everything_else_leads_outside_or_nowhere(addresses: list[str]) -> None:
    assert resolving(addresses).account()["network"]["public_names"] == [HOST]


@pytest.mark.parametrize("answers", [[None], ["10.0.0.4"], [["10.0.0.4"], 5]])
def test_an_answer_of_another_shape_is_not_known(answers: list[Any]) -> None:
    assert "public_names" not in resolving(*answers).account()["network"]


def test_a_missing_answer_makes_all_of_it_unknown() -> None:
    assert "public_names" not in resolving(["10.0.0.4"], count=2).account()["network"]


def test_an_account_that_nobody_resolved_is_not_known() -> None:
    assert "public_names" not in estate().account()["network"]


def test_a_gap_is_named() -> None:
    hidden = estate().hidden("host_name", ACCOUNT)
    assert "public_names" not in hidden.account()["network"]
    assert hidden.of("account", ACCOUNT).absences["account.network.public_names"]
