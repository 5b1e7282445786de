"""`auditor verify`, `auditor keys` and `--sign`, as a person types them."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from auditor.errors import ExitCode
from tests.cli.conftest import Typed, invoked, typed
from tests.cli.process import started
from tests.cli.test_help import SDKS, loaded


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "audit.key"
    done = invoked("keys", "new", str(path))
    assert done.exit_code == 0, done.stderr
    assert len(done.stdout.strip()) == 64
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, key: Path, healthy_run: Typed) -> Path:
    """The healthy run judged again and signed."""
    folder = tmp_path_factory.mktemp("signed") / "run"
    snapshot = str(healthy_run.folder / "snapshot.json")
    done = invoked("evaluate", snapshot, "--sign", str(key), "--output", str(folder), "--quiet")
    assert done.exit_code == 0, done.stderr
    return folder


def test_a_run_is_intact(healthy_run: Typed) -> None:
    done = invoked("verify", str(healthy_run.folder))
    assert done.exit_code == 0, done.stdout
    assert done.stdout.startswith("INTACT")
    assert "follow from the snapshot and the judgement" in done.stdout


def test_a_run_that_failed_is_intact_too(release_run: Typed) -> None:
    """Whether a bundle is as it was written has nothing to do with its verdict; waivers, too, follow."""
    assert release_run.code == ExitCode.FAILED
    assert invoked("verify", str(release_run.folder)).exit_code == 0


def test_verifying_asks_nobody(healthy_run: Typed) -> None:
    """No SDK is loaded."""
    assert loaded("verify", str(healthy_run.folder)) & set(SDKS) == set()


def test_a_signature_is_verified(signed: Path, key: Path) -> None:
    public = f"{key}.pub"
    done = invoked("verify", str(signed), "--key", public, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["state"], told["signature"]["state"]) == (0, "intact", "valid")
    assert told["exit_code"] == 0


def test_signing_a_run_of_the_sandbox(tmp_path: Path, key: Path) -> None:
    """The whole way: audited, written, signed, verified; with frameworks among what is judged again."""
    done = typed("healthy", tmp_path / "run", "--no-probes", "--sign", str(key), "--framework", "mcsb-v1", "--quiet")
    assert "manifest.dsse.json" in done.files
    page = invoked("verify", str(done.folder), "--key", f"{key}.pub")
    assert page.exit_code == 0, page.stdout


def test_the_page_fits_eighty_columns(signed: Path, key: Path, tmp_path: Path) -> None:
    """Whatever it tells: intact, altered in many places, or signed by another."""
    other = invoked("keys", "new", str(tmp_path / "other.key"))
    assert other.exit_code == 0
    altered = Path(shutil.copytree(signed, tmp_path / "altered"))
    for number in range(30):
        (altered / f"more-{number}-{'x' * 150}\x1b[31m").write_text("x", encoding="utf-8")
    pages = [
        invoked("verify", str(signed), "--key", f"{key}.pub"),
        invoked("verify", str(signed), "--key", str(tmp_path / "other.key.pub")),
        invoked("verify", str(altered)),
    ]
    assert [page.exit_code for page in pages] == [0, 1, 1]
    assert "another key than was named" in pages[1].stdout
    assert "and 10 more" in pages[2].stdout
    assert "\x1b" not in pages[2].stdout
    assert max(len(line) for page in pages for line in page.stdout.splitlines()) <= 80


def test_each_end_has_its_exit_code(signed: Path, key: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(signed, tmp_path / "copy"))
    (copy / "evidence.json").write_text("{}", encoding="utf-8")
    altered = invoked("verify", str(copy))
    assert altered.exit_code == 1
    assert "evidence.json: changed" in altered.stdout
    (copy / "manifest.json").unlink()
    before = invoked("verify", str(copy))
    assert (before.exit_code, before.stdout) == (2, "")
    assert "no manifest.json" in before.stderr
    assert invoked("verify", str(signed), "--key", str(key)).exit_code == 2
    assert invoked("verify", str(tmp_path / "nowhere")).exit_code == 2


def test_the_help_says_what_each_exit_code_means() -> None:
    shown = invoked("verify", "--help").stdout
    for code in ("0", "1", "2", "3"):
        assert f"\n  {code}  " in shown


@pytest.mark.parametrize("command", [("run",), ("demo",), ("evaluate", "snapshot.json")])
def test_a_key_that_can_not_be_used_stops_before_the_audit(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key", encoding="utf-8")
    settings = tmp_path / "auditor.yaml"
    settings.write_text("scope: {subscriptions: [00000000-0000-0000-0000-000000000000]}\n", encoding="utf-8")
    more = ("--settings", str(settings)) if command == ("run",) else ()
    folder = tmp_path / "run"
    done = invoked(*command, *more, "--sign", str(tmp_path / "text"), "--output", str(folder))
    assert done.exit_code == 2
    assert "no private key" in done.stderr
    assert "Nothing was audited." in done.stderr
    assert not folder.exists()


def test_no_key_is_written_over(key: Path) -> None:
    before = key.read_bytes()
    done = invoked("keys", "new", str(key))
    assert done.exit_code == 2
    assert "never overwrites" in done.stderr
    assert key.read_bytes() == before


def test_a_demo_that_is_killed_leaves_nothing_that_verifies(tmp_path: Path) -> None:
    """SIGKILL as soon as raw bodies stream in."""
    partial = tmp_path / ".run.partial"
    with started("demo", "--output", str(tmp_path / "run"), "--quiet") as process:
        for _ in range(1200):
            if (partial / "raw").is_dir() and any((partial / "raw").iterdir()):
                break
            time.sleep(0.05)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [partial.name]
    assert invoked("verify", str(partial)).exit_code == 2
    again = invoked("demo", "--output", str(tmp_path / "run"), "--quiet")
    assert again.exit_code == 4
    assert "was killed" in again.stderr
