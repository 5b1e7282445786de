"""What good looks like, as data: one YAML file per check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from auditor.finding import Severity
from auditor.record import Json, JsonObject, Record

SubjectKind = Literal["account", "deployment", "expectation", "quota", "subscription", "workload"]

ROOTS: dict[str, tuple[str, ...]] = {
    "subscription": ("subscription",),
    "workload": ("workload", "subscription"),
    "account": ("account", "workload", "subscription"),
    "deployment": ("deployment", "account", "expected", "workload", "subscription"),
    "expectation": ("expected", "deployment", "account", "workload", "subscription"),
    "quota": ("quota", "subscription"),
}
"""Subject kind → the variables that a rule about it may name; `params` and `now` come on top of each."""

OWN_ROOT: dict[str, str] = {kind: {"expectation": "expected"}.get(kind, kind) for kind in ROOTS}
"""Subject kind → the variable that holds the subject itself."""

Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Rule = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class FixText(Record):
    """What mends it; Jinja2 templates over the check's variables, rendered in a sandbox with StrictUndefined."""

    text: Sentence | None = None
    cli: Sentence | None = None
    bicep: Sentence | None = None


class Examples(Record):
    """A check's own tests: each example is the subject's object; other variables stand under its key `with`."""

    passing: tuple[JsonObject, ...] = Field(alias="pass", min_length=1)
    failing: tuple[JsonObject, ...] = Field(alias="fail", min_length=1)
    unknown: tuple[JsonObject, ...] = Field(min_length=1)
    not_applicable: tuple[JsonObject, ...] = ()


class Check(Record):
    """One rule about one kind of subject, with why it matters, how to mend it, and examples that prove it."""

    id: Kebab
    """Names the bad state; equals the file's name; never reused."""
    aliases: tuple[Kebab, ...] = ()
    title: Sentence
    """The bad state in a few words, in the present tense."""
    area: Kebab = ""
    """The folder it lies in; filled in at load."""
    severity: Severity
    since: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    subject: SubjectKind
    parameters: dict[str, Json] = {}
    """Name → default; a pack or the settings may change the value, not the type."""
    applies_when: Rule = "true"
    """False gives not_applicable; `unless` says why."""
    unless: Sentence | None = None
    passes_when: Rule
    shows: tuple[Rule, ...] = Field(min_length=1)
    """Dotted paths of the facts quoted as evidence."""
    says: Sentence | None = None
    """A Jinja2 template: the failure as a sentence with the facts in it; default: the title."""
    why: Sentence
    fix: FixText
    references: tuple[Annotated[str, StringConstraints(pattern=r"^https://")], ...] = Field(min_length=1)
    examples: Examples
