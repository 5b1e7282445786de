"""File search: found in the file and cited from it, or told what was missing; nothing stays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer
from auditor.probe import file_search
from auditor.probe.file_search import FILE_SEARCH, PAUSES
from auditor.probe.question import Question
from auditor.record import JsonObject
from tests.probe.pretend import answered
from tests.probe.pretend_turns import SURFACE, Turns, body_of, response, target


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_search, "PAUSES", (0.0,) * len(PAUSES))


class Shelf(Turns):
    """A service that keeps one file in one vector store, ready after so many looks."""

    def __init__(self, *, looks: int = 1, cites: str = "id", searches: bool = True, says: str | None = None) -> None:
        self.kept: dict[str, bytes | str] = {}
        self.name, self.looks, self.cites, self.searches, self.says = "", looks, cites, searches, says
        super().__init__(
            {
                "files.create": self.keep,
                "files.delete": self.drop("file_id"),
                "vector_stores.create": self.make,
                "vector_stores.delete": self.drop("vector_store_id"),
                "vector_stores.files.create": self.look_at,
                "vector_stores.files.retrieve": self.look_at,
                "responses.create": self.search,
            }
        )

    def keep(self, request: JsonObject) -> Answer:
        self.name, self.kept["f_1"], _ = request["file"]
        return answered(200, {"id": "f_1"})

    def make(self, request: JsonObject) -> Answer:
        assert request["expires_after"] == {"anchor": "last_active_at", "days": 1}
        self.kept["vs_1"] = request["name"]
        return answered(200, {"id": "vs_1"})

    def drop(self, argument: str) -> Callable[[JsonObject], Answer]:
        def reply(request: JsonObject) -> Answer:
            del self.kept[request[argument]]
            return answered(200, {"deleted": True})

        return reply

    def look_at(self, request: JsonObject) -> Answer:
        assert request == {"vector_store_id": "vs_1", "file_id": "f_1"}
        self.looks -= 1
        return answered(200, {"id": "f_1", "status": "completed" if self.looks < 0 else "in_progress"})

    def search(self, request: JsonObject) -> Answer:
        (tool,) = request["tools"]
        assert (tool["type"], tool["vector_store_ids"]) == ("file_search", ["vs_1"])
        found = re.search(r"is ([\w-]+)\.", str(self.kept["f_1"]))
        assert found
        said = response(found[1] if self.says is None else self.says)["output"][0]
        note = {"id": {"file_id": "f_1"}, "name": {"filename": self.name}, "other": {"file_id": "f_2"}}
        said["content"][0]["annotations"] = [{"type": "file_citation", **note.get(self.cites, {})}]
        results = [{"file_id": "f_1"}] if self.cites == "results" else None
        call = {"type": "file_search_call", "status": "completed", "results": results}
        return answered(200, {**response(), "output": [*([call] if self.searches else []), said]})


@pytest.mark.parametrize("cites", ["id", "name", "results"])
async def test_a_fact_found_and_cited_is_proven_and_the_store_goes_before_the_file(cites: str) -> None:
    """Cited by the file's id, its name, or among the results of the search."""
    shelf = Shelf(cites=cites)
    body = await body_of(FILE_SEARCH, shelf)
    assert (body["outcome"], body["proven"], body["left_behind"], shelf.kept) == ("completed", True, [], {})
    assert (body["searches"], body["cited"]) == (1, True)
    assert shelf.operations[-2:] == ["vector_stores.delete", "files.delete"]


@pytest.mark.parametrize(
    ("shelf", "shortfall"),
    [
        (lambda: Shelf(searches=False, cites="none", says="I know nothing."), "the files were not searched"),
        (lambda: Shelf(cites="other"), "the answer cites no file"),
        (lambda: Shelf(cites="none"), "the answer cites no file"),
        (lambda: Shelf(says=""), "does not hold the word"),
        (lambda: Shelf(says="x" * 1_000_000), "does not hold the word"),
        (lambda: Shelf(says="\x1b[31m<b>nein</b>"), "does not hold the word"),
        (lambda: Shelf(looks=1_000), f"not ready for search after {len(PAUSES)} looks"),
    ],
)
async def test_whatever_is_missing_is_said_and_nothing_stays(shelf: Callable[[], Shelf], shortfall: str) -> None:
    """In our words; the file and the store are deleted all the same."""
    asked = shelf()
    body = await body_of(FILE_SEARCH, asked)
    assert (body["outcome"], body["proven"], body["left_behind"], asked.kept) == ("completed", False, [], {})
    assert shortfall in body["shortfall"]
    assert len(str(body)) < 3_000
    assert len(asked.asked) - 2 <= FILE_SEARCH.calls


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"status": "failed", "last_error": {"code": "server_error", "message": "An internal error occurred."}},
            "vector store file failed: An internal error occurred.",
        ),
        ({"status": "cancelled", "last_error": None}, "vector store file cancelled: no reason is given"),
        ({"status": "failed", "last_error": "x"}, "vector store file failed: no reason is given"),
    ],
)
async def test_a_file_that_the_store_gives_up_on_fails_with_its_words(told: JsonObject, words: str) -> None:
    """And both are deleted."""
    shelf = Shelf()
    shelf.replies["vector_stores.files.retrieve"] = lambda _: answered(200, told)
    body = await body_of(FILE_SEARCH, shelf)
    assert (body["outcome"], body["error"]["message"], body["left_behind"]) == ("failed", words, [])
    assert shelf.kept == {}


STEPS = ("vector_stores.create", "vector_stores.files.create", "vector_stores.files.retrieve", "responses.create")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_what_is_kept_is_deleted_wherever_it_fails(step: str, status: int) -> None:
    """The service's words are the outcome."""
    shelf = Shelf()
    shelf.replies[step] = lambda _: answered(status, {"error": {"message": f"no {step}"}})
    body = await body_of(FILE_SEARCH, shelf)
    assert (body["outcome"], body["error"]["message"], shelf.kept) == ("refused", f"no {step}", {})
    assert body["left_behind"] == []


@pytest.mark.parametrize("step", ["files.create", *STEPS])
async def test_what_is_kept_is_deleted_wherever_it_is_interrupted(step: str) -> None:
    """Also where the service has kept it and the answer that says so is still under way."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Shelf):
        async def do(self, *given: Any, **more: Any) -> Answer:
            answer = await super().do(*given, **more)
            if self.operations[-1] == step:
                reached.set()
                await go_on.wait()
            return answer

    shelf = Slow()
    question = Question(FILE_SEARCH, target(), SURFACE)
    task = asyncio.create_task(question.asked(shelf, patience=5, deadline=Deadline.after(60)))
    await reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    seen = await task
    assert seen.resource is not None
    assert (seen.resource.body["outcome"], seen.resource.body["left_behind"], shelf.kept) == ("skipped", [], {})
    assert seen.gap is not None


STRANGE: tuple[JsonObject, ...] = (
    {**response(), "output": "none"},
    {**response(), "output": [None, 7, {"type": "file_search_call", "results": "x"}]},
    {**response(), "output": [{"type": "message", "content": [{"type": "output_text", "annotations": "x"}]}]},
)


@pytest.mark.parametrize("told", STRANGE)
async def test_answers_of_another_shape_prove_nothing(told: JsonObject) -> None:
    """And break nothing."""
    shelf = Shelf()
    shelf.replies["responses.create"] = lambda _: answered(200, told)
    body = await body_of(FILE_SEARCH, shelf)
    assert (body["outcome"], body["proven"], shelf.kept) == ("completed", False, {})
