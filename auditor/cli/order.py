"""What a command line asks of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    settings: Path | None
    flags: Mapping[str, object]
    """As `auditor.settings_file.load_settings` takes them."""
    formats: tuple[str, ...]
    """Empty: all of `auditor.report.FORMATS`."""
    output: Path | None
    json: bool
    """Whether stdout gets the evidence instead of the report."""
    command: tuple[str, ...]
    frameworks: tuple[str, ...] = ()
    """Names of those whose controls the run is to state."""
    plan: bool = False
    """Whether only what is planned is to be judged."""
    sign: str | None = None
    """The key that signs the bundle: a file's path or an `azurekms:` address."""
    workloads: tuple[str, ...] = ()
    """Names of those to look at; empty: all that the settings declare, and what else is in scope."""
