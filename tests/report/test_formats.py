"""What every format owes: it is found by name, repeats itself to the byte, and leaves nothing unsaid."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import pytest

from auditor.errors import SettingsError
from auditor.report import FORMATS, ON_DEMAND, Format, format_named, hostile, terminal
from auditor.run import Run
from tests.report.goldens import GOLDEN, rendered
from tests.report.runs import hostile_run, incomplete_run, large_run, passing_run, sample_run


def whole(form: Format) -> Callable[[Run], str]:
    """All files of a format as one text."""
    return lambda run: b"".join(form.files(run).values()).decode()


RENDERINGS: dict[str, Callable[[Run], str]] = {
    **{name: whole(form) for name, form in FORMATS.items()},
    "terminal": lambda run: terminal.render(run, width=80, color=False),
}

every_format = pytest.mark.parametrize("name", RENDERINGS)


def test_formats_are_found_by_name() -> None:
    """Each format knows its file."""
    assert {name: format_named(name).filename for name in (*FORMATS, *ON_DEMAND)} == {
        "json": "evidence.json",
        "html": "report.html",
        "markdown": "report.md",
        "csv": "findings.csv",
        "junit": "junit.xml",
        "sarif": "results.sarif",
        "ocsf": "findings.ocsf.jsonl",
        "oscal": "assessment-results.oscal.json",
        "pdf": "report.pdf",
    }


def test_files_have_names_of_their_own_and_stay_below_the_folder() -> None:
    """No format overwrites another's, the main file is the first, and it holds what `render` says."""
    names: list[str] = []
    for form in FORMATS.values():
        files = form.files(hostile_run())
        assert next(iter(files)) == form.filename
        assert files[form.filename] == form.render(hostile_run()).encode()
        names += files
    assert len(set(names)) == len(names)
    assert not [name for name in names if not re.fullmatch(r"(?:population/)?[a-z-]+(?:\.[a-z]+)+", name)]


def test_an_unknown_format_is_an_error_that_names_the_nearest() -> None:
    """Nothing falls back silently."""
    with pytest.raises(SettingsError, match="'htlm'") as caught:
        format_named("htlm")
    assert caught.value.next_step == "did you mean html?"
    with pytest.raises(SettingsError) as caught:
        format_named("docx")
    assert caught.value.next_step == "choose one of json, html, markdown, csv, junit, sarif, ocsf, oscal, pdf"


def test_knowing_the_formats_imports_none_of_them() -> None:
    """`--help` pays for neither Jinja nor rich."""
    script = "import sys, auditor.report; sys.exit(bool({'jinja2', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@every_format
@pytest.mark.parametrize("make", [sample_run, hostile_run, passing_run, incomplete_run])
def test_the_same_run_gives_the_same_bytes(name: str, make: Callable[[], Run]) -> None:
    """Also when the run was read back from its evidence; and the text can be written as UTF-8 with one line end."""
    text = RENDERINGS[name](make())
    again = Run.model_validate_json(FORMATS["json"].render(make()))
    assert RENDERINGS[name](again) == text
    assert text.encode().endswith(b"\n")
    assert name == "csv" or "\r" not in text


@every_format
def test_nothing_is_left_unsaid(name: str) -> None:
    """Verdict, reasons, notices, gaps, population, parameters, versions, policy, who and when stand in each report."""
    text = RENDERINGS[name](sample_run())
    flat = " ".join(text.replace("\\", "").split())
    told = (
        "4 failures of severity high or worse",
        "sandbox: not evidence",
        "20261121T061244Z-7f3a",
        "release-auditor",
        "00000000-0000-4000-8000-0000000000b2",
        "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
        "3.52.0",
        "percent",
        "Monitoring Reader",
        "aoai-search",
        "79e4acd",
    )
    for words in told:
        assert words in flat, words
    assert "06:12:4" in flat
    assert "fail" in flat.lower()


@every_format
def test_a_run_without_anything_to_tell_is_rendered(name: str) -> None:
    """No finding, call, gap, reading, parameter or reason is a report still."""
    empty = passing_run().model_copy(update={"findings": (), "reasons": (), "population": (), "settings": {}})
    assert "20261121T061244Z-7f3a" in RENDERINGS[name](empty)


@every_format
def test_a_finding_whose_check_is_not_recorded_is_told(name: str) -> None:
    """Foreign evidence may name a check that its policy record lacks."""
    run = sample_run()
    policy = run.policy.model_copy(update={"checks": ()})
    assert "deployment-missing" in RENDERINGS[name](run.model_copy(update={"policy": policy}))


@every_format
def test_the_size_of_a_report_grows_no_faster_than_its_findings(name: str) -> None:
    """Twenty thousand findings make a file that can be opened."""
    run = large_run(20_000)
    limits = {"json": 14, "html": 4, "markdown": 1, "csv": 20, "junit": 14, "sarif": 10, "terminal": 1}
    limits |= {"ocsf": 40, "oscal": 45}
    assert len(RENDERINGS[name](run).encode()) < limits[name] * 1024 * 1024


def test_evidence_reads_back_as_the_same_run() -> None:
    """evidence.json is the run itself."""
    run = hostile_run()
    assert Run.model_validate_json(FORMATS["json"].render(run)) == run


def test_a_terminal_obeys_nothing_in_the_evidence() -> None:
    """Controls and marks of direction stand in it as JSON's own escapes: a terminal that shows the file is safe."""
    run = hostile_run()
    told = FORMATS["json"].render(run)
    assert hostile.block(told) == told
    assert Run.model_validate_json(told).notices == run.notices


@pytest.mark.parametrize("name", rendered())
def test_the_sample_reads_as_the_golden_file(name: str) -> None:
    """Write them anew with `python -m tests.report.goldens` and read the diff."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == rendered()[name]


def test_severities_stand_worst_first() -> None:
    """In Markdown, inside one workload, critical comes before high, and high before medium."""
    text = FORMATS["markdown"].render(sample_run())
    places = [
        text.index(word) for word in ("#### Critical: An expected", "#### High: API keys", "#### High: The model")
    ]
    assert all(earlier < later for earlier, later in pairwise(places))
