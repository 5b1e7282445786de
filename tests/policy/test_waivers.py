"""Waivers: what a file may say, whom an entry means, and when it no longer counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import PolicyError
from auditor.finding import Finding, Outcome, Severity, Subject
from auditor.policy.waivers import NO_WAIVERS, Waiver, Waivers, load_waivers
from tests.policy.sample import ACCOUNT, check, judged, policy, subject, write

ENTRY: dict[str, Any] = {
    "check": "keys-accepted",
    "subject": "shop",
    "owner": "platform",
    "reason": "legacy client",
    "ticket": "OPS-1",
    "created": "2026-11-01",
    "expires": "2026-12-31",
}
WHO = Subject(kind="account", id=ACCOUNT, name="shop")
TODAY = date(2026, 11, 21)


def waivers(*entries: dict[str, Any], today: date = TODAY) -> Waivers:
    return Waivers(tuple(Waiver.model_validate({**ENTRY, **entry}) for entry in entries), today)


def test_a_file(tmp_path: Path) -> None:
    """A file is a list of entries; dates are written as dates."""
    text = "- check: keys-accepted\n  subject: shop\n  owner: o\n  reason: r\n  ticket: t\n  expires: 2026-12-31\n"
    loaded = load_waivers(write(tmp_path / "w.yaml", text))
    assert loaded.entries[0].expires == date(2026, 12, 31)


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    """Without a file, and in an empty one, there are no waivers."""
    for path in (None, write(tmp_path / "empty.yaml", "# none yet\n")):
        assert load_waivers(path) == NO_WAIVERS
    assert NO_WAIVERS.accepting(("keys-accepted",), WHO) is None


def test_everything_wrong_at_once(tmp_path: Path) -> None:
    """Unknown keys, missing members, bad dates and bad ids are all told, with line and column."""
    path = write(
        tmp_path / "w.yaml",
        [
            {**ENTRY, "expries": "x"},
            {name: value for name, value in ENTRY.items() if name not in ("owner", "ticket")},
            {**ENTRY, "check": "Keys Accepted", "expires": "soon", "reason": " "},
        ],
    )
    with pytest.raises(PolicyError) as refused:
        load_waivers(path)
    told = str(refused.value).replace(str(path), "w")
    for expected in (
        "w:8:3: unknown key '0.expries'; did you mean 'expires'?",
        "w:9:3: 1.owner is missing",
        "w:9:3: 1.ticket is missing",
        "w:14:10: 2.check:",
        "w:17:11: 2.reason:",
        "w:20:12: 2.expires:",
    ):
        assert expected in told


@pytest.mark.parametrize("content", [{"waivers": []}, "text", [["x"]]])
def test_other_shapes(tmp_path: Path, content: Any) -> None:
    """What is no list of entries is refused."""
    with pytest.raises(PolicyError):
        load_waivers(write(tmp_path / "w.yaml", content))


def test_a_waiver_that_never_counted(tmp_path: Path) -> None:
    """An entry that expires before it was created is refused."""
    with pytest.raises(PolicyError, match=r"w\.yaml:14:12: expires before it was created"):
        load_waivers(write(tmp_path / "w.yaml", [ENTRY, {**ENTRY, "expires": "2026-10-31"}]))


def test_a_waiver_of_one_day(tmp_path: Path) -> None:
    """An entry may say when it was created, and expire on that day or later."""
    days = ({"expires": "2026-11-01"}, {"expires": "2026-12-31"})
    loaded = load_waivers(write(tmp_path / "w.yaml", [{**ENTRY, **day} for day in days]))
    assert [entry.created for entry in loaded.entries] == [date(2026, 11, 1)] * 2


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("shop", True),
        ("SHOP", True),
        (ACCOUNT.upper(), True),
        ("*", True),
        ("sho*", False),
        ("sho", False),
        ("other", False),
    ],
)
def test_whom_it_means(named: str, expected: bool) -> None:
    """A subject is named by its whole id or name in any case, or by a single star; nothing is guessed."""
    assert (waivers({"subject": named}).accepting(("keys-accepted",), WHO) is not None) is expected


def test_a_name_in_capitals_is_meant_in_any_case() -> None:
    loud = WHO.model_copy(update={"name": "Shop", "id": "/elsewhere"})
    assert waivers({"subject": "shop"}).accepting(("keys-accepted",), loud) is not None


def test_a_day_makes_them_count() -> None:
    """The waivers of a file count from the day that they are told."""
    found = Waivers(waivers(ENTRY).entries).on(TODAY).accepting(("keys-accepted",), WHO)
    assert found is not None
    assert not found.expired


def test_former_ids() -> None:
    """A waiver that names a check by the id it had before still counts."""
    assert waivers({"check": "keys-on"}).accepting(("keys-accepted", "keys-on"), WHO) is not None
    assert waivers({"check": "keys-on"}).accepting(("keys-accepted",), WHO) is None


def test_the_last_day_counts() -> None:
    """A waiver counts through its last day, and is expired on the next."""
    entry = {"expires": "2026-11-21"}
    for today, expired in ((date(2026, 11, 21), False), (date(2026, 11, 22), True)):
        found = waivers(entry, today=today).accepting(("keys-accepted",), WHO)
        assert found is not None
        assert found.expired is expired


def test_the_waiver_that_lasts_longest_counts() -> None:
    """Of several that name a finding, one that is expired does not hide one that is not."""
    found = waivers({"expires": "2026-11-02", "subject": "*"}, {"expires": "2026-12-01"}).accepting(
        ("keys-accepted",), WHO
    )
    assert found is not None
    assert (found.expires, found.expired) == (date(2026, 12, 1), False)


def test_without_a_day_nothing_counts() -> None:
    """Waivers of which nobody said what day it is count as expired."""
    found = Waivers(waivers(ENTRY).entries).accepting(("keys-accepted",), WHO)
    assert found is not None
    assert found.expired


def test_what_is_yet_to_be_accepted_accepts_nothing() -> None:
    """A waiver that was created in the future is said to be so; from its first day on it counts."""
    by, failing = policy(check()), subject({"properties": {"disableLocalAuth": False}})
    later = waivers({"created": "2026-11-22"})
    assert later.accepting(("keys-accepted",), WHO) is None
    assert later.notices(judged(failing, by=by), by) == (
        (
            "The waiver of keys-accepted on shop (OPS-1, platform) was created on 2026-11-22, a day to come (in UTC), "
            "and does not count before."
        ),
    )
    found = later.on(date(2026, 11, 22)).accepting(("keys-accepted",), WHO)
    assert found is not None
    assert not found.expired


def test_notices() -> None:
    """A waiver that is expired, that names nothing, or that is no longer needed is told; one that counts is not."""
    by = policy(check(aliases=["keys-on"]))
    failing = subject({"properties": {"disableLocalAuth": False}})
    passing = subject({"properties": {"disableLocalAuth": True}})
    counting = waivers({}, {"check": "keys-on"})
    assert counting.notices(judged(failing, by=by), by) == ()
    assert counting.notices(judged(passing, by=by), by) == (
        "The waiver of keys-accepted on shop (OPS-1, platform) is no longer needed.",
        "The waiver of keys-on on shop (OPS-1, platform) is no longer needed.",
    )
    others = waivers({"subject": "other"}, {"check": "nothing-such"}, {"expires": "2026-11-20"})
    assert others.notices(judged(failing, by=by), by) == (
        "The waiver of keys-accepted on other (OPS-1, platform) matches no finding.",
        "The waiver of nothing-such on shop (OPS-1, platform) matches no finding.",
        "The waiver of keys-accepted on shop (OPS-1, platform) expired on 2026-11-20 and no longer counts.",
    )


@pytest.mark.parametrize(
    ("entry", "outcome", "state", "named"),
    [
        ({}, "fail", "in_force", True),
        ({"subject": "*"}, "unknown", "in_force", True),
        ({"subject": ACCOUNT.upper()}, "fail", "in_force", True),
        ({"expires": "2026-11-21"}, "fail", "in_force", True),
        ({"expires": "2026-11-20"}, "fail", "expired", True),
        ({"expires": "2026-11-20"}, "pass", "expired", False),
        ({"created": "2026-11-22"}, "fail", "not_yet", True),
        ({"subject": "other"}, "fail", "unmatched", False),
        ({"check": "of-no-pack"}, "fail", "unmatched", False),
        ({}, "pass", "not_needed", False),
        ({}, "not_applicable", "not_needed", False),
    ],
)
def test_each_entry_is_kept_with_what_became_of_it(
    entry: dict[str, Any], outcome: str, state: str, named: bool
) -> None:
    """And with the findings that it accepts, or would if it counted today."""
    found = Finding(
        id="f1", check="keys-accepted", severity=Severity.HIGH, outcome=Outcome(outcome), subject=WHO, message="m"
    )
    (record,) = waivers(entry).records([found], policy(check()))
    assert (record.state, record.findings) == (state, ("f1",) if named else ())
    written = date.fromisoformat({**ENTRY, **entry}["created"])
    assert (record.owner, record.ticket, record.created) == ("platform", "OPS-1", written)
