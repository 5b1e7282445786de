"""A pretend control plane for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.cloud.pretend import Pretend, serving, trusted


@pytest_asyncio.fixture
async def azure(tmp_path: Path) -> AsyncIterator[Pretend]:
    with trusted(tmp_path) as context:
        async with serving(Pretend(), context) as pretend:
            yield pretend
