"""report.html as text: self-contained, and closed to whatever the data says."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from auditor.report import FORMATS, chart, digest
from auditor.report.ledger import CARDS, ROWS
from tests.report.runs import HOSTILE, hostile_run, large_run, passing_run, sample_run

render = FORMATS["html"].render


class Page(HTMLParser):
    """Collects elements, attributes and the texts of styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open if tag != self._open else ""

    def handle_data(self, data: str) -> None:
        if self._open in self.raw:
            self.raw[self._open].append(data)


def test_the_policy_names_the_one_style_and_the_one_script() -> None:
    """Their hashes are those of what stands in the page; nothing else may load or run."""
    page = Page(render(sample_run()))
    policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
    island, script = page.raw["script"]
    (style,) = page.raw["style"]
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert json.loads(island)["page"] == ROWS


def test_no_element_needs_more_than_the_page() -> None:
    """No style attribute, no handler, no source; links lead to https pages or into the page."""
    for make in (sample_run, hostile_run):
        for tag, attrs in Page(render(make())).elements:
            assert tag not in {"img", "iframe", "object", "embed", "base"}
            assert not [name for name in attrs if name in {"style", "src", "srcset"} or name.startswith("on")]
            assert (attrs.get("href") or "#").startswith(("#", "https://", "data:,"))


def test_hostile_data_adds_no_element() -> None:
    """A run whose texts are tags has the elements of one whose texts are words."""
    hostile = hostile_run()
    text = hostile.model_dump_json()
    for word in HOSTILE:
        text = text.replace(json.dumps(word, ensure_ascii=False)[1:-1], "word")
    tame = type(hostile).model_validate_json(text)
    allowed = {tag for tag, _ in Page(render(tame)).elements}
    assert {tag for tag, _ in Page(render(hostile)).elements} <= allowed
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", render(hostile))


def test_every_id_is_used_once() -> None:
    """So that a link leads to one thing."""
    ids = [attrs["id"] for _, attrs in Page(render(sample_run())).elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_link_into_the_page_leads_somewhere() -> None:
    """Contents, causes, checks and findings are all there."""
    page = Page(render(sample_run()))
    ids = {attrs.get("id") for _, attrs in page.elements}
    targets = {str(attrs["href"])[1:] for _, attrs in page.elements if str(attrs.get("href", "")).startswith("#")}
    assert targets <= ids


def test_long_lists_lie_in_the_island() -> None:
    """What is told in full is bounded; every finding is in the page all the same."""
    run = large_run(20_000)
    page = Page(render(run))
    cards = [attrs for _, attrs in page.elements if "data-card" in attrs]
    assert len(cards) == 2 * CARDS
    rows = json.loads(page.raw["script"][0])["rows"]
    listed = {row[0] for listing in rows.values() for row in listing}
    assert {finding.id for finding in run.findings} == listed | {str(attrs["id"])[2:] for attrs in cards}
    assert len(page.elements) < 40_000


def test_a_bar_fills_its_width_and_hides_nothing() -> None:
    """Even one failure among thousands has a width that can be seen."""
    segments = chart.bar(digest.Tally("all", fail=1, unknown=0, waived=0, passed=50_000, not_applicable=0))
    assert [segment.sort for segment in segments] == ["fail", "pass"]
    assert segments[0].width >= 2
    assert abs(segments[-1].x + segments[-1].width - chart.WIDTH) < 0.1
    assert chart.bar(digest.Tally("none", 0, 0, 0, 0, 0)) == ()


def test_a_verdict_is_a_word_and_a_sign() -> None:
    """Never a colour alone."""
    assert '<h1><svg class="icon" aria-hidden="true" focusable="false"><use href="#i-pass"/></svg>Pass</h1>' in render(
        passing_run()
    )
