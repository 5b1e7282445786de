"""Deployments, quota, retirement, coverage and what people accepted: joined from evidence, and told in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.inventory import QuotaRow
from auditor.population import Clock
from auditor.report import FORMATS, accepted, chart, coverage, fleet, pools, retirement, signoff
from auditor.report.digest import tally_by_area
from auditor.run import Run
from tests.report.parts import STARTED
from tests.report.runs import hostile_run, incomplete_run, passing_run, sample_run
from tests.report.whole import full_run


def page(run: Run | None = None) -> str:
    return FORMATS["html"].render(run or full_run())


def test_a_deployment_stands_beside_its_call_its_quota_and_its_end() -> None:
    """The plain question is taken, accounts compare without case, and what is not known stays open."""
    run = full_run()
    shouted = run.calls[2].model_copy(update={"account": "/x/AOAI-CHAT", "deployment": "CHAT"})
    run = run.model_copy(update={"calls": (*run.calls[:2], run.calls[3], shouted)})
    mini, chat, rerank, embed, old = fleet.deployed(run)
    assert (mini.days, mini.call) == (40, run.calls[0])
    assert (chat.call, chat.calls) == (shouted, 2)
    assert fleet.duration(chat.call) == "450 ms"
    assert rerank.pool is chat.pool
    assert fleet.is_short(chat.pool)
    assert embed.call is None
    assert (old.pool, old.days, fleet.status(old.row)) == (None, -20, "Failed, not declared")


@pytest.mark.parametrize(
    ("used", "limit", "planned", "left"),
    [(480, 500, 200, -180), (1, 5, None, 4), (None, 5, None, None), (1, None, 3, None), (0, 0, None, 0)],
)
def test_what_is_left_of_a_pool(used: int | None, limit: int | None, planned: int | None, left: int | None) -> None:
    """What is planned counts; what is not known is not taken for nothing."""
    row = QuotaRow(id="q", name="q", location="l", used=used, limit=limit, planned=planned)
    assert fleet.left(row) == left


def test_a_quota_bar_stands_for_what_is_asked() -> None:
    """The fullest first; more asked than there is ends beyond the limit; unused and unknown pools are counted."""
    found = pools.pools(full_run())
    assert found is not None
    first, second, third = found.drawn
    assert first.used + first.planned == pytest.approx(pools.WIDTH, abs=0.2)
    assert first.limit < pools.WIDTH
    assert (first.short, second.short, third.short) == (True, True, False)
    assert [pool.words for pool in found.drawn] == [
        "480 of 500 used, 200 planned: 180 too few",
        "500 of 500 used: nothing left",
        "150 of 2,000 used, 100 planned: 1,750 left (87 %)",
    ]
    assert (found.further, found.unused, found.untold) == (0, 1, 1)
    assert pools.pools(sample_run()) is None


def test_models_that_stop_stand_in_order_on_one_line() -> None:
    """What has stopped is at the start, the furthest at the end; deployments of one model share a point."""
    line = retirement.timeline(full_run())
    assert line is not None
    assert [point.sort for point in line.points] == ["fail", "unknown", "pass"]
    assert [point.x for point in line.points] == sorted(point.x for point in line.points)
    assert (line.points[0].x, line.points[-1].x) == (6.0, 594.0)
    assert [row.name for row in line.points[-1].deployments] == ["chat", "rerank"]
    assert line.points[0].words == "2026-11-01, 20 days ago (Planned)"
    assert [label for label, _ in line.months] == ["Jan 2027", "Apr", "Jul"]
    assert retirement.undated(line) == "No day was told for 1 deployment: embed."
    assert retirement.timeline(sample_run()) is None


def test_a_retirement_far_away_stands_at_the_end() -> None:
    """`Never` is written 2099-12-31 by the service; it must not press all others together."""
    run = full_run()
    never = run.deployments[1].model_copy(update={"retires": date(2099, 12, 31)})
    line = retirement.timeline(run.model_copy(update={"deployments": (run.deployments[0], never)}))
    assert line is not None
    assert line.points[-1].x == 594.0
    assert line.points[0].x > 30


def test_the_first_screen_says_what_was_not_seen() -> None:
    assert coverage.unseen(sample_run()) == "2 places (Denied: diagnostic setting); 1 finding could not be decided"
    assert coverage.unseen(passing_run()) == "Nothing: each read in scope came back whole"
    assert coverage.unseen(passing_run().model_copy(update={"interrupted": True})) == "the run was interrupted"


def test_the_first_screen_counts_what_decides() -> None:
    assert coverage.headline(sample_run()) == "4 failures stop the release: 2 critical, 2 high."
    assert coverage.headline(incomplete_run()) == "2 unknowns leave the release undecided: 2 high."
    assert coverage.headline(passing_run()) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-0.9, "this machine's clock and the service's agree within 0.9 s"),
        (95.0, "this machine's clock was up to 95.0 s ahead of the service's"),
        (-95.0, "this machine's clock was up to 95.0 s behind the service's"),
    ],
)
def test_two_clocks_are_compared_in_words(seconds: float, words: str) -> None:
    told = Clock(
        ours=STARTED,
        service=STARTED - timedelta(seconds=seconds),
        reading="r",
        skew_seconds=seconds,
        largest_seconds=seconds,
    )
    assert coverage.clock(told) == words


def test_two_counts_are_reconciled_in_words() -> None:
    run = full_run()
    assert [coverage.reconciled(kind) for kind in run.population] == [
        "agrees: 3 by ARM's list of resources",
        "differs: 6 by Resource Graph",
        "-",
    ]
    assert coverage.counted_twice(run) == "2 kinds were counted by a second source; of these 1 agrees."
    assert coverage.counted_twice(sample_run()) == ""


def test_waivers_and_statements_have_a_state_in_words() -> None:
    run = full_run()
    assert [accepted.state(waiver) for waiver in run.waivers] == ["in force", "expired", "matches nothing"]
    assert [accepted.stands(each) for each in run.attestations] == ["holds", "out of date"]
    assert accepted.summary(run) == "waivers: 1 in force, 1 expired, 1 matches nothing; statements: 1 in force of 2"


def test_the_page_tells_all_of_it() -> None:
    """Each section is there with its words, and each picture has its text beside it."""
    text = page()
    for words in (
        "→ gpt-5.4-mini-2026-03-05",
        "2026-12-31, in 40 days (Planned)",
        "480 of 500 used, 200 planned: 180 too few",
        "GET {account}/deployments",
        "differs: 6 by Resource Graph",
        "It is being deleted.",
        "matches nothing",
        "Privacy office",
        "within 0.9 s",
        "1 call, 312 ms",
    ):
        assert words.replace("'", "&#39;") in text, words
    for counts in tally_by_area(full_run()):
        assert chart.bar(counts)


@pytest.mark.parametrize("section", ["deployments", "quota", "accepted", "retirement-title", "excluded"])
def test_what_evidence_does_not_tell_has_no_section(section: str) -> None:
    """Evidence of earlier versions tells less; the page says that it was not told, or nothing."""
    assert f'id="{section}"' in page()
    assert f'id="{section}"' not in page(sample_run())
    assert "no answer told the service" in page(sample_run())


def test_hostile_names_stay_words_in_every_new_place() -> None:
    """Deployments, pools, population, exclusions, waivers and statements are of strangers as well."""
    run = hostile_run()
    bad = "<img src=x onerror=alert(1)>\u202e\x00"
    full = full_run()
    every = {
        "deployments": tuple(
            row.model_copy(update={"name": bad, "model": bad, "sku": bad}) for row in full.deployments
        ),
        "quota": tuple(row.model_copy(update={"name": bad, "unit": bad}) for row in full.quota),
        "population": tuple(kind.model_copy(update={"kind": bad, "found_by": (bad,)}) for kind in full.population),
        "excluded": tuple(each.model_copy(update={"id": bad, "reason": bad}) for each in full.excluded),
        "waivers": tuple(each.model_copy(update={"reason": bad, "owner": bad}) for each in full.waivers),
        "attestations": tuple(
            each.model_copy(update={"statement": bad, "evidence": f"javascript:{bad}"}) for each in full.attestations
        ),
    }
    text = page(run.model_copy(update=every))
    assert "<img" not in text
    assert 'href="javascript' not in text
    assert "\u202e" not in text


def test_the_sheet_names_the_hash_of_the_evidence() -> None:
    """The very bytes that the bundle holds; long lists are cut so that one sheet holds it."""
    run = full_run()
    named = dict(signoff.hashes(run))
    assert named["evidence.json"] in page(run)
    many = run.model_copy(update={"reasons": tuple(f"reason {number}" for number in range(40))})
    assert signoff.reasons(many)[-1] == "and 36 further reasons, overleaf"
