"""`auditor diff`, as a person would type it after a night in which something changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from auditor.run import load_run
from tests.cli.conftest import Typed, invoked, typed


@pytest.fixture(scope="module")
def opened_run(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The healthy world after somebody opened an account to the public."""
    return typed("healthy", tmp_path_factory.mktemp("opened") / "run", faults=["public-network-access"])


def test_what_broke_stands_first_with_the_setting_that_changed(healthy_run: Typed, opened_run: Typed) -> None:
    """The page names the finding, the setting with both values and the command; the exit code says worse."""
    done = invoked("diff", str(healthy_run.folder), str(opened_run.folder))
    assert done.exit_code == 1
    assert done.stdout.startswith("WORSE  ")
    assert 'meanwhile properties.publicNetworkAccess: "Disabled" → "Enabled"' in " ".join(done.stdout.split())
    assert "az resource update --ids" in done.stdout
    back = invoked("diff", str(opened_run.folder), str(healthy_run.folder))
    assert back.exit_code == 0
    assert "Fixed (1)" in back.stdout


def test_a_run_is_the_same_as_itself(healthy_run: Typed) -> None:
    """Nothing changed, and the exit code is 0."""
    done = invoked("diff", str(healthy_run.folder), str(healthy_run.folder))
    assert (done.exit_code, "nothing changed" in done.stdout) == (0, True)


def test_a_snapshot_alone_is_judged_first(healthy_run: Typed, opened_run: Typed) -> None:
    """Two snapshots are enough: the findings are those of their own settings' packs."""
    done = invoked(
        "diff",
        str(healthy_run.folder / "snapshot.json"),
        str(opened_run.folder / "snapshot.json"),
        "--format",
        "json",
    )
    assert done.exit_code == 1
    moved = [each for each in json.loads(done.stdout)["findings"] if each["move"] == "new"]
    assert "public-network-access" in {each["check"] for each in moved}


def test_evidence_alone_says_what_it_cannot_tell(healthy_run: Typed, opened_run: Typed, tmp_path: Path) -> None:
    """Without a snapshot the findings are compared, and the reader is told that settings are not."""
    alone = tmp_path / "evidence.json"
    shutil.copy(opened_run.folder / "evidence.json", alone)
    done = invoked("diff", str(healthy_run.folder), str(alone))
    assert done.exit_code == 1
    assert "single settings are not" in done.stdout


def test_last_green_is_the_newest_that_passed(healthy_run: Typed, opened_run: Typed, tmp_path: Path) -> None:
    """Runs sort by their ids, which begin with their time; what failed is passed over."""
    for name, run in (("20260101T000000Z-aaaaaa", healthy_run), ("20260201T000000Z-bbbbbb", opened_run)):
        shutil.copytree(run.folder, tmp_path / name)
    done = invoked("diff", "last-green", str(opened_run.folder), "--reports", str(tmp_path))
    assert done.exit_code == 1
    assert load_run(healthy_run.folder / "evidence.json").id in done.stdout


def test_without_a_and_b_the_newest_is_compared_with_the_last_green(
    healthy_run: Typed, opened_run: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question of the night, with no id to look up; what to ask next is named, and works as it stands."""
    for name, run in (("20260101T000000Z-aaaaaa", healthy_run), ("20260201T000000Z-bbbbbb", opened_run)):
        shutil.copytree(run.folder, tmp_path / "reports" / name)
    monkeypatch.chdir(tmp_path)
    done = invoked("diff")
    assert done.exit_code == 1
    assert load_run(healthy_run.folder / "evidence.json").id in done.stdout
    step = next(line for line in done.stderr.splitlines() if line.startswith("next: "))
    assert step.split()[3] in done.stdout
    assert invoked(*step.split()[2:]).stdout.startswith("FAIL")


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "name a bundle"), ("last-gren", "did you mean last-green?"), (".", "name the folder of a run")],
)
def test_what_is_not_there_is_said_so(healthy_run: Typed, tmp_path: Path, name: str, words: str) -> None:
    """A wrong name, and a folder that is no bundle, lead to a right one."""
    given = str(tmp_path) if name == "." else name
    done = invoked("diff", str(healthy_run.folder), given)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Errno" not in done.stderr


def test_other_subscriptions_are_said_to_be_others(healthy_run: Typed, tmp_path: Path) -> None:
    """What was never looked at before is called new; the reader is told why."""
    snapshot = healthy_run.folder / "snapshot.json"
    other = tmp_path / "other.json"
    other.write_text(snapshot.read_text(encoding="utf-8").replace("0000000000a1", "0000000000b2"), encoding="utf-8")
    told = json.loads(invoked("diff", str(snapshot), str(other), "--format", "json").stdout)
    assert any("0000000000a1, the second at subscription" in note for note in told["notes"])


def test_without_a_green_run_it_says_so(opened_run: Typed, tmp_path: Path) -> None:
    """No bundle that passed is an error with a next step, not an empty difference."""
    done = invoked("diff", "last-green", str(opened_run.folder), "--reports", str(tmp_path))
    assert done.exit_code == 2
    assert "no bundle in it has passed" in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": "99"}', '{"resources": 1}'])
def test_what_is_no_run_is_refused(healthy_run: Typed, tmp_path: Path, text: str) -> None:
    """A cut, foreign or newer file is named, with what to do."""
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    done = invoked("diff", str(healthy_run.folder), str(path))
    assert done.exit_code == 2
    assert str(path) in done.stderr


def test_a_larger_pack_is_no_worse_world(healthy_run: Typed, tmp_path: Path) -> None:
    """The same snapshot judged by another pack: what fails now is laid to the policy."""
    again = tmp_path / "again"
    snapshot = str(healthy_run.folder / "snapshot.json")
    assert invoked("evaluate", snapshot, "--pack", "regulated", "--output", str(again)).exit_code in {0, 1, 3}
    told = json.loads(invoked("diff", str(healthy_run.folder), str(again), "--format", "json").stdout)
    assert told["judged"]
    assert told["world"] == []
    moved = [each for each in told["findings"] if each["move"] in {"new", "newly_unknown"}]
    assert {each["because"] for each in moved} <= {"policy"}


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_hostile_names_do_nothing_in_any_rendering(healthy_run: Typed, tmp_path: Path, name: str) -> None:
    """Markup, workflow commands and terminal escapes in names, callers and values are shown and do nothing."""
    hostile = "</li><script>alert(1)</script>\n::error::x\x1b[31m|`@everyone"
    other = tmp_path / "other"
    shutil.copytree(healthy_run.folder, other)
    (other / "manifest.json").unlink()  # with it, what is not as it was written would be refused
    for file in ("evidence.json", "snapshot.json"):
        found = json.loads((other / file).read_text(encoding="utf-8"))
        for finding in found.get("findings", [])[:40]:
            finding["outcome"], finding["message"], finding["subject"]["name"] = "fail", hostile, hostile
        for resource in found.get("resources", []):
            if resource["kind"] == "account":
                resource["body"]["tags"] = {hostile: hostile}
                resource["body"]["systemData"] = {"lastModifiedBy": hostile, "lastModifiedAt": found["ended_at"]}
        (other / file).write_text(json.dumps(found), encoding="utf-8")
    done = invoked("diff", str(healthy_run.folder), str(other), "--format", name)
    assert done.exit_code == 1
    assert "\x1b" not in done.stdout
    assert "\n::error" not in done.stdout
    if name != "terminal":
        assert "<script>" not in done.stdout
    if name == "markdown":
        assert "@everyone" not in done.stdout.replace("\\@<!-- -->everyone", "")


def test_the_page_is_written_whole(healthy_run: Typed, opened_run: Typed, tmp_path: Path) -> None:
    """`--output` writes the file; a folder that can't be written is an error after the audit."""
    page = tmp_path / "diff.html"
    given = ("diff", str(healthy_run.folder), str(opened_run.folder), "--format", "html", "--output")
    assert invoked(*given, str(page)).exit_code == 1
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert invoked(*given, str(tmp_path / "no" / "diff.html")).exit_code not in {0, 1}
