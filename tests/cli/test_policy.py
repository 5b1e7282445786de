"""`auditor policy`: a check is begun so that it works at once, and examples that lie are shown with what they saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.cli.policy_new import SUBJECTS
from auditor.policy.check import ROOTS
from auditor.policy.library import shipped_library
from auditor.policy.pack import load_policy
from auditor.policy.shipped import shipped_folder
from tests.cli.conftest import invoked
from tests.cli.test_help import SDKS, loaded


def begun(folder: Path, check_id: str = "team-tag-missing", *arguments: str) -> Path:
    """The file of a new check."""
    done = invoked("policy", "new", check_id, "--folder", str(folder), *arguments)
    assert done.exit_code == 0, done.stderr
    return Path(done.stdout.splitlines()[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "our policies"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_new_check_works_at_once(folder: Path, subject: str) -> None:
    """Whatever it judges: it loads, its examples come out as they say, and its pack applies it."""
    path = begun(folder, "own-check", "--subject", subject, "--area", "ours")
    assert path == folder / "checks" / "ours" / "own-check.yaml"
    done = invoked("policy", "test", str(folder))
    assert (done.exit_code, done.stdout) == (0, "1 check, 4 examples: no failures\n")
    applied = {one.check.id: one.check for one in load_policy([str(folder)], {}, Path()).checks}
    assert (applied["own-check"].subject, applied["own-check"].area) == (subject, "ours")
    assert len(applied) > 1


def test_every_subject_can_be_begun() -> None:
    """The subjects that the help offers are all that there are."""
    assert set(SUBJECTS) == set(ROOTS)


@pytest.mark.parametrize("name", ["production", "Überwachung", "---"])
def test_a_pack_gets_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    """Whatever the folder is called, the pack's name is one that a pack can have and no shipped one has."""
    begun(tmp_path / name)
    assert invoked("policy", "test", str(tmp_path / name)).exit_code == 0


def test_a_second_check_leaves_the_pack_alone(folder: Path) -> None:
    """A pack that is there is not touched; the conversation says what to add to it."""
    begun(folder)
    before = (folder / "pack.yaml").read_bytes()
    done = invoked("policy", "new", "second-check", "--folder", str(folder))
    assert (folder / "pack.yaml").read_bytes() == before
    assert "second-check: {}" in done.stderr
    assert invoked("policy", "test", str(folder)).stdout == "2 checks, 8 examples: no failures\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Bad_Id",), "no name for an id"),
        (("-x-",), "No such option"),
        (("../escape",), "no name for an id"),
        (("fine", "--area", "../.."), "no name for an area"),
        (("api-keys-accepted",), "a shipped check"),
    ],
)
def test_bad_names_are_refused(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """An id that is no kebab-case name, or a shipped check's, writes nothing."""
    done = invoked("policy", "new", "--folder", str(folder), *arguments)
    assert (done.exit_code, folder.exists()) == (2, False)
    assert words in done.stderr


def test_an_alias_is_taken() -> None:
    """Ids are never reused: neither a former id of a shipped check nor its own can be begun."""
    library = shipped_library()
    assert all(library.find(name) is not None for name in (*library.checks, *library.aliases))


def test_nothing_is_overwritten(folder: Path) -> None:
    """A check that is there stays as it is, in whatever area it lies."""
    path = begun(folder, "own-check", "--area", "ours")
    path.write_text("mine", encoding="utf-8")
    done = invoked("policy", "new", "own-check", "--folder", str(folder))
    assert (done.exit_code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert "is there already" in done.stderr


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Where a file stands in the way the message says so, and it is no defect of the auditor."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "checks").write_text("", encoding="utf-8")
    done = invoked("policy", "new", "own-check", "--folder", str(tmp_path / "own"))
    assert done.exit_code == 2
    assert "can't be written" in done.stderr


def test_an_example_that_lies_is_shown_with_what_it_saw(folder: Path) -> None:
    """The sentence, the rule's expression, and each value that the rule names; the code is 1."""
    path = begun(folder)
    path.write_text(path.read_text(encoding="utf-8").replace('- {sku: {name: "S0"}}', "- {sku: {}}"), encoding="utf-8")
    for given in (folder, folder / "pack.yaml", path):
        done = invoked("policy", "test", str(given))
        assert done.exit_code == 1
        assert done.stdout.splitlines() == [
            "team-tag-missing: pass example 1 gives unknown: account.sku.name is not known",
            "  passes_when: account.sku.name in params.allowed",
            "    account.sku.name = not known",
            '    params.allowed = ["S0"]',
            "",
            "1 check, 4 examples: 1 failure",
        ]


def test_what_an_example_holds_is_inert(folder: Path) -> None:
    """A stranger's example can't steer the terminal or the CI system that shows it."""
    path = begun(folder)
    hostile = '- {sku: {name: "\\e[2J\\n::stop-commands::x"}}'
    path.write_text(path.read_text(encoding="utf-8").replace('- {sku: {name: "S0"}}', hostile), encoding="utf-8")
    done = invoked("policy", "test", str(path))
    assert done.exit_code == 1
    assert "\x1b" not in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("account.sku.name in", "acount.sku.name in", "unknown variable 'acount'"),
        ("id: team-tag-missing", "id: api-keys-accepted", "is not the file's name"),
        ("severity: medium", "severity: grave", "severity"),
    ],
)
def test_files_that_are_not_right_end_with_2(folder: Path, old: str, new: str, words: str) -> None:
    """What does not load is told with file and line, and no example is said to pass."""
    path = begun(folder)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    for given in (folder, path):
        done = invoked("policy", "test", str(given))
        assert (done.exit_code, done.stdout) == (2, "")
        assert words in done.stderr
        assert f"{path}:" in done.stderr


def test_a_pack_that_names_what_is_not_there_ends_with_2(folder: Path) -> None:
    """The packs beside the checks are held against the shipped checks too."""
    begun(folder)
    (folder / "pack.yaml").write_text("{name: ours, title: t, description: d, checks: {nothing-such: {}}}")
    done = invoked("policy", "test", str(folder))
    assert done.exit_code == 2
    assert "unknown check 'nothing-such'" in done.stderr


def test_a_shipped_id_can_not_be_taken(folder: Path) -> None:
    """A folder of checks without a pack is held against the shipped ids."""
    shipped = shipped_folder() / "checks" / "identity" / "api-keys-accepted.yaml"
    (folder / "checks").mkdir(parents=True)
    (folder / "checks" / shipped.name).write_bytes(shipped.read_bytes())
    done = invoked("policy", "test", str(folder))
    assert done.exit_code == 2
    assert "already the id" in done.stderr


def test_no_example_is_an_error(tmp_path: Path) -> None:
    """A folder without a check, and a path where nothing is, never pass."""
    for given in (tmp_path, tmp_path / "nowhere"):
        done = invoked("policy", "test", str(given))
        assert (done.exit_code, done.stdout) == (2, "")
    assert "no check lies in" in invoked("policy", "test", str(tmp_path)).stderr


def test_the_shipped_checks_pass() -> None:
    """The command judges the shipped folder as it does a user's."""
    done = invoked("policy", "test", str(shipped_folder()))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{len(shipped_library().checks)} checks, ")


def test_it_loads_no_sdk(folder: Path) -> None:
    """Neither command loads an SDK."""
    assert loaded("policy", "new", "own-check", "--folder", str(folder)) & set(SDKS) == set()
    assert loaded("policy", "test", str(folder)) & set(SDKS) == set()
    for name in ("new", "test"):
        assert loaded("policy", name, "--help") & {*SDKS, "pydantic", "yaml"} == set()
