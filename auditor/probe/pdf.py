"""PDF as input, sent within the request and uploaded before it: each time a planted word must be read from it."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from auditor.probe.document import pdf
from auditor.probe.ending import Proof
from auditor.probe.keeping import upload
from auditor.probe.limits import output_limit
from auditor.probe.memory import knows, word
from auditor.probe.question import FILES_DELETE, FILES_WRITE, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

TURNS: Final = 2
CALLS: Final = TURNS + 1

PAGE_TOKENS: Final = 3_000
"""The question and one page, which the service gives the model as text and as a picture:
https://learn.microsoft.com/azure/foundry/openai/how-to/responses#file-input"""

QUESTION: Final = "Which code word stands in the document? Reply with the code word alone."
NAME: Final = "auditor.pdf"
MEDIA_TYPE: Final = "application/pdf"


async def look(talk: Talk) -> Proof:
    """Two documents with a word each, so that neither can answer for the other; the uploaded one is deleted."""
    limit = output_limit(talk.target)
    inline, uploaded = word(), word()
    data = f"data:{MEDIA_TYPE};base64,{b64encode(_document(inline)).decode()}"
    first = await talk.respond([_turn({"filename": NAME, "file_data": data})], limit=limit)
    file = await upload(talk, NAME, _document(uploaded), MEDIA_TYPE)
    second = await talk.respond([_turn({"file_id": file})], limit=limit)
    unread = [
        how
        for how, body, planted in (("sent as base64", first, inline), ("uploaded", second, uploaded))
        if not knows(body, planted)
    ]
    return Proof(
        proven=not unread, shortfall=f"the answer does not hold the word in the PDF that was {' and '.join(unread)}"
    )


def _document(planted: str) -> bytes:
    return pdf(f"The code word is {planted}.")


def _turn(file: JsonObject) -> JsonObject:
    return {
        "role": "user",
        "content": [{"type": "input_file", **file}, {"type": "input_text", "text": QUESTION}],
    }


def most_tokens(target: Target) -> int:
    """Both turns."""
    return TURNS * (PAGE_TOKENS + output_limit(target))


PDF = Probe(
    name="pdf",
    title="PDF as input",
    sends="two short questions about generated PDFs of one page: one within the request, one uploaded and then deleted",
    proves="each answer holds the word that was planted in that document",
    inapplicable=inapplicable,
    calls=CALLS,
    most_tokens=most_tokens,
    look=look,
    legacy=False,
    stores="the uploaded file",
    actions=(RESPONSES_WRITE, FILES_WRITE, FILES_DELETE),
)
