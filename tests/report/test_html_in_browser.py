"""report.html in a real Chromium, from a file: it asks for nothing, can be used by all, and lets no data act."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from auditor.finding import Fix
from auditor.run import Run
from tests.report.browsing import UNFOLD, opened, told, written
from tests.report.runs import HOSTILE, framework_run, hostile_run, incomplete_run, large_run, passing_run, sample_run
from tests.report.whole import full_run

SAMPLE = Path(__file__).parents[2] / "reports" / "sample"
RUNS = {
    "sample": sample_run,
    "passing": passing_run,
    "incomplete": incomplete_run,
    "hostile": hostile_run,
    "framework": framework_run,
    "full": full_run,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name of a run → its report on disk."""
    folder = tmp_path_factory.mktemp("html")
    return {name: written(folder / f"{name}.html", make()) for name, make in RUNS.items()}


def status(page: Page) -> str:
    return page.locator("output[name=matches]").inner_text()


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("sample", "light"),
        ("sample", "dark"),
        ("hostile", "dark"),
        ("passing", "light"),
        ("incomplete", "dark"),
        ("full", "light"),
        ("full", "dark"),
    ],
)
def test_axe_finds_nothing(browser: Browser, files: dict[str, Path], name: str, scheme: str) -> None:
    """Contrast, names, landmarks, tables and headings, with every fold open."""
    with opened(browser, files[name], color_scheme=scheme) as page:
        page.evaluate(UNFOLD)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["sample", "hostile", "full"])
def test_nothing_sticks_out(browser: Browser, files: dict[str, Path], name: str) -> None:
    """From phone to desk the page scrolls down, never sideways, with every fold open."""
    with opened(browser, files[name]) as page:
        page.evaluate(UNFOLD)
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_desk_no_list_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    """The lists of a real run, with every kind and every check, need no scrolling sideways."""
    run = Run.model_validate_json((SAMPLE / "evidence.json").read_bytes())
    with opened(browser, written(tmp_path / "r.html", run), viewport={"width": 1280, "height": 800}) as page:
        page.evaluate(UNFOLD)
        lists = page.locator(".scroll").evaluate_all(
            "all => all.map(list => [list.ariaLabel, list.scrollWidth - list.clientWidth])"
        )
        assert len(lists) > 5
        assert [name for name, over in lists if over > 0] == []


def test_a_deep_link_opens_its_finding(browser: Browser, files: dict[str, Path]) -> None:
    """From a file, with the hash alone."""
    target = next(finding for finding in sample_run().findings if finding.check == "quota-headroom-low")
    with opened(browser, files["sample"], f"#f={target.id}") as page:
        card = told(page, target.id)
        expect(card).to_have_attribute("open", "")
        expect(card.get_by_text("quota.headroom_percent", exact=True)).to_be_in_viewport()


def test_a_deep_link_finds_a_row_on_a_later_page(browser: Browser, tmp_path: Path) -> None:
    """Also what lies in the island alone; its fold opens and the row is marked."""
    run = large_run(20_000)
    target = next(finding for finding in reversed(run.findings) if finding.outcome == "pass")
    with opened(browser, written(tmp_path / "large.html", run), f"#f={target.id}") as page:
        row = told(page, target.id)
        expect(row).to_be_in_viewport()
        expect(row).to_contain_text(target.message)
        expect(row).to_have_class("here")
        page.locator("[name=text]").fill("aoai-00012")
        expect(page.locator("output[name=matches]")).to_have_text("1 of 20,000 findings match")


def test_the_filter_narrows_by_severity_outcome_and_words(browser: Browser, files: dict[str, Path]) -> None:
    """It counts what matches, hides the rest, and lets go again."""
    with opened(browser, files["sample"]) as page:
        assert status(page) == "All 14 findings"
        page.get_by_label("Critical", exact=True).uncheck()
        expect(page.locator("output[name=matches]")).to_have_text("11 of 14 findings match")
        expect(page.locator("[data-card]:visible").first).to_contain_text("API keys are accepted")
        page.get_by_label("Failed", exact=True).uncheck()
        expect(page.locator("output[name=matches]")).to_have_text("8 of 14 findings match")
        expect(page.locator("#failed")).to_be_hidden()
        page.get_by_role("searchbox").fill("hub migration")
        expect(page.locator("output[name=matches]")).to_have_text("1 of 14 findings match")
        expect(page.locator("[data-card]:visible")).to_have_count(1)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("output[name=matches]")).to_have_text("All 14 findings")


def test_the_keyboard_reaches_the_filter_and_opens_a_finding(browser: Browser, files: dict[str, Path]) -> None:
    """Skip link first; a summary opens with the Enter key, and arrows lead to the next."""
    with opened(browser, files["sample"]) as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        summary = page.locator("[data-card] > summary").first
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-card]").first).to_have_attribute("open", "")
        page.keyboard.press("ArrowDown")
        expect(page.locator("[data-card] > summary").nth(1)).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(summary).to_be_focused()


def test_a_command_can_be_copied(browser: Browser, files: dict[str, Path]) -> None:
    """The button copies the command as it is, line ends included."""
    fix = next(finding.fix for finding in sample_run().findings if finding.check == "deployment-missing")
    assert fix is not None
    with opened(browser, files["sample"], permissions=["clipboard-read", "clipboard-write"]) as page:
        card = page.locator("[data-card]").first
        card.locator("summary").click()
        card.get_by_role("button", name="Copy").click()
        expect(card.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == fix.cli


def test_it_can_be_read_without_a_script(browser: Browser, files: dict[str, Path]) -> None:
    """Verdict, reasons, gaps and failures stand in the document; no dead control is shown."""
    run = sample_run()
    with opened(browser, files["sample"], java_script_enabled=False) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Fail")
        for words in (*run.reasons, "sandbox: not evidence", "Denied: diagnostic setting in 2 places"):
            expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()
        for finding in run.findings[:5]:
            card = told(page, finding.id)
            expect(card.get_by_text(finding.message)).to_be_visible()
            card.locator("summary").click()
            expect(card.locator(".body")).to_be_visible()
        expect(page.locator("#filter")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)


def test_a_row_opens_to_all_that_a_card_tells(browser: Browser, tmp_path: Path) -> None:
    """What lies in the island alone: rule, facts, request, hash, remedy, controls and a link to itself."""
    run = full_run()
    passed = next(finding for finding in run.findings if finding.outcome == "pass" and finding.check.startswith("pub"))
    rich = replace(
        passed,
        facts=run.findings[1].facts,
        readings=("r-account",),
        fix=Fix(text="Text of it", cli="az do it", bicep="resource it"),
    )
    findings = tuple(rich if finding is passed else finding for finding in run.findings)
    file = written(tmp_path / "rich.html", run.model_copy(update={"findings": findings}))
    with opened(browser, file, f"#f={rich.id}") as page:
        body = told(page, rich.id).locator("xpath=following-sibling::tr[1]")
        for words in (
            'account.properties.publicNetworkAccess == "Disabled"',
            'account.network.intent == "private"',
            "account.properties.disableLocalAuth",
            "absent; documented default false",
            "is private by habit only",
            "Text of it",
            "az do it",
            "5f0b4a53-1b1e-4c1e-9d3b-0a4c3c1e7b11",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "mcsb-v1: IM-1 (supports)",
            rich.subject.id,
        ):
            expect(body.get_by_text(words).first).to_be_visible()
        assert Axe().run(page).violations_count == 0
        told(page, rich.id).get_by_role("button").click()
        expect(page.locator("tr.opened")).to_have_count(0)


def test_a_card_tells_controls_and_where_they_stand(browser: Browser, files: dict[str, Path]) -> None:
    """A framework that was asked for has its matrix in the page; of another the control is named."""
    target = next(finding for finding in full_run().findings if finding.check == "api-keys-accepted")
    with opened(browser, files["full"], f"#f={target.id}") as page:
        touched = told(page, target.id).locator(".touched")
        expect(touched).to_contain_text("mcsb-v1: IM-1 (supports)")
        touched.get_by_role("link", name="AC-3").click()
        expect(page.locator("tr:target")).to_contain_text("Words of AC-3")


def test_a_link_to_a_finding_that_is_not_there_says_so(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["sample"], "#f=0123456789abcdef") as page:
        assert status(page) == "This report holds no finding 0123456789abcdef"


def test_lists_are_sorted_by_a_press(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    """Numbers by their size, what is not known last; a ledger over all of its pages. The head says which way."""
    with opened(browser, files["full"]) as page:
        head = page.locator(".fleet thead th").nth(5)
        for way, first in (("ascending", "chat"), ("descending", "gpt-54-mini")):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", way)
            expect(page.locator(".fleet tbody th .whole").first).to_have_text(first)
            expect(page.locator(".fleet tbody th .whole").last).to_have_text("old")
    with opened(browser, written(tmp_path / "large.html", large_run(1_000))) as page:
        page.locator("#passed summary").click()
        subject = page.locator("#passed thead th").nth(2).get_by_role("button")
        subject.click()
        subject.click()
        expect(page.locator("#passed tbody td").nth(2)).to_contain_text("aoai-00999")


def test_cards_are_ordered_and_narrowed_by_workload(browser: Browser, files: dict[str, Path]) -> None:
    """Order moves them inside their group alone."""
    with opened(browser, files["sample"]) as page:
        group = page.locator("#failed .group").first
        expect(group.locator(".title").first).to_have_text("An expected deployment does not exist")
        page.get_by_label("Order").select_option("By check")
        expect(group.locator(".title").first).to_have_text("An expected deployment does not exist")
        expect(group.locator(".title").nth(1)).to_have_text("API keys are accepted")
        page.get_by_label("Order").select_option("By resource")
        expect(group.locator(".title").first).to_have_text("API keys are accepted")
        page.get_by_label("Workload").select_option("search")
        expect(page.locator("output[name=matches]")).to_have_text("3 of 14 findings match")
        page.locator("select[name=area]").select_option("network")
        expect(page.locator("output[name=matches]")).to_have_text("1 of 14 findings match")


def test_hostile_text_is_shown_and_does_nothing(browser: Browser, files: dict[str, Path]) -> None:
    """No dialog, no element and no request comes of it; it is read as it stands."""
    with opened(browser, files["hostile"]) as page:
        expect(page.get_by_text(HOSTILE[0]).filter(visible=True).first).to_be_visible()
        expect(page.get_by_text("\\u202egnp.exe\\u202c").filter(visible=True).first).to_be_visible()
        assert page.locator("img, iframe, [onerror]").count() == 0
        assert page.locator("script").count() == 2
        page.get_by_role("searchbox").fill("</script>")
        expect(page.locator("output[name=matches]")).to_contain_text("findings match")
        for fold in page.locator("details.fold").all():
            fold.locator("summary").click()
        assert page.locator("img, iframe, [onerror]").count() == 0
