"""The HTTP client of model calls that do not await: an application may use the SDK's plain client as well."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Any

import httpx2

from auditor.cloud.model_http import LARGEST_BODY, Attempt, BodyTooLargeError, begin, record, timeout_of, without_token
from auditor.cloud.recorder import Recorder


class PlainClient(httpx2.Client):
    """Sends as its parent does, follows no redirect, reads each answer whole and records it; for one call."""

    def __init__(self, recorder: Recorder, **options: Any) -> None:
        super().__init__(headers={"accept-encoding": "identity"}, timeout=timeout_of(60.0), trust_env=True, **options)
        self._recorder = recorder
        self._lines: list[Any] = []

    def hang_up(self) -> None:
        """Ends what is under way, from any thread: whoever waits for the answer is told that the line is dead."""
        for line in self._lines:
            with suppress(OSError):  # it may be dead already
                # not TLS's own shutdown, which takes the connection's state from under whoever reads
                socket.socket.shutdown(line.get_extra_info("socket"), socket.SHUT_RDWR)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The whole answer, whatever its status; raises httpx2.RequestError or OSError where there was none."""
        attempt, seconds = begin(request)

        def note(event: str, details: dict[str, Any]) -> None:
            attempt.note_now(event, details)
            if event.partition(".")[2] in {"connect_tcp.complete", "start_tls.complete"}:
                self._lines.append(details["return_value"])

        request.extensions = {**request.extensions, "trace": note}
        started = time.monotonic()
        answer: httpx2.Response | None = None
        try:
            answer = super().send(request, **{**options, "stream": True, "follow_redirects": False})
            attempt.status = answer.status_code
            content = _read(answer, attempt, started, seconds)
        except BaseException:
            attempt.duration_ms = (time.monotonic() - started) * 1000
            record(self._recorder, request, attempt, answer, None)
            attempt.arrived = without_token(attempt.arrived, request, self._recorder.unsaid)[0]
            raise
        attempt.duration_ms = (time.monotonic() - started) * 1000
        content = record(self._recorder, request, attempt, answer, content)
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx2.Response(answer.status_code, headers=headers, content=content, request=request)


def _read(answer: httpx2.Response, attempt: Attempt, started: float, seconds: float) -> bytes:
    body = bytearray()
    try:
        for chunk in answer.iter_bytes():
            body += chunk
            attempt.arrivals.append((len(body), (time.monotonic() - started) * 1000))
            if len(body) > LARGEST_BODY:
                raise BodyTooLargeError(f"the body is longer than {LARGEST_BODY} bytes", request=answer.request)
            if time.monotonic() - started > seconds:
                raise httpx2.ReadTimeout(f"no complete answer within {seconds:g} s", request=answer.request)
    finally:
        attempt.arrived = bytes(body)
        answer.close()
    return bytes(body)
