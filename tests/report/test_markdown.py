"""report.md: inert whatever the data, and never larger than a job summary may be."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from auditor.report import markdown
from auditor.run import Run
from tests.report.runs import hostile_run, large_run, sample_run

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def test_hostile_data_makes_no_markup() -> None:
    """No link, image, emphasis or HTML but our own; every table row has the columns of its head."""
    tokens = PARSER.parse(markdown.render(hostile_run()))
    assert not [token for token in tokens if token.type == "html_block"]
    for token in tokens:
        for child in token.children or []:
            assert child.type in {"text", "text_special", "softbreak", "html_inline", "strong_open", "strong_close"}
            if child.type == "html_inline":
                assert child.content in {"<code>", "</code>", "<!-- -->"}
    columns = 0
    for position, token in enumerate(tokens):
        if token.type in {"thead_open", "table_close"}:
            columns = 0
        columns += token.type == "th_open"
        if token.type == "tr_open" and columns:
            cells = [each.type for each in tokens[position : position + columns * 3 + 2]]
            assert cells.count("td_open") == columns
            assert cells[-1] == "tr_close"


def test_a_summary_fits_github_and_says_what_it_left_out() -> None:
    """Worst first; what does not fit is counted."""
    text = markdown.render(large_run(20_000))
    assert len(text.encode()) <= markdown.BUDGET
    (said,) = re.findall(r"^([\d,]+) failures left out", text, re.MULTILINE)
    assert int(said.replace(",", "")) + text.count("#### ") == 4_000
    assert "## Basis" in text
    assert "## What could not be seen" in text


def test_even_endless_texts_fit() -> None:
    """A message, a command or a gap of megabytes can't push the rest out of the summary."""
    endless = "x " * 2_000_000
    run = sample_run()
    gaps = tuple(gap.model_copy(update={"detail": endless, "next_step": endless}) for gap in run.gaps)
    changed = run.model_copy(update={"gaps": gaps, "reasons": (endless,), "notices": (endless,)})
    text = markdown.render(Run.model_validate(changed.model_dump()))
    assert len(text.encode()) <= markdown.BUDGET
    assert "1 cause left out" in text


def test_a_command_stands_in_a_fence_as_it_is() -> None:
    """So that it can be copied."""
    fix = next(finding.fix for finding in sample_run().findings if finding.check == "deployment-missing")
    assert fix is not None
    assert f"```sh\n{fix.cli}\n```" in markdown.render(sample_run())
