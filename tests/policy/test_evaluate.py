"""Findings: outcome, message, quoted facts, gaps, fix, waiver and order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finding import Finding, Outcome, Severity, Waived
from auditor.policy.evaluate import evaluate, rfc3339
from auditor.policy.fix import FixText
from auditor.policy.quote import MAX_ITEMS, MAX_TEXT
from auditor.policy.waivers import NO_WAIVERS, Waiver, Waivers
from auditor.settings import GateSettings, Scope, Settings
from auditor.snapshot import GapReason, Principal, Snapshot
from tests.policy.sample import ACCOUNT, NOW, check, gap, judged, policy, subject

ON = {"properties": {"disableLocalAuth": True}}
OFF = {"properties": {"disableLocalAuth": False}}


def one(account: dict[str, Any] | None = None, **changes: Any) -> Finding:
    """The finding of a changed check on an account."""
    told = {name: changes.pop(name) for name in ("absences", "notes", "readings") if name in changes}
    gaps = changes.pop("gaps", ())
    (found,) = judged(subject(account, **told), by=policy(check(**changes)), gaps=gaps)
    return found


def test_pass() -> None:
    """A pass says that the bad state is not there, and has no fix."""
    found = one(ON)
    assert (found.outcome, found.message, found.fix, found.gating) == (
        Outcome.PASS,
        "Not the case: Keys are accepted",
        None,
        False,
    )


def test_fail() -> None:
    """A failure has its sentence, its facts and its fix, and gates where it is severe enough."""
    found = one(OFF, says="{{ account.name }}\naccepts keys at {{ now }}")
    assert found.message == "shop accepts keys at 2026-11-21T12:00:00Z"
    assert found.fix is not None
    assert found.fix.cli == f"az resource update --ids {ACCOUNT}"
    assert [(fact.path, fact.value, fact.note) for fact in found.facts] == [
        ("account.properties.disableLocalAuth", False, None)
    ]
    assert found.gating
    assert not one(OFF, severity="medium").gating


def test_not_applicable() -> None:
    """A check that does not apply says why, in the words of its `unless` or of its rule."""
    told = one(OFF, applies_when="account.name == 'other'", unless="it is another account")
    untold = one(OFF, applies_when="account.name == 'other'")
    assert (told.outcome, told.message) == (Outcome.NOT_APPLICABLE, "Does not apply: it is another account")
    assert untold.message == "Does not apply: account.name == 'other'"


def test_unknown_names_the_gap_and_its_cure() -> None:
    """A fact that a gap hid makes the finding unknown; it names the gap, what would cure it, and the failed reading."""
    found = one({}, absences={"account.properties": "gap-1"}, readings={"account": ("r1",)}, gaps=(gap(),))
    assert found.outcome is Outcome.UNKNOWN
    assert found.message == (
        "Not known: the list of deployments could not be read "
        "(denied: needs Microsoft.CognitiveServices/accounts/deployments/read)"
    )
    assert found.gaps == ("gap-1",)
    assert found.readings == ("r1", "r9")
    assert found.facts[0].note == "not known"
    assert found.gating
    assert found.fix is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": GapReason.THROTTLED, "permission": None}, "the list of deployments could not be read (throttled)"),
        ({"reason": GapReason.TIMED_OUT}, "the list of deployments could not be read (timed out)"),
        ({"kind": "account", "scope": "/subscriptions/s"}, "the list of accounts could not be read (denied: needs "),
        ({"kind": "account"}, "the account could not be read (denied: needs "),
        ({"kind": "probe", "permission": None}, "the live call could not be made (denied)"),
        ({"kind": "odd_thing", "permission": None}, "odd thing could not be read (denied)"),
    ],
)
def test_gap_phrases(changes: dict[str, Any], sentence: str) -> None:
    """The sentence says what could not be read and why."""
    assert sentence in one({}, absences={"account": "gap-1"}, gaps=(gap(**changes),)).message


def test_unknown_without_a_gap() -> None:
    """What the service did not tell, or told in words that nobody understands, is named as such."""
    assert one({}).message == "Not known: account.properties.disableLocalAuth was not told"
    odd = one({}, notes={"account.properties.disableLocalAuth": ("not understood: 'Maybe'", "https://x")})
    assert odd.message == "Not known: account.properties.disableLocalAuth is not understood: 'Maybe'"
    assert odd.facts[0].note == "not understood: 'Maybe'"


def test_several_gaps() -> None:
    """Every gap behind a fact that the rule names is told, the one that stopped the rule first, each once."""
    rule = "account.a == 1 || account.b.c == 1 || account.d == 1"
    found = one(
        {},
        passes_when=rule,
        absences={"account.a": "two", "account.b": "gap-1", "account.d": "two"},
        gaps=(gap(), gap(id="two", kind="usage", reason=GapReason.TIMED_OUT)),
    )
    assert found.gaps == ("two", "gap-1")
    assert found.message.startswith("Not known: the list of quotas could not be read (timed out); the list of deploy")


@pytest.mark.parametrize(("count", "end"), [(3, "two; three"), (4, "two; three; and 1 more"), (6, "; and 3 more")])
def test_many_gaps_are_counted(count: int, end: str) -> None:
    """Three causes are told, the rest are a number; the finding names each gap."""
    names = ("one", "two", "three", "four", "five", "six")[:count]
    found = one(
        {},
        passes_when=" || ".join(f"account.{name} == 1" for name in names),
        absences={f"account.{name}": name for name in names},
        gaps=tuple(gap(id=name, kind=name, permission=None) for name in names),
    )
    assert found.message.replace(" could not be read (denied)", "").endswith(end)
    assert found.gaps == names


def test_what_was_not_told_stands_before_the_gaps_of_others() -> None:
    """What stopped the rule lies behind no gap; a gap of which nothing is known is none."""
    found = one(
        {},
        passes_when="account.a == 1 || account.b == 1 || account.c == 1",
        absences={"account.b": "gap-1", "account.c": "gone"},
        gaps=(gap(permission=None),),
    )
    assert found.message == "Not known: account.a was not told; the list of deployments could not be read (denied)"
    assert found.gaps == ("gap-1",)


def test_a_gap_that_does_not_matter_is_not_told() -> None:
    """Where the rule has its answer without the hidden fact, the finding has an outcome and no gap."""
    found = one(
        ON,
        passes_when="account.hidden == 1 || account.properties.disableLocalAuth",
        absences={"account.hidden": "gap-1"},
        gaps=(gap(),),
    )
    assert (found.outcome, found.gaps) == (Outcome.PASS, ())


def test_applies_when_unknown() -> None:
    """Whether a check applies can be unknown too, and then the finding is."""
    assert one(ON, applies_when="workload.network == 'private'").outcome is Outcome.UNKNOWN


def test_a_rule_that_breaks_takes_no_other_with_it() -> None:
    """A rule that can't be evaluated gives unknown with the cause, and the other checks their findings."""
    broken = check(id="broken", passes_when="account.name < 3")
    found = judged(subject(ON), by=policy(broken, check()))
    assert [(each.check, each.outcome) for each in found] == [
        ("broken", Outcome.UNKNOWN),
        ("keys-accepted", Outcome.PASS),
    ]
    assert "can't be evaluated" in found[0].message


def test_a_defect_takes_no_other_finding_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the auditor itself breaks on one check, that finding is unknown and says so; the others stand."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("auditor.policy.evaluate.render_fix", broken)
    crashed, passed = judged(subject(OFF), subject(ON, id="/other"))
    assert (crashed.outcome, crashed.message) == (Outcome.UNKNOWN, "Not known: the check crashed (ZeroDivisionError)")
    assert crashed.gating
    assert passed.outcome is Outcome.PASS


def test_a_snapshot_is_judged() -> None:
    """From snapshot and settings to findings: a denied subscription leaves its checks unknown with that gap."""
    subscription = "/subscriptions/00000000-0000-4000-8000-0000000000a1"
    snapshot = Snapshot(
        cloud="public",
        taken_at=NOW,
        ended_at=NOW,
        principal=Principal(credential="environment"),
        settings={},
        gaps=(gap(kind="subscription", scope=subscription, permission="Microsoft.Resources/subscriptions/read"),),
    )
    settings = Settings(scope=Scope(subscriptions=(subscription.removeprefix("/subscriptions/"),)))
    enabled = check(subject="subscription", passes_when="subscription.state == 'Enabled'", shows=["subscription.state"])
    (found,) = evaluate(snapshot, settings, policy(enabled), NO_WAIVERS)
    assert (found.outcome, found.gaps, found.subject.kind) == (Outcome.UNKNOWN, ("gap-1",), "subscription")
    assert "Microsoft.Resources/subscriptions/read" in found.message


def test_a_template_that_breaks_loses_nothing() -> None:
    """A sentence that can't be filled in becomes the title; a fix that can't be, says so."""
    found = one(OFF, says="{{ account.nope }}", fix={"cli": "az {{ account.nope }}"})
    assert found.message == "Keys are accepted"
    assert found.fix is not None
    assert found.fix.text == "The command is left out: nope is not known."


def test_defaults_are_marked() -> None:
    """A documented default is quoted as one, with its page."""
    note = {
        "account.properties.disableLocalAuth": ("absent; documented default false", "https://learn.microsoft.com/x")
    }
    (fact,) = one(OFF, notes=note).facts
    assert (fact.value, fact.note, fact.source) == (
        False,
        "absent; documented default false",
        "https://learn.microsoft.com/x",
    )


def test_quoted_facts_are_bounded() -> None:
    """A giant value is quoted in part and says so."""
    giant = {"text": "x" * 9_000, "list": list(range(500)), "deep": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}
    facts = one({**OFF, **giant}, shows=["account.text", "account.list", "account.deep", "params"]).facts
    assert facts[0].value == "x" * MAX_TEXT + "…"
    assert facts[1].value == list(range(MAX_ITEMS))
    assert [fact.note for fact in facts] == ["shortened", "shortened", "shortened", None]


def test_parameters_are_the_effective_ones() -> None:
    """Rule, sentence and quoted facts see the parameters as they apply."""
    found = one(
        {"n": 3},
        passes_when="account.n > params.least",
        parameters={"least": 5},
        says="{{ params.least }}",
        shows=["params.least"],
    )
    assert (found.outcome, found.message, found.facts[0].value) == (Outcome.FAIL, "5", 5)


def test_order() -> None:
    """Worst first: severity, then fail, unknown, pass, not applicable, then check and subject."""
    checks = policy(
        check(id="b-low", severity="low"),
        check(id="e-high"),
        check(id="a-high"),
        check(id="c-high", applies_when="false"),
        check(id="d-critical", severity="critical"),
    )
    subjects = (subject(ON, id="/z"), subject(OFF, id="/B"), subject({}, id="/a"), subject(OFF, id="/A2"))
    found = judged(*subjects, by=checks)
    assert [(each.check, each.subject.id) for each in found] == [
        *(("d-critical", name) for name in ("/A2", "/B", "/a", "/z")),
        *(("a-high", name) for name in ("/A2", "/B")),
        *(("e-high", name) for name in ("/A2", "/B")),
        *((name, "/a") for name in ("a-high", "e-high")),
        *((name, "/z") for name in ("a-high", "e-high")),
        *(("c-high", name) for name in ("/a", "/A2", "/B", "/z")),
        *(("b-low", name) for name in ("/A2", "/B", "/a", "/z")),
    ]
    assert judged(*reversed(subjects), by=checks) == found


def test_order_of_those_who_declare_the_same() -> None:
    """What several workloads declare of one subject stands by their names, whoever was heard first."""
    both = [replace(subject(OFF), workload=name) for name in ("desk", None, "web")]
    assert [each.subject.workload for each in judged(*reversed(both))] == [None, "desk", "web"]


def test_whose_and_where() -> None:
    """A finding names the workload and the region of its subject, by which reports and waivers tell it from others."""
    assert (one(OFF).subject.workload, one(OFF).subject.location) == ("web", "swedencentral")


def test_what_one_subject_was_told_is_not_said_of_another() -> None:
    """Subjects that differ only in whether the check applies, or only in what passes, get each their own outcome."""
    told = {"applies_when": "account.on == true", "passes_when": "account.good == true", "shows": ["account.name"]}
    bodies = [{"on": on, "good": good} for on in (True, False) for good in (True, False)]
    subjects = [subject(body, id=f"/{position}") for position, body in enumerate(bodies)]
    outcomes = {each.subject.id: each.outcome for each in judged(*subjects, by=policy(check(**told)))}
    assert [outcomes[f"/{position}"] for position in range(4)] == [
        Outcome.PASS,
        Outcome.FAIL,
        Outcome.NOT_APPLICABLE,
        Outcome.NOT_APPLICABLE,
    ]


def test_only_checks_of_the_subjects_kind() -> None:
    """A check judges subjects of its own kind and no other."""
    assert (
        judged(subject(ON), by=policy(check(subject="subscription", passes_when="true", shows=["subscription.name"])))
        == ()
    )


def test_waived() -> None:
    """A waived failure stays a failure, says who accepted it, and does not gate; an expired waiver gates again."""
    accepted = Waiver(
        check="keys-accepted", subject="SHOP", owner="o", reason="r", ticket="t", expires=date(2026, 11, 21)
    )
    (kept,) = judged(subject(OFF), waivers=Waivers((accepted,), date(2026, 11, 21)))
    (lapsed,) = judged(subject(OFF), waivers=Waivers((accepted,), date(2026, 11, 22)))
    assert (kept.outcome, kept.gating) == (Outcome.FAIL, False)
    assert kept.waiver == Waived(owner="o", reason="r", ticket="t", expires=date(2026, 11, 21))
    assert lapsed.gating
    assert lapsed.waiver is not None
    assert lapsed.waiver.expired
    (passed,) = judged(subject(ON), waivers=Waivers((accepted,), date(2026, 11, 21)))
    assert passed.waiver is None


def test_waived_under_an_older_name() -> None:
    """A waiver that names a check by an alias still holds after the check was renamed."""
    accepted = Waiver(check="old-name", subject="shop", owner="o", reason="r", ticket="t", expires=date(2026, 11, 21))
    by = policy(check(aliases=["older-name", "old-name"]))
    (kept,) = judged(subject(OFF), by=by, waivers=Waivers((accepted,), date(2026, 11, 21)))
    assert kept.waiver is not None
    assert not kept.gating


def test_allowed_unknowns_do_not_gate() -> None:
    """Where the gate lets the incomplete pass, an unknown does not gate and a failure still does."""
    gate = GateSettings(fail_on=Severity.HIGH, incomplete="allow")
    unknown, failed = (judged(subject(account), gate=gate)[0] for account in ({}, OFF))
    assert (unknown.gating, failed.gating) == (False, True)


def test_now_is_utc() -> None:
    """Rules see the snapshot's time in UTC."""
    assert rfc3339(NOW) == "2026-11-21T12:00:00Z"
    found = one(passes_when="now == '2026-11-21T12:00:00Z'", shows=["now"])
    assert (found.outcome, found.facts[0].value) == (Outcome.PASS, "2026-11-21T12:00:00Z")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_any_shape_gives_a_finding(value: Any, other: Any) -> None:
    """Whatever an object holds in the place of what was expected, there is one finding, and no pass by accident."""
    said = {
        "says": "{{ account.x }}",
        "fix": FixText(text="{{ account.y }}", cli="{{ account.x }}"),
        "shows": ["account.x", "account.y[0].z"],
    }
    rule = "account.x == 'never' && account.y.exists(item, item.z == true)"
    (found,) = judged(subject({"x": value, "y": other}), by=policy(check(**{**said, "passes_when": rule})))
    assert found.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
