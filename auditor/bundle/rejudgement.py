"""Whether the evidence is what its snapshot and its judgement give: the run is judged again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import zip_longest

from auditor import __version__
from auditor.bundle.opened import Opened
from auditor.errors import AlteredError, AuditorError
from auditor.finding import Finding
from auditor.policy.judgement import Judgement
from auditor.record import Record
from auditor.run import Run
from auditor.settings import Settings
from auditor.snapshot import Snapshot

Judge = Callable[[Snapshot, Settings, Judgement, Run], Run]
"""Snapshot, settings, judgement and the recorded run (for what does not follow: its id, its context) → the run."""

NOT_DERIVED = frozenset({"id", "tool", "context", "command"})
"""Members of a run that follow from nothing in the bundle: which run it was, who started it, with what."""

_PACKAGED = "pack_digests"
"""Of the policy: the packs' own files are not in the bundle, what they apply is."""

SHOWN = 100
"""Differences that are told by name."""


class Follows(StrEnum):
    """Whether the findings follow."""

    YES = "follows"
    NO = "differs"
    OTHER_VERSION = "other_version"
    """Another version of the auditor made it, and this one comes to something else or can't judge it."""
    NOT_JUDGED = "not_judged"
    """Files were altered, so that there is nothing to judge by."""


class Difference(Record):
    """Something that the evidence says and judging again does not, or the other way round."""

    what: str
    """A member of the evidence, or `findings` and the finding's id."""
    recorded: str | None = None
    derived: str | None = None


class Rejudgement(Record):
    """What judging again came to."""

    state: Follows
    made_by: str | None = None
    """The version of the auditor in the evidence."""
    findings: int = 0
    """How many were compared."""
    differences: tuple[Difference, ...] = ()
    """The first of them."""
    differing: int = 0
    detail: str = ""


def judged_again(opened: Opened, run: Run, judge: Judge) -> Rejudgement:
    """The evidence of an unaltered bundle beside what judging its snapshot again gives."""
    made_by = run.tool.version
    same = made_by == __version__
    try:
        derived = judge(opened.snapshot(), opened.settings(), opened.judgement(), run)
    except AlteredError:
        raise  # since its hash was taken
    except AuditorError as error:
        state = Follows.NO if same else Follows.OTHER_VERSION
        return Rejudgement(state=state, made_by=made_by, detail=f"it can't be judged again: {error}")
    found = tuple(_differences(run, derived))
    if not found:
        return Rejudgement(state=Follows.YES, made_by=made_by, findings=len(run.findings))
    return Rejudgement(
        state=Follows.NO if same else Follows.OTHER_VERSION,
        made_by=made_by,
        findings=len(run.findings),
        differences=found[:SHOWN],
        differing=len(found),
    )


def _differences(run: Run, derived: Run) -> Iterator[Difference]:
    yield from _findings(run.findings, derived.findings)
    for name in type(run).model_fields:
        recorded, again = getattr(run, name), getattr(derived, name)
        if name == "policy":
            recorded, again = (each.model_copy(update={_PACKAGED: {}}) for each in (recorded, again))
        if name in NOT_DERIVED or name == "findings" or recorded == again:
            continue
        yield Difference(what=name, recorded=_short(recorded), derived=_short(again))


def _findings(recorded: Sequence[Finding], derived: Sequence[Finding]) -> Iterator[Difference]:
    if recorded == derived:
        return
    ours, theirs = _by_id(recorded), _by_id(derived)
    differing = [each for each in dict.fromkeys((*ours, *theirs)) if ours.get(each, []) != theirs.get(each, [])]
    for each in differing:
        for one, other in zip_longest(ours.get(each, []), theirs.get(each, [])):
            if one != other:
                yield Difference(what=f"findings {each}", recorded=_told(one), derived=_told(other))
    if not differing:
        yield Difference(what="findings", recorded="in another order")


def _by_id(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.id, []).append(finding)
    return found


def _told(finding: Finding | None) -> str | None:
    if finding is None:
        return None
    return f"{finding.outcome.value} {finding.check} on {finding.subject.name}: {finding.message}"[:300]


def _short(value: object) -> str:
    return str(value)[:200]
