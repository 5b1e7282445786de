"""A check made ready to judge: its rules compiled, its paths read, its templates looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.policy.check import ROOTS, Check
from auditor.policy.document import Document, ProblemsError
from auditor.policy.expression import PARAMETERS, Rule, RuleError, compile_rule, nearest
from auditor.policy.paths import Path, read_path
from auditor.policy.template import template_problem

NOW = "now"
"""The snapshot's time, RFC 3339; every rule may name it."""


@dataclass(frozen=True)
class CompiledCheck:
    """A check whose every rule, path and template was understood, now or when it was proven."""

    check: Check
    applies: Rule
    passes: Rule
    shows: tuple[Path, ...]


def compile_check(check: Check) -> CompiledCheck:
    """The check made ready; raises RuleError where a rule does not compile."""
    return _made_ready(check, compile_rule)


def read_check(document: Document, area: str, *, proven: bool = False) -> CompiledCheck:
    """The check in a file of a folder for `area`; raises ProblemsError with everything that is wrong with it.

    A `proven` one has been read so before: what it says is not looked through again, its rules are compiled when asked.
    """
    check = document.checked(Check)
    if proven:
        return _made_ready(check.model_copy(update={"area": area}), Rule)
    problems = list(_problems(document, check, area))
    if problems:
        raise ProblemsError(problems, next_step="mend the check")
    return compile_check(check.model_copy(update={"area": area}))


def _made_ready(check: Check, rule: Callable[[str, tuple[str, ...], str], Rule]) -> CompiledCheck:
    roots = (*ROOTS[check.subject], NOW)
    return CompiledCheck(
        check=check,
        applies=rule(check.applies_when, roots, check.id),
        passes=rule(check.passes_when, roots, check.id),
        shows=tuple(path for path in map(read_path, check.shows) if path),
    )


def _problems(document: Document, check: Check, area: str) -> Iterator[str]:
    if check.id != document.path.stem:
        yield f"{document.at(['id'])}: id {check.id!r} is not the file's name {document.path.stem!r}"
    if check.area not in ("", area):
        yield f"{document.at(['area'])}: area {check.area!r} is not the folder's name {area!r}"
    for member, text in (("applies_when", check.applies_when), ("passes_when", check.passes_when)):
        yield from _rule_problems(document, check, member, text)
    known = (*ROOTS[check.subject], NOW, PARAMETERS)
    for position, text in enumerate(check.shows):
        path = read_path(text)
        if path is None:
            yield f"{document.at(['shows', position])}: {text[:80]!r} is no dotted path"
        elif path[0] not in known:
            yield f"{document.at(['shows', position])}: unknown variable {path[0]!r}{nearest(path[0], known)}"
    yield from _template_problems(document, check, known)


def _rule_problems(document: Document, check: Check, member: str, text: str) -> Iterator[str]:
    try:
        rule = compile_rule(text, (*ROOTS[check.subject], NOW), scope=check.id)
    except RuleError as error:
        where = document.at([member], line=error.line, column=error.column)
        yield f"{where}: {member}: line {error.line}, column {error.column} of the rule: {error.problem}"
        return
    for path in rule.paths:
        if path[0] == PARAMETERS and path[1:] and path[1] not in check.parameters:
            close = nearest(path[1], check.parameters)
            yield f"{document.at([member])}: {member}: the check has no parameter {path[1]!r}{close}"


def _template_problems(document: Document, check: Check, names: tuple[str, ...]) -> Iterator[str]:
    fix = check.fix
    for steps, text in (
        (("says",), check.says),
        (("fix", "text"), fix.text),
        (("fix", "cli"), fix.cli),
        (("fix", "bicep"), fix.bicep),
    ):
        problem = template_problem(text, names) if text else None
        if problem:
            where = document.at(steps, line=problem.line)
            yield f"{where}: {'.'.join(steps)}: line {problem.line} of the template: {problem.message}"
