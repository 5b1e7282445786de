"""One probe's conversation with one deployment: its calls, what they left behind, and what they came to."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, CallError, Surface, TokenRefusedError
from auditor.cloud.redaction import bounded
from auditor.probe.ending import NoRoomError, OutOfTimeError, OwnDoingError, StoppedError
from auditor.probe.events import stream_of
from auditor.probe.evidence import body_of, provenance, unanswered
from auditor.probe.outcome import count, stopped, told, verdict
from auditor.probe.pace import Pace, number_of, tokens_of
from auditor.probe.secrets import NOTHING, Secrets
from auditor.probe.stages import stages
from auditor.probe.target import Target
from auditor.record import Json, JsonObject
from auditor.settings import McpServer

TIDY_SECONDS = 5.0
"""How long the service may take for each deletion at the end, when the time of the run may be over."""

GONE = 404

TOKENS_COUNT = "responses.create"
"""What the rate limiter counts, by whichever of the SDK's clients."""

STORING = ("files.create", "vector_stores.create")
"""What the service keeps in any case; a response only where `store` says so."""

LONGEST_WAIT = 60.0
"""Seconds that a refusal for our own pace is waited out; the limiter's longest window."""


class Asks(Protocol):
    """The way to the models: `auditor.cloud.model.Models`."""

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        """The answer to one call of the SDK."""

    async def tool_headers(self, server: McpServer) -> dict[str, str]:
        """The headers that sign the model in to an MCP server; raises TokenRefusedError where there is no secret."""


@dataclass(frozen=True, slots=True)
class _Stored:
    what: str
    operation: str
    request: JsonObject


class Talk:
    """The calls of one probe to one deployment on one surface, each within the deadline.

    `patience` is how many seconds one answer may take.
    """

    def __init__(
        self,
        models: Asks,
        surface: Surface,
        target: Target,
        *,
        patience: float,
        deadline: Deadline,
        secrets: Secrets = NOTHING,
        pace: Pace | None = None,
    ) -> None:
        self.target = target
        self.secrets = secrets
        """API keys and canaries, for those who ask for them."""
        self.surface = surface
        self._models = models
        self._patience = patience
        self._deadline = deadline
        self._pace = pace or Pace(None, None)
        self._waited = 0.0
        self._own_throttles = 0
        self._answers: list[Answer] = []
        self._bodies: list[JsonObject] = []
        self._stored: list[_Stored] = []
        self._unnamed: list[str] = []
        self.stored_anything = False
        self.traced = False
        """Whether the body is to tell what each stage of the last call took."""

    async def respond(self, given: Json, *, limit: int, **more: Json) -> JsonObject:
        """The completed response to `given` within `limit` output tokens, stored nowhere unless `store` says so.

        Raises StoppedError for anything but a completed response.
        """
        request = {"model": self.target.name, "input": given, "max_output_tokens": limit, "store": False, **more}
        body = await self.do("responses.create", request)
        self.stores_response(body, stored=request["store"] is True)
        return self.completed(body)

    def completed(self, body: JsonObject, *, or_cut: bool = False) -> JsonObject:
        """The body of the last answer, which is a response; raises StoppedError unless it is completed.

        `or_cut` lets one pass that ended before its end.
        """
        self._bodies.append(body)
        found = verdict(self._answers[-1], body)
        if found["outcome"] != "completed" and not (or_cut and found["outcome"] == "incomplete"):
            raise StoppedError({"sent": True, **found})
        return body

    async def tool_headers(self, server: McpServer) -> dict[str, str]:
        """The headers that sign the model in to an MCP server; raises StoppedError where the secret is missing."""
        try:
            return await self._models.tool_headers(server)
        except TokenRefusedError as error:
            failure = CallError(phase="token", message=bounded(f"for the MCP server {server.label}: {error}"))
            raise StoppedError({"outcome": "unreachable", "sent": False, "error": unanswered(failure)}) from error

    async def do(self, operation: str, request: JsonObject) -> JsonObject:
        """The JSON object that a call of the SDK brings; raises StoppedError where it brings none."""
        answer = await self.call(operation, request)
        why = stopped(answer)
        if why is not None:
            raise StoppedError(why)
        return body_of(answer) or {}

    async def call(self, operation: str, request: JsonObject, *, key: str | None = None) -> Answer:
        """The answer to a call of the SDK, whatever it is; signed in with a key where one is given.

        It waits for its turn where the deployment's rate asks for that. A refusal that our own pace caused is waited
        out and the call repeated once. Raises OutOfTimeError where there is no time for a call, OwnDoingError where
        the repetition was refused too, or there was no time for it.
        """
        if not operation.endswith(TOKENS_COUNT):
            return self._kept(await self._sent(operation, request, key))
        tokens = tokens_of(request)
        foretold = await self._turn(tokens)
        answer = await self._counted(operation, request, tokens, key)
        if self._pace.ours(answer, foretold=foretold):
            self._own_throttles += 1
            wait = max(number_of(answer.headers, "retry-after") or 0, self._pace.wait(tokens))
            if not 0 < wait <= LONGEST_WAIT or wait >= self._deadline.remaining:
                raise OwnDoingError(stopped(self._kept(answer)) or {})
            await self._rest(wait)
            first = answer
            answer = await self._counted(operation, request, tokens, key)
            answer = replace(answer, readings=(*first.readings, *answer.readings))
            if self._pace.ours(answer, foretold=True):
                raise OwnDoingError(stopped(self._kept(answer)) or {})
        return self._kept(answer)

    async def _turn(self, tokens: int) -> bool:
        """Waits until the rate allows the call; whether it goes although nothing was told to be left."""
        wait = self._pace.wait(tokens)
        if wait >= self._deadline.remaining > 0:
            raise NoRoomError
        await self._rest(wait)
        return self._pace.wait(tokens) > 0

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            self._waited += seconds
            await sleep(seconds)

    async def _counted(self, operation: str, request: JsonObject, tokens: int, key: str | None) -> Answer:
        self._pace.sent(tokens)
        answer = await self._sent(operation, request, key)
        self._pace.answered(answer.headers, tokens)
        return answer

    async def _sent(self, operation: str, request: JsonObject, key: str | None) -> Answer:
        seconds = min(self._patience, self._deadline.remaining)
        if seconds <= 0:
            raise OutOfTimeError
        try:
            answer = await self._models.do(self.surface, operation, request, seconds=seconds, key=key)
        except asyncio.CancelledError:
            self._may_have_left(operation, request)
            raise
        if answer.error is not None and answer.error.during == "answer":
            self._may_have_left(operation, request)
        if seconds < self._patience and answer.error is not None and answer.error.phase == "timeout":
            self._kept(answer)
            raise OutOfTimeError  # our own deadline ended the call, not the service: nobody is to be blamed for it
        return answer

    def _may_have_left(self, operation: str, request: JsonObject) -> None:
        """Remembers a call that was cut before the service said what it stored, which nobody can name or delete."""
        if request.get("store") is True or operation in STORING:
            self._unnamed.append(f"what {operation} stores: the call was cut before the service named it")

    async def pause(self, seconds: float) -> None:
        """Waits between two calls; raises OutOfTimeError where there would be no time for the second."""
        if seconds >= self._deadline.remaining:
            raise OutOfTimeError
        await asyncio.sleep(seconds)

    def _kept(self, answer: Answer) -> Answer:
        self._answers.append(answer)
        return answer

    @property
    def first_latency_ms(self) -> float | None:
        """How long the first answer took; None before one."""
        return round(self._answers[0].latency_ms, 1) if self._answers else None

    def stores_response(self, body: JsonObject, *, stored: bool) -> None:
        """Remembers that a response is kept by the service, and is to be deleted at the end."""
        if stored and isinstance(body.get("id"), str):
            self.stores(f"response {body['id']}", "responses.delete", {"response_id": body["id"]})

    def stores(self, what: str, operation: str, request: JsonObject) -> None:
        """Remembers what the service now keeps, and the call that deletes it."""
        self._stored.append(_Stored(bounded(what, 100), operation, request))
        self.stored_anything = True

    async def tidy(self) -> list[str]:
        """Deletes what was stored, last first, and tells what could not be deleted and why."""
        left = []
        for one in reversed(self._stored):
            why = await self._delete(one)
            if why is not None:
                left.append(f"{one.what}: {why}")
        self._stored.clear()
        return left

    async def _delete(self, one: _Stored) -> str | None:
        try:
            async with asyncio.timeout(TIDY_SECONDS):
                answer = await self._models.do(self.surface, one.operation, one.request, seconds=TIDY_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it is, the report lists what is left behind
            return type(error).__name__
        self._answers.append(answer)
        why = stopped(answer, json_object=bool(answer.content))  # some deletions are answered by a status alone
        if why is None or answer.http_status == GONE:
            return None
        return bounded(str((why.get("error") or {}).get("message") or why["outcome"]), 200)

    @property
    def readings(self) -> tuple[str, ...]:
        """Of every call, in their order."""
        return tuple(reading for answer in self._answers for reading in answer.readings)

    @property
    def latency_ms(self) -> float:
        """Of the last call."""
        return round(self._answers[-1].latency_ms, 1)

    def body(self) -> JsonObject:
        """Where the calls went, what the last response says of itself, and what all of them used and took."""
        asked = self._answers
        last = provenance(asked[-1]) if asked else {}
        said = told(self._bodies[-1]) if self._bodies else {}
        used = [told(body) for body in self._bodies]
        sums = {name: _sum(one[name] for one in used) for name in ("input_tokens", "output_tokens", "reasoning_tokens")}
        models = {"responded_models": sorted({str(one["responded_model"]) for one in used if one["responded_model"]})}
        took = {"latency_ms": round(sum(answer.latency_ms for answer in asked), 1)} if asked else {}
        paced = {"waited_ms": round(self._waited * 1000)} if self._waited else {}
        ours = {"own_throttles": self._own_throttles} if self._own_throttles else {}
        unnamed = {"may_have_left": list(self._unnamed)} if self._unnamed else {}
        counted = {**sums, **models} if used else {}
        traced = {"stages": stages(asked[-1], stream_of(asked[-1]).first_text_ms)} if self.traced and asked else {}
        return {**last, **said, **counted, **took, **paced, **ours, **unnamed, **traced, "calls": len(asked)}


def _sum(values: Iterable[Json]) -> int | None:
    """The sum, where every answer told its part."""
    known = [count(value) for value in values]
    return None if None in known else sum(value for value in known if value is not None)
