"""Pydantic's complaints about settings in the words of whoever wrote the settings."""

from __future__ import annotations

import difflib
import json
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auditor.cloud.redaction import mask
from auditor.settings import Settings
from auditor.settings_file.located import Where

_SIMPLE = re.compile(r"^[A-Za-z_][\w.-]*$", re.ASCII)
_SHOWN = 60
"""Characters of a wrong value that a message quotes."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with the value (or the key) at a path of the settings."""

    path: Where
    message: str
    about_key: bool = False


def complaints(error: ValidationError, data: Any, raw: dict[Where, str]) -> Iterator[Complaint]:
    """One per problem; `raw` tells how a scalar was written that YAML did not read as text."""
    for detail in error.errors(include_url=False):
        path = _walked(detail["loc"], data)
        value = _value(path, data)
        if _of_other_branch(detail, path, value) or (detail["type"] == "too_short" and value):
            continue  # a list whose items are wrong is also called too short: what is wrong are its items
        if detail["type"] == "missing":
            yield Complaint((*path, detail["loc"][-1]), "is missing")
        elif detail["type"] == "extra_forbidden":
            yield Complaint(path, _unknown_key(path), about_key=True)
        elif detail["type"] == "string_type" and path in raw and value is not None:
            yield Complaint(path, f"must be text; write it in quotes: {json.dumps(mask(raw[path])[:_SHOWN])}")
        else:
            yield Complaint(path, f"{_must(detail)}; found {_found(value)}")


def dotted(path: Where) -> str:
    """`workloads[0].deployments[1].sku`; keys of another shape than a name are quoted."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        elif _SIMPLE.match(part):
            words += f".{part}" if words else part
        else:
            words += f"[{json.dumps(mask(part)[:_SHOWN])}]"
    return words


def _walked(loc: tuple[str | int, ...], data: Any) -> Where:
    """The part of pydantic's location that stands in the data; names of union branches do not."""
    walked: list[str | int] = []
    for part in loc:
        if (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        ):
            walked.append(part)
            data = _value((part,), data)
    return tuple(walked)


def _value(path: Where, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data


def _of_other_branch(detail: ErrorDetails, path: Where, value: Any) -> bool:
    """Whether a value that may be a name or a mapping is one of them, and this complaint is about the other."""
    if len(detail["loc"]) == len(path):
        return False
    if detail["type"] == "literal_error":
        return isinstance(value, dict)
    return detail["type"] in {"model_type", "model_attributes_type"} and not isinstance(value, dict)


def _unknown_key(path: Where) -> str:
    known = sorted(_fields(path[:-1]))
    meant = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.75)
    if meant:
        return f"unknown key; {meant[0]} is probably meant"
    return f"unknown key; known here: {', '.join(known)}"


def _fields(path: Where) -> tuple[str, ...]:
    """The keys that the settings know at a path."""
    record: type[BaseModel] | None = Settings
    for part in path:
        if record and isinstance(part, str):
            member = record.model_fields.get(part)
            record = _record_in(member.annotation) if member else None
    return tuple(record.model_fields) if record else ()


def _record_in(kind: Any) -> type[BaseModel] | None:
    """The record that `X`, `tuple[X, ...]`, `X | None` and their like hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((record for inner in typing.get_args(kind) if (record := _record_in(inner))), None)


def _must(detail: ErrorDetails) -> str:
    phrase = _PHRASES.get(detail["type"])
    return phrase(detail.get("ctx", {})) if phrase else detail["msg"].removeprefix("Input ").lower()


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    text = mask(json.dumps(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _plain(phrase: str) -> Callable[[dict[str, Any]], str]:
    return lambda _: phrase


_PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "literal_error": lambda ctx: f"must be {ctx['expected']}",
    "enum": lambda ctx: f"must be {ctx['expected']}",
    "string_type": _plain("must be text"),
    "string_too_short": _plain("must not be empty"),
    "string_too_long": lambda ctx: f"must be at most {ctx['max_length']} characters long",
    "string_pattern_mismatch": _plain("must be an id such as 00000000-0000-0000-0000-000000000000"),
    "too_short": _plain("must name at least one"),
    "int_type": _plain("must be a whole number"),
    "int_from_float": _plain("must be a whole number"),
    "float_type": _plain("must be a number"),
    "finite_number": _plain("must be a finite number"),
    "bool_type": _plain("must be true or false"),
    "tuple_type": _plain("must be a list"),
    "dict_type": _plain("must be a mapping"),
    "model_type": _plain("must be a mapping"),
    "model_attributes_type": _plain("must be a mapping"),
    "greater_than": lambda ctx: f"must be more than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']:g}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']:g}",
}
"""Pydantic's type of error → what the value must be (https://docs.pydantic.dev/latest/errors/validation_errors/)."""
