"""What a pretend model does with the service's own tools: it runs code, searches, and asks for an action."""

from __future__ import annotations

import re
import time
from hashlib import md5, sha256
from secrets import token_hex

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message

IDLE_MINUTES = 20
"""After which a container goes by itself."""

_HASH = re.compile(r"the SHA-256 of the UTF-8 text ([\w-]+)", re.IGNORECASE)
_DIGITS = re.compile(r"its first (\d+) digits", re.IGNORECASE)
_QUERY = re.compile(r"search the web for: (\S+?)\.?(?:\s|$)", re.IGNORECASE)


def computing(asked: Asked) -> list[JsonObject] | None:
    """The hash of the text that is named, worked out by code in a container that is made for it."""
    tool = asked.tool("code_interpreter")
    found = _HASH.search(asked.text)
    if tool is None or found is None:
        return None
    digits = _DIGITS.search(asked.text)
    length = int(digits[1]) if digits else 64
    value = sha256(found[1].encode()).hexdigest()[:length]
    if asked.way == "wrong-sum":
        value = md5(found[1].encode(), usedforsecurity=False).hexdigest()[:length]
    call = {
        "id": f"ci_{token_hex(25)}",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": f"import hashlib\nhashlib.sha256({found[1]!r}.encode('utf-8')).hexdigest()[:{length}]",
        "container_id": _container(asked, tool),
        "outputs": None,
    }
    return [call, message(value, "completed")]


def _container(asked: Asked, tool: JsonObject) -> str:
    """The container that is named, or a new one."""
    named = tool.get("container")
    if isinstance(named, str):
        return named
    name, now = f"cntr_{token_hex(24)}", int(time.time())
    asked.ledger.things[asked.account, name] = {
        "id": name,
        "object": "container",
        "created_at": now,
        "status": "running",
        "expires_after": {"anchor": "last_active_at", "minutes": IDLE_MINUTES},
        "last_active_at": now,
        "memory_limit": "1g",
        "name": "auto",
    }
    return name


def browsing(asked: Asked) -> list[JsonObject] | None:
    """A search for what is named, and an answer that names the page."""
    found = _QUERY.search(asked.text)
    if asked.tool("web_search") is None or found is None:
        return None
    action = {"type": "search", "query": found[1], "queries": [found[1]]}
    call = {"id": f"ws_{token_hex(25)}", "type": "web_search_call", "status": "completed", "action": action}
    text = "OK"
    cited = message(text, "completed")
    cited["content"][0]["annotations"] = [
        {
            "type": "url_citation",
            "start_index": 0,
            "end_index": len(text),
            "title": found[1],
            "url": f"https://{found[1]}/",
        }
    ]
    return [call, cited]


def steering(asked: Asked) -> list[JsonObject] | None:
    """The wish for a screenshot, which is where every use of a computer begins."""
    preview, general = asked.tool("computer_use_preview"), asked.tool("computer")
    if preview is None and general is None:
        return None
    wish = {"type": "screenshot"}
    call = {
        "id": f"cu_{token_hex(25)}",
        "type": "computer_call",
        "status": "completed",
        "call_id": f"call_{token_hex(12)}",
        "pending_safety_checks": [],
        **({"action": wish} if preview is not None else {"actions": [wish]}),
    }
    return [call]
