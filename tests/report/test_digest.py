"""The order in which people read a run."""

from __future__ import annotations

from auditor.finding import Outcome
from auditor.report import digest, wording
from auditor.report.place import place, pseudo_path, short_id
from tests.report.parts import ACCOUNTS, account, deployment
from tests.report.runs import incomplete_run, passing_run, sample_run
from tests.report.sample import EXPECTED, POOL


def test_failures_stand_by_workload_the_worst_first_and_the_homeless_last() -> None:
    """Within a workload, what decides the verdict comes before what does not."""
    run = sample_run()
    groups = digest.by_workload(run, digest.failures(run))
    assert [(group.workload, group.owner, len(group.findings)) for group in groups] == [
        ("payments-assistant", "Payments platform team", 3),
        ("search", "Search team", 1),
        (None, None, 1),
    ]
    assert [finding.check for finding in groups[0].findings] == [
        "deployment-missing",
        "api-keys-accepted",
        "model-retires-soon",
    ]


def test_an_expired_waiver_does_not_move_a_failure() -> None:
    """Only a waiver that still counts does."""
    run = sample_run()
    assert "model-retires-soon" in {finding.check for finding in digest.failures(run)}
    assert [finding.check for finding in digest.waived(run)] == ["public-network-access"]


def test_one_cause_has_one_voice() -> None:
    """Two gaps of the same kind, reason and cure are one cause, on which both findings hang."""
    (cause,) = digest.causes(sample_run())
    assert [gap.id for gap in cause.gaps] == ["g-chat", "g-search"]
    assert [finding.subject.name for finding in cause.findings] == ["aoai-chat", "aoai-search"]


def test_one_cure_is_one_cause_whatever_the_kinds() -> None:
    """A role that is missing on a subscription hides many kinds; granting it once shows them all."""
    first, second = sample_run().gaps
    usage = second.model_copy(
        update={"kind": "usage", "permission": "Microsoft.CognitiveServices/locations/usages/read"}
    )
    (cause,) = digest.causes(sample_run().model_copy(update={"gaps": (first, usage)}))
    assert cause.kinds == ("diagnostic_setting", "usage")
    assert wording.cause(cause) == "Denied: diagnostic setting, usage"
    assert cause.cures == (first.next_step,)


def test_the_same_trouble_in_many_places_is_one_cause_with_many_cures() -> None:
    """Where each account needs its own step, all steps stand together, the first of them in full."""
    gap = sample_run().gaps[0]
    many = tuple(
        gap.model_copy(update={"id": f"g{number}", "scope": f"s{number:02}", "next_step": f"step {number:02}"})
        for number in range(12)
    )
    (cause,) = digest.causes(sample_run().model_copy(update={"gaps": many}))
    assert len(cause.gaps) == len(cause.cures) == 12
    assert wording.cures(cause).splitlines()[-2:] == ["step 09", "# and 2 more like these, in evidence.json"]


def test_an_unknown_without_a_gap_is_not_lost() -> None:
    """It stands among those that could not be decided."""
    run = sample_run()
    assert [finding.check for finding in digest.unknowns_without_gap(run)] == ["required-tags-missing"]
    hanging = [finding for cause in digest.causes(run) for finding in cause.findings]
    assert {*hanging, *digest.unknowns_without_gap(run)} == set(digest.unknowns(run))


def test_every_finding_is_counted_once() -> None:
    """By severity, by area and by check the same sum comes out, and it is the number of findings."""
    run = sample_run()
    whole = digest.tally(run)
    assert whole.total == len(run.findings) == 14
    assert (whole.fail, whole.unknown, whole.waived, whole.passed, whole.not_applicable) == (5, 3, 1, 4, 1)
    for tallies in (digest.tally_by_severity(run), digest.tally_by_area(run), digest.tally_by_check(run).values()):
        assert sum(tally.total for tally in tallies) == 14
    assert [tally.name for tally in digest.tally_by_severity(run)] == ["critical", "high", "medium", "low"]


def test_a_run_is_complete_only_when_nothing_is_unknown() -> None:
    """A gap, an interruption or an unknown is enough."""
    run = passing_run()
    assert digest.is_complete(run)
    assert not digest.is_complete(run.model_copy(update={"interrupted": True}))
    assert not digest.is_complete(run.model_copy(update={"gaps": sample_run().gaps}))
    assert not digest.is_complete(incomplete_run().model_copy(update={"gaps": ()}))


def test_of_outcome_holds_what_has_it() -> None:
    """Passes are listed by check and subject."""
    passed = digest.of_outcome(sample_run(), Outcome.PASS)
    assert [finding.check for finding in passed] == sorted(finding.check for finding in passed)
    assert len(passed) == 4


def test_a_place_is_made_of_the_names_in_an_arm_id() -> None:
    """Subscription, group, account and deployment; provider namespaces are left out."""
    subject = deployment("aoai-chat", "gpt-54-mini")
    assert pseudo_path(subject) == ("azure/00000000-0000-4000-8000-0000000000a1/rg-assistant/aoai-chat/gpt-54-mini")
    assert short_id(subject.id) == "rg-assistant/aoai-chat/gpt-54-mini"
    assert place(POOL)[1:] == ("swedencentral", "OpenAI.GlobalStandard.gpt-5.4")


def test_what_has_no_arm_id_has_a_place_too() -> None:
    """Its kind, and its own segments."""
    assert place(EXPECTED) == ("expectation", "payments-assistant", "aoai-chat", "gpt-5.4-mini")


def test_no_place_leads_out_of_the_tree() -> None:
    """Dots, slashes and spaces in a hostile name stay one harmless segment."""
    assert place(account("..")) == ("00000000-0000-4000-8000-0000000000a1", "rg-assistant", "_")
    for name in ("a b", "x%2f..", "é\n", "?q#f", "a:b", "\\..\\"):
        path = pseudo_path(account(name))
        assert path.count("/") == 3, path
        assert all(character.isascii() and character not in " ?#:\\" for character in path), path
    empty = account("x").model_copy(update={"id": "", "name": ""})
    assert place(empty) == ("account", "unnamed")
    assert short_id(f"{ACCOUNTS}/one") == "rg-assistant/one"
