"""`auditor sandbox`: serves a pretend Azure on loopback until Ctrl-C, for whatever is developed against it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.sandbox import World

_EPILOG = """\
Examples:
  auditor sandbox --world healthy --fault api-keys-accepted
  auditor sandbox --generate 100x10 --latency-ms 50
  auditor sandbox --incident zone-unlinked --before
  auditor sandbox --incident zone-unlinked
  auditor sandbox --list

In another terminal, paste what it prints; then `auditor run`, `az` and other
tools see the pretend Azure and no other.
"""

_SIZE = re.compile(r"([1-9]\d{0,3})x([1-9]\d{0,3})")
"""Accounts and deployments of each."""

_LOOK_SECONDS = 0.5
"""How often to look up from waiting: a lock can't be interrupted on every system."""


@click.command(cls=Command, epilog=_EPILOG)
@option("--world", intent="World", default="release", show_default=True, metavar="NAME", help="What there is.")
@option("--fault", "faults", intent="World", multiple=True, metavar="NAME", help="What is wrong with it; repeatable.")
@option(
    "--latency-ms",
    intent="World",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    metavar="MS",
    help="How long each answer takes.",
)
@option(
    "--generate",
    "size",
    intent="World",
    metavar="AxD",
    help="Instead of --world: A healthy accounts with D deployments each.",
)
@option(
    "--incident",
    intent="World",
    metavar="ID",
    help="Instead of --world and --fault: one that somebody is called out for.",
)
@option("--before", intent="World", is_flag=True, help="With --incident: as it was when all was well.")
@option("--list", "listing", intent="World", is_flag=True, help="Name worlds, faults and incidents, and serve nothing.")
@conversation_options
def sandbox(
    *,
    world: str,
    faults: tuple[str, ...],
    latency_ms: float,
    size: str | None,
    incident: str | None,
    before: bool,
    listing: bool,
) -> None:
    """Serve a pretend Azure on loopback until Ctrl-C.

    Prints the environment that leads the auditor, `az` and other tools to it and nowhere else.
    """
    from auditor.cli.console import output, say
    from auditor.cli.pretend import variables
    from auditor.sandbox import Sandbox

    if listing:
        output(_catalogue())
        return
    if before and not incident:
        raise click.UsageError("--before goes with --incident")
    if incident and (faults or size):
        raise click.UsageError("--incident is a world of its own: neither --fault nor --generate goes with it")
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        if incident:
            pretended, settings = _incident(incident, Path(folder), before=before)
        else:
            pretended, settings = _generated(size, Path(folder)) if size else _shipped(world, faults)
        stop = threading.Event()
        for name in ("SIGINT", "SIGTERM"):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
        with Sandbox(pretended, latency_ms=latency_ms) as running:
            output("\n".join(export_lines(variables(running), powershell=os.name == "nt")))
            say(f"a pretend Azure, {pretended.name}, listens; Ctrl-C ends it")
            say(f"its settings: auditor run --settings {shlex.quote(str(settings))}")
            while not stop.wait(_LOOK_SECONDS):
                pass


def _shipped(name: str, faults: tuple[str, ...]) -> tuple[World, Path]:
    from auditor.sandbox import load_world, settings_path

    return load_world(name, faults), settings_path(name)


def _incident(name: str, folder: Path, *, before: bool) -> tuple[World, Path]:
    """The world once it happened, or before, and the settings that it is seen by."""
    from auditor.sandbox.incident import settings_of, world_before, world_of

    return (world_before(name) if before else world_of(name)), settings_of(name, folder)


def _generated(size: str, folder: Path) -> tuple[World, Path]:
    """The world and, in a file of the folder, the settings that expect it."""
    from auditor.sandbox import generated_settings, generated_world

    found = _SIZE.fullmatch(size)
    if found is None:
        raise click.BadParameter(f"{size!r} is not like 100x10", param_hint="--generate")
    accounts, deployments = int(found[1]), int(found[2])
    path = folder / "auditor.yaml"
    path.write_text(generated_settings(accounts, deployments), encoding="utf-8")
    return generated_world(accounts, deployments), path


def export_lines(variables: Mapping[str, str], *, powershell: bool) -> tuple[str, ...]:
    """Lines to paste into a shell that set the variables."""
    if powershell:
        return tuple("$env:{} = '{}'".format(name, value.replace("'", "''")) for name, value in variables.items())
    return tuple(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _catalogue() -> str:
    from auditor.sandbox import FAULTS, WORLDS
    from auditor.sandbox.incident import load_incidents

    incidents = load_incidents()
    longest = max(map(len, (*FAULTS, *incidents)), default=0)
    lines = ["Worlds", *(f"  {name}" for name in WORLDS), "", "Faults"]
    lines += [f"  {name:{longest}}  {fault.title}" for name, fault in FAULTS.items()]
    lines += ["", "Incidents", *(f"  {name:{longest}}  {one.title}" for name, one in incidents.items())]
    return "\n".join(lines)
