"""Pasted errors and logs: recognised offline, counted, masked, and read in bounded memory."""

from __future__ import annotations

import gzip
import io
import os
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.diagnosis import Verdict
from auditor.errors import SettingsError
from auditor.policy.failure import classify_text
from auditor.policy.failure.context import FailureContext
from auditor.report.hostile import in_json
from auditor.report.triage import render
from auditor.triage import log_file
from auditor.triage.log import CHUNK, read_log
from auditor.triage.pasted import answer_error

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOT_FOUND = (
    "openai.NotFoundError: Error code: 404 - {'error': {'code': 'DeploymentNotFound', "
    "'message': 'The API deployment for this resource does not exist.'}}"
)
THROTTLED = (
    "2026-11-21T03:{0:02d}:00Z ERROR openai.RateLimitError: Error code: 429 - {{'error': {{'code': 'RateLimitReached', "
    "'message': 'Your requests have exceeded rate limit.'}}}} x-request-id: 0000{0:04x}-1111-2222-3333-444444444444\n"
)
WELL = '2026-11-21T03:00:00Z INFO httpx POST https://contoso.openai.azure.com/openai/v1/responses "HTTP/1.1 200 OK"\n'

TEXTS = {
    "deployment-name-wrong": NOT_FOUND,
    "quota-exhausted": "ERROR: (InsufficientQuota) 20 left\nCode: InsufficientQuota\nMessage: 100 asked",
    "policy-denied": "(RequestDisallowedByPolicy) Resource 'x' was disallowed by policy.",
    "name-soft-deleted": '{"error": {"code": "FlagMustBeSetForRestore", "message": "soft-deleted"}}',
    "model-not-offered": '{"error":{"code":"DeploymentModelNotSupported","message":"no such model here"}}',
    "model-deprecating": "Code: ServiceModelDeprecating\nMessage: it goes",
    "model-gated": '{"code": "SpecialFeatureOrQuotaIdRequired", "message": "register"}',
    "account-not-ready": '{"code": "AccountProvisioningStateInvalid", "message": "in state Accepted"}',
    "provider-not-registered": '{"code": "MissingSubscriptionRegistration", "message": "register it"}',
    "rate-limit": "System.ClientModel.ClientResultException: HTTP 429 (too_many: RateLimitReached)\nrate limit",
    "dns": "httpx.ConnectError: [Errno -2] Name or service not known",
    "tls": "requests.exceptions.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in chain",
    "wrong-key": 'HTTP/1.1 401 Unauthorized\r\n\r\n{"error":{"code":"401","message":"invalid subscription key"}}',
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_pasted_error_is_recognised(name: str) -> None:
    """Exceptions of SDKs, JSON bodies, curl's output and Resource Manager's errors each have their class."""
    told = answer_error(TEXTS[name], NOW)
    assert [one.id for one in told.causes] == [name]
    assert told.verdict is Verdict.WRONG
    assert told.causes[0].next_steps


def test_a_json_body_over_several_lines_is_one_error() -> None:
    """What is printed prettily is not taken for several errors."""
    body = '{\n  "error": {\n    "code": "DeploymentNotFound",\n    "message": "It is not there."\n  }\n}\n'
    log = read_log(io.BytesIO(body.encode()))
    assert [(one.failure.failure_class, one.count) for one in log.sightings] == [("deployment-name-wrong", 1)]


def test_a_log_is_counted_with_first_and_last(tmp_path: Path) -> None:
    """Each class with how often, where first and last, and when; what trying again does not mend comes first."""
    path = tmp_path / "app.log"
    lines = [WELL] * 10 + [THROTTLED.format(n) for n in range(20)] + [f"2026-11-21T04:00:00Z {NOT_FOUND}\n"] + [WELL]
    path.write_text("".join(lines), encoding="utf-8")
    told = answer_error(str(path), NOW)
    assert [one.id for one in told.causes] == ["deployment-name-wrong", "rate-limit"]
    assert (
        "20 times, lines 11 to 30, from 2026-11-21T03:00:00Z to 2026-11-21T03:19:00Z" in told.causes[1].evidence[1].says
    )
    assert told.since.at == datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert "00000000-1111-2222-3333-444444444444" in told.support.request_ids
    assert len(told.support.request_ids) <= 10


def test_the_log_of_something_else_is_left_alone() -> None:
    """A web server's 404 and a database's time-out have nothing to do with the service."""
    text = 'GET /favicon.ico "HTTP/1.1 404"\n' * 300 + "psycopg.OperationalError: connection timed out\n" * 300
    assert read_log(io.BytesIO(text.encode())).sightings == ()


def test_secrets_are_masked() -> None:
    """A key in a pasted text is in nothing that is told."""
    key = "0123456789abcdef0123456789abcdef"
    text = f"Error code: 401 - {{'error': {{'code': '401', 'message': 'invalid subscription key api-key: {key}'}}}}"
    assert key not in answer_error(text, NOW).model_dump_json()


def test_nothing_known_is_said_so() -> None:
    """A text without an error, and an empty one, are unclear and say what was looked for."""
    for text in ("hello", ""):
        told = answer_error(text, NOW)
        assert (told.causes, told.verdict) == ((), Verdict.UNCLEAR)
        assert told.not_seen


def test_stdin_and_utf16_are_read() -> None:
    """A dash reads stdin, and what PowerShell writes is understood."""
    told = answer_error("-", NOW, io.BytesIO(f"{NOT_FOUND}\n".encode("utf-16")))
    assert [one.id for one in told.causes] == ["deployment-name-wrong"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error of what was given, not a text to be classified."""
    path = tmp_path / "app.log"
    path.write_text("x", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SettingsError, match=r"app\.log"):
        answer_error(str(path), NOW)


def test_what_is_no_log_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a device, a pipe into which nobody writes, half a gzip, and a name that no file has."""
    monkeypatch.setattr(log_file, "PATIENCE", 0.05)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "half.gz").write_bytes(gzip.compress(f"{NOT_FOUND}\n".encode())[:30])
    for path, words in (
        (tmp_path, "it is a folder"),
        (Path("/dev/zero"), "it is a device"),
        (tmp_path / "pipe", "nobody wrote into this pipe"),
        (tmp_path / "half.gz", "ended before"),
        (tmp_path / "gone.log", "there is no such file"),
        (Path("app.log"), "there is no such file"),
    ):
        with pytest.raises(SettingsError, match=words):
            answer_error(str(path), NOW)


def test_a_compressed_log_and_a_pipe_are_read(tmp_path: Path) -> None:
    """What log rotation leaves behind, and what a shell makes of <(kubectl logs …)."""
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress(f"{NOT_FOUND}\n".encode()))
    assert [one.id for one in answer_error(str(tmp_path / "app.log.1.gz"), NOW).causes] == ["deployment-name-wrong"]
    os.mkfifo(tmp_path / "pipe")
    writing = threading.Thread(target=(tmp_path / "pipe").write_text, args=(f"{NOT_FOUND}\n",))
    writing.start()
    told = answer_error(str(tmp_path / "pipe"), NOW)
    writing.join()
    assert ([one.id for one in told.causes], told.asked_for) == (["deployment-name-wrong"], "the pipe")


def test_bytes_are_no_log() -> None:
    """A picture is not said to be lines without an error."""
    told = answer_error("-", NOW, io.BytesIO(b"\x89PNG\r\n\x1a\n\0\0" * 40))
    assert any(one.why == "it is no text, but bytes" for one in told.not_seen)
    assert told.since.how == "no error was found"


def test_the_page_of_a_pasted_error_tells_of_no_calls() -> None:
    """Nothing was called and nobody was asked: no count of calls, no deadline, and sentences that read well."""
    page = render(answer_error(NOT_FOUND, NOW), 80, color=False)
    assert "called fail" not in page
    assert "Looked" not in page
    assert "Azure was not asked" in page
    known = classify_text(NOT_FOUND, FailureContext(models={"chat": "gpt-5.4"}))
    assert "deployment the deployment" not in known.cause


@given(st.text(alphabet="\x1b\x9b\u202e\u2066[]31m:#abc\n\r", max_size=80))
def test_hostile_text_is_inert_on_the_page_and_in_json(words: str) -> None:
    """Escapes, changes of direction and markup in an error are shown, and do nothing."""
    told = answer_error(f"{NOT_FOUND} {words}", NOW)
    for shown in (render(told, 60, color=False), in_json(told.model_dump_json(indent=1))):
        assert not set(shown) & set("\x1b\x9b\u202e\u2066\r")


class _Generated(io.RawIOBase):
    """A hundred megabytes that lie nowhere, with an error in every thousandth line."""

    def __init__(self, size: int) -> None:
        self._left, self._pieces, self._rest = size, self._all(), b""

    @staticmethod
    def _all() -> Iterator[bytes]:
        block = (WELL * 999).encode()
        number = 0
        while True:
            yield block + THROTTLED.format(number % 60).encode()
            number += 1

    def read(self, size: int = -1) -> bytes:
        wanted = min(size if size >= 0 else CHUNK, self._left)
        while len(self._rest) < wanted:
            self._rest += next(self._pieces)
        told, self._rest = self._rest[:wanted], self._rest[wanted:]
        self._left -= wanted
        return told


def test_a_hundred_megabytes_take_no_more_memory_than_one() -> None:
    """The log is read in pieces, and every error in it counts once, also where a piece ends within it."""
    size = 100_000_000
    tracemalloc.start()
    try:
        log = read_log(_Generated(size))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert log.size == size
    whole = size // len((WELL * 999 + THROTTLED.format(0)).encode())
    assert sum(one.count for one in log.sightings) in {whole, whole + 1}
    assert peak < 16 * CHUNK


@given(st.binary(max_size=20_000))
def test_any_bytes_are_read(data: bytes) -> None:
    """Whatever the bytes are, reading ends, and the lines are counted."""
    log = read_log(io.BytesIO(data))
    assert log.size >= 0
    assert log.lines >= 0


@pytest.mark.parametrize("line", [b"x" * (3 * CHUNK), b"Error code: 404 " * CHUNK])
def test_one_endless_line_is_cut(line: bytes) -> None:
    """A text without any end of line is read in bounded pieces."""
    assert read_log(io.BytesIO(line)).size == len(line)
