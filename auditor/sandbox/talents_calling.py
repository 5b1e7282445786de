"""What a pretend model does with declared functions and schemas: it takes the values that the text gives by name."""

from __future__ import annotations

import json
import re
from secrets import token_hex
from typing import Any

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message


def calling(asked: Asked) -> list[JsonObject] | None:
    """A call of the declared function that the text names, then what came of it."""
    function = asked.tool("function")
    if function is None:
        return None
    results = [item for item in asked.given if item.get("type") == "function_call_output"]
    if results:
        return [message(f"The result is {_values(results[-1].get('output'))}.", "completed")]
    name = str(function.get("name"))
    if name not in asked.text:
        return None
    called = "delete_everything" if asked.way == "wrong-tool" else name
    arguments = _filled(function.get("parameters"), asked.text)
    return [
        {
            "id": f"fc_{token_hex(25)}",
            "type": "function_call",
            "status": "completed",
            "arguments": json.dumps(arguments),
            "call_id": f"call_{token_hex(12)}",
            "name": called,
        }
    ]


def shaped(asked: Asked) -> list[JsonObject] | None:
    """JSON of the schema that the request asks for."""
    text = asked.request.get("text")
    wanted = text.get("format") if isinstance(text, dict) else None
    if not isinstance(wanted, dict) or wanted.get("type") != "json_schema":
        return None
    filled: Any = _filled(wanted.get("schema"), asked.text)
    if asked.way == "wrong-schema":
        filled = {name: str(value) for name, value in filled.items()}
    return [message(json.dumps(filled), "completed")]


def _filled(schema: object, text: str) -> JsonObject:
    """Each property of an object's schema with the value that stands after its name and a colon."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return {
        name: _value(kind.get("type"), re.search(rf"\b{re.escape(name)}: ([\w-]+)", text))
        for name, kind in (properties or {}).items()
    }


def _value(kind: object, found: re.Match[str] | None) -> Any:
    said = found[1] if found else ""
    if kind in {"integer", "number"}:
        return int(said) if said.lstrip("-").isdecimal() else 0
    return said


def _values(output: object) -> str:
    try:
        told = json.loads(str(output))
    except ValueError:
        return str(output)
    return ", ".join(str(value) for value in told.values()) if isinstance(told, dict) else str(told)
