"""Holds requests back so that a run stays within Azure Resource Manager's published rates and its own width."""

from __future__ import annotations

import asyncio
import re
from asyncio import sleep
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BURST = 250
"""Reads that a subscription's bucket holds when full."""

RATE = 25.0
"""Reads per second that refill it, for each subscription and principal.

https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)


class TokenBucket:
    """Lets `burst` through at once and `rate` per second after that, in the order of asking."""

    def __init__(self, *, burst: int = BURST, rate: float = RATE) -> None:
        self._burst = float(burst)
        self._rate = rate
        self._tokens = float(burst)
        self._filled_at: float | None = None

    async def take(self) -> None:
        """Returns when one more request may go."""
        now = asyncio.get_running_loop().time()
        if self._filled_at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        self._tokens -= 1
        if self._tokens < 0:
            await sleep(-self._tokens / self._rate)


class Limiter:
    """One for a whole run, shared by every management client: a bucket per subscription, and a number in flight."""

    def __init__(self, in_flight: int, *, burst: int = BURST, rate: float = RATE) -> None:
        self._in_flight = asyncio.Semaphore(in_flight)
        self._buckets: defaultdict[str, TokenBucket] = defaultdict(lambda: TokenBucket(burst=burst, rate=rate))

    @property
    def in_flight(self) -> asyncio.Semaphore:
        """The right to have one more connection open, for what no bucket counts."""
        return self._in_flight

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """The right to send one request to this URL, until the block ends."""
        found = _SUBSCRIPTION.search(url)
        await self._buckets[found[1].lower() if found else ""].take()
        async with self._in_flight:
            yield
