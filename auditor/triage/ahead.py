"""Loads what a look needs while it waits for the network: the model SDK, the management clients, then what ranks."""

from __future__ import annotations

import importlib
import threading
from typing import Final

ROOMS: Final = (
    "openai.resources.responses.responses",
    "azure.mgmt.cognitiveservices.aio",
    "azure.mgmt.monitor.aio",
    "auditor.triage.told",
    "auditor.report.triage",
)
"""In the order in which they are needed; the first takes more than all the others."""


def load_ahead() -> None:
    """Begins it in a thread of its own, which no exit waits for."""
    threading.Thread(target=_load, name="load ahead", daemon=True).start()


def _load() -> None:
    for name in ROOMS:
        try:
            importlib.import_module(name)
        except ImportError:
            return  # whoever needs it says so
