"""Looking at Azure from a command: until it is done, or until somebody interrupts it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from auditor.collect.collector import Collector
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot

Seen = TypeVar("Seen")


def planned(settings: Settings, collectors: tuple[Collector, ...]) -> Snapshot:
    """What these collectors see of what the settings plan, with progress; no deployment is called.

    Raises KeyboardInterrupt where it was interrupted: half of it would be taken for all.
    """
    from auditor.audit import look
    from auditor.cli.console import progress

    with progress() as show:
        seen = until_interrupted(
            look(
                settings,
                collectors,
                environ=dict(os.environ),
                plan=True,
                keep=None,
                progress=show.now,
                announce=show.line,
            )
        )
    if seen.interrupted:
        raise KeyboardInterrupt
    return seen


def until_interrupted(looking: Coroutine[None, None, Seen]) -> Seen:
    """What looking gives; Ctrl-C and a request to terminate cancel it, and it then gives what was seen until then."""

    async def whole() -> Seen:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(task.cancel))
        return await looking

    before = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(whole())
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
