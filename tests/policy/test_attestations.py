"""Attestations: what a file may say, what is wrong with it, and for whom and when a statement counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import PolicyError
from auditor.policy.attestations import CONTROLS, Attestation, as_seen, attestation_records, load_attestations
from auditor.policy.facts import SubjectFacts
from auditor.snapshot import Resource
from tests.policy.estate import estate, resource

ENTRY: dict[str, Any] = {
    "control": "gateway",
    "statement": "All calls pass apim-contoso.",
    "owner": "platform",
    "evidence": "https://wiki.contoso.com/gateway",
    "stated": "2026-01-01",
    "expires": "2027-01-01",
}


def entry(**changes: Any) -> str:
    members = {**ENTRY, **changes}
    lines = [f"  {name}: {value}\n" for name, value in members.items() if value is not None]
    return f"- {''.join(lines).lstrip()}"


def load(tmp_path: Path, *entries: str) -> tuple[Attestation, ...]:
    path = tmp_path / "attestations.yaml"
    path.write_text("".join(entries), encoding="utf-8")
    return load_attestations(path)


def test_no_file_and_an_empty_one_state_nothing(tmp_path: Path) -> None:
    assert load_attestations(None) == ()
    assert load(tmp_path, "# nothing yet\n") == ()


def test_a_file_that_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    """A statement that can't be read is not the same as none."""
    with pytest.raises(PolicyError, match="not a file"):
        load_attestations(tmp_path / "attestations.yaml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"control": "gatway"}, r":1:12: there is no control 'gatway' to attest; did you mean 'gateway'\?"),
        ({"expires": "2025-12-31"}, r":6:12: expires before it was stated"),
        ({"evidence": "http://wiki"}, r":4:13: 0.evidence"),
        ({"evidence": "https://"}, r":4:13: 0.evidence"),
        ({"owner": None}, r"0.owner is missing"),
        ({"statment": "x"}, r"unknown key '0.statment'; did you mean 'statement'\?"),
        ({"expires": "soon"}, r":6:12: 0.expires"),
        ({"holds": "maybe"}, r":7:10: 0.holds"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        load(tmp_path, entry(**changes))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """A repetition names the first, and compares workloads without case."""
    texts = (entry(workload="Shop"), entry(control="lokbox", expires="2025-01-01"), entry(workload="shop"))
    with pytest.raises(PolicyError) as raised:
        load(tmp_path, *texts)
    told = str(raised.value)
    assert "did you mean 'lockbox'?" in told
    assert "expires before it was stated" in told
    assert "gateway of shop is stated twice, first at 1:12" in told


def test_a_repetition_for_every_workload_is_told_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r":7:12: gateway of every workload is stated twice, first at 1:12"):
        load(tmp_path, entry(), entry())


def test_a_statement_may_count_for_one_day(tmp_path: Path) -> None:
    assert len(load(tmp_path, entry(stated="2026-11-21", expires="2026-11-21"))) == 1


def test_one_for_all_and_one_for_a_workload_are_two(tmp_path: Path) -> None:
    assert len(load(tmp_path, entry(), entry(workload="shop"))) == 2


def test_statements_become_resources_in_a_fixed_order(tmp_path: Path) -> None:
    """With the proof that these are all, and as JSON has them."""
    stated = load(tmp_path, entry(workload="Shop"), entry(workload="desk"), entry(control="lockbox"), entry())
    resources, listing = as_seen(stated)
    assert [one.id for one in resources] == [
        "/attestations/gateway",
        "/attestations/gateway/desk",
        "/attestations/gateway/Shop",
        "/attestations/lockbox",
    ]
    assert as_seen(stated[::-1]) == (resources, listing)
    assert (listing.kind, listing.count) == ("attestation", 4)
    assert {one.parent for one in resources} == {listing.scope}
    assert resources[0].body == {**ENTRY, "holds": True}


def stated(control: str, workload: str | None = None, **changes: Any) -> Resource:
    id_ = f"/attestations/{control}" + (f"/{workload}" if workload else "")
    return resource("attestation", id_, "/attestations", {**ENTRY, "control": control, **changes})


def test_a_record_says_whether_its_statement_is_in_force() -> None:
    """From the day it was stated through its last; in the order of their ids, and what is of no known shape is none."""
    days = {
        "early": ("2026-11-22", "2027-01-01"),
        "First": ("2026-11-21", "2027-01-01"),
        "last": ("2026-01-01", "2026-11-21"),
        "past": ("2026-01-01", "2026-11-20"),
    }
    each = [stated("gateway", name, owner=name, stated=on, expires=to) for name, (on, to) in days.items()]
    others = (stated("lockbox", expires="never"), resource("account", "/a", "/s", ENTRY))
    snapshot = replace(estate(), resources=(*reversed(each), *others)).snapshot()
    records = attestation_records(snapshot, date(2026, 11, 21))
    assert [(one.owner, one.in_force) for one in records] == [
        ("early", False),
        ("First", True),
        ("last", True),
        ("past", False),
    ]


def facts(*resources: Resource) -> SubjectFacts:
    """The workload `checkout` of an estate that was seen on 2026-11-21."""
    return estate().plus(*resources).of("workload", "workloads/checkout")


def note(subject: SubjectFacts, control: str = "gateway") -> str:
    return subject.notes[f"workload.attested.{control}"][0]


def told(subject: SubjectFacts) -> Any:
    return subject.variables["workload"].get("attested", {})


def test_a_statement_that_counts_is_told_whole() -> None:
    """Its owner, its days and its evidence, as reports quote them; all else stays unknown."""
    found = told(facts(stated("key-custody")))
    assert found == {"key_custody": {"holds": True, **{name: ENTRY[name] for name in ENTRY if name != "control"}}}


def test_nobody_said_anything() -> None:
    """Every control is unknown, with the same words."""
    subject = facts()
    assert told(subject) == {}
    for control in CONTROLS:
        assert note(subject, control.replace("-", "_")) == "not known: nobody attested it in attestations.yaml"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": "2026-11-20"}, "not known: the statement of platform expired on 2026-11-20"),
        ({"stated": "2026-11-22"}, "not known: the statement of platform counts from 2026-11-22"),
        ({"expires": "never"}, "not known: the statement is of no known shape"),
        ({"expires": 20270101}, "not known: the statement is of no known shape"),
        ({"holds": "yes"}, "not known: the statement is of no known shape"),
        ({"owner": None}, "not known: the statement is of no known shape"),
    ],
)
def test_a_statement_that_does_not_count_says_why(changes: dict[str, Any], words: str) -> None:
    subject = facts(stated("gateway", **changes))
    assert told(subject) == {}
    assert note(subject) == words


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22"])
def test_the_last_day_still_counts(day: str) -> None:
    assert told(facts(stated("gateway", expires=day)))["gateway"]["holds"] is True


def test_a_workloads_own_statement_goes_before_the_one_for_all() -> None:
    """Unless it has expired; another workload's says nothing."""
    every = stated("gateway", statement="all")
    assert told(facts(every, stated("gateway", "CHECKOUT", holds=False)))["gateway"]["holds"] is False
    assert told(facts(every, stated("gateway", "checkout", expires="2026-11-20")))["gateway"]["statement"] == "all"
    assert told(facts(stated("gateway", "billing"))) == {}
