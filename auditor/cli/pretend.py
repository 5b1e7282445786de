"""The environment that leads to the sandbox and nowhere else."""

from __future__ import annotations

import os
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

if typing.TYPE_CHECKING:
    from auditor.sandbox import Sandbox

_OURS = ("AUDITOR_", "AZURE_", "ARM_", "ACTIONS_ID_TOKEN_", "IDENTITY_", "MSI_", "IMDS_", "OPENAI_")
"""Prefixes of variables that would lead a run elsewhere than into the sandbox, or judge it otherwise."""


def variables(sandbox: Sandbox) -> Mapping[str, str]:
    """What must stand in the environment of any tool that shall see the sandbox."""
    return sandbox.environment


@contextmanager
def inside(sandbox: Sandbox) -> Iterator[None]:
    """This process's own environment as the sandbox needs it; afterwards it is as it was."""
    before = dict(os.environ)
    kept = {name: value for name, value in before.items() if not name.startswith(_OURS)}
    os.environ.clear()
    os.environ.update({**kept, **variables(sandbox)})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
