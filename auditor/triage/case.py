"""One deployment, or what should be one: the call to it, what ails it, and the variables that rules about it name."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.diagnosis import Standing
from auditor.policy.facts.shape import text
from auditor.record import Json, JsonObject
from auditor.triage.happenings import Happenings, Surrounding
from auditor.triage.reason import Symptom

NOWHERE = Surrounding(None, None, (), frozenset(), (None, None))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that should answer."""

    name: str
    id: str
    """The ARM id; a path made of names for what has none."""
    variables: dict[str, Json]
    account: str | None = None
    """Its id, folded."""
    region: str | None = None
    failure: JsonObject | None = None
    """class, title, cause, next_step and whose, where it failed."""
    symptoms: frozenset[Symptom] = frozenset()
    """Of one that answered."""
    called: bool = False
    applies: bool = True
    """Whether there is something to call, as there is not of embeddings."""
    surrounding: Surrounding = NOWHERE
    source: str | None = None
    """A request id, or the id of what is not there."""

    @property
    def failure_class(self) -> str | None:
        """The class of the failure."""
        return text((self.failure or {}).get("class"))

    @property
    def ill(self) -> bool:
        """Whether something is to be explained."""
        return self.failure is not None or bool(self.symptoms)

    @property
    def suspected(self) -> bool:
        """Whether nothing ails it that was seen: its application may be shut out by what was done, or call no more."""
        return self.failure is None and self.symptoms <= {"application-refused", "silent"}


@dataclass(frozen=True)
class Cases:
    """Everything that should answer, and what was changed."""

    all: tuple[Case, ...]
    happenings: Happenings
    seen: JsonObject
    """`seen` of rules: what became of all calls and reads together."""
    subscription: JsonObject
    gaps: int
    """Reads that failed."""
    now: str

    @property
    def ill(self) -> tuple[Case, ...]:
        """Those that fail or ail."""
        return tuple(case for case in self.all if case.ill)


@dataclass(frozen=True)
class Judged:
    """What one cause is to one case."""

    case: Case
    standing: Standing
    changed: bool
    """Whether something that was done speaks for it."""
    variables: dict[str, Json] = field(repr=False)
    against: tuple[str, ...] = ()
    """What its own rules say against it."""
    beside: tuple[str, ...] = ()
    """Deployments within its reach that answered."""

    @property
    def doubted(self) -> bool:
        """Whether anything speaks against it."""
        return bool(self.against or self.beside)
