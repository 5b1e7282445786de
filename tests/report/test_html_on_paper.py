"""report.html printed to PDF by Chromium: a sheet to sign first, then everything, whatever the screen hides."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from auditor.report import evidence, hostile, ledger
from tests.report.browsing import opened, told, written
from tests.report.runs import large_run, sample_run
from tests.report.whole import full_run

PAPER = ("A4", "Letter")


def printed(page: Page, paper: str = "A4") -> list[str]:
    """The text of each page, without spaces, as lines may end anywhere."""
    return ["".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(page.pdf(format=paper))).pages]


def flat(text: str) -> str:
    return "".join(hostile.line(text).split())


def test_the_first_sheet_is_signed(browser: Browser, tmp_path: Path) -> None:
    """Verdict, run, counts, hashes, what stayed unseen and the lines to sign stand on one sheet, of either paper."""
    run = full_run()
    with opened(browser, written(tmp_path / "full.html", run)) as page:
        for paper in PAPER:
            first, second, *_ = printed(page, paper)
            for words in (
                "Sign-off sheet",
                "Fail",
                run.id,
                evidence.digest(run),
                run.settings_sha256,
                run.policy.digest,
                "2 places (Denied: diagnostic setting)",
                "waivers: 1 in force, 1 expired, 1 matches nothing",
                "Refused",
                "Approved by",
                "1 of",
            ):
                assert flat(words) in first, words
            assert flat("Approved by") not in second


def test_paper_holds_every_finding(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in the island alone as well, and those that the filter hides; afterwards the filter is as it was."""
    monkeypatch.setattr(ledger, "CARDS", 5)
    monkeypatch.setattr(ledger, "ROWS", 10)
    run = large_run(200)
    with opened(browser, written(tmp_path / "large.html", run)) as page:
        page.get_by_role("searchbox").fill("aoai-00012")
        page.get_by_label("High", exact=True).uncheck()
        page.locator("select[name=area]").select_option("identity")
        expect(page.locator("output[name=matches]")).to_have_text("0 of 200 findings match")
        whole = "".join(printed(page))
        assert not [finding.message for finding in run.findings if flat(finding.message) not in whole]
        expect(page.locator("output[name=matches]")).to_have_text("0 of 200 findings match")
        expect(page.get_by_role("searchbox")).to_have_value("aoai-00012")
        expect(page.locator("[data-card]:visible")).to_have_count(0)


def test_paper_shows_all_of_a_failure(browser: Browser, tmp_path: Path) -> None:
    """Facts, rule, remedy, request id and hash, also without a script; no control is printed."""
    run = sample_run()
    reading = run.readings[0]
    for scripted in (True, False):
        with opened(browser, written(tmp_path / "sample.html", run), java_script_enabled=scripted) as page:
            whole = "".join(printed(page))
            for finding in run.findings[:6]:
                assert flat(finding.message) in whole
                assert all(flat(fact.path) in whole for fact in finding.facts)
                assert finding.fix is None or flat(finding.fix.cli or "") in whole
            assert reading.body_sha256 in whole
            assert reading.request_ids["x-ms-request-id"] in whole
            assert "Openall" not in whole
            page.emulate_media(media="print")
            expect(page.locator("#filter")).to_be_hidden()
            expect(told(page, run.findings[0].id).locator(".body")).to_be_visible()
