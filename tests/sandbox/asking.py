"""Questions to a sandbox without HTTP: what it would answer, as plain values."""

from __future__ import annotations

import json
from typing import Any

from auditor.sandbox import arm, responses
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import access_token
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import World

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-0000000000a1"
MATTER = (
    f"{SUBSCRIPTION}/resourceGroups/rg-matter-prod/providers/Microsoft.CognitiveServices/accounts/contoso-matter-swc"
)
COGNITIVE = "2026-07-01"


def ask_arm(
    world: World,
    path: str,
    version: str | None = COGNITIVE,
    *,
    ledger: Ledger | None = None,
    method: str = "GET",
    posted: dict[str, Any] | None = None,
    **query: str,
) -> Answer:
    """What Resource Manager says to the world's own identity."""
    token = access_token(world, "login.microsoftonline.com", "https://management.azure.com")
    versions = {"api-version": version} if version else {}
    sent = json.dumps(posted).encode() if posted is not None else b""
    signed = {"authorization": f"Bearer {token}"}
    ask = Ask(method, "management.azure.com", path, {**versions, **query}, signed, sent)
    return arm.answer(world, ledger or Ledger(), ask)


def ask_model(
    world: World,
    account: str,
    request: dict[str, Any],
    *,
    path: str = "/openai/v1/responses",
    audience: str = "https://ai.azure.com",
    ledger: Ledger | None = None,
    headers: dict[str, str] | None = None,
    host: str | None = None,
    query: dict[str, str] | None = None,
) -> Answer:
    """What an account's model endpoint says to the world's own identity."""
    token = access_token(world, "login.microsoftonline.com", audience)
    told = {"authorization": f"Bearer {token}"} if headers is None else headers
    ask = Ask("POST", host or f"{account}.openai.azure.com", path, query or {}, told, json.dumps(request).encode())
    return responses.answer(world, ledger or Ledger(), ask)


def body(answer: Answer) -> Any:
    """The JSON that an answer holds."""
    return json.loads(answer.body)
