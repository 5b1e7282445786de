"""The small part of Jinja2 that a check may write its sentences and fixes in: it reads facts, and always ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes
from jinja2 import filters as jinja_filters
from jinja2 import tests as jinja_tests
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from auditor.policy.expression import nearest
from auditor.record import Json

MAX_TEXT = 10_000
"""Characters that a template or a filter may give; nothing is cut, since half a command is another one."""

METHODS = frozenset({"split", "rsplit", "startswith", "endswith", "upper", "lower", "strip"})
"""Of text; the only calls."""

TESTS = frozenset(
    {"defined", "undefined", "none", "number", "string", "sequence", "mapping", "boolean", "true", "false"}
)

_SENTINELS = re.compile(r"\ue000([^\ue000\ue001]*)\ue001")

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Keyword,
    nodes.Call,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.If,
    nodes.For,
)
"""No assignment, macro, import, product or power: the length of what comes out is bounded by what goes in."""


class TemplateFailure(Exception):  # noqa: N818 - the failure of a template, not of the auditor
    """A template that can't be filled in with these facts; says why in one phrase."""


@dataclass(frozen=True)
class TemplateProblem:
    """Why a template is refused, and in which of its lines (from 1)."""

    line: int
    message: str


def template_problem(text: str, names: Iterable[str]) -> TemplateProblem | None:
    """What is wrong with a template that may name these variables; None where nothing is."""
    try:
        return next(_problems(_ENVIRONMENT.parse(text), frozenset(names), inside=False), None)
    except TemplateError as error:
        return TemplateProblem(getattr(error, "lineno", None) or 1, f"the template does not compile: {error.message}")
    except RecursionError:
        return TemplateProblem(1, "the template is nested too deep")


def render(text: str, variables: Mapping[str, Json], place: Callable[[str, str], str] | None = None) -> str:
    """The template filled in, without space at the ends; raises TemplateFailure where a fact is missing or hostile.

    `place` takes (all that stands before a value, the value as text) and gives what shall stand there.
    """
    try:
        marked = _compiled(text).render(**variables) if "{" in text else text
    except TemplateError as error:
        raise TemplateFailure((error.message or type(error).__name__)[:200]) from error
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise TemplateFailure(f"{type(error).__name__}: {error}"[:200]) from error
    filled = ""
    at = 0
    for found in _SENTINELS.finditer(marked):
        filled += marked[at : found.start()]
        filled += place(filled, found[1]) if place else found[1]
        at = found.end()
        _short(filled)
    return _short(filled + marked[at:]).strip()


def text_of(value: object) -> str:
    """A value as a template writes it: JSON's words for true and false, lists with commas."""
    if isinstance(value, Undefined):
        return str(value)  # raises: which fact is missing
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text_of(item) for item in value)
    if isinstance(value, str | int | float):
        return str(value)[:MAX_TEXT]
    raise TemplateFailure("a value that is neither text, a number nor a list of them")


def _marked(value: object) -> str:
    """The value between two characters for private use, so that its place is known when all is written."""
    return "\ue000" + re.sub("[\ue000\ue001]", "\ufffd", text_of(value)) + "\ue001"


class _Environment(SandboxedEnvironment):
    """Members of objects are their JSON members and nothing else; a fact that is missing is an error."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, finalize=_marked, autoescape=False)  # reports escape
        self.filters = dict(FILTERS)
        self.tests = {name: jinja_tests.TESTS[name] for name in TESTS}
        self.globals = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A JSON member, one of the methods of text, or a member of `loop`."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self._unknown(attribute)
        if isinstance(obj, LoopContext) or (isinstance(obj, str) and attribute in METHODS):
            return super().getattr(obj, attribute)
        return self._unknown(attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A JSON member or an item."""
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self._unknown(argument)

    def _unknown(self, member: object) -> Undefined:
        return self.undefined(hint=f"{member} is not known")


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def _problems(node: nodes.Node, names: frozenset[str], *, inside: bool) -> Iterator[TemplateProblem]:
    problem = _problem(node, names, inside=inside) if isinstance(node, _ALLOWED) else f"no {type(node).__name__} here"
    if problem:
        yield TemplateProblem(node.lineno, problem)
        return
    if isinstance(node, nodes.For):
        names |= {"loop", getattr(node.target, "name", "")}
        inside = True
    for child in node.iter_child_nodes():
        yield from _problems(child, names, inside=inside)


def _problem(node: nodes.Node, names: frozenset[str], *, inside: bool) -> str | None:
    """Why this node is refused, the nodes below it left aside."""
    problem = None
    match node:
        case nodes.Name(ctx="load", name=name) if name not in names:
            problem = f"unknown variable {name!r}{nearest(name, names)}"
        case nodes.Filter(name=name) if name not in FILTERS:
            problem = f"unknown filter {name!r} (there are {', '.join(sorted(FILTERS))})"
        case nodes.Test(name=name) if name not in TESTS:
            problem = f"unknown test {name!r} (there are {', '.join(sorted(TESTS))})"
        case nodes.Getattr(attr=attribute) if attribute.startswith("_"):
            problem = f"no member {attribute!r}"
        case nodes.Call(node=called) if not (isinstance(called, nodes.Getattr) and called.attr in METHODS):
            problem = f"only methods of text can be called: {', '.join(sorted(METHODS))}"
        case nodes.For() if inside or node.recursive or not isinstance(node.target, nodes.Name):
            problem = "loops are not nested, and have one variable"
    return problem


def _join(value: object, between: str = ", ") -> str:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise TemplateFailure("join takes a list")
    return _short(between.join(text_of(item) for item in value))


def _replace(value: object, old: str, new: str) -> str:
    return _short(text_of(value).replace(old, new))


def _short(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise TemplateFailure(f"it is longer than {MAX_TEXT} characters")
    return text


FILTERS: dict[str, Callable[..., Any]] = {
    **{
        name: jinja_filters.FILTERS[name]
        for name in ("default", "first", "last", "length", "int", "round", "sort", "unique")
    },
    "join": _join,
    "replace": _replace,
    "lower": lambda value: _short(text_of(value).lower()),
    "upper": lambda value: _short(text_of(value).upper()),
}
"""Those of Jinja2 that are bounded, and bounded ones of the same name (https://jinja.palletsprojects.com/templates/)."""

_ENVIRONMENT = _Environment()
