"""How the pretend services misbehave: Resource Manager, the model endpoints, and the way to them."""

from __future__ import annotations

from typing import Literal

from auditor.record import Record

ArmWay = Literal[
    "html", "wrong-types", "wrong-members", "missing-value", "null-properties", "nextlink-loop",
    "nextlink-foreign-host", "many-pages", "server-error", "throttled", "slow", "reset", "truncated",
]  # fmt: skip
ModelWay = Literal[
    "answer", "slow", "late-text", "hang", "reset", "stall",
    "failed", "incomplete", "empty-output", "wrong-model", "no-usage", "forgetful", "unsealed", "keeps-all",
    "wrong-tool", "wrong-schema", "thoughtless", "lost-event",
    "blind", "unread", "searchless", "no-picture", "moderated", "no-uploads", "store-failed", "store-stuck",
    "stream-error", "stream-failed", "stream-throttled", "stream-reset", "stream-stall", "stream-html", "stream-ends",
    "stuck", "blind", "uncached",
    "wrong-sum", "unapproved", "echoes-secrets",
    "other-language", "flood", "hostile-words", "wrong-usage", "broken-json", "events-disordered", "same-ids",
]  # fmt: skip
ConnectWay = Literal["refuse", "unresolved", "unanswered", "untrusted", "legacy-tls", "reset", "hang"]


class ArmTrouble(Record):
    """How Resource Manager misbehaves for one kind of resource."""

    kind: str
    """In the words of the auditor's snapshot."""
    way: ArmWay
    times: int | None = None
    """For how many requests to each path; default: always."""
    seconds: float = 0
    """How long it takes, or asks to wait."""
    pages: int = 1


class ModelTrouble(Record):
    """How an account's model endpoint misbehaves."""

    account: str
    deployment: str | None = None
    """Default: for each."""
    way: ModelWay
    answer: str | None = None
    """Of answers.yaml."""
    tool: str | None = None
    """Only for requests that offer a tool of this type; default: for each."""
    times: int | None = None
    seconds: float = 0


class ConnectTrouble(Record):
    """How the way to an account's host names misbehaves."""

    account: str
    way: ConnectWay
