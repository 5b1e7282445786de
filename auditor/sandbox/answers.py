"""What the model endpoints say when they do not answer, from one table."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from auditor.record import JsonObject, Record
from auditor.sandbox.loading import read_yaml
from auditor.sandbox.wire import Answer, answer_json


class Said(Record):
    """One row of answers.yaml."""

    status: int
    headers: dict[str, str] = {}
    error: JsonObject | None = None
    type: str = ""
    body: str = ""


def said(name: str, **words: object) -> Answer:
    """The answer of that name, with its words filled in; what is not told is left as it stands."""
    row = _table()[name]
    filled = _Words(words)
    headers = {key: value.format_map(filled) for key, value in row.headers.items()}
    if row.error is None:
        return Answer(row.status, row.body.encode(), {"content-type": row.type, **headers})
    return answer_json(row.status, {"error": _filled(row.error, filled)}, headers)


@cache
def _table() -> dict[str, Said]:
    return TypeAdapter(dict[str, Said]).validate_python(read_yaml(Path(__file__).parent / "answers.yaml"))


class _Words(dict[str, object]):
    def __missing__(self, word: str) -> str:
        return f"{{{word}}}"


def _filled(value: Any, words: _Words) -> Any:
    if isinstance(value, str):
        return value.format_map(words)
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    return [_filled(item, words) for item in value] if isinstance(value, list) else value
