"""The gate's word: what fails, what is incomplete, what passes, and what is an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditor.errors import EmptyAuditError
from auditor.finding import Finding, Outcome, Severity, Waived
from auditor.policy.verdict import counts, verdict
from auditor.run import Verdict
from auditor.settings import GateSettings
from tests.policy.sample import check, gap, judged, policy, subject

BLOCK = GateSettings()
ALLOW = GateSettings(incomplete="allow")
PASSING = {"properties": {"disableLocalAuth": True}}
FAILING = {"properties": {"disableLocalAuth": False}}

UNKNOWN = "keys-accepted (high) is unknown on shop: account.properties.disableLocalAuth was not told."


def findings(*accounts: dict[str, object], severity: str = "high", gate: GateSettings = BLOCK) -> tuple[Finding, ...]:
    subjects = (subject(account, id=f"/accounts/{number}") for number, account in enumerate(accounts))
    return judged(*subjects, by=policy(check(severity=severity)), gate=gate)


def test_pass() -> None:
    """Nothing that gates fails or is unknown: pass."""
    word, reasons = verdict(findings(PASSING), (), BLOCK)
    assert (word, reasons) == (Verdict.PASS, ("No finding of severity high or worse stops the release.",))


def test_fail_wins_over_incomplete() -> None:
    """A gating failure is fail even where the rest is unknown; both are told, the failure first."""
    word, reasons = verdict(findings(FAILING, {}), (), BLOCK)
    assert word is Verdict.FAIL
    assert reasons == ("Keys are accepted (keys-accepted, high)", UNKNOWN)


def test_unknown_is_incomplete() -> None:
    """A gating unknown is never a pass, unless the gate allows it, and then the reasons still say so."""
    assert verdict(findings(PASSING, {}), (), BLOCK)[0] is Verdict.INCOMPLETE
    word, reasons = verdict(findings(PASSING, {}, gate=ALLOW), (gap(),), ALLOW)
    assert word is Verdict.PASS
    assert reasons[1].startswith(
        "Allowed by the gate: Subjects may be missing: the list of deployments could not be read"
    )


def test_an_allowed_unknown_is_told_and_a_waived_one_is_not() -> None:
    """A pass says how much was not known that would have held it up, and no more than that."""
    unknown = findings(PASSING, {}, gate=ALLOW)
    word, reasons = verdict(unknown, (), ALLOW)
    assert (word, reasons[1:]) == (Verdict.PASS, (f"Allowed by the gate: {UNKNOWN}",))
    assert verdict(findings(PASSING, {}, severity="medium", gate=ALLOW), (), ALLOW)[1][1:] == ()
    accepted = Waived(owner="o", reason="r", ticket="t", expires=date(2026, 12, 31))
    assert verdict([replace(one, waiver=accepted) for one in unknown], (), ALLOW)[1][1:] == ()


def test_a_pass_without_a_workload_says_what_was_not_judged() -> None:
    """Posture alone tells nothing of the deployments that a release calls."""
    word, reasons = verdict(findings(PASSING), (), BLOCK, declared=False)
    assert word is Verdict.PASS
    assert reasons[1].startswith("No workload is declared")


def test_what_does_not_gate() -> None:
    """Failures and unknowns below the gate's severity change nothing."""
    assert verdict(findings(FAILING, {}, severity="medium"), (), BLOCK)[0] is Verdict.PASS


@pytest.mark.parametrize(
    ("kind", "scope", "expected"),
    [
        ("account", "/subscriptions/s", Verdict.INCOMPLETE),
        ("subscription", "/subscriptions/s", Verdict.INCOMPLETE),
        ("deployment", "/subscriptions/s/providers/x/accounts/a", Verdict.INCOMPLETE),
        ("account", "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a", Verdict.PASS),
        ("account", "/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/X/ACCOUNTS/A", Verdict.PASS),
        ("diagnostic_setting", "/subscriptions/s/providers/x/accounts/a", Verdict.PASS),
        ("deployment_detail", "/subscriptions/s/providers/x/accounts/a", Verdict.PASS),
    ],
)
def test_gaps_that_hide_subjects(kind: str, scope: str, expected: Verdict) -> None:
    """A list that could not be read may hide subjects: incomplete; other gaps speak through findings."""
    assert verdict(findings(PASSING), (gap(kind=kind, scope=scope),), BLOCK)[0] is expected


def test_interrupted() -> None:
    """An interrupted audit is incomplete, even with nothing judged yet."""
    assert verdict(findings(PASSING), (), BLOCK, interrupted=True)[0] is Verdict.INCOMPLETE
    assert verdict((), (), BLOCK, interrupted=True) == (
        Verdict.INCOMPLETE,
        ("The audit was interrupted.", "Nothing was judged."),
    )
    assert verdict(findings(PASSING), (), ALLOW, interrupted=True)[0] is Verdict.INCOMPLETE


@pytest.mark.parametrize("gate", [BLOCK, ALLOW])
def test_a_bare_scope_is_no_pass(gate: GateSettings) -> None:
    """Where neither an account nor a workload was there to judge, that the subscription is well is not enough."""
    word, (reason,) = verdict(findings(PASSING, gate=gate), (), gate, bare=True)
    assert word is Verdict.INCOMPLETE
    assert reason.startswith("No account is in scope and no workload is declared")
    word, reasons = verdict(findings(FAILING, gate=gate), (), gate, bare=True)
    assert word is Verdict.FAIL
    assert reasons[1] == reason


def test_nothing_judged() -> None:
    """No finding, or none that applies, is an error; where a gap is the reason, incomplete with that gap."""
    nothing = judged(subject(PASSING), by=policy(check(applies_when="false")))
    for found in ((), nothing):
        with pytest.raises(EmptyAuditError):
            verdict(found, (), BLOCK)
    word, reasons = verdict((), (gap(kind="account", scope="/subscriptions/s"),), BLOCK)
    assert word is Verdict.INCOMPLETE
    assert reasons[0].startswith("Subjects may be missing: the list of accounts could not be read (denied")


def test_nothing_judged_is_no_pass_where_incomplete_is_allowed() -> None:
    """A gate that lets the incomplete pass does not turn an audit that saw nothing into a pass."""
    assert verdict((), (gap(kind="account", scope="/subscriptions/s"),), ALLOW)[0] is Verdict.INCOMPLETE


def test_nothing_judged_in_a_bare_scope() -> None:
    """Where nothing at all was judged, that says it: nothing else is claimed to have been well."""
    hidden = (gap(kind="account", scope="/subscriptions/s"),)
    reasons = verdict((), hidden, BLOCK, bare=True)[1]
    assert len(reasons) == 2
    assert reasons[1] == "Nothing was judged."


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("a" * 200, "a" * 200),
        ("a" * 201, "a" * 199 + "…"),
        ("a" * 190 + " " * 9 + "bbb", "a" * 190 + "…"),
    ],
    ids=["whole", "too long", "cut in a gap"],
)
def test_a_long_message_is_cut(message: str, told: str) -> None:
    """A reason is two hundred characters of a message at most, and says where it was cut."""
    (found,) = findings(FAILING)
    assert verdict([replace(found, message=message)], (), BLOCK)[1] == (f"{told} (keys-accepted, high)",)


def test_many_subjects_in_one_sentence() -> None:
    """A check is named once, with the first subjects and how many more there are."""
    assert verdict(findings(*[FAILING] * 3), (), BLOCK)[1] == ("keys-accepted (high) fails on shop, shop, shop.",)
    reasons = verdict(findings(*[FAILING] * 5), (), BLOCK)[1]
    assert reasons == ("keys-accepted (high) fails on shop, shop, shop and 2 more.",)


def test_counts() -> None:
    """Every outcome is counted, none is left out."""
    assert counts(findings(FAILING, PASSING, PASSING)) == {
        Outcome.FAIL: 1,
        Outcome.PASS: 2,
        Outcome.UNKNOWN: 0,
        Outcome.NOT_APPLICABLE: 0,
    }


def test_one_cause_has_one_voice() -> None:
    """However many findings hang on one gap, it is one reason; what lies behind no gap is told check by check."""
    hanging = [replace(each, gaps=(gap().id,)) for each in findings({}, {}, {})]
    word, reasons = verdict([*hanging, *findings({})], (gap(kind="usage", scope="/subscriptions/s"),), BLOCK)
    assert word is Verdict.INCOMPLETE
    assert reasons == (
        (
            "3 gating findings are unknown, keys-accepted (high) on shop first: the list of quotas could not be read "
            "(denied: needs Microsoft.CognitiveServices/accounts/deployments/read)."
        ),
        UNKNOWN,
    )


def test_a_cause_names_the_first_that_hangs_on_it() -> None:
    """The first finding behind a gap stands for the rest; a gap that is not there tells nothing."""
    first, second, third = findings({}, {}, {})
    other = replace(
        second, check="later", severity=Severity.CRITICAL, subject=second.subject.model_copy(update={"name": "b"})
    )
    hanging = [replace(each, gaps=("gone", gap().id)) for each in (first, other)]
    denied = f"the list of deployments could not be read (denied: needs {gap().permission})"
    assert verdict(hanging, (gap(scope="/x/accounts/a"),), BLOCK)[1][-1] == (
        f"2 gating findings are unknown, keys-accepted (high) on shop first: {denied}."
    )
    assert verdict(hanging[:1], (gap(),), BLOCK)[1][-1] == (
        f"1 gating finding is unknown, keys-accepted (high) on shop first: {denied}."
    )
    assert verdict([replace(third, gaps=("gone",))], (), BLOCK)[1] == (UNKNOWN,)
