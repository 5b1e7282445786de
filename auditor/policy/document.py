"""A YAML file of a policy, read safely and within bounds; where a part of it stands is found only when it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from auditor.cloud.redaction import mask, secrets_in
from auditor.errors import PolicyError
from auditor.policy.expression import nearest
from auditor.record import Json

MAX_BYTES = 262_144
MAX_DEPTH = 40
"""Lists and mappings within each other."""

MAX_PROBLEMS = 50
"""Told at once."""

SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where PyYAML was built with it: ten times as fast."""

_Record = TypeVar("_Record")


class ProblemsError(PolicyError):
    """A policy was refused; `problems` are all that is wrong with it, one line each, with file, line and column."""

    def __init__(self, problems: Sequence[str], *, next_step: str) -> None:
        shown = list(problems[:MAX_PROBLEMS])
        if len(problems) > MAX_PROBLEMS:
            shown.append(f"and {len(problems) - MAX_PROBLEMS} more problems")
        super().__init__("\n".join(shown), next_step=next_step)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Document:
    """One file: its text and what it holds."""

    path: Path
    text: str
    body: Json

    def at(self, steps: Sequence[str | int], *, key: bool = False, line: int = 1, column: int = 1) -> str:
        """`file:line:column` of the value (or its key) at these steps, or of what is nearest above it.

        `line` and `column` count within the value where it is text; a column of folded text is not known, so that
        the text's own place is told.
        """
        node = self._root
        mark = node.start_mark if node else None
        for step in steps:
            found = _child(node, step)
            if found is None:
                return _told(self.path, mark)
            name, node = found
            mark = (name if key and step == steps[-1] else node).start_mark
        within = _within(self.text, node, line, column)
        return f"{self.path}:{within[0]}:{within[1]}" if within else _told(self.path, mark)

    @cached_property
    def _root(self) -> yaml.Node | None:
        """Every part with its place; made once, since a pack is asked for the place of each check that it names."""
        root: yaml.Node | None = yaml.compose(self.text, _Loader)
        return root

    def checked(self, shape: type[_Record]) -> _Record:
        """The body as a record; raises ProblemsError with everything that does not fit."""
        try:
            return TypeAdapter(shape).validate_python(self.body)
        except ValidationError as error:
            problems = [self._problem(detail["loc"], dict(detail), shape) for detail in error.errors(include_url=False)]
            raise ProblemsError(problems, next_step="mend the file") from error

    def _problem(self, loc: tuple[str | int, ...], detail: dict[str, Any], shape: Any) -> str:
        unknown = detail["type"] == "extra_forbidden"
        known = _keys(shape, loc[:-1]) if unknown else ()
        where = self.at(loc, key=unknown)
        name = ".".join(str(step) for step in loc) or "the file"
        if unknown:
            return f"{where}: unknown key {name!r}{nearest(str(loc[-1]), known)}"
        if detail["type"] == "missing":
            return f"{where}: {name} is missing"
        return f"{where}: {name}: {detail['msg'][:300].replace('valid tuple', 'list')}"


def read_document(path: Path, *, proven: bool = False) -> Document:
    """The file's content as JSON values; raises ProblemsError where it is no such YAML, too large or too deep.

    Words are read as YAML 1.2's core schema has them (https://yaml.org/spec/1.2.2/#103-core-schema): dates stay text,
    `yes` is a word. Repeated keys and keys that are not text are refused; so are aliases, tags and what looks like a
    secret, for which a `proven` file is not searched: one of the auditor's own, which the tests read as a stranger's.
    """
    try:
        if not path.is_file():
            raise _refused(f"{path}: not a file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        text = raw.decode("utf-8")
    except OSError as error:
        raise _refused(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refused(f"{path}: not UTF-8") from error
    if len(raw) > MAX_BYTES:
        raise _refused(f"{path}: more than {MAX_BYTES} bytes")
    try:
        if not proven:
            _bounded(path, text)
        document = Document(path, text, yaml.load(text, _Loader))  # noqa: S506 - a safe loader, narrowed further
    except yaml.MarkedYAMLError as error:
        raise _refused(
            f"{_told(path, error.problem_mark or error.context_mark)}: {error.problem or error.context}"
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _refused(f"{path}: not YAML: {str(error).splitlines()[0][:200]}") from error
    if proven or mask(text) == text:
        return document
    if problems := [_secret(document, place) for place in secrets_in(document.body)]:
        raise ProblemsError(problems, next_step="take it out of the file")
    return document


class _Loader(SAFE_LOADER):  # type: ignore[misc] # chosen at run time: the C one is there nearly always
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """Its members, each key once and text."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(None, None, "a key that is not text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} twice", key.start_mark)
            seen.add(key.value)
        members: dict[str, Any] = super().construct_mapping(node, deep=deep)
        return members


for _word, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"0|[-+]?[1-9][0-9]*", [*"-+0123456789"]),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_word}", re.compile(f"^(?:{_pattern})$"), _first)


def _bounded(path: Path, text: str) -> None:
    """Refuses, before anything is built, what would unfold or nest without end."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _refused(f"{_told(path, event.start_mark)}: an alias; write the value out")
        if getattr(event, "tag", None) is not None:
            raise _refused(f"{_told(path, event.start_mark)}: a tag; write plain values")
        if depth > MAX_DEPTH:
            raise _refused(f"{_told(path, event.start_mark)}: nested deeper than {MAX_DEPTH}")


def _secret(document: Document, place: Sequence[str | int]) -> str:
    name = ".".join(str(step) for step in place) or "the file"
    return f"{document.at(place)}: {name}: holds what looks like a secret, and every report copies it"


def _refused(problem: str) -> ProblemsError:
    return ProblemsError([problem], next_step="mend the file, or name another")


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The nodes of a member's key and value; those of an item are the same."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _told(path: Path, mark: Any) -> str:
    return f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else f"{path}"


def _within(text: str, node: yaml.Node | None, line: int, column: int) -> tuple[int, int] | None:
    """Line and column in the file of a place within text, where the text stands in the file as it is read."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    start = node.start_mark
    if node.style == "|":
        source = [*text.split("\n"), ""]
        first = source[start.line + 1]
        indent = len(first) - len(first.lstrip(" "))
        return start.line + 1 + line, indent + column
    if start.line != node.end_mark.line or line != 1 or column == 1:
        return None
    return start.line + 1, start.column + (node.style in ("'", '"')) + column


def _keys(shape: Any, loc: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that the record at this place knows."""
    record = _record_in(shape)
    for step in loc:
        if record and step in record.model_fields:
            record = _record_in(record.model_fields[str(step)].annotation)
    return tuple(info.alias or name for name, info in record.model_fields.items()) if record else ()


def _record_in(kind: Any) -> type[BaseModel] | None:
    """The record that `X`, `tuple[X, ...]`, `dict[str, X | None]` and their like hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((record for inner in get_args(kind) if (record := _record_in(inner))), None)
