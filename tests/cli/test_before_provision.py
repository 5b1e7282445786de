"""`auditor run --before-provision`: what a hook before provisioning sees of it."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import ExitCode
from auditor.sandbox import settings_path
from auditor.snapshot import load_snapshot
from tests.cli.conftest import invoked, typed


def test_a_sound_plan_ends_with_0_and_says_what_it_is(tmp_path: Path) -> None:
    """The pack is the plan's own, whatever the settings name, and the snapshot knows what was looked at."""
    done = typed("unprovisioned", tmp_path / "run", "--before-provision")
    assert done.code == ExitCode.PASSED
    assert done.run.policy.packs == ("before-provision",)
    assert "This run judged a plan" in " ".join(done.stdout.split())
    assert load_snapshot(done.folder / "snapshot.json").plan


def test_a_plan_that_does_not_fit_ends_with_1(tmp_path: Path) -> None:
    """Two deployments that fit one by one, and not together."""
    done = typed("unprovisioned", tmp_path / "run", "--before-provision", faults=["region-full"])
    assert done.code == ExitCode.FAILED
    assert "0 of 200 used, 250 more planned" in " ".join(done.stdout.split())


def test_what_cannot_be_seen_blocks(tmp_path: Path) -> None:
    """Unknown is no pass: with the missing permission waived there is still nothing that proves the plan."""
    waiver = "{check: runner-cannot-read, subject: '*', owner: a, reason: r, ticket: T-1, expires: 2099-01-01}"
    (tmp_path / "waivers.yaml").write_text(f"- {waiver}\n", encoding="utf-8")
    text = settings_path("unprovisioned").read_text(encoding="utf-8")
    (tmp_path / "auditor.yaml").write_text(f"{text}\nwaivers: waivers.yaml\n", encoding="utf-8")
    given = ("--before-provision", "--settings", str(tmp_path / "auditor.yaml"))
    done = typed("unprovisioned", tmp_path / "run", *given, faults=["arm-denied-usage"])
    assert done.code == ExitCode.INCOMPLETE
    assert typed("unprovisioned", tmp_path / "again", *given).code == ExitCode.PASSED


def test_the_saved_plan_is_judged_again(tmp_path: Path) -> None:
    """Offline, by the same pack, and it says again that it is a plan; to production it is unknown."""
    done = typed("unprovisioned", tmp_path / "run", "--before-provision", "--quiet")
    saved = str(done.folder / "snapshot.json")
    again = invoked("evaluate", saved)
    assert again.exit_code == ExitCode.PASSED
    assert "This run judged a plan" in " ".join(again.stdout.split())
    assert invoked("evaluate", saved, "--pack", "production").exit_code != ExitCode.PASSED


def test_groups_that_do_not_exist_are_no_error(tmp_path: Path) -> None:
    """A scope may name the resource group that the template will make."""
    text = settings_path("unprovisioned").read_text(encoding="utf-8")
    head, _, tail = text.partition("workloads:")
    later = tail[tail.index("  - name: support-desk") :]
    scope = "  resource_groups: [rg-support-prod, rg-search-prod]\n"
    (tmp_path / "auditor.yaml").write_text(f"{head}{scope}workloads:\n{later}", encoding="utf-8")
    done = typed("unprovisioned", tmp_path / "run", "--before-provision", "--settings", str(tmp_path / "auditor.yaml"))
    assert (done.code, done.run.gaps) == (ExitCode.PASSED, ())


def test_another_pack_may_judge_the_plan(tmp_path: Path) -> None:
    """--pack wins over the plan's own."""
    done = typed("unprovisioned", tmp_path / "run", "--before-provision", "--pack", "baseline", "--quiet")
    assert done.run.policy.packs == ("baseline",)
    assert done.code == ExitCode.FAILED


def test_what_others_have_is_not_part_of_the_plan(tmp_path: Path) -> None:
    """An exceeded pool that the plan does not draw on stops nothing; accounts of others are not looked into."""
    text = settings_path("unprovisioned").read_text(encoding="utf-8")
    head, _, tail = text.partition("workloads:")
    later = tail[tail.index("  - name: support-desk") :]
    (tmp_path / "auditor.yaml").write_text(f"{head}workloads:\n{later}", encoding="utf-8")
    given = ("--before-provision", "--settings", str(tmp_path / "auditor.yaml"))
    done = typed("unprovisioned", tmp_path / "run", *given, faults=["planned-capacity-does-not-fit"])
    assert done.code == ExitCode.PASSED
    assert "contoso-matter-swc" not in (done.folder / "snapshot.json").read_text(encoding="utf-8")


def test_without_a_workload_nothing_is_planned(tmp_path: Path) -> None:
    """An empty plan is an error, never a pass."""
    head = settings_path("unprovisioned").read_text(encoding="utf-8").partition("workloads:")[0]
    (tmp_path / "auditor.yaml").write_text(head, encoding="utf-8")
    given = ("--before-provision", "--settings", str(tmp_path / "auditor.yaml"))
    done = typed("unprovisioned", tmp_path / "run", *given)
    assert (done.code, done.requests) == (ExitCode.USAGE, 0)
