"""`auditor run --workload`: one application's audit, apart from its neighbours."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import typed


def test_only_the_workload_and_its_account_are_looked_at(tmp_path: Path) -> None:
    """The others are neither judged nor read; the evidence says what was in scope."""
    done = typed("release", tmp_path / "run", "--workload", "support-desk", "--pack", "baseline", "--no-probes")
    workloads = done.run.settings["workloads"]
    assert isinstance(workloads, list)
    assert [each["name"] for each in workloads if isinstance(each, dict)] == ["support-desk"]
    assert {each.subject.name.partition("/")[0] for each in done.run.findings if each.subject.kind == "account"} == {
        "contoso-support-weu"
    }


def test_a_workload_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    """With the name that was probably meant; nothing is asked."""
    done = typed("release", tmp_path / "run", "--workload", "suport-desk")
    assert done.code == 2
    assert "did you mean support-desk?" in done.stderr
    assert done.requests == 0
    assert not (tmp_path / "run").exists()
