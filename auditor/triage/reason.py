"""What is known of each cause, as data: one YAML file per cause in `policies/causes`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from auditor.policy.check import FixText, Kebab, Rule, Sentence
from auditor.policy.document import ProblemsError, read_document
from auditor.policy.expression import Rule as Compiled
from auditor.policy.expression import RuleError, compile_rule
from auditor.policy.shipped import shipped_folder
from auditor.policy.template import template_problem
from auditor.record import JsonObject, Record

FOLDER = "causes"

ROOTS = (
    "deployment",
    "account",
    "expected",
    "workload",
    "subscription",
    "pool",
    "call",
    "meters",
    "before",
    "changes",
    "events",
    "seen",
    "now",
)
"""What a rule may name: the subjects of checks, the pool that a deployment draws from, the call that failed, its
numbers, the same subjects at the last green run, the changes and events that the cause selects, and what became of all
calls and reads."""

Where = Literal["deployment", "account", "caller", "zones", "pool", "endpoints", "subscription"]
"""On what something was done: the deployment, the account and all in it, a role of the caller, the private DNS zones of
the account, other deployments that draw on the same quota, private endpoints, or anything."""

Reach = Literal["deployment", "account", "region", "machine", "subscription"]
"""How far a cause goes: within it, a deployment that answers speaks against it."""

Symptom = Literal[
    "slow", "throttled", "errors", "refused", "forbidden", "invalid", "silent", "other-model", "filtered", "spilling",
    "unwell", "misled", "application-refused"
]  # fmt: skip
"""What ails a deployment that answers: here and now, in its numbers, by Azure's word, at another of its host names, or
perhaps to its application alone."""

EVERYTHING = "*"


class Changes(Record):
    """Which differences from the last green run belong to a cause."""

    kinds: tuple[str, ...] = Field(min_length=1)
    what: tuple[Literal["added", "removed", "changed"], ...] = ()
    """None: any."""
    paths: tuple[str, ...] = ()
    """Beginnings of the settings' paths, of what was changed; none: any."""
    on: Where = "account"


class Events(Record):
    """Which events of the activity log belong to a cause."""

    operations: tuple[str, ...] = Field(min_length=1)
    """In lower case."""
    on: Where = "account"


class Against(Record):
    """One thing that speaks against a cause."""

    when: Rule
    says: Sentence
    """A Jinja2 template, as a check's sentence."""


class Examples(Record):
    """A cause's own tests: variables under which it is confirmed, suspected, or neither."""

    confirmed: tuple[JsonObject, ...] = ()
    suspected: tuple[JsonObject, ...] = ()
    silent: tuple[JsonObject, ...] = Field(min_length=1)


class Reason(Record):
    """One cause, and by what it is known."""

    id: Kebab
    """Equals the file's name; where it is a failure class too, it takes that one's place."""
    title: Sentence
    """What happened, as a sentence without a full stop."""
    whose: Literal["ours", "network", "azure"]
    explains: tuple[str, ...] = ()
    """Failure classes; `*` is every one, and that nothing was called."""
    symptoms: tuple[Symptom, ...] = ()
    reach: Reach = "deployment"
    changes: Changes | None = None
    events: Events | None = None
    confirmed: Rule | None = None
    """What proves it."""
    suspected: Rule | None = None
    """What makes it likely."""
    ruled_out: Rule | None = None
    """What proves the contrary."""
    shows: Sentence | None = None
    """A Jinja2 template: the proof, as a sentence with the facts in it."""
    against: tuple[Against, ...] = ()
    over: tuple[Kebab, ...] = ()
    """Causes that are consequences of this one."""
    steps: tuple[FixText, ...] = Field(min_length=1)
    """In their order; the first mends. A step whose command can't be filled in gives way to the next."""
    apart: Sentence
    """What would tell it from its look-alikes."""
    like: tuple[Kebab, ...] = ()
    """Its look-alikes."""
    examples: Examples


@dataclass(frozen=True)
class CompiledReason:
    """A cause whose rules and templates were understood."""

    reason: Reason
    confirmed: Compiled | None
    suspected: Compiled | None
    ruled_out: Compiled | None
    against: tuple[tuple[Compiled, str], ...]


@cache
def reasons() -> tuple[CompiledReason, ...]:
    """Every cause that comes with the auditor."""
    return load_reasons(shipped_folder() / FOLDER, proven=True)


def load_reasons(folder: Path, *, proven: bool = False) -> tuple[CompiledReason, ...]:
    """The causes of a folder, by id; raises ProblemsError with everything that is wrong with any of them.

    What `proven` ones say is not looked through again.
    """
    found: list[CompiledReason] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = read_document(path, proven=proven)
            reason = document.checked(Reason)
            wrong = [] if proven else [f"{path}: {problem}" for problem in _problems(reason, path.stem)]
        except ProblemsError as error:
            problems += error.problems
            continue
        problems += wrong
        if not wrong:
            found.append(compile_reason(reason))
    if problems:
        raise ProblemsError(problems, next_step="mend the files named above")
    return tuple(found)


def compile_reason(reason: Reason) -> CompiledReason:
    """The cause made ready; raises RuleError where a rule does not compile."""
    rules = [None if text is None else compile_rule(text, ROOTS) for text in _rules(reason)[:3]]
    against = tuple((compile_rule(one.when, ROOTS), one.says) for one in reason.against)
    return CompiledReason(reason, rules[0], rules[1], rules[2], against)


def _rules(reason: Reason) -> list[str | None]:
    return [reason.confirmed, reason.suspected, reason.ruled_out, *(one.when for one in reason.against)]


def _problems(reason: Reason, stem: str) -> Iterator[str]:
    if reason.id != stem:
        yield f"id {reason.id!r} is not the file's name"
    for text in filter(None, _rules(reason)):
        try:
            compile_rule(text, ROOTS)
        except RuleError as error:
            yield str(error)
    templates = [one.says for one in reason.against] + [reason.shows]
    templates += [part for step in reason.steps for part in (step.text, step.cli)]
    for template in filter(None, templates):
        problem = template_problem(template, ROOTS)
        if problem is not None:
            yield f"{template[:60]!r}: {problem.message}"
