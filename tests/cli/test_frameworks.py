"""`--framework`, `auditor frameworks`, and what a check's page says of controls."""

from __future__ import annotations

from pathlib import Path

from auditor.control import ControlState
from auditor.errors import ExitCode
from auditor.run import Run
from tests.cli.conftest import Typed, invoked, typed


def states(run: Run) -> dict[str, dict[str, str]]:
    return {one.id: {control.id: control.state.value for control in one.controls} for one in run.frameworks}


def test_a_run_states_the_controls(tmp_path: Path) -> None:
    """The release world meets what its accounts have in order and nothing that a key or a missing log breaks."""
    done = typed("release", tmp_path / "run", "--no-probes", "--framework", "mcsb-v1", "--framework", "nist-800-53-r5")
    found = states(done.run)
    assert list(found) == ["mcsb-v1", "nist-800-53-r5"]
    assert found["mcsb-v1"] == {
        "DP-2": "met",
        "DP-3": "met",
        "DP-5": "met",
        "IM-1": "not_met",
        "IM-3": "met",
        "IR-3": "met",
        "IR-5": "met",
        "LT-1": "met",
        "LT-2": "met",
        "LT-3": "not_met",
        "LT-4": "not_met",
        "NS-2": "not_met",
        "PA-1": "met",
        "PA-7": "met",
    }
    not_met = {control for control, state in found["nist-800-53-r5"].items() if state == "not_met"}
    assert not_met == {"AC-2", "AC-2(1)", "AC-2(7)", "AC-3", "AC-4", "IA-2", "IA-4", "SC-7", "SC-7(3)"}
    assert "Controls of NIST SP 800-53 Rev. 5" in done.stdout
    for name in ("report.html", "report.md"):
        assert "NIST SP 800-53 Rev. 5" in (done.folder / name).read_text(encoding="utf-8")


def test_judging_again_states_them_too(healthy_run: Typed) -> None:
    """Offline, with the findings, the verdict and its exit code as they are without."""
    snapshot = str(healthy_run.folder / "snapshot.json")
    done = invoked("evaluate", snapshot, "--framework", "eu-ai-act", "--json")
    run = Run.model_validate_json(done.stdout)
    assert (done.exit_code, run.findings, run.verdict) == (0, healthy_run.run.findings, healthy_run.run.verdict)
    assert states(run)["eu-ai-act"] == dict.fromkeys(("12.1", "12.2", "15.5", "55.1d"), "met")
    assert healthy_run.run.frameworks == ()


def test_a_pack_that_leaves_checks_out_meets_nothing_by_that(healthy_run: Typed) -> None:
    """The baseline pack does not ask for logs."""
    snapshot = str(healthy_run.folder / "snapshot.json")
    done = invoked("evaluate", snapshot, "--pack", "baseline", "--framework", "eu-ai-act", "--json")
    assert states(Run.model_validate_json(done.stdout))["eu-ai-act"] == {
        "12.1": "not_assessed",
        "12.2": "not_assessed",
        "15.5": "unknown",
        "55.1d": "unknown",
    }


def test_where_little_may_be_read_no_control_is_met(tmp_path: Path) -> None:
    """A denied world leaves no control met that rests on what was denied."""
    done = typed("denied", tmp_path / "run", "--no-probes", "--framework", "mcsb-v1")
    (framework,) = done.run.frameworks
    for control in framework.controls:
        unseen = any(check.hidden or "unknown" in check.counts for check in control.checks)
        assert not (unseen and control.state is ControlState.MET), control
    assert any(control.state is ControlState.UNKNOWN for control in framework.controls)


def test_an_unknown_framework_ends_with_2_before_anything_is_asked(tmp_path: Path) -> None:
    done = typed("healthy", tmp_path / "run", "--framework", "nist-800-53")
    assert (done.code, done.requests) == (ExitCode.USAGE, 0)
    assert "did you mean 'nist-800-53-r5'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_list_and_the_page_of_one() -> None:
    """The list names each; the page has controls, checks, sources with their ids, and what is not mapped."""
    listed = invoked("frameworks").stdout
    for name in ("cis-azure-4.0", "nist-ai-rmf", "pci-dss-4.0.1"):
        assert f"{name} " in listed
    page = invoked("frameworks", "pci-dss-4.0.1").stdout
    for expected in ("  1.2.1  ", "private-endpoint-not-approved", "a06d5deb-24aa-4991-9d58-fa7563154e31", "https://"):
        assert expected in page
    assert "\nNot mapped\n  No published mapping" in page
    assert invoked("frameworks", "pci").exit_code == ExitCode.USAGE


def test_the_page_of_a_check_names_its_controls() -> None:
    """With relation and source; a check that stands behind none says nothing of it."""
    page = " ".join(invoked("checks", "show", "diagnostic-logs-missing").stdout.split())
    assert "Frameworks supports eu-ai-act 12.1, 12.2, 15.5, 55.1d: Azure Policy initiative EU AI Act" in page
    assert "partially-supports mcsb-v1 LT-4" in page
    assert "\nFrameworks\n" not in invoked("checks", "show", "quota-blocked").stdout
