"""Files and vector stores of a pretended account, and what its models do with them and with pictures."""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64encode
from typing import Any

import pytest

from auditor.probe.document import pdf
from auditor.probe.picture import picture
from auditor.sandbox import load_world, responses
from auditor.sandbox.canvas import drawn
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.reading import data_of, text_of
from auditor.sandbox.response_access import action_of
from auditor.sandbox.sight import UnseenError, sight
from auditor.sandbox.tokens import access_token
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import World
from tests.sandbox.asking import ask_model, body

SUPPORT = "contoso-support-weu"
HOST = f"{SUPPORT}.openai.azure.com"
FORM = (
    b'--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n%b\r\n'
    b'--x\r\ncontent-disposition: form-data; name="file"; filename="facts.txt"\r\n'
    b"content-type: text/plain\r\n\r\n%b\r\n--x--\r\n"
)
FACT = b"The lamp is off. The code word of the meter maple is raven-1f2e3d. Nothing else is known."


class Account:
    """One pretended account, to be asked over and over."""

    def __init__(self, *faults: str) -> None:
        self.world: World = load_world("healthy", faults)
        self.ledger = Ledger()

    def ask(self, method: str, path: str, content: bytes = b"", kind: str = "application/json") -> Answer:
        """What it says to the world's own identity."""
        token = access_token(self.world, "login.microsoftonline.com", "https://ai.azure.com")
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        return responses.answer(self.world, self.ledger, Ask(method, HOST, f"/openai/v1{path}", {}, headers, content))

    def tell(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of an answer that is 200."""
        answer = self.ask(method, path, json.dumps(request).encode() if request else b"")
        assert answer.status == 200, answer.body
        return body(answer)

    def upload(self, content: bytes = FACT, purpose: bytes = b"assistants") -> Answer:
        """The answer to a form that holds a file."""
        return self.ask("POST", "/files", FORM % (purpose, content), "multipart/form-data; boundary=x")

    def respond(self, content: list[dict[str, Any]], **more: Any) -> Answer:
        """The answer to one turn of such parts."""
        turn = {"role": "user", "content": content}
        request = {"model": "support-chat", "input": [turn], "max_output_tokens": 512, "store": False}
        headers = more.pop("headers", {})
        token = access_token(self.world, "login.microsoftonline.com", "https://ai.azure.com")
        signed = {"authorization": f"Bearer {token}", **headers}
        return ask_model(self.world, SUPPORT, {**request, **more}, ledger=self.ledger, headers=signed)


def said(answer: Answer) -> str:
    """What the message of an answer says."""
    told: str = body(answer)["output"][-1]["content"][0]["text"]
    return told


def text(words: str) -> dict[str, str]:
    return {"type": "input_text", "text": words}


def test_a_file_is_kept_listed_read_and_deleted() -> None:
    """In the shape that the API documents."""
    account = Account()
    kept = body(account.upload())
    assert (kept["object"], kept["filename"], kept["purpose"], kept["bytes"]) == (
        "file",
        "facts.txt",
        "assistants",
        len(FACT),
    )
    assert account.tell("GET", f"/files/{kept['id']}") == kept
    assert account.tell("GET", "/files")["data"] == [kept]
    assert account.ask("GET", f"/files/{kept['id']}/content").body == FACT
    assert account.tell("DELETE", f"/files/{kept['id']}")["deleted"] is True
    assert account.ask("GET", f"/files/{kept['id']}").status == 404
    assert (account.ledger.things, account.ledger.contents) == ({}, {})


def test_another_account_does_not_know_the_file() -> None:
    """What is kept belongs to one account."""
    account = Account()
    name = body(account.upload())["id"]
    account.ledger.things = {("contoso-matter-swc", name): account.ledger.things[SUPPORT, name]}
    assert account.ask("GET", f"/files/{name}").status == 404
    assert account.tell("GET", "/files")["data"] == []


@pytest.mark.parametrize("purpose", [b"user_data", b"vision", b""])
def test_azure_takes_no_other_purposes(purpose: bytes) -> None:
    """In its own words."""
    answer = Account().upload(purpose=purpose)
    assert (answer.status, body(answer)["error"]) == (
        400,
        {"code": "invalidPayload", "message": "Invalid value for purpose."},
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/files"), ("PUT", "/files/ID"), ("GET", "/files/ID/more"), ("PATCH", "/vector_stores")],
)
def test_what_is_not_served_is_remembered_as_unknown(method: str, path: str) -> None:
    """So that tests fail on it."""
    account = Account()
    name = body(account.upload())["id"]
    assert account.ask(method, path.replace("ID", name)).unknown is True


def test_no_form_and_a_form_without_a_file_are_refused() -> None:
    """As parameters that are missing."""
    assert Account().ask("POST", "/files", b"{}").status == 400
    assert Account().ask("POST", "/files", b"--x--\r\n", "multipart/form-data; boundary=x").status == 400


def filled(account: Account) -> tuple[str, str]:
    """The ids of a vector store and the file in it."""
    file, store = body(account.upload())["id"], account.tell("POST", "/vector_stores", name="facts")["id"]
    account.tell("POST", f"/vector_stores/{store}/files", file_id=file)
    return store, file


def test_a_vector_store_takes_a_file_in_and_takes_its_time() -> None:
    """In progress when it is told to, ready at the next look; then store and file are deleted."""
    account = Account()
    store, file = filled(account)
    assert account.tell("GET", f"/vector_stores/{store}")["file_counts"]["in_progress"] == 1
    assert account.tell("GET", f"/vector_stores/{store}/files/{file}")["status"] == "completed"
    assert account.tell("GET", f"/vector_stores/{store}")["file_counts"] == {
        "in_progress": 0,
        "completed": 1,
        "failed": 0,
        "cancelled": 0,
        "total": 1,
    }
    assert [one["id"] for one in account.tell("GET", f"/vector_stores/{store}/files")["data"]] == [file]
    assert [one["id"] for one in account.tell("GET", "/vector_stores")["data"]] == [store]
    assert account.tell("DELETE", f"/vector_stores/{store}/files/{file}")["deleted"] is True
    assert account.tell("DELETE", f"/vector_stores/{store}")["deleted"] is True
    assert account.ask("GET", f"/vector_stores/{store}").status == 404
    assert list(account.ledger.things) == [(SUPPORT, file)]


def test_a_file_that_is_not_kept_comes_into_no_store() -> None:
    """The store says which."""
    account = Account()
    store = account.tell("POST", "/vector_stores", name="facts")["id"]
    answer = account.ask("POST", f"/vector_stores/{store}/files", b'{"file_id": "assistant-0"}')
    assert (answer.status, body(answer)["error"]["message"]) == (404, "No such File object: assistant-0")


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [("vector-store-failed", "failed", "An internal error occurred."), ("vector-store-stuck", "in_progress", None)],
)
def test_a_store_fails_or_never_ends_where_the_world_says_so(fault: str, status: str, error: str | None) -> None:
    """With the words that people have reported."""
    account = Account(fault)
    store, file = filled(account)
    told = account.tell("GET", f"/vector_stores/{store}/files/{file}")
    assert (told["status"], (told["last_error"] or {}).get("message")) == (status, error)


def test_a_question_is_answered_from_the_sentence_that_fits_and_cited() -> None:
    """From what the store holds, and only once it is ready."""
    account = Account()
    store, file = filled(account)
    asked = {
        "tools": [{"type": "file_search", "vector_store_ids": [store]}],
        "include": ["file_search_call.results"],
    }
    question = [text("Which code word has the meter maple?")]
    assert said(account.respond(question, **asked)) == "The files say nothing of that."
    account.tell("GET", f"/vector_stores/{store}/files/{file}")
    call, message = body(account.respond(question, **asked))["output"]
    assert (call["type"], call["results"][0]["file_id"]) == ("file_search_call", file)
    assert message["content"][0]["text"] == "raven-1f2e3d"
    assert message["content"][0]["annotations"][0]["filename"] == "facts.txt"
    answer = account.respond(question, tools=[{"type": "file_search", "vector_store_ids": ["vs_0"]}])
    assert (answer.status, body(answer)["error"]["message"]) == (404, "Vector store with id [vs_0] not found.")


def test_a_document_is_read_within_the_request_and_uploaded() -> None:
    """The word that stands in it comes back, and no other."""
    account = Account()
    question = text("Which code word stands in the document?")
    data = b64encode(pdf("The code word is cedar-7.")).decode()
    inline = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{data}"}
    assert said(account.respond([inline, question])) == "cedar-7"
    name = body(account.upload(pdf("The code word is delta-8.")))["id"]
    assert said(account.respond([{"type": "input_file", "file_id": name}, question])) == "delta-8"
    assert account.respond([{"type": "input_file", "file_id": "assistant-0"}, question]).status == 404
    nothing = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}
    assert said(account.respond([nothing, question])) == "I can't read the document."


def test_a_picture_is_named_and_what_is_none_is_refused() -> None:
    """By its pixels; the refusal is the service's."""
    account = Account()
    question = text("What is in the picture?")

    def shown(data: bytes) -> Answer:
        url = f"data:image/png;base64,{b64encode(data).decode()}"
        return account.respond([question, {"type": "input_image", "image_url": url}])

    assert said(shown(picture("square", "blue"))) == "blue square"
    assert "could not be read" in said(shown(drawn("jpeg", 40, 40)))
    assert body(shown(b"GIF"))["error"]["code"] == "invalid_base64_image"


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_the_image_tool_draws_what_is_asked_by_the_deployment_of_the_header(form: str) -> None:
    """The header names a deployment of an image model, whatever its casing."""
    account = Account()
    tool = {"type": "image_generation", "size": "64x48", "output_format": form}
    header = "x-ms-oai-image-generation-deployment"

    def draws(**headers: str) -> Answer:
        return account.respond([text("Draw a picture of a lamp.")], tools=[tool], headers=headers)

    (call,) = body(draws(**{header: "Support-Pictures"}))["output"]
    assert (call["type"], call["status"], call["size"]) == ("image_generation_call", "completed", "64x48")
    made = data_of(f"data:image/{form};base64,{call['result']}")
    assert made == drawn(form, 64, 48)
    assert body(draws())["error"] == {
        "message": f"imagegen deployment must be provided through header: {header}",
        "type": "image_generation_user_error",
        "param": "tools",
        "code": "invalid_request_error",
    }
    assert draws(**{header: "nothing"}).status == 404
    assert draws(**{header: "support-chat"}).status == 400
    plain = account.respond([text("Reply with OK")], tools=[tool], headers={header: "support-pictures"})
    assert said(plain) == "OK"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("POST", "/openai/v1/responses", "OpenAI/responses/write"),
        ("DELETE", "/openai/v1/responses/resp_1", "OpenAI/responses/delete"),
        ("POST", "/openai/v1/files", "OpenAI/files/write"),
        ("GET", "/openai/files/x/content", "OpenAI/files/read"),
        ("DELETE", "/openai/v1/files/x", "OpenAI/files/delete"),
        ("POST", "/openai/v1/vector_stores", "OpenAI/assistants/vector_stores/write"),
        ("POST", "/openai/v1/vector_stores/vs/files", "OpenAI/assistants/vector_stores/write"),
        ("DELETE", "/openai/v1/vector_stores/vs", "OpenAI/assistants/vector_stores/delete"),
        ("POST", "/api/projects/p/openai/v1/files", "AIServices/assets/write"),
        ("GET", "/api/projects/p/openai/v1/vector_stores", "AIServices/assets/read"),
        ("POST", "/api/projects/files/openai/v1/responses", "AIServices/responses/write"),
    ],
)
def test_each_path_needs_its_own_data_action(method: str, path: str, action: str) -> None:
    """As role definitions name them."""
    assert action_of(Ask(method, HOST, path)) == f"Microsoft.CognitiveServices/accounts/{action}"


def test_who_may_not_upload_is_told_the_action_that_is_missing() -> None:
    """And may still ask questions."""
    account = Account("upload-not-permitted")
    answer = account.upload()
    assert answer.status == 401
    assert "`Microsoft.CognitiveServices/accounts/OpenAI/files/write`" in body(answer)["error"]["message"]
    assert said(account.respond([text("Reply with OK")])) == "OK"


def png(kind: int, rows: list[bytes], width: int) -> bytes:
    """A PNG of filtered rows."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + name + data + bytes(4) for name, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


RED = bytes((220, 20, 20))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        png(3, [b"\0\0"], 1),
        png(2, [b"\0" + RED * 4], 5),
        png(2, [b"\0" + b"\xff" * 12] * 4, 4),
        png(2, [b"\0" + RED], 1)[:-30],
    ],
)
def test_eyes_see_nothing_where_there_is_nothing(data: bytes) -> None:
    """No picture, a cut one, or a white one."""
    with pytest.raises(UnseenError):
        sight(data)


def test_packed_text_of_a_pdf_is_read_too() -> None:
    """As most programs write it, with escapes."""
    content = zlib.compress(rb"BT (The \(real\) word) Tj (is here.) ' ET")
    head = b"%%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content)
    assert text_of(head + content + b"\nendstream\nendobj") == "The (real) word\nis here."
    assert text_of(head + b"broken\nendstream\nendobj") == ""
    assert text_of(b"\xff\xfe\x00") == ""


@pytest.mark.parametrize("url", ["", None, 7, "https://example.com/a.png", "data:text/plain,hi", "data:x;base64,!"])
def test_only_data_urls_are_opened(url: object) -> None:
    """Nothing is fetched."""
    assert data_of(url) is None
