"""YAML read safely into plain data, with the line and column that each part came from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

MAX_BYTES = 1_048_576
MAX_DEPTH = 40
MAX_NODES = 100_000
"""Counted after aliases are followed, so that a few lines can't unfold into millions of values."""

Where = tuple[str | int, ...]
"""Where a value stands: mapping keys and list positions from the root."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TEXT = frozenset({"str", "timestamp", "value"})  # a model's version such as 2024-08-06 is text, not a date


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a text, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with the text at one place."""

    place: Place
    path: Where
    message: str


class UnreadableError(Exception):
    """The text is no YAML, or more of it than is read; nothing of it can be used."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


@dataclass(slots=True)
class Located:
    """Plain data with its places; `troubles` are what could be passed over while reading on."""

    data: Any = None
    places: dict[Where, Place] = field(default_factory=dict)
    """Path → where its value begins."""
    keys: dict[Where, Place] = field(default_factory=dict)
    """Path → where its key begins, for members of mappings."""
    raw: dict[Where, str] = field(default_factory=dict)
    """Path → the scalar as written, where it was not read as text."""
    troubles: list[Trouble] = field(default_factory=list)

    def nearest(self, path: Where) -> Place:
        """The place of the path's value, or else of the closest thing around it that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


def read_yaml(text: str) -> Located:
    """The one document in `text`, at most 1 MiB, 40 levels deep and 100,000 values; raises UnreadableError.

    Numbers, booleans and null are read as YAML 1.1 has them, dates stay text, keys are always text.
    """
    if len(text.encode()) > MAX_BYTES:
        raise UnreadableError(f"more than {MAX_BYTES} bytes")
    try:
        _refuse_depth(text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise UnreadableError(*_yaml_words(error)) from error
    located = Located()
    if node is not None:
        located.data = _Reader(located).value(node, (), ())
    return located


def _refuse_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise UnreadableError(f"more than {MAX_DEPTH} levels deep", _place(event.start_mark))


class _Reader:
    def __init__(self, into: Located) -> None:
        self._into = into
        self._left = MAX_NODES
        self._scalars = SafeConstructor()

    def value(self, node: yaml.Node, path: Where, around: tuple[yaml.Node, ...]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise UnreadableError(f"its aliases unfold to more than {MAX_NODES} values")
        if any(node is outer for outer in around):
            raise UnreadableError("an alias stands inside of what it names", _place(node.start_mark))
        self._into.places.setdefault(path, _place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path, (*around, node)))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index), (*around, node)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _members(self, node: yaml.MappingNode, path: Where, around: tuple[yaml.Node, ...]) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = _place(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                self._trouble(place, path, "a key must be text")
                continue
            key = str(key_node.value)
            if key_node.tag == f"{_TAG}merge":
                self._trouble(place, path, "merge keys (<<) are not read; write the members out")
                continue
            if key in seen:
                self._trouble(place, (*path, key), f"the key stands already in line {seen[key]}")
                continue
            seen[key] = place.line
            self._into.keys[*path, key] = place
            yield key, self.value(value_node, (*path, key), around)

    def _scalar(self, node: yaml.Node, path: Where) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind in _TEXT:
            return str(node.value)
        self._into.raw[path] = str(node.value)
        if kind not in {"null", "bool", "int", "float"}:
            self._trouble(_place(node.start_mark), path, f"the tag {json.dumps(node.tag)} is not read")
            return str(node.value)
        try:
            value = self._scalars.construct_object(node)
        except (ConstructorError, ValueError, KeyError, IndexError):
            self._trouble(_place(node.start_mark), path, f"is no {kind}")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self._trouble(_place(node.start_mark), path, "must be a finite number")
            return 1.0
        return value

    def _trouble(self, place: Place, path: Where, message: str) -> None:
        self._into.troubles.append(Trouble(place, path, message))


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _yaml_words(error: yaml.YAMLError) -> tuple[str, Place | None]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
    return f"no YAML: {words}", _place(mark) if mark else None
