"""What changed between two runs: findings, the world, the policy and the settings, each kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.difference import Because, Move, Side, difference
from auditor.difference.values import places
from auditor.difference.world import changes
from auditor.finding import Finding, Fix, Outcome, Severity, Subject, Waived, fingerprint
from auditor.report.changes.terminal import render
from auditor.run import CheckRecord, Run, Verdict
from auditor.snapshot import Gap, GapReason, Listing, Principal, Resource, Snapshot
from tests.report.parts import build

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a"


def finding(outcome: Outcome, check: str = "api-keys-accepted", *, waiver: Waived | None = None) -> Finding:
    return Finding(
        id=fingerprint(check, ACCOUNT),
        check=check,
        severity=Severity.HIGH,
        outcome=outcome,
        subject=Subject(kind="account", id=ACCOUNT, name="a"),
        message="as seen",
        waiver=waiver,
    )


def run(*findings: Finding, verdict: Verdict = Verdict.PASS, checks: tuple[CheckRecord, ...] = ()) -> Run:
    base = build(())
    return base.model_copy(
        update={
            "findings": findings,
            "verdict": verdict,
            "policy": base.policy.model_copy(update={"checks": checks}),
        }
    )


def snapshot(
    *resources: Resource, at: datetime = NOW, listings: tuple[Listing, ...] = (), gaps: tuple[Gap, ...] = ()
) -> Snapshot:
    return Snapshot(
        cloud="public",
        taken_at=at,
        ended_at=at + timedelta(minutes=1),
        principal=Principal(credential="environment"),
        settings={},
        resources=resources,
        listings=listings,
        gaps=gaps,
    )


def account(**properties: object) -> Resource:
    return Resource(kind="account", id=ACCOUNT, parent="/subscriptions/s", body={"properties": properties})


def accepted(*, expired: bool) -> Waived:
    return Waived(owner="o", reason="r", ticket="T-1", expires=date(2027, 1, 1), expired=expired)


@pytest.mark.parametrize(
    ("was", "now", "move", "worse"),
    [
        (Outcome.PASS, Outcome.FAIL, Move.NEW, True),
        (None, Outcome.FAIL, Move.NEW, True),
        (Outcome.UNKNOWN, Outcome.FAIL, Move.NEW, True),
        (Outcome.PASS, Outcome.UNKNOWN, Move.NEWLY_UNKNOWN, True),
        (Outcome.FAIL, Outcome.UNKNOWN, Move.NEWLY_UNKNOWN, True),
        (None, Outcome.UNKNOWN, Move.NEWLY_UNKNOWN, True),
        (Outcome.FAIL, Outcome.FAIL, Move.STILL_FAILING, False),
        (Outcome.FAIL, None, Move.GONE, False),
        (Outcome.FAIL, Outcome.PASS, Move.FIXED, False),
        (Outcome.FAIL, Outcome.NOT_APPLICABLE, Move.FIXED, False),
        (Outcome.UNKNOWN, Outcome.PASS, Move.KNOWN_AGAIN, False),
        (Outcome.UNKNOWN, Outcome.UNKNOWN, None, False),
        (Outcome.PASS, Outcome.PASS, None, False),
        (Outcome.PASS, None, None, False),
        (Outcome.UNKNOWN, None, None, False),
        (None, Outcome.PASS, None, False),
        (None, Outcome.NOT_APPLICABLE, None, False),
    ],
)
def test_each_way_in_which_a_finding_moves(
    was: Outcome | None, now: Outcome | None, move: Move | None, worse: bool
) -> None:
    """Unknown is never fixed, gone is never fixed, and only what fails or became unknown makes it worse."""
    before, after = (run(finding(outcome)) if outcome else run() for outcome in (was, now))
    told = difference(Side(before, None, "a"), Side(after, None, "b"))
    assert [each.move for each in told.findings] == ([move] if move else [])
    assert told.worse is worse


def test_a_waiver_that_expires_makes_the_finding_new() -> None:
    """What was accepted fails again once the acceptance has run out; what is accepted is no failure."""
    valid, expired = (run(finding(Outcome.FAIL, waiver=accepted(expired=each))) for each in (False, True))
    assert difference(Side(valid, None, "a"), Side(expired, None, "b")).findings[0].move is Move.NEW
    assert difference(Side(expired, None, "a"), Side(valid, None, "b")).findings[0].move is Move.WAIVED


def test_a_worse_verdict_is_worse_without_any_finding_that_moved() -> None:
    """An audit that was interrupted is worse than one that passed."""
    told = difference(Side(run(), None, "a"), Side(run(verdict=Verdict.INCOMPLETE), None, "b"))
    assert told.worse
    assert not told.findings


def check(**changed: object) -> CheckRecord:
    members: dict[str, object] = {
        "id": "api-keys-accepted",
        "title": "API keys are accepted",
        "area": "identity",
        "severity": Severity.HIGH,
        "subject": "account",
        "why": "w",
        "passes_when": "true",
    }
    return CheckRecord.model_validate(members | changed)


def test_a_stricter_check_is_told_from_a_worse_world() -> None:
    """A finding that fails because its rule changed is laid to the policy, and the change is listed."""
    before = run(finding(Outcome.PASS), checks=(check(),))
    after = run(finding(Outcome.FAIL), checks=(check(passes_when="false", parameters={"days": 3}),))
    told = difference(Side(before, None, "a"), Side(after, None, "b"))
    assert told.findings[0].because is Because.POLICY
    assert [(each.what, each.kind) for each in told.judged] == [("passes_when", "rule"), ("days", "parameter")]


def test_each_change_of_what_judged_is_listed() -> None:
    """By check: what came and went, each rule and the severity, then each parameter, with both values."""
    before = (check(id="z"), check(parameters={"same": 1, "days": 3, "gone": True}), check(id="gone"))
    strict = {"severity": "low", "passes_when": "false", "applies_when": "false", "subject": "quota"}
    after = (check(id="new"), check(**strict, parameters={"same": 1, "days": 4, "came": "x"}), check(id="z"))
    told = difference(Side(run(checks=before), None, "a"), Side(run(checks=after), None, "b")).judged
    keys = "api-keys-accepted"
    assert [(each.check, each.what, each.kind, each.before, each.after) for each in told] == [
        (keys, "severity", "rule", "high", "low"),
        (keys, "passes_when", "rule", "true", "false"),
        (keys, "applies_when", "rule", "true", "false"),
        (keys, "subject", "rule", "account", "quota"),
        (keys, "came", "parameter", None, "x"),
        (keys, "days", "parameter", 3, 4),
        (keys, "gone", "parameter", True, None),
        ("gone", "removed", "removed", None, None),
        ("new", "added", "added", None, None),
    ]


@pytest.mark.parametrize(
    ("was", "now", "because"),
    [
        (Outcome.FAIL, None, Because.POLICY),
        (None, Outcome.FAIL, Because.POLICY),
    ],
    ids=["gone", "new"],
)
def test_a_check_that_came_or_went_moves_its_findings(
    was: Outcome | None, now: Outcome | None, because: Because
) -> None:
    """What is judged only since, or no more, is laid to the packs; where the check is the same, to the world."""
    sides = [run(*([finding(each)] if each else []), checks=(check(),) if each else ()) for each in (was, now)]
    (moved,) = difference(Side(sides[0], None, "a"), Side(sides[1], None, "b")).findings
    assert moved.because is because
    same = [run(*([finding(each)] if each else []), checks=(check(),)) for each in (was, now)]
    (moved,) = difference(Side(same[0], None, "a"), Side(same[1], None, "b")).findings
    assert moved.because is Because.WORLD


def test_what_fails_as_before_was_not_moved_by_the_policy() -> None:
    """A check that became stricter is not why something fails that failed under the milder one too."""
    before = run(finding(Outcome.FAIL), checks=(check(),))
    after = run(finding(Outcome.FAIL), checks=(check(passes_when="false"),))
    for rejudged in (None, {finding(Outcome.FAIL).id: Outcome.FAIL}):
        (moved,) = difference(Side(before, None, "a"), Side(after, None, "b"), rejudged).findings
        assert (moved.move, moved.because) == (Move.STILL_FAILING, Because.WORLD)


@pytest.mark.parametrize(("then", "because"), [(Outcome.FAIL, Because.POLICY), (Outcome.PASS, Because.WORLD)])
def test_the_old_world_judged_by_the_new_policy_decides(then: Outcome, because: Because) -> None:
    """A check that changed lightly and a world that changed too: the old snapshot under the new policy tells which."""
    before = run(finding(Outcome.PASS), checks=(check(),))
    after = run(finding(Outcome.FAIL), checks=(check(severity=Severity.CRITICAL),))
    told = difference(Side(before, None, "a"), Side(after, None, "b"), {finding(then).id: then})
    assert told.findings[0].because is because


def test_a_setting_of_the_world_is_told_with_who_and_when() -> None:
    """The activity log of the time between both names who wrote; what failed, or lies outside, is not counted."""
    event = Resource(
        kind="activity_event",
        id="e",
        body={
            "resourceId": ACCOUNT.upper(),
            "caller": "ann@contoso.com",
            "eventTimestamp": "2026-11-21T07:00:00.1234567Z",
            "operationName": {"value": "Microsoft.CognitiveServices/accounts/write"},
            "status": {"value": "Succeeded"},
        },
    )
    others = [
        event.model_copy(update={"id": name, "body": event.body | {"caller": name} | change})
        for name, change in {
            "too-early": {"eventTimestamp": "2026-11-20T07:00:00Z"},
            "failed": {"status": {"value": "Failed"}},
            "other": {"resourceId": "/other"},
            "no-time": {"eventTimestamp": "soon"},
        }.items()
    ]
    (changed,) = changes(
        snapshot(account(publicNetworkAccess="Disabled")),
        snapshot(account(publicNetworkAccess="Enabled"), event, *others, at=NOW + timedelta(hours=2)),
    )
    assert [(each.path, each.before, each.after) for each in changed.places] == [
        ("properties.publicNetworkAccess", "Disabled", "Enabled")
    ]
    assert [(each.who, each.source) for each in changed.by] == [("ann@contoso.com", "activity log")]


def test_what_changed_of_a_thing_is_told_once_for_all_that_it_broke() -> None:
    """To the second, in UTC; the next finding of the same thing points back to it."""
    event = Resource(
        kind="activity_event",
        id="e",
        body={
            "resourceId": ACCOUNT,
            "caller": "ann@contoso.com",
            "eventTimestamp": "2026-11-21T07:00:00.1234567Z",
            "operationName": {"value": "Microsoft.CognitiveServices/accounts/write"},
            "status": {"value": "Succeeded"},
        },
    )
    good = [finding(Outcome.PASS, name) for name in ("api-keys-accepted", "public-network-access")]
    bad = [finding(Outcome.FAIL, name) for name in ("api-keys-accepted", "public-network-access")]
    sides = (
        Side(run(*good), snapshot(account(a="1", b="1")), "before"),
        Side(run(*bad), snapshot(account(a="2", b="2"), event, at=NOW + timedelta(hours=2)), "after"),
    )
    page = " ".join(render(difference(*sides), 100, color=False).split())
    assert page.count("meanwhile properties.a") == page.count("meanwhile properties.b") == 1
    assert page.count("meanwhile it changed as told of it above") == 1
    assert "ann@contoso.com at 2026-11-21 07:00:00 UTC" in page


def test_its_own_word_tells_who_where_the_log_does_not() -> None:
    """systemData counts when it names a moment between the two."""
    written = {"lastModifiedBy": "bo@contoso.com", "lastModifiedAt": "2026-11-21T06:30:00Z"}
    before, after = account(a=1), account(a=2)
    after = after.model_copy(update={"body": after.body | {"systemData": written}})
    (changed,) = changes(snapshot(before), snapshot(after, at=NOW + timedelta(hours=1)))
    assert [(each.who, each.source) for each in changed.by] == [("bo@contoso.com", "systemData")]
    (late,) = changes(snapshot(before, at=NOW + timedelta(hours=1)), snapshot(after, at=NOW + timedelta(hours=2)))
    assert late.by == ()


def test_what_could_not_be_seen_is_neither_added_nor_removed() -> None:
    """A thing counts as gone only if its list was read whole; a denied list says nothing."""
    whole = (Listing(kind="account", scope="/subscriptions/S", count=0),)
    denied = Gap(id="g", kind="account", scope="/subscriptions/s", reason=GapReason.DENIED, detail="d", next_step="n")
    there = snapshot(account(), listings=whole)
    assert [each.what for each in changes(there, snapshot(listings=whole))] == ["removed"]
    assert [each.what for each in changes(snapshot(listings=whole), there)] == ["added"]
    assert changes(there, snapshot()) == ()
    assert changes(there, snapshot(listings=whole, gaps=(denied,))) == ()


def test_what_tells_of_who_looked_and_when_is_no_change() -> None:
    """Another resolver, proxied port or stamp of resource health is told by nobody; another address of a name is."""

    def seen(resolver: str, port: int, at: str, address: str = "10.1.0.4") -> Snapshot:
        bodies = {
            "host_name": {"host": "a.openai.azure.com", "addresses": [address], "resolver": resolver},
            "tls_port": {"host": "a.openai.azure.com", "port": port, "proxied": port != 443},
            "resource_health": {"properties": {"availabilityState": "Available", "occuredTime": at}},
        }
        return snapshot(
            *(Resource(kind=kind, id=f"/subscriptions/s/{kind}", body=body) for kind, body in bodies.items())
        )

    before = seen("127.0.0.1:40001", 443, "2026-11-21T06:00:00Z")
    assert changes(before, seen("127.0.0.1:40002", 8443, "2026-11-21T07:00:00Z")) == ()
    (moved,) = changes(before, seen("127.0.0.1:40002", 8443, "2026-11-21T07:00:00Z", "10.1.0.9"))
    assert [place.path for place in moved.places] == ["addresses"]


def test_settings_of_the_owner_are_a_part_of_their_own() -> None:
    """What was declared differently is listed by its path."""
    before, after = (
        run().model_copy(update={"settings": {"workloads": [{"name": "w", "regions": [region]}]}})
        for region in ("a", "b")
    )
    told = difference(Side(before, None, "a"), Side(after, None, "b"))
    assert [(each.path, each.before, each.after) for each in told.settings] == [("workloads[w].regions", ["a"], ["b"])]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(json, json)
def test_any_two_values_are_compared(before: object, after: object) -> None:
    """Whatever the values, the same have no difference, and both directions name the same places."""
    assert not list(places(before, before, lambda _: False))
    there = {(path, str(was), str(now)) for path, was, now in places(before, after, lambda _: False)}
    back = {(path, str(now), str(was)) for path, was, now in places(after, before, lambda _: False)}
    assert there == back


def between(before: Run, after: Run) -> tuple[str, ...]:
    """What two runs whose snapshots are at hand leave to be said."""
    return difference(Side(before, snapshot(), "a"), Side(after, snapshot(), "b")).notes


def test_two_runs_that_compare_well_need_no_word() -> None:
    assert between(run(), run()) == ()


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        (
            {"started_at": NOW - timedelta(days=900)},
            "The first was taken after the second: read the changes backwards.",
        ),
        (
            {"tool": run().tool.model_copy(update={"version": "9.9.9"})},
            (
                f"auditor {run().tool.version} made the first and 9.9.9 the second: "
                "a finding may have moved because the auditor did."
            ),
        ),
        (
            {"principal": run().principal.model_copy(update={"object_id": "another"})},
            "Another identity looked: what became unknown, or known, may come of its permissions.",
        ),
        (
            {"principal": run().principal.model_copy(update={"app_id": "another"})},
            "Another identity looked: what became unknown, or known, may come of its permissions.",
        ),
        ({"cloud": "china"}, "The first is of the cloud public, the second of china."),
    ],
    ids=["earlier", "version", "user", "application", "cloud"],
)
def test_what_makes_two_runs_hard_to_compare_is_said(changed: dict[str, object], note: str) -> None:
    """Another day, auditor, identity or cloud: each in one sentence, and only where it is so."""
    assert between(run(), run().model_copy(update=changed)) == (note,)


@pytest.mark.parametrize(
    ("first", "second", "notes"),
    [
        (["A"], ["a"], ()),
        (None, ["a"], ()),
        (["a"], None, ()),
        (["a"], [], ()),
        (["a"], ["a", "b"], ("Only the second looked at subscription b.",)),
        (["a", "b"], ["b"], ("Only the first looked at subscription a.",)),
        (
            ["e", "d", "c", "b", "a"],
            ["f", "g", "h"],
            (
                (
                    "The first looked at subscriptions a, b, c and 2 more, the second at subscriptions f, g, h: "
                    "what fails in the second is called new, though it may be old."
                ),
            ),
        ),
    ],
)
def test_other_subscriptions_are_said(first: object, second: object, notes: tuple[str, ...]) -> None:
    """What only one of the two looked at; nothing where settings name none."""
    sides = [run().model_copy(update={"settings": {"scope": {"subscriptions": each}}}) for each in (first, second)]
    assert between(*sides) == notes


@pytest.mark.parametrize("which", [0, 1])
def test_without_one_of_the_snapshots_the_world_is_not_compared(which: int) -> None:
    """And that is said."""
    sides = [Side(run(), None if at == which else snapshot(), "x") for at in (0, 1)]
    told = difference(*sides)
    assert told.world is None
    assert told.notes == (
        "Only the evidence of one side is at hand: its findings are compared, single settings are not.",
    )


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ({"object_id": "o", "app_id": "a"}, "o"),
        ({"object_id": None, "app_id": "a"}, "a"),
        ({"object_id": None, "app_id": None}, None),
    ],
    ids=["object", "application", "nobody"],
)
def test_a_side_says_who_looked(who: dict[str, str | None], told: str | None) -> None:
    side = run().model_copy(update={"principal": run().principal.model_copy(update=who)})
    assert difference(Side(side, None, "a"), Side(run(), None, "b")).before.who == told


def test_a_sandbox_is_told_among_other_notices() -> None:
    """Whatever else the endpoints or the auditor say of a run."""
    sandbox = run().model_copy(update={"notices": ("a waiver is expired", "Sandbox: not evidence")})
    other = run().model_copy(update={"notices": ("of no sandbox",)})
    told = difference(Side(sandbox, None, "a"), Side(other, None, "b"))
    assert (told.before.sandbox, told.after.sandbox) == (True, False)


def test_the_worst_move_stands_first() -> None:
    """Then the severest, then by check and subject in any case; each under the title that either side knew."""
    rows = [
        ("b", "/z", Severity.HIGH, Outcome.FAIL, Outcome.PASS),
        ("b", "/b", Severity.HIGH, Outcome.PASS, Outcome.FAIL),
        ("b", "/A", Severity.HIGH, Outcome.PASS, Outcome.FAIL),
        ("a", "/c", Severity.HIGH, Outcome.PASS, Outcome.FAIL),
        ("c", "/c", Severity.CRITICAL, Outcome.PASS, Outcome.FAIL),
        ("a", "/d", Severity.CRITICAL, Outcome.PASS, Outcome.UNKNOWN),
    ]

    def side(which: int, checks: str) -> Side:
        found = [
            replace(
                finding(row[3 + which], row[0]),
                id=f"{row[0]}{row[1]}",
                severity=row[2],
                subject=Subject(kind="account", id=row[1], name="n"),
                fix=Fix(text="mend it"),
            )
            for row in rows
        ]
        return Side(run(*found, checks=tuple(check(id=name, title=name.upper()) for name in checks)), None, "x")

    told = difference(side(0, "ab"), side(1, "bc")).findings
    assert [(each.check, each.subject) for each in told] == [
        ("c", "/c"),
        ("a", "/c"),
        ("b", "/A"),
        ("b", "/b"),
        ("a", "/d"),
        ("b", "/z"),
    ]
    assert [each.title for each in told] == ["C", "A", "B", "B", "A", "B"]
    assert {each.fix for each in told} == {"mend it"}
