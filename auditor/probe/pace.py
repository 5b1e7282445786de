"""Keeps the calls to one deployment within its rate: by its limits, and by what its last answer says remains."""

from __future__ import annotations

import json
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from auditor.cloud.model_answer import Answer
from auditor.record import JsonObject

MINUTE: Final = 60.0
SHORT: Final = 10.0
"""The limiter may also look at windows of up to ten seconds, each with its share of the minute: a refusal for one of
them was our own doing too, though nobody knows beforehand which one counts.

https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
"""

CHARACTERS_PER_TOKEN: Final = 4
"""By which the tokens of a prompt are estimated before they are counted; a rough rule for English."""


@dataclass(frozen=True, slots=True)
class _Sent:
    at: float
    tokens: int


class Pace:
    """What was sent to a deployment within the last minute, and how long the next call must wait.

    `requests` and `tokens` are per minute, None where not known. The service counts a call's prompt and the most that
    it may answer, whatever it uses then.
    """

    def __init__(self, requests: int | None, tokens: int | None, *, now: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._tokens = tokens
        self._now = now
        self._sent: deque[_Sent] = deque()
        self._closed: dict[str, float] = {}
        """`requests` or `tokens`, where the last answer said that they are used up → when there are some again."""

    def wait(self, tokens: int) -> float:
        """Seconds until a call of so many tokens keeps the rate; 0 where it may go at once."""
        now = self._now()
        while self._sent and self._sent[0].at <= now - MINUTE:
            self._sent.popleft()
        waits = [until - now for until in self._closed.values()]
        if self._requests is not None:
            waits.append(self._room(now, self._requests))
        if self._tokens is not None:
            waits.append(self._token_room(now, tokens))
        return max(0.0, *waits) if waits else 0.0

    def sent(self, tokens: int) -> None:
        """Notes a call that goes now."""
        self._sent.append(_Sent(self._now(), tokens))

    def answered(self, headers: Mapping[str, str], tokens: int) -> None:
        """Notes what an answer says of the rate; `tokens` is what a call like the last one needs."""
        for name, needed in (("requests", 1), ("tokens", tokens)):
            left = number_of(headers, f"x-ratelimit-remaining-{name}")
            reset = number_of(headers, f"x-ratelimit-reset-{name}")
            self._closed.pop(name, None)
            if left is not None and left < needed and reset is not None:
                self._closed[name] = self._now() + reset

    def ours(self, answer: Answer, *, foretold: bool) -> bool:
        """Whether a 429 was our own doing: we sent more than the limits, or knew before that nothing was left.

        A single small call that is too much for the limits is not: an application could not make it either. The limits
        are those that were known, and those that the refusal itself carries, since they may have been lowered.
        """
        if answer.http_status != HTTPStatus.TOO_MANY_REQUESTS:
            return False
        now = self._now()
        last = [one for one in self._sent if one.at > now - MINUTE]
        requests = _least(self._requests, number_of(answer.headers, "x-ratelimit-limit-requests"))
        tokens = _least(self._tokens, number_of(answer.headers, "x-ratelimit-limit-tokens"))
        burst = sum(one.at > now - SHORT for one in last)
        many = requests is not None and (len(last) > requests or burst > max(1, requests * SHORT / MINUTE))
        much = tokens is not None and len(last) > 1 and sum(one.tokens for one in last) > tokens
        return foretold or many or much

    def _room(self, now: float, most: int) -> float:
        """Until fewer than `most` calls lie within the minute."""
        inside = [one.at for one in self._sent]
        return inside[len(inside) - most] + MINUTE - now if len(inside) >= most else 0.0

    def _token_room(self, now: float, tokens: int) -> float:
        """Until a call of so many tokens fits; what never fits may go when nothing else is in the window."""
        room, used = self._tokens or 0, sum(one.tokens for one in self._sent)
        for one in self._sent:
            if used + tokens <= room:
                return 0.0
            used -= one.tokens
            if used + tokens <= room or used == 0:
                return one.at + MINUTE - now
        return 0.0


def tokens_of(request: JsonObject) -> int:
    """What the limiter counts for a call: its prompt, roughly, and the most that it may answer."""
    most = request.get("max_output_tokens")
    if not isinstance(most, int):
        return 0
    given = request.get("input")
    text = given if isinstance(given, str) else json.dumps(given, default=str)
    return most + len(text) // CHARACTERS_PER_TOKEN


def number_of(headers: Mapping[str, str], name: str) -> int | None:
    """A header's whole number, such as `30`, or `30s` as some write it; None for anything else."""
    told = headers.get(name, "").strip().removesuffix("s")
    try:
        value = float(told)
    except ValueError:
        return None
    return math.ceil(value) if math.isfinite(value) and value >= 0 else None


def _least(*numbers: int | None) -> int | None:
    return min((number for number in numbers if number is not None), default=None)
