"""Background responses: polled to their end, cancelled, and nothing of them left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer
from auditor.probe import background
from auditor.probe.background import BACKGROUND, POLLS
from auditor.probe.question import Question
from auditor.record import JsonObject
from tests.probe.pretend import answered
from tests.probe.pretend_turns import SURFACE, Turns, body_of, response, target


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.0)


def service(*polled: JsonObject, cancelled: JsonObject | None = None, **first: Any) -> Turns:
    """A service whose responses are queued, then told as `polled` says, the last of them for ever."""
    made: list[str] = []
    told = list(polled)

    def create(request: JsonObject) -> Answer:
        assert (request["background"], request["store"]) == (True, True)
        made.append(f"resp_{len(made) + 1}")
        return answered(200, {**response("OK"), "id": made[-1], "status": "queued", "output": [], **first})

    def retrieve(_: JsonObject) -> Answer:
        return answered(200, {"id": made[-1], **(told.pop(0) if len(told) > 1 else told[0])})

    stopped = {"status": "cancelled"} if cancelled is None else cancelled
    replies: dict[str, Callable[[JsonObject], Answer]] = {
        "responses.create": create,
        "responses.retrieve": retrieve,
        "responses.cancel": lambda request: answered(200, {"id": request["response_id"], **stopped}),
        "responses.delete": lambda _: answered(200, {"deleted": True}),
    }
    return Turns(replies)


DONE = {**response("OK"), "status": "completed"}
WORKING = {"status": "in_progress"}


async def test_one_is_polled_to_its_end_and_the_other_cancelled() -> None:
    """Queued, under way, completed; then cancelled; both are deleted."""
    turns = service(WORKING, DONE)
    body = await body_of(BACKGROUND, turns)
    assert (body["outcome"], body["proven"], body["left_behind"]) == ("completed", True, [])
    assert (body["first_status"], body["cancelled"], body["responded_model"]) == ("queued", True, "gpt-4.1")
    deletions = [request["response_id"] for operation, request in turns.asked if operation == "responses.delete"]
    assert deletions == ["resp_2", "resp_1"]
    assert len(turns.asked) - len(deletions) <= BACKGROUND.calls


async def test_a_cancellation_that_takes_a_while_is_waited_for() -> None:
    """Cancelling may answer before it is done."""
    turns = service(DONE, {"status": "cancelled"}, cancelled=WORKING)
    assert (await body_of(BACKGROUND, turns))["proven"] is True


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (service(WORKING), f"still in_progress after {POLLS} polls"),
        (service({**DONE, "output": []}), "without any text"),
        (service(DONE, status="completed"), "made the caller wait"),
        (service(DONE, cancelled={"status": "completed"}), "a response that was cancelled is completed"),
        (service(DONE, cancelled={"status": "<b>\x1b[31m" * 1000}), "in no known state"),
        (service(DONE, cancelled={}), "in no known state"),
    ],
    ids=["endless", "empty", "at once", "not cancelled", "hostile", "silent"],
)
async def test_what_falls_short_is_said_in_our_words(turns: Turns, words: str) -> None:
    """Each bad answer by its name, nothing of the answer kept, and all of it deleted."""
    body = await body_of(BACKGROUND, turns)
    assert (body["proven"], body["left_behind"]) == (False, [])
    assert words in body["shortfall"]
    assert len(str(body)) < 3_000
    assert turns.operations.count("responses.retrieve") <= POLLS + background.CANCEL_POLLS


async def test_one_that_fails_in_the_background_is_the_outcome() -> None:
    """The error in the polled response is the service's own, and the response is deleted."""
    failed = {"status": "failed", "error": {"code": "server_error", "message": "Sorry."}}
    body = await body_of(BACKGROUND, service(failed))
    assert (body["outcome"], body["error"]["code"], body["left_behind"]) == ("failed", "server_error", [])


async def test_a_response_without_an_id_can_not_be_asked_for() -> None:
    body = await body_of(BACKGROUND, service(DONE, id=None))
    assert (body["outcome"], body["error"]["message"]) == ("failed", "the response carries no id")


async def test_there_is_no_poll_for_which_the_time_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline ends the waiting; what was stored is deleted all the same, and a gap says why nothing is known."""
    monkeypatch.setattr(background, "FIRST_PAUSE", 3600.0)
    turns = service(WORKING)
    seen = await Question(BACKGROUND, target(), SURFACE).asked(turns, patience=5, deadline=Deadline.after(60))
    assert seen.gap is not None
    assert seen.resource is not None
    assert (seen.resource.body["outcome"], seen.resource.body["left_behind"]) == ("skipped", [])
    assert turns.operations == ["responses.create", "responses.delete"]


def test_the_legacy_api_does_not_offer_it() -> None:
    assert BACKGROUND.legacy is False
