"""What a request to the Responses API asks of a pretend model, and the items that it is answered with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import urlsplit

from auditor.record import JsonObject
from auditor.sandbox.canvas import shown
from auditor.sandbox.catalogue import Model
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.reading import data_of
from auditor.sandbox.troubles import ModelWay
from auditor.sandbox.wire import Answer
from auditor.sandbox.world import HostedPicture


class RefusedError(Exception):
    """What was asked can't be answered; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


EFFORT_TOKENS = {"none": 0, "minimal": 16, "low": 64, "medium": 192, "high": 448, "xhigh": 896}
"""Effort → tokens that a pretend model reasons for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants of which model."""

    request: JsonObject
    model: Model
    answering: str
    """The model that the answer names: the deployed one with its version, or the router's choice."""
    account: str = ""
    """The name of the account that is asked."""
    ledger: Ledger = field(default_factory=Ledger)
    """What the sandbox remembers: stored responses, files, vector stores."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the request; names in lower case."""
    pictures: Mapping[str, HostedPicture] = field(default_factory=dict)
    """What stands on web servers, by their host names."""
    way: ModelWay | None = None
    """What goes wrong with the answer."""

    @property
    def limit(self) -> int | None:
        """The most output tokens, reasoning included."""
        limit = self.request.get("max_output_tokens")
        return limit if isinstance(limit, int) else None

    @property
    def effort(self) -> str | None:
        """How hard to think; None for a model that does not."""
        if self.model.reasoning is None:
            return None
        asked = self.request.get("reasoning")
        effort = asked.get("effort") if isinstance(asked, dict) else None
        return effort if effort in EFFORT_TOKENS else self.model.reasoning

    @property
    def given(self) -> list[JsonObject]:
        """The items of the input; a plain text is one message of the user."""
        given = self.request.get("input", "")
        if isinstance(given, str):
            return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": given}]}]
        return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []

    @property
    def history(self) -> list[JsonObject]:
        """The items of the responses before this one, oldest first, and of its own input."""
        items: list[JsonObject] = []
        name = self.request.get("previous_response_id")
        while isinstance(name, str) and (self.account, name) in self.ledger.conversations:
            before = self.ledger.conversations[self.account, name]
            items = [*before.items, *items]
            name = before.previous
        return [*items, *self.given]

    @property
    def text(self) -> str:
        """Every text that was given, in the conversation so far too."""
        return "\n".join(filter(None, map(words, self.history)))

    def picture(self, address: object) -> bytes | None:
        """The bytes that an address holds, or that stand there; None where there are none."""
        if (data := data_of(address)) is not None:
            return data
        at = urlsplit(address if isinstance(address, str) else "")
        found = self.pictures.get(at.hostname or "") if at.scheme == "https" else None
        return shown(found.shape, found.colour) if found and not found.gone and found.path == at.path else None

    def tool(self, kind: str) -> JsonObject | None:
        """The first tool of a type that the request offers."""
        tools = self.request.get("tools")
        offered = tools if isinstance(tools, list) else []
        return next((one for one in offered if isinstance(one, dict) and one.get("type") == kind), None)


def words(item: JsonObject) -> str:
    """The texts of an item."""
    content = item.get("content", "")
    if isinstance(content, str):
        return content
    texts = [part.get("text", "") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return "\n".join(text for text in texts if isinstance(text, str))


def recalled(asked: Asked) -> str:
    """The code word that the conversation holds; some forget what was said before the last turn."""
    last = words(asked.given[-1]) if asked.given else ""
    heard = last if asked.way == "forgetful" else asked.text
    found = re.search(r"remember this code word: ([\w-]+)", heard, re.IGNORECASE)
    return found[1] if found else "You told me no code word."


def message(text: str, status: str) -> JsonObject:
    """The item that holds what was said."""
    content = [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]
    return {"id": f"msg_{token_hex(25)}", "type": "message", "status": status, "content": content, "role": "assistant"}


def prompt(request: JsonObject) -> str:
    """The input as one text, whatever its shape."""
    given = request.get("input", "")
    return given if isinstance(given, str) else json.dumps(given)
