"""A pretend control plane, and a pretend model endpoint, for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cloud.endpoint import Endpoint, endpoint
from tests.cloud.pretend import Pretend, serving, trusted


@pytest_asyncio.fixture
async def azure(tmp_path: Path) -> AsyncIterator[Pretend]:
    with trusted(tmp_path) as context:
        async with serving(Pretend(), context) as pretend:
            yield pretend


@pytest_asyncio.fixture
async def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Endpoint]:
    async with endpoint(monkeypatch, tmp_path) as one:
        yield one
