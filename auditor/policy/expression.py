"""Rules in CEL, three-valued: the only room that knows the language.

CEL's errors are Kleene's third value (`error || true` is true, `error && false` is false), and whatever touches a
missing key is an error: so a missing fact becomes unknown exactly when it matters. An error comes back as a value whose
content is a truthy string, so only a value of type BOOL counts here. https://cel.dev, runtime: cel-expr-python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache

from cel_expr_python import cel  # type: ignore[import-untyped] # it ships no types

from auditor.errors import PolicyError
from auditor.policy.paths import Missing, Path, follow, named_paths, written
from auditor.record import Json

MAX_RULE = 4_000
"""Characters of a rule."""

MAX_DEPTH = 64
"""Objects nested deeper are empty objects to a rule, so that whatever touches them is unknown."""

PARAMETERS = "params"

_SIXTY_FOUR_BITS = range(-(2**63), 2**63)
_BROKEN = re.compile("[\ud800-\udfff]")
_COMPLAINT = re.compile(r"(?:ERROR: <input>:(?P<line>-?\d+):(?P<column>-?\d+): )?(?P<text>[^\n]+)")
_UNDECLARED = re.compile(r"undeclared reference to '(?P<name>[^']+)'")
_NO_KEY = re.compile(r'Key not found in map : "(?P<key>.*)"', re.DOTALL)
_NO_ROOT = re.compile(r'No value with name "(?P<key>[^"]+)" found')
_STATUS = re.compile(r"^[A-Z_]+: ")


class RuleError(PolicyError):
    """A rule that does not compile; `line` and `column` count from 1 within the rule."""

    def __init__(self, problem: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(
            f"line {line}, column {column} of the rule: {problem}",
            next_step="mend the rule; the language is https://cel.dev",
        )
        self.problem = problem
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Unknown:
    """A rule has no answer."""

    reason: str
    """One phrase, such as `account.properties.disableLocalAuth is not known`."""
    missing: tuple[Path, ...] = ()
    """What the rule names and the facts do not hold, first what stopped it; empty where that is not the cause."""


@dataclass(frozen=True)
class Facts:
    """Variables made ready for rules, once per subject."""

    variables: dict[str, Json]
    activation: cel.Activation


@dataclass(frozen=True)
class Rule:
    """A condition, compiled when it is first asked."""

    text: str
    roots: tuple[str, ...]
    """The variables that it may name."""
    scope: str = ""
    """Where given, it may name `params` too: what `bind` was given for the scope."""

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The dotted paths that it names."""
        return named_paths(self.text, self._names)

    @cached_property
    def program(self) -> cel.Expression:
        """What CEL made of it; raises RuleError with the place and the cause."""
        if len(self.text) > MAX_RULE:
            raise RuleError(f"{len(self.text)} characters; a rule has at most {MAX_RULE}")
        try:
            program = _environment(self.roots, _container(self.scope)).compile(self.text)
        except RuntimeError as error:
            raise _refusal(self.text, self._names, str(error)) from error
        result = program.return_type().name()
        if result not in {"BOOL", "DYN"}:
            raise RuleError(f"gives a value of type {result}; a rule says true or false")
        return program

    @property
    def _names(self) -> tuple[str, ...]:
        return (*self.roots, PARAMETERS) if self.scope else self.roots

    def evaluate(self, facts: Facts) -> bool | Unknown:
        """True, false, or why there is no answer; never raises for what the facts hold."""
        try:
            result = self.program.eval(facts.activation)
        except RuntimeError as error:  # the iteration budget, and text that is not Unicode
            return Unknown(f"the rule can't be evaluated: {_cause(str(error))}")
        value = result.value()
        if isinstance(value, bool):  # what an error holds is a text
            return value
        kind = result.type().name()
        if kind == "ERROR":
            return self._unknown(str(value), facts)
        return Unknown(f"the rule gave a value of type {kind}, neither true nor false")

    def _unknown(self, error: str, facts: Facts) -> Unknown:
        absent = _NO_KEY.search(error) or _NO_ROOT.search(error)
        if absent is None:
            return Unknown(f"the rule can't be evaluated: {_cause(error)}")
        ends = {path: follow(path, facts.variables) for path in self.paths if path[0] != PARAMETERS}
        missing = {path: end.path[-1] for path, end in ends.items() if isinstance(end, Missing)}
        first = sorted(missing, key=lambda path: missing[path] != absent["key"])
        named = first and missing[first[0]] == absent["key"]
        what = written(first[0]) if named else f"a member {absent['key'][:80]!r}"
        return Unknown(f"{what} is not known", tuple(first))


@lru_cache(maxsize=4096)
def compile_rule(text: str, roots: tuple[str, ...], scope: str = "") -> Rule:
    """The rule made ready; raises RuleError with the place and the cause."""
    rule = Rule(text, roots, scope)
    _ = rule.program
    return rule


class Binder:
    """Makes the variables of many subjects ready for rules, an object that several of them share only once.

    `parameters` go by the rules' scope.
    """

    def __init__(self, parameters: Mapping[str, Mapping[str, Json]]) -> None:
        self._parameters = {
            f"{_container(scope)}.{PARAMETERS}": _plain(dict(values)) for scope, values in parameters.items()
        }
        self._ready: dict[int, tuple[Json, Json]] = {}
        """Identity of an object → the object, held so that no other takes its identity, and what CEL gets of it."""

    def bind(self, variables: dict[str, Json]) -> Facts:
        """The variables (root → value) made ready for every rule about a subject."""
        data = {root: self._made_ready(value) for root, value in variables.items()}
        return Facts(variables, _environment((), "").Activation({**data, **self._parameters}))

    def _made_ready(self, value: Json) -> Json:
        known = self._ready.get(id(value))
        if known is None:
            known = self._ready[id(value)] = (value, value if _is_plain(value) else _plain(value))
        return known[1]


def bind(variables: dict[str, Json], parameters: Mapping[str, Mapping[str, Json]] | None = None) -> Facts:
    """The variables and parameters of one subject made ready for rules."""
    return Binder(parameters or {}).bind(variables)


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known name, or nothing."""
    known = tuple(known)
    close = get_close_matches(name, known, n=1) or [other for other in known if name and other.startswith(name)]
    return f"; did you mean {close[0]!r}?" if close else ""


def _container(scope: str) -> str:
    """CEL finds `params` in the rule's own container first, so one activation serves all checks of a subject."""
    return f"p_{scope.replace('-', '_')}" if scope else ""


@lru_cache(maxsize=1024)
def _environment(roots: tuple[str, ...], container: str) -> cel.Env:
    variables = dict.fromkeys(roots, cel.Type.DYN)
    if not container:
        return cel.NewEnv(variables=variables)
    variables[f"{container}.{PARAMETERS}"] = cel.Type.DYN
    return cel.NewEnv(variables=variables, container=cel.ExpressionContainer(container))


def _refusal(text: str, names: tuple[str, ...], message: str) -> RuleError:
    """CEL's first complaint, with the unknown variable named where that is the cause."""
    complaint = _COMPLAINT.search(_STATUS.sub("", message))
    line, column = (max(1, int((complaint and complaint[part]) or 1)) for part in ("line", "column"))
    problem = complaint["text"].removesuffix(" [INVALID_ARGUMENT]") if complaint else "does not compile"
    undeclared = _UNDECLARED.search(problem)
    if undeclared is None:
        return RuleError(problem[:300], line=line, column=column)
    name = undeclared["name"].split(".")[0]
    lines = text.splitlines()
    source = lines[line - 1] if line <= len(lines) else ""
    start = source.rfind(name, 0, column - 1 + len(name))
    after = source[start + len(name) :].lstrip() if start >= 0 else ""
    called = after.startswith("(")
    known = f"{nearest(name, names)} (known here: {', '.join(names)})"
    what = f"unknown function {name!r}" if called else f"unknown variable {name!r}{known}"
    return RuleError(what, line=line, column=start + 1 if start >= 0 else column)


def _cause(message: str) -> str:
    return re.sub(r" \[[A-Z_]+\]$", "", _STATUS.sub("", message.strip()))[:200]


def _is_plain(value: Json) -> bool:
    """Whether CEL can hold the value as it is; looked through level by level, since most values are."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Json] = []
        for item in level:
            if isinstance(item, str):
                if not item.isascii() and _BROKEN.search(item):
                    return False
            elif isinstance(item, dict):
                below += item
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, int) and item not in _SIXTY_FOUR_BITS:
                return False
        if not below:
            return True
        level = below
    return False


def _plain(value: Json, depth: int = 0) -> Json:
    """The value as CEL can hold it: whole numbers beyond 64 bits as doubles, broken text mended, depth bounded."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if value in _SIXTY_FOUR_BITS else float(value)
    if depth >= MAX_DEPTH:
        return {}
    if isinstance(value, dict):
        return {str(_plain(str(key))): _plain(item, depth + 1) for key, item in value.items()}
    return [_plain(item, depth + 1) for item in value]
