"""How long one answer is listened for."""

from __future__ import annotations

import asyncio
import time

import pytest

from auditor.cloud.deadline import listening


async def test_silence_ends_the_listening() -> None:
    with pytest.raises(TimeoutError):
        async with listening(0.05) as limit:
            await asyncio.sleep(30)
    assert limit.expired()


async def test_what_holds_the_loop_up_is_no_silence() -> None:
    """An answer that came while nobody could look is heard, however late that is."""
    async with listening(0.2) as limit:
        await asyncio.sleep(0)
        answer = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.3, answer.set_result, "heard")
        time.sleep(0.4)  # noqa: ASYNC251 - it is what is tried
        assert await answer == "heard"
    assert not limit.expired()


async def test_another_limit_around_it_is_its_own() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), listening(60) as limit:
            await asyncio.sleep(30)
    assert not limit.expired()
