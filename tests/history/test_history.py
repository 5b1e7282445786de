"""The index over bundles: since when, flapping, scopes kept apart, made anew at will."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.call import Call
from auditor.errors import SnapshotError
from auditor.finding import Finding
from auditor.history import FILENAME, Index
from auditor.inventory import QuotaRow
from auditor.report import FORMATS
from auditor.report.history import render, spark
from auditor.run import Verdict
from tests.cli.conftest import invoked
from tests.report.parts import STARTED, account, build, finding


def bundle(reports: Path, day: int, outcome: str, *, scope: str = "s1", latency: float | None = 300) -> Path:
    """A bundle of one finding, so many days after the first."""
    at = STARTED + timedelta(days=day)
    found: tuple[Finding, ...] = ()
    if outcome != "absent":
        found = (finding("api-keys-accepted", account("aoai-chat"), outcome, "as seen"),)
    verdict = {"fail": Verdict.FAIL, "unknown": Verdict.INCOMPLETE}.get(outcome, Verdict.PASS)
    run = build(
        found,
        verdict,
        id=f"{at:%Y%m%dT%H%M%SZ}-{scope}{day:04d}",
        started_at=at,
        ended_at=at,
        settings={"scope": {"subscriptions": [scope]}, "workloads": []},
        calls=(Call(deployment="chat", account="aoai-chat", probe="text", outcome="completed", latency_ms=latency),),
        quota=(QuotaRow(id="q", name="OpenAI.Standard.gpt", location="uksouth", used=10 * day, limit=100),),
    )
    folder = reports / run.id
    folder.mkdir(parents=True)
    (folder / "evidence.json").write_text(FORMATS["json"].render(run), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("course", "since", "good", "flips"),
    [
        (["pass", "fail", "fail"], 1, 0, 1),
        (["fail", "fail"], 0, None, 0),
        (["pass", "unknown", "fail"], 2, 0, 1),
        (["pass", "fail", "unknown", "absent", "fail"], 1, 0, 1),
        (["fail", "pass", "fail", "pass", "fail"], 4, 3, 4),
        (["not_applicable", "fail"], 1, 0, 1),
    ],
)
def test_since_when_it_fails(tmp_path: Path, course: list[str], since: int, good: int | None, flips: int) -> None:
    """From the first failure after it was last seen good; what was unknown or not judged proves neither."""
    for day, outcome in enumerate(course):
        bundle(tmp_path, day, outcome)
    with Index(tmp_path) as index:
        index.sync()
        story = index.story(30)
    assert story is not None
    (told,) = story.failing
    assert told.first.startswith(f"{STARTED + timedelta(days=since):%Y-%m-%d}")
    assert (
        told.last_good is None
        if good is None
        else str(told.last_good).startswith(f"{STARTED + timedelta(days=good):%Y-%m-%d}")
    )
    assert told.flips == flips


def test_only_what_is_new_is_read_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    """A second look reads nothing; a removed bundle leaves the index; a broken one is named and stops nothing."""
    first, second = bundle(tmp_path, 0, "pass"), bundle(tmp_path, 1, "fail")
    with Index(tmp_path) as index:
        assert index.sync().read == 2
        assert index.sync().read == 0
        shutil.rmtree(second)
        bundle(tmp_path, 2, "pass")
        (tmp_path / "broken").mkdir()
        (tmp_path / "broken" / "evidence.json").write_text("{", encoding="utf-8")
        synced = index.sync()
        assert (synced.read, synced.gone, len(synced.refused)) == (1, 1, 1)
        story = index.story(30)
    assert story is not None
    assert story.runs[0].folder == str(first.resolve())
    assert story.failing == ()


def test_a_broken_or_newer_index_is_made_anew(tmp_path: Path) -> None:
    """It is no record: whatever stands in the file, the bundles tell the same again."""
    bundle(tmp_path, 0, "fail")
    (tmp_path / FILENAME).write_bytes(b"not a database at all, whatever it once was" * 40)
    with Index(tmp_path) as index:
        index.sync()
        assert index.story(30) is not None


def test_scopes_are_not_mixed(tmp_path: Path) -> None:
    """Runs of another scope are counted, and tell nothing of this one."""
    bundle(tmp_path, 0, "fail", scope="other")
    bundle(tmp_path, 1, "pass")
    with Index(tmp_path) as index:
        index.sync()
        story = index.story(30)
    assert story is not None
    assert (len(story.runs), story.others, story.failing) == (1, 1, ())


def test_the_page_tells_since_when_and_plots_what_went(tmp_path: Path) -> None:
    """Over the command line: since, last good, flapping, latency and headroom, at 80 columns without colour."""
    for day, outcome in enumerate(["pass", "fail", "pass", "fail"]):
        bundle(tmp_path, day, outcome, latency=None if day == 3 else 100 * (day + 1))
    done = invoked("history", "--reports", str(tmp_path))
    assert done.exit_code == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert f"since {STARTED + timedelta(days=3):%Y-%m-%d %H:%M}" in words
    assert f"was good {STARTED + timedelta(days=2):%Y-%m-%d %H:%M}" in words
    assert "FLAPS: 3 changes pfpf" in words
    assert "no answer" in words
    assert "uksouth/OpenAI.Standard.gpt 7420" in words or "70 100" in words


def test_on_a_narrow_page_no_name_is_broken(tmp_path: Path) -> None:
    """A pool stands on a line of its own, and every time says its zone."""
    bundle(tmp_path, 0, "pass")
    bundle(tmp_path, 1, "fail")
    with Index(tmp_path) as index:
        index.sync()
        story = index.story(30)
    assert story is not None
    lines = render(story, 60, color=False).splitlines()
    assert max(map(len, lines)) <= 60
    assert "  uksouth/OpenAI.Standard.gpt" in lines
    assert f"{STARTED:%Y-%m-%d %H:%M} UTC to " in lines[1]


def test_bundles_elsewhere_are_imported_and_old_ones_pruned(tmp_path: Path) -> None:
    """Import adds what lies elsewhere; prune names what it would remove, and removes only inside the folder."""
    reports, archive = tmp_path / "reports", tmp_path / "archive"
    old = bundle(archive, 0, "pass")
    inside = [bundle(reports, day, "pass") for day in (1, 2, 3)]
    assert invoked("history", "--reports", str(reports), "import", str(archive)).exit_code == 0
    named = invoked("history", "--reports", str(reports), "prune", "--keep", "1")
    assert "would remove" in named.stdout
    assert all(folder.is_dir() for folder in inside)
    assert invoked("history", "--reports", str(reports), "prune", "--keep", "1", "--yes").exit_code == 0
    assert [folder.is_dir() for folder in (old, *inside)] == [True, False, False, True]


def test_a_folder_without_bundles_says_so(tmp_path: Path) -> None:
    """Nothing to tell is an error with a next step."""
    assert invoked("history", "--reports", str(tmp_path)).exit_code == 2
    assert invoked("history", "--reports", str(tmp_path / "none")).exit_code == 2
    with Index(tmp_path) as index, pytest.raises(SnapshotError, match="no such folder"):
        index.sync([tmp_path / "nothing"])


def test_importing_what_is_no_bundle_leaves_nothing_behind(tmp_path: Path) -> None:
    """The folder of reports is made only once there is something to import."""
    (tmp_path / "empty").mkdir()
    for wrong, why in (("nothing", "there is no such folder"), ("empty", "no bundle, nor a folder of bundles")):
        done = invoked("history", "--reports", str(tmp_path / "reports"), "import", str(tmp_path / wrong))
        assert done.exit_code == 2
        assert why in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_the_last_green_run_is_never_pruned(tmp_path: Path) -> None:
    """After many bad runs it is what `diff last-green` and `triage` compare with; older green ones go."""
    kept = [bundle(tmp_path, day, outcome) for day, outcome in enumerate(("pass", "pass", "fail", "fail", "fail"))]
    assert invoked("history", "--reports", str(tmp_path), "prune", "--keep", "1", "--yes").exit_code == 0
    assert [folder.is_dir() for folder in kept] == [False, True, False, False, True]


def test_what_was_not_called_has_no_latency(tmp_path: Path) -> None:
    """A model without the Responses API did not fail to answer: it was not asked. A refusal is no quick answer."""
    folder = bundle(tmp_path, 0, "fail")
    text = (folder / "evidence.json").read_text(encoding="utf-8")
    told = json.loads(text)
    told["calls"] += [
        {**told["calls"][0], "deployment": "embed", "outcome": "not_applicable", "latency_ms": None},
        {**told["calls"][0], "deployment": "refused", "outcome": "refused", "latency_ms": 7},
    ]
    (folder / "evidence.json").write_text(json.dumps(told), encoding="utf-8")
    done = invoked("history", "--reports", str(tmp_path))
    assert "aoai-chat/chat" in done.stdout
    assert "embed" not in done.stdout
    (line,) = (one for one in done.stdout.splitlines() if "aoai-chat/refused" in one)
    assert "no answer" in line


def test_the_page_leads_to_its_findings(tmp_path: Path) -> None:
    """Ids stand in it, and the command that explains the first of them works as it stands."""
    bundle(tmp_path, 0, "pass")
    bundle(tmp_path, 1, "fail")
    done = invoked("history", "--reports", str(tmp_path))
    step = next(line for line in done.stderr.splitlines() if line.startswith("next: "))
    assert step.split()[3] in done.stdout
    assert "f failed" in done.stdout
    assert invoked(*step.split()[2:]).stdout.startswith("FAIL")


def test_prune_says_that_there_is_nothing_and_where_no_folder_is(tmp_path: Path) -> None:
    """Silence would leave in doubt whether it looked; a folder that is not there is a wrong command line."""
    bundle(tmp_path / "reports", 0, "pass")
    done = invoked("history", "--reports", str(tmp_path / "reports"), "prune", "--keep", "1", "--yes")
    assert (done.exit_code, "nothing to remove" in done.stderr) == (0, True)
    done = invoked("history", "--reports", str(tmp_path / "none"), "prune", "--keep", "1")
    assert (done.exit_code, "no such folder" in done.stderr) == (2, True)


def test_the_plot_has_a_sign_for_each_run() -> None:
    """The least is the lowest sign, the greatest the highest; nothing known is a dot."""
    assert spark([0, None, 7], color=False) == "0.7"
    assert spark([5, 5], color=True) == "▁▁"
    assert spark([], color=False) == ""


def test_what_a_waiver_accepts_is_not_told_as_failing(tmp_path: Path) -> None:
    """A finding that fails and was accepted counts as waived; once the waiver has run out it fails again."""
    for day, expired in enumerate((False, True)):
        folder = bundle(tmp_path, day, "fail")
        path = folder / "evidence.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        told["findings"][0]["waiver"] = {
            "owner": "o", "reason": "r", "ticket": "T-1", "expires": "2026-12-01", "expired": expired
        }  # fmt: skip
        path.write_text(json.dumps(told), encoding="utf-8")
        with Index(tmp_path) as index:
            index.sync()
            story = index.story(30)
        assert story is not None
        assert [one.course for one in story.failing] == (["wf"] if expired else [])
    assert story is not None
    assert "Fails (1)" in render(story, 80, color=False)
