"""The moment at which a run stops asking, and how long it listens for one answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_GLANCES = 20
"""In so many parts a time to listen is counted."""


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock; made by `Deadline.after(seconds)`."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment so many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining == 0.0


@asynccontextmanager
async def listening(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """Raises TimeoutError after so many seconds in which this process could listen.

    What a busy machine, or a long import, holds the loop up with does not count: an answer that lies there unread is
    no silence.
    """
    async with asyncio.timeout(None) as limit:
        counting = asyncio.create_task(_count(limit, seconds))
        try:
            yield limit
        finally:
            counting.cancel()


async def _count(limit: asyncio.Timeout, seconds: float) -> None:
    for _ in range(_GLANCES):
        await asyncio.sleep(seconds / _GLANCES)
    limit.reschedule(asyncio.get_running_loop().time())
