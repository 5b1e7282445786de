"""Calls of a model over the pretend endpoint, as tests make them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from auditor.cloud.model import Models
from auditor.cloud.model_answer import Answer, Surface
from tests.cloud.endpoint import ENDPOINTS, FakeCredential, Kept

QUESTION = {"model": "chat", "input": "Reply with the single word OK.", "max_output_tokens": 64, "store": False}


@asynccontextmanager
async def models(recorder: Kept | None = None, credential: FakeCredential | None = None) -> AsyncIterator[Models]:
    made = Models(ENDPOINTS, credential or FakeCredential(), recorder or Kept())
    try:
        yield made
    finally:
        await made.aclose()


async def ask(host: str, seconds: float = 20.0, **options: Any) -> Answer:
    async with models(**options) as one:
        return await one.do(Surface(host), "responses.create", QUESTION, seconds=seconds)
