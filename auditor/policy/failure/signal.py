"""What an error tells, read from a probe's body or from pasted text, in the terms in which the failure table asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_TEXT = 8_000
"""How much of a text is looked at."""

STATUS = re.compile(
    r"(?:(?:\bHTTP(?:/[\d.]+)?|status(?:[ _-]?code)?|error code)['\"]?[\s:=]*"
    r"|\b(?=\d{3} (?:bad request|unauthorized|forbidden|not found|request timeout|conflict|too many requests"
    r"|internal server error|bad gateway|service unavailable|gateway timeout)\b))"
    r"([1-5]\d\d)\b",
    re.IGNORECASE,
)
"""A status with a word that says that it is one, before it or after it."""

CODE = re.compile(
    r"['\"]code['\"]\s*:\s*['\"]([\w.-]{1,80})['\"]"  # JSON, or a Python dict as an SDK prints it
    r"|^\s*(?:ERROR:\s*)?\(([A-Z]\w{3,80})\)"  # az: ERROR: (Code) words
    r"|^\s*Code:\s*(\w{1,80})",  # az: Code: …
    re.MULTILINE,
)
MESSAGE = re.compile(r"['\"]message['\"]\s*:\s*(?:\"([^\"]{1,2000})\"|'([^']{1,2000})')")
_HUNG_UP = "server disconnected without|remote end closed connection|socket hang up"

PHASES = (
    ("token", r"AADSTS\d+|CredentialUnavailable|ClientAuthenticationError"),
    ("dns", r"name or service not known|getaddrinfo|nodename nor servname|NXDOMAIN|name resolution|resolve host"),
    ("tls", r"CERTIFICATE_VERIFY_FAILED|SSLError|\[SSL|TLS handshake|self[- _]signed[ _]cert|local issuer certificate"),
    ("body", r"incomplete chunked read|without sending complete message body|response ended prematurely"),
    ("timeout", r"timed out|ConnectTimeout|ReadTimeout|APITimeoutError"),
    ("connect", rf"connection refused|connection reset|ECONNRESET|ECONNREFUSED|ProxyError|no route to host|{_HUNG_UP}"),
)
"""In which phase a text without an HTTP status says that a call failed; the first that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What an error tells; an empty member was not told."""

    phase: str = "http"
    during: str = ""
    event: str = ""
    """Of a stream: which of its events brought the error."""
    status: int | None = None
    code: str = ""
    message: str = ""
    """The words that the table's expressions look at."""
    said: str = ""
    """The words to quote."""
    content_type: str = ""
    retry_after: str = ""
    granted: int | None = None
    """Tokens a minute that the answer says are granted now."""

    @classmethod
    def of_error(cls, error: Mapping[str, object]) -> Signal:
        """The signal of a probe's `error`; members of an unexpected type count as not told."""
        status, headers = error.get("http_status"), error.get("headers")
        limit = headers.get("x-ratelimit-limit-tokens") if isinstance(headers, dict) else None
        message = _text(error.get("message"))[:LONGEST_TEXT]
        return cls(
            phase=_text(error.get("phase")) or "http",
            during=_text(error.get("during")),
            event=_text(error.get("event")),
            status=status if isinstance(status, int) else None,
            code=_text(error.get("code")),
            message=message,
            said=message,
            content_type=_text(error.get("content_type")),
            retry_after=_text(error.get("retry_after")),
            granted=int(limit) if isinstance(limit, str) and limit.isascii() and limit.isdecimal() else None,
        )

    @classmethod
    def of_text(cls, text: str) -> Signal:
        """The signal of pasted text: status, code and message where it names them, the phase by its words."""
        text = text[:LONGEST_TEXT]
        status, message = STATUS.search(text), _first(MESSAGE, text)
        phase = "http" if status else next((name for name, words in PHASES if _says(words, text)), "http")
        during = ""
        if phase == "timeout":
            during = "connect" if _says(r"connect(?!ion pool)", text) else "answer"
        elif phase == "body":
            during = "stream"
        elif phase == "connect" and _says(f"reset|{_HUNG_UP}", text):
            during = "answer"
        return cls(
            phase=phase,
            during=during,
            status=int(status.group(1)) if status else None,
            code=_first(CODE, text),
            message=text,
            said=message or text,
        )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next((group for group in found.groups() if group), "") if found else ""


def _says(words: str, text: str) -> bool:
    return re.search(words, text, re.IGNORECASE) is not None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
