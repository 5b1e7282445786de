"""What many tests share: an audit over a pretend Azure, through the unmodified production path."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from auditor.audit import Audit, audit
from auditor.policy.attestations import load_attestations
from auditor.policy.pack import Policy, load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.settings_file.requirements import read_requirements

STEERING = re.compile(
    r"(AUDITOR|AZURE|OPENAI|GITHUB|GITLAB|ACTIONS|RUNNER|BUILD|SYSTEM|AGENT|IDENTITY|IMDS|MSI)_.*"
    r"|CI|CI_.*|TF_BUILD|.*_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE|COLUMNS|LINES|NO_COLOR|FORCE_COLOR",
    re.IGNORECASE,
)
"""Variables by which a machine would take part: its sign-in, its way out, its CI, its terminal."""

for _name in filter(STEERING.fullmatch, tuple(os.environ)):
    del os.environ[_name]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts what runs in its background so
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis_settings.load_profile("ci")  # the same examples on every machine and day, however slow it is


@dataclass(frozen=True)
class Done:
    """One audit over a world, with what the world saw and every raw body that was kept."""

    audit: Audit
    sandbox: Sandbox
    bodies: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture(scope="module", autouse=True)
def _swept_once() -> Iterator[None]:
    """What a module leaves is looked at once more and never again: sweeping all that thousands of tests keep takes
    seconds, which a call in the middle of an audit would be seen to take.
    """
    yield
    gc.collect()
    gc.freeze()


@cache
def policy_of(packs: tuple[str, ...], base: Path, parameters: str = "{}") -> Policy:
    """The policy of some packs, with parameters as JSON; the same for all who ask."""
    return load_policy(packs, json.loads(parameters), base)


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """The process's environment with these values for a while: TLS libraries read it, not our arguments."""
    before = dict(os.environ)
    os.environ.pop("AZURE_SUBSCRIPTION_ID", None)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def audit_world(
    world: str,
    faults: Sequence[str] = (),
    packs: Sequence[str] = (),
    flags: dict[str, Any] | None = None,
    probe_seconds: float | None = None,
    *,
    attestations: Path | None = None,
    plan: bool = False,
    amend: Callable[[Settings], Settings] = lambda settings: settings,
) -> Done:
    """An audit of a world with its own shipped settings, and its own attestations unless others are named.

    `change` is what else the settings shall say.
    """
    bodies: dict[str, bytes] = {}
    with Sandbox(load_world(world, faults)) as sandbox, environment(sandbox.environment):
        path = settings_path(world)
        settings = load_settings(
            path, dict(os.environ), {**({"--pack": tuple(packs)} if packs else {}), **(flags or {})}
        )
        if probe_seconds is not None:
            probes = settings.probes.model_copy(update={"seconds": probe_seconds})
            settings = settings.model_copy(update={"probes": probes})
        settings = amend(settings)
        policy = policy_of(settings.packs, path.parent, json.dumps(settings.parameters, sort_keys=True))
        stated = attestations or (path.parent / settings.attestations if settings.attestations else None)
        made = asyncio.run(
            audit(
                settings,
                policy,
                NO_WAIVERS,
                attestations=load_attestations(stated) if stated is not None else (),
                files=read_requirements(settings, path.parent),
                environ=dict(os.environ),
                run_id="test",
                command=("auditor", "run"),
                plan=plan,
                keep=bodies.__setitem__,
                progress=lambda text: None,  # noqa: ARG005 - nobody watches
                announce=lambda text: None,  # noqa: ARG005 - nobody listens
            )
        )
    return Done(made, sandbox, bodies)


@pytest.fixture(scope="session")
def healthy() -> Done:
    return audit_world("healthy")


@pytest.fixture(scope="session")
def release() -> Done:
    return audit_world("release")
