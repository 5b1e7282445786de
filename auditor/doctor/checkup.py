"""What the examination found: a row for each thing that was looked at, and what a run would not see."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from auditor.errors import ExitCode
from auditor.population import Clock
from auditor.record import Record
from auditor.snapshot import Principal


class State(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARN = "warn"
    """A run works, and something about it is worth knowing."""
    FAIL = "fail"
    """A run would not work, or not see all that the packs judge."""
    UNKNOWN = "unknown"
    """It could not be looked at."""


class Row(Record):
    """One thing that was looked at."""

    area: str
    """The heading that it stands under."""
    name: str
    state: State
    says: str
    next_step: str | None = None
    """What to do where it is not ok."""


class Unseen(Record):
    """An action that the identity lacks, and what is lost with it."""

    scope: str
    action: str
    kinds: tuple[str, ...]
    """Kinds of resources that a run would not see; for a data action the probes that would be refused."""
    checks: tuple[str, ...]
    """Ids of the checks that could not judge."""
    optional: bool = False
    """Whether the built-in role Reader lacks it too, so that a run does without."""


class Checkup(Record):
    """The whole examination."""

    taken_at: datetime
    seconds: float
    version: str
    principal: Principal | None = None
    clock: Clock | None = None
    notices: tuple[str, ...] = ()
    """What the endpoints say of themselves; a sandbox says that it is one."""
    rows: tuple[Row, ...]
    unseen: tuple[Unseen, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """1 where anything fails, 3 where nothing does and something is unknown, else 0."""
        states = {row.state for row in self.rows}
        if State.FAIL in states:
            return ExitCode.FAILED
        return ExitCode.INCOMPLETE if State.UNKNOWN in states else ExitCode.PASSED
