"""How complete a run is: what was found and how, what was counted twice, what was left out, whose clock said when."""

from __future__ import annotations

from datetime import datetime

from auditor.record import Record

NO_SKEW_SECONDS = 2.0
"""Up to which difference two clocks are held to agree."""


class Counted(Record):
    """The same kind of thing, counted by a second source."""

    source: str
    """What was asked, in a few words, such as `ARM's list of resources`."""
    count: int
    readings: tuple[str, ...] = ()


class Population(Record):
    """How many of a kind were seen, how they were found, and in how many places the auditor could not look."""

    kind: str
    count: int
    lists_read: int
    gaps: int
    found_by: tuple[str, ...] = ()
    """The requests by which they were found: `GET /subscriptions/{id}/…`, each shape once."""
    second: Counted | None = None
    """What a second source counted, where there is one that was read whole."""

    @property
    def reconciled(self) -> bool | None:
        """Whether both sources count the same; None where there is one source."""
        return None if self.second is None else self.second.count == self.count


class Excluded(Record):
    """What was seen or known to be there, and not judged."""

    kind: str
    id: str
    """An ARM id, or where a whole kind was left out its name."""
    reason: str
    """One sentence."""


class Clock(Record):
    """The service's clock beside ours."""

    ours: datetime
    """When the answer had come, by this machine's clock, UTC."""
    service: datetime
    """What the answer's Date header says, UTC; whole seconds."""
    reading: str
    """The id of the reading that carried it."""
    skew_seconds: float
    """Ours less the service's: the least that explains that reading, since the header has whole seconds and may be as
    old as the exchange was long; 0 where no difference does, and within two seconds none is meant."""
    largest_seconds: float
    """The one furthest from nothing of all readings, with its sign."""

    @property
    def differs(self) -> bool:
        """Whether the clocks are apart by more than can be told from none."""
        return max(abs(self.skew_seconds), abs(self.largest_seconds)) > NO_SKEW_SECONDS
