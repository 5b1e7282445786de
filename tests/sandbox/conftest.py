"""A healthy pretend Azure for the whole room, and this process's environment led to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from auditor.sandbox import Sandbox, load_world


@contextmanager
def led_to(sandbox: Sandbox, credential: str = "environment") -> Iterator[Sandbox]:
    """The process's environment as a tool needs it that shall see this sandbox; afterwards it is as it was."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("AZURE_", "ACTIONS_ID_TOKEN", "IDENTITY_")):
            del os.environ[name]
    os.environ.update({**sandbox.environment, **sandbox.signed_in_by(credential)})  # type: ignore[arg-type] # a parameter
    if credential != "environment":
        del os.environ["AZURE_CLIENT_SECRET"]
    try:
        yield sandbox
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(load_world("healthy")) as sandbox:
        yield sandbox


@pytest.fixture
def healthy(running: Sandbox) -> Iterator[Sandbox]:
    """The healthy world, with nothing seen yet."""
    running.requests.clear()
    with led_to(running):
        yield running
    assert running.unknown_routes == []
