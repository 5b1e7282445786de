"""The part of GitHub's expression language that the action uses: contexts, strings, comparisons, and status functions.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"\s*(&&|\|\||==|!=|!|\(|\)|'(?:[^']|'')*'|[A-Za-z_][\w.-]*)")
_EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

Value = str | bool


def text(template: str, contexts: Mapping[str, str], functions: Mapping[str, Callable[[], bool]]) -> str:
    """The template with each `${{ … }}` replaced by its value; a context that does not exist is empty, as GitHub's."""

    def put(match: re.Match[str]) -> str:
        value = _Parser(match[1], contexts, functions).whole()
        return str(value).lower() if isinstance(value, bool) else value

    return _EMBEDDED.sub(put, template)


def holds(condition: str | None, contexts: Mapping[str, str], functions: Mapping[str, Callable[[], bool]]) -> bool:
    """Whether a step's `if:` holds; one that names no status function asks for success() too."""
    if condition is None:
        return functions["success"]()
    inner = condition.strip().removeprefix("${{").removesuffix("}}")
    value = bool(_Parser(inner, contexts, functions).whole())
    if not any(f"{name}()" in inner for name in functions):
        value = value and functions["success"]()
    return value


class _Parser:
    def __init__(self, source: str, contexts: Mapping[str, str], functions: Mapping[str, Callable[[], bool]]) -> None:
        self._tokens = []
        at = 0
        while source[at:].strip():
            match = _TOKEN.match(source, at)
            assert match, f"not understood: {source[at:]!r}"
            self._tokens.append(match[1])
            at = match.end()
        self._contexts, self._functions = contexts, functions

    def whole(self) -> Value:
        value = self._either()
        assert not self._tokens, f"left over: {self._tokens}"
        return value

    def _either(self) -> Value:
        value = self._both()
        while self._next("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Value:
        value = self._compared()
        while self._next("&&"):
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Value:
        value = self._single()
        if self._next("=="):
            return self._single() == value
        if self._next("!="):
            return self._single() != value
        return value

    def _single(self) -> Value:
        token = self._tokens.pop(0)
        if token == "!":
            return not self._single()
        if token == "(":
            value = self._either()
            assert self._next(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._next("("):
            assert self._next(")")
            return self._functions[token]()
        assert token.partition(".")[0] in {"inputs", "steps", "github", "runner"}, f"no such context: {token}"
        return self._contexts.get(token, "")

    def _next(self, token: str) -> bool:
        found = bool(self._tokens) and self._tokens[0] == token
        if found:
            self._tokens.pop(0)
        return found
