"""Requests are held to the published rate for each subscription, and to a number in flight."""

from __future__ import annotations

import asyncio

import pytest

from auditor.cloud import limiter
from auditor.cloud.limiter import Limiter, TokenBucket


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, none of them waited."""
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(limiter, "sleep", sleep)
    return asked


async def test_a_full_bucket_lets_its_burst_through_and_then_drips(waits: list[float]) -> None:
    """Three at once, and each one after that waits for its drop."""
    bucket = TokenBucket(burst=3, rate=0.001)
    for _ in range(5):
        await bucket.take()
    assert [round(wait) for wait in waits] == [1000, 2000]


async def test_each_subscription_has_its_own_bucket(waits: list[float]) -> None:
    """Case of the id does not make another subscription, and one that is empty does not hold up the next."""
    limits = Limiter(8, burst=1, rate=0.001)
    for url in ("https://x/subscriptions/AB/x", "https://x/subscriptions/ab?y", "https://x/subscriptions/cd"):
        async with limits.turn(url):
            pass
    assert len(waits) == 1


async def test_no_more_than_asked_are_in_flight() -> None:
    """Of ten that want to go, three go."""
    limits, inside, most = Limiter(3), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with limits.turn("https://x/subscriptions/a"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(10)))
    assert most == 3
