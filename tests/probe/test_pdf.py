"""PDF as input: both ways must bring the document to the model, and the upload must not stay."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer
from auditor.probe.document import pdf
from auditor.probe.pdf import PDF
from auditor.probe.question import Question
from auditor.record import JsonObject
from auditor.sandbox.reading import data_of, text_of
from tests.probe.pretend import answered
from tests.probe.pretend_turns import SURFACE, Turns, body_of, response, target


class Library(Turns):
    """A service that keeps files and reads them; `unread` are the ways that it does not."""

    def __init__(self, *unread: str, replies: dict[str, Callable[[JsonObject], Answer]] | None = None) -> None:
        self.files: dict[str, bytes] = {}
        self.unread = unread
        given = {"files.create": self.keep, "files.delete": self.drop, "responses.create": self.read}
        super().__init__({**given, **(replies or {})})

    def keep(self, request: JsonObject) -> Answer:
        name, content, media_type = request["file"]
        assert (request["purpose"], media_type, name) == ("assistants", "application/pdf", "auditor.pdf")
        self.files["assistant-1"] = content
        return answered(200, {"id": "assistant-1", "object": "file"})

    def drop(self, request: JsonObject) -> Answer:
        del self.files[request["file_id"]]
        return answered(200, {"deleted": True})

    def read(self, request: JsonObject) -> Answer:
        part = request["input"][0]["content"][0]
        way = "file_id" if "file_id" in part else "file_data"
        content = self.files[part["file_id"]] if way == "file_id" else data_of(part["file_data"])
        found = re.search(r"code word is ([\w-]+)", text_of(content or b""))
        assert found
        return answered(200, response("no idea" if way in self.unread else found[1]))


async def test_a_document_read_both_ways_is_proven_and_the_upload_deleted() -> None:
    """Each document has a word of its own; the last call deletes."""
    library = Library()
    body = await body_of(PDF, library)
    assert (body["outcome"], body["proven"], body["shortfall"], body["left_behind"]) == ("completed", True, None, [])
    assert library.operations == ["responses.create", "files.create", "responses.create", "files.delete"]
    assert library.files == {}
    assert PDF.calls == len(library.asked) - 1


@pytest.mark.parametrize(
    ("unread", "how"),
    [
        (("file_data",), "sent as base64"),
        (("file_id",), "uploaded"),
        (("file_data", "file_id"), "sent as base64 and uploaded"),
    ],
)
async def test_the_way_that_does_not_work_is_named(unread: tuple[str, ...], how: str) -> None:
    """One way that works does not stand for the other."""
    body = await body_of(PDF, Library(*unread))
    assert (body["proven"], body["left_behind"]) == (False, [])
    assert body["shortfall"] == f"the answer does not hold the word in the PDF that was {how}"


@pytest.mark.parametrize("text", ["", "Das steht dort nicht.", "x" * 1_000_000, "<script>\x1b[2J"])
async def test_whatever_else_is_said_proves_nothing(text: str) -> None:
    """And is not kept."""
    library = Library(replies={"responses.create": lambda _: answered(200, response(text))})
    body = await body_of(PDF, library)
    assert (body["outcome"], body["proven"], library.files) == ("completed", False, {})
    assert len(str(body)) < 3_000


async def test_a_refused_upload_keeps_the_services_words_and_nothing_is_deleted() -> None:
    """There is nothing to delete."""
    words = {"error": {"code": "invalidPayload", "message": "Invalid value for purpose."}}
    library = Library(replies={"files.create": lambda _: answered(400, words)})
    body = await body_of(PDF, library)
    assert (body["outcome"], body["error"]["code"]) == ("refused", "invalidPayload")
    assert library.operations == ["responses.create", "files.create"]
    assert "left_behind" not in body


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": 7}, {"id": ""}])
async def test_an_upload_without_an_id_fails(told: JsonObject) -> None:
    """Nobody could refer to it, or delete it."""
    library = Library(replies={"files.create": lambda _: answered(200, told)})
    body = await body_of(PDF, library)
    assert (body["outcome"], body["error"]["message"]) == ("failed", "the answer names no id of the file")


async def test_the_upload_is_deleted_where_the_question_about_it_fails() -> None:
    """Half way is far enough to leave something behind."""
    library = Library()

    def reply(request: JsonObject) -> Answer:
        return answered(500, {"error": {"message": "sorry"}}) if library.files else library.read(request)

    library.replies["responses.create"] = reply
    body = await body_of(PDF, library)
    assert (body["outcome"], body["left_behind"], library.files) == ("refused", [], {})


async def test_what_cannot_be_deleted_is_listed() -> None:
    """With its id and the service's words."""
    library = Library(replies={"files.delete": lambda _: answered(401, {"error": {"message": "lacks files/delete"}})})
    body = await body_of(PDF, library)
    assert (body["proven"], body["left_behind"]) == (True, ["file assistant-1: lacks files/delete"])


@pytest.mark.parametrize("operation", ["files.create", "responses.create"])
async def test_an_interruption_deletes_the_upload(operation: str) -> None:
    """Ctrl-C while the upload is under way, when the file is already kept, or during the question about it."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Library):
        async def do(self, *given: Any, **more: Any) -> Answer:
            answer = await super().do(*given, **more)
            if self.files and self.operations[-1] == operation:
                reached.set()
                await go_on.wait()
            return answer

    library = Slow()
    task = asyncio.create_task(Question(PDF, target(), SURFACE).asked(library, patience=5, deadline=Deadline.after(60)))
    await reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    seen = await task
    assert seen.resource is not None
    assert (seen.resource.body["outcome"], seen.resource.body["left_behind"]) == ("skipped", [])
    assert (library.files, library.operations[-1]) == ({}, "files.delete")
    assert seen.gap is not None


def test_a_pdf_says_where_each_of_its_objects_begins() -> None:
    """Readers that are strict go by the table; the text is there as text."""
    file = pdf("The code word is amber-1f2e3d.")
    assert text_of(file) == "The code word is amber-1f2e3d."
    table = int(file.rsplit(b"startxref\n", 1)[1].split()[0])
    assert file[table:].startswith(b"xref\n0 6\n")
    for number, begin in enumerate(re.findall(rb"(\d{10}) 00000 n", file), 1):
        assert file[int(begin) :].startswith(b"%d 0 obj\n" % number)
    length = re.search(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", file, re.DOTALL)
    assert length
    assert int(length[1]) == len(length[2])


@pytest.mark.parametrize("text", ["", "a) Tj (b", "back\\slash", "two\nlines", "naïve"])
def test_what_would_need_an_escape_is_no_text_for_it(text: str) -> None:
    """Nothing but plain words gets into the file."""
    with pytest.raises(ValueError, match="plain text"):
        pdf(text)
