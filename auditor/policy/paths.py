"""Dotted paths: found in a rule, read from a check, followed through facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from auditor.record import Json

Path = tuple[str, ...]
"""A root and its members; `[]` is each item of a list, `[2]` its third."""

ITEMS = "[]"

Value = TypeVar("Value")

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*)
    |(?P<string>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<quoted>`[^`]+`)
    |(?P<number>\d[\w.]*)
    |(?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_INDEX = re.compile(r"\[(\d+)\]")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Missing:
    """Facts do not reach as far as the path; `path` is as much of it as ends with the first step that is not there."""

    path: Path


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_END = _Token("end", "")


@dataclass(frozen=True)
class _Named:
    path: Path
    end: int
    """Where the token after it stands."""
    method: str | None


def named_paths(rule: str, roots: Collection[str]) -> tuple[Path, ...]:
    """The paths that a CEL rule names, in order, each once; a comprehension's variable stands for `…[]`."""
    tokens = _tokens(rule)
    found: dict[Path, None] = {}
    bound: list[tuple[int, str, Path]] = []
    declared: set[int] = set()
    depth = at = 0
    while at < len(tokens):
        token = tokens[at]
        depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "mark" else 0
        bound = [entry for entry in bound if entry[0] <= depth]
        if token.kind != "name" or at in declared or (at and tokens[at - 1].text == "."):
            at += 1
            continue
        named = _named(tokens, at)
        path = _resolved(named.path, bound, roots)
        if path is not None:
            found[path] = None
            if named.method in _MACROS and _at(tokens, named.end + 1).kind == "name":
                declared.add(named.end + 1)
                bound.append((depth + 1, tokens[named.end + 1].text, (*path, ITEMS)))
        at = named.end
    return tuple(found)


def read_path(text: str) -> Path | None:
    """The path that the whole text is, or None where it is anything else."""
    tokens = _tokens(text)
    if not tokens or tokens[0].kind != "name":
        return None
    named = _named(tokens, 0)
    return named.path if named.end == len(tokens) and named.method is None else None


@lru_cache(maxsize=4096)
def written(path: Path) -> str:
    """The path as people and rules write it."""
    steps = (
        step if step.startswith("[") else f".{step}" if _IDENTIFIER.fullmatch(step) else f"['{step}']"
        for step in path[1:]
    )
    return "".join([*path[:1], *steps])


def around(path: Path, told: Mapping[str, Value]) -> tuple[Value, ...]:
    """What is told of the path or of the nearest above it; where nothing is, all that is told of what lies below."""
    return tuple([told[name] for name in names_around(path, told)]) if told else ()


def names_around(path: Path, told: Collection[str]) -> tuple[str, ...]:
    """The names, among those of which something is told, under which that of the path is found."""
    upwards, below = _surroundings(path)
    for name in upwards:
        if name in told:
            return (name,)
    return tuple([name for name in told if name.startswith(below)])


@lru_cache(maxsize=4096)
def _surroundings(path: Path) -> tuple[tuple[str, ...], tuple[str, str]]:
    """The path and those above it, the nearest first, and how all that lie below it begin; as they are written."""
    upwards = tuple(written(path[:end]) for end in range(len(path), 0, -1))
    return upwards, (f"{upwards[0]}.", f"{upwards[0]}[")


def follow(path: Path, variables: dict[str, Json]) -> Json | Missing:
    """What stands at the path (a list for each `[]`), or where the facts end."""
    value: Json = variables
    for at, step in enumerate(path):
        if step == ITEMS:
            return _each(value, path, at)
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and (index := _INDEX.fullmatch(step)) and int(index[1]) < len(value):
            value = value[int(index[1])]
        else:
            return Missing(path[: at + 1])
    return value


def _each(value: Json, path: Path, at: int) -> Json | Missing:
    if not isinstance(value, list | dict):
        return Missing(path[: at + 1])
    found: list[Json] = []
    for item in value:  # of an object the keys, as in CEL
        below = follow(("", *path[at + 1 :]), {"": item})
        if isinstance(below, Missing):
            return Missing((*path[: at + 1], *below.path[1:]))
        found.append(below)
    return found


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.lastgroup or "", m.group()) for m in _TOKEN.finditer(text) if m.lastgroup != "skip"]


def _at(tokens: Sequence[_Token], at: int) -> _Token:
    return tokens[at] if at < len(tokens) else _END


def _named(tokens: Sequence[_Token], at: int) -> _Named:
    """The path that starts at this name; where a call follows, `method` is what is called."""
    steps = [tokens[at].text]
    at += 1
    if _at(tokens, at).text == "(":
        return _Named((), at, steps[0])
    for step, end in _steps(tokens, at):
        if _at(tokens, end).text == "(":
            return _Named(tuple(steps), end, step)
        steps.append(step)
        at = end
    return _Named(tuple(steps), at, None)


def _steps(tokens: Sequence[_Token], at: int) -> Iterator[tuple[str, int]]:
    """Each `.name`, `['name']` or `[2]` from here on, with where it ends."""
    while True:
        mark, step, close = (_at(tokens, at + offset) for offset in range(3))
        if mark.text == "." and step.kind in {"name", "quoted"}:
            at += 2
            yield step.text.strip("`"), at
        elif mark.text == "[" and close.text == "]" and step.kind == "string" and step.text[0] in "'\"":
            at += 3
            yield step.text.strip("'\""), at
        elif mark.text == "[" and close.text == "]" and step.text.isdecimal():
            at += 3
            yield f"[{step.text}]", at
        else:
            return


def _resolved(path: Path, bound: Sequence[tuple[int, str, Path]], roots: Collection[str]) -> Path | None:
    if not path:
        return None
    for _, name, stands_for in reversed(bound):
        if name == path[0]:
            return (*stands_for, *path[1:])
    return path if path[0] in roots else None
