"""Whether a call that must be refused was let in, and in which words it was turned away."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from auditor.cloud.model_answer import Answer
from auditor.cloud.redaction import bounded
from auditor.probe.evidence import refused
from auditor.probe.limits import LEAST_OUTPUT
from auditor.probe.target import Target
from auditor.probe.text import INPUT_TOKENS, QUESTION
from auditor.record import JsonObject

PAST_THE_DOOR: Final = frozenset({"DeploymentNotFound", "OperationNotSupported"})
"""Error codes that only a caller who was let in gets."""


def request(target: Target) -> JsonObject:
    """The smallest question, which costs a few tokens should it be answered."""
    return {"model": target.name, "input": QUESTION, "max_output_tokens": LEAST_OUTPUT, "store": False}


def most_tokens(_: Target) -> int:
    """What it costs should it be answered."""
    return INPUT_TOKENS + LEAST_OUTPUT


def let_in(answer: Answer) -> bool:
    """Whether the call got past the check of who calls, and from where: it was answered, or refused only afterwards."""
    return answer.error is None and (answer.http_status == HTTPStatus.OK or code(answer) in PAST_THE_DOOR)


def code(answer: Answer) -> str:
    """The error's code, if any."""
    return str(refused(answer).get("code") or "") if answer.error is None else ""


def words(answer: Answer) -> str:
    """What the service or the network said instead, with the HTTP status where there is one."""
    if answer.error is not None:
        return bounded(answer.error.message)
    return bounded(f"HTTP {answer.http_status}: {refused(answer).get('message')}")
