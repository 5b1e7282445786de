"""Which facts the reads of each kind tell, and so which checks can't judge without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from auditor.policy.compiled import CompiledCheck
from auditor.policy.document import read_document
from auditor.policy.facts.cost import KIND as COST
from auditor.policy.pack import AppliedCheck
from auditor.policy.paths import Path, around, written
from auditor.policy.shipped import shipped_folder
from auditor.record import Record
from auditor.settings import Settings

FILE = "dependencies.yaml"
"""In the folder of the shipped policies; derived from runs in which a read was refused, never written by hand."""


class Told(Record):
    """What is not known of the subjects where the reads of a kind are refused."""

    hides: tuple[str, ...]
    """Dotted paths of facts; a path covers all below it, a root that there are no such subjects."""
    spares: tuple[str, ...] = ()
    """Paths below those that are known all the same."""


class Dependencies(Record):
    """Kind of resource → what its reads tell."""

    kinds: dict[str, Told]


@cache
def load_dependencies() -> Mapping[str, Told]:
    """The shipped dependencies, by kind of resource; raises ProblemsError for a file that is not right."""
    return read_document(shipped_folder() / FILE).checked(Dependencies).kinds


def dependents(checks: Iterable[AppliedCheck | CompiledCheck], told: Told) -> tuple[str, ...]:
    """Ids of the checks whose rules name a fact that is hidden: unknown wherever it decides, or without a subject."""
    return tuple(each.check.id for each in checks if _hidden((*each.applies.paths, *each.passes.paths), told))


def left_out(checks: Sequence[AppliedCheck | CompiledCheck]) -> frozenset[str]:
    """Kinds of resources of which no check needs or shows anything; one of which it is not known is not among them.

    What is shown counts: where the reads were not needed for a verdict of the runs from which the file is derived, as
    with capacity that is held already, they are for another.
    """
    named = {path for each in checks for path in (*each.applies.paths, *each.passes.paths, *each.shows)}
    return frozenset(kind for kind, told in load_dependencies().items() if not _hidden(named, told))


def unasked(settings: Settings) -> frozenset[str]:
    """Kinds of resources that these settings ask nothing of: costs, where no workload says what it may cost."""
    return frozenset() if any(one.monthly_cap is not None for one in settings.workloads) else frozenset({COST})


def _hidden(paths: Iterable[Path], told: Told) -> bool:
    hidden = dict.fromkeys(told.hides, True)
    return any(around(path, hidden) and not _spared(path, told) for path in paths)


def _spared(path: Path, told: Told) -> bool:
    return any(f"{written(path)}.".startswith((f"{spared}.", f"{spared}[")) for spared in told.spares)
