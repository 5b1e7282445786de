"""What pasted text tells: the failure, the host, the account, the deployment, the ids that support asks for."""

from __future__ import annotations

import re

from auditor.policy.failure import Failure, classify_text
from auditor.policy.failure.context import FailureContext
from auditor.policy.failure.signal import LONGEST_TEXT
from auditor.record import Record

_HOST = re.compile(
    r"(?<![\w.-])([a-z0-9][a-z0-9-]{0,62}\.(?:openai|services\.ai|cognitiveservices)\.azure\.(?:com|us|cn))\b",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourceGroups/[\w.()-]{1,90}"
    r"/providers/Microsoft\.CognitiveServices/accounts/[\w.-]{1,64}",
    re.IGNORECASE,
)
_DEPLOYMENT = re.compile(
    r"/deployments/([\w.-]{1,64})"
    r"|deployment (?:named )?['\"`]([\w.-]{1,64})['\"`]"
    r"|['\"]model['\"]\s*:\s*['\"]([\w.-]{1,64})['\"]",
    re.IGNORECASE,
)
_REQUEST_ID = re.compile(
    r"(apim-request-id|x-ms-(?:client-|correlation-)?request-id|x-request-id|request[ _-]?id|trace id|correlation id)"
    r"['\"]?\s*[:=]?\s*['\"]?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|req_[0-9a-z]{8,64})\b",
    re.IGNORECASE,
)
_MOST_IDS = 10


class Pasted(Record):
    """A pasted text, understood from itself alone."""

    failure: Failure
    """Of whose `unknown` where no row of the table fits."""
    request_ids: tuple[tuple[str, str], ...] = ()
    """(header or word, id), each once."""

    @property
    def known(self) -> bool:
        """Whether the table knows the failure."""
        return self.failure.whose != "unknown"


def pasted(text: str) -> Pasted:
    """What a log line, an SDK's exception or a response body tells; the text must have been cleared of secrets."""
    return Pasted(failure=classify_text(text, context_of(text)), request_ids=request_ids(text))


def context_of(text: str) -> FailureContext:
    """What the text itself tells of where the call went; nothing that it does not say."""
    host, account, deployment = (pattern.search(text[:LONGEST_TEXT]) for pattern in (_HOST, _ACCOUNT, _DEPLOYMENT))
    return FailureContext(
        host=host[1].lower() if host else None,
        account_id=account[0] if account else None,
        deployment=next((name for name in deployment.groups() if name), None) if deployment else None,
    )


def request_ids(text: str) -> tuple[tuple[str, str], ...]:
    """(header or word, id) of each request that the text names, each once; the first of many."""
    found = dict.fromkeys((name.lower(), value.lower()) for name, value in _REQUEST_ID.findall(text[:LONGEST_TEXT]))
    return tuple(found)[:_MOST_IDS]
