"""Incidents are whole: their worlds can be made, their settings read, and what they expect be compared."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import ExitCode, SandboxError
from auditor.sandbox.incident import incident_of, load_incidents, settings_of, world_before, world_of
from auditor.settings_file import load_settings

LEAST = 80
"""Every class of failure that is to be told apart, what is compounded of them, and what only looks like them."""


def test_there_are_many_and_each_says_what_happened() -> None:
    every = load_incidents()
    assert len(every) >= LEAST
    assert all(one.title.endswith(".") for one in every.values())
    assert sum(one.expect.first == "nothing-wrong" for one in every.values()) >= 3
    assert len({one.title for one in every.values()}) == len(every)


@pytest.mark.parametrize("name", load_incidents())
def test_its_world_differs_from_the_one_before_unless_a_text_is_asked_about(name: str) -> None:
    incident = incident_of(name)
    told = {"exclude": {"made_at", "name"}}
    same = world_of(name).model_dump(**told) == world_before(name).model_dump(**told)
    assert same == (not incident.faults and not incident.changes)
    assert not same or incident.ask.error or incident.workloads or incident.expect.first == "nothing-wrong"


@pytest.mark.parametrize("name", load_incidents())
def test_its_settings_are_read_and_what_mends_can_be_looked_for(name: str, tmp_path: Path) -> None:
    incident = incident_of(name)
    settings = load_settings(settings_of(name, tmp_path), dict(os.environ), {})
    names = {one.name for one in settings.workloads}
    names |= {deployment.name for one in settings.workloads for deployment in one.deployments}
    assert incident.ask.of is None or incident.ask.of in names
    assert (incident.expect.mends is None) == (incident.expect.first == "nothing-wrong")
    re.compile(incident.expect.mends or "")


def test_what_the_settings_say_otherwise_is_written_beside_what_they_name(tmp_path: Path) -> None:
    path = settings_of("key-rotated", tmp_path)
    (desk,) = [one for one in load_settings(path, dict(os.environ), {}).workloads if one.name == "support-desk"]
    assert (path.parent, desk.authentication) == (tmp_path, "keys-allowed")
    assert (tmp_path / "healthy.attestations.yaml").is_file()


@pytest.mark.parametrize(
    "given",
    [("--before",), ("--incident", "zone-unlinked", "--fault", "call-tls"), ("--incident", "zone-unlinkt")],
    ids=" ".join,
)
def test_the_command_that_serves_one_refuses_what_makes_no_sense(given: tuple[str, ...]) -> None:
    """Rather than serve something else than what was asked for."""
    assert CliRunner().invoke(cli, ["sandbox", *given]).exit_code == ExitCode.USAGE


def test_an_incident_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(SandboxError, match="zone-unlinked"):
        incident_of("zone-unlink")
