"""Compliance frameworks as data: control → checks, each mapping with its source, and the states that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from auditor.control import (
    ControlCheck,
    ControlMapping,
    ControlResult,
    ControlState,
    FrameworkResult,
    FrameworkSource,
    Relation,
)
from auditor.errors import PolicyError
from auditor.finding import Finding, Outcome
from auditor.policy.check import ROOTS, Kebab, Sentence
from auditor.policy.document import Document, ProblemsError, read_document
from auditor.policy.expression import nearest
from auditor.policy.missing import hides_subjects
from auditor.policy.shipped import shipped_folder
from auditor.record import Record
from auditor.snapshot import Gap

FRAMEWORKS = "frameworks"

_ABOVE_DEPLOYMENTS = frozenset({"account", "subscription", "workload"})
"""Kinds of subjects that are seen whole although a list of deployments was not."""

FrameworkId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-.][a-z0-9]+)*$", max_length=64)]
ControlId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.()-]*$", max_length=40)]


class Mapped(Record):
    """That a control rests on a check, and who published that."""

    check: Kebab
    relation: Relation
    source: Kebab
    """A key of the framework's sources."""
    item: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """What of the source says so: the id of a policy of the initiative, or the name of a control or section."""


class Control(Record):
    """One control of a framework."""

    id: ControlId
    words: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    """What it is about in our own short words; never the standard's text."""
    checks: tuple[Mapped, ...] = Field(min_length=1)


class Framework(Record):
    """A file of `policies/frameworks/`."""

    id: FrameworkId
    """Equals the file's name."""
    title: Sentence
    version: Sentence
    publisher: Sentence
    sources: dict[Kebab, FrameworkSource] = Field(min_length=1)
    note: Sentence
    """What the mapping does not say."""
    controls: tuple[Control, ...] = Field(min_length=1)
    unmapped: Sentence
    """For what there is no published mapping."""

    def mapped(self, check_id: str) -> Iterator[tuple[Control, Mapped]]:
        """Every mapping to a check, with its control."""
        for control in self.controls:
            for mapped in control.checks:
                if mapped.check == check_id:
                    yield control, mapped


def load_frameworks(names: Sequence[str] | None = None, folder: Path | None = None) -> tuple[Framework, ...]:
    """The frameworks of these names, each once and in their order; without names all.

    Raises PolicyError for a name that is none, ProblemsError with everything that is wrong with the files.
    """
    folder = folder or shipped_folder()
    files = {path.stem: path for path in _files(folder)}
    wanted = tuple(files) if names is None else tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in files:
            raise PolicyError(
                f"no framework {name!r}{nearest(name, files)}", next_step=f"name one of {', '.join(files)}"
            )
    known = {path.stem for path in (folder / "checks").rglob("*.yaml")}
    loaded: list[Framework] = []
    problems: list[str] = []
    for name in wanted:
        try:
            loaded.append(_read(files[name], known))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems, next_step="mend the files named above")
    return tuple(loaded)


@cache
def published() -> Mapping[str, tuple[ControlMapping, ...]]:
    """Check → every control that a shipped framework maps to it, in the order of the files; they are read once."""
    found: dict[str, list[ControlMapping]] = {}
    for framework in load_frameworks():
        for control in framework.controls:
            for one in control.checks:
                page = framework.sources[one.source].page
                mapping = ControlMapping(
                    framework=framework.id, control=control.id, relation=one.relation, source=page, item=one.item
                )
                found.setdefault(one.check, []).append(mapping)
    return {check: tuple(mappings) for check, mappings in found.items()}


@dataclass(frozen=True)
class Asked:
    """What the findings answer: which checks were applied, and of what they may not have seen all."""

    subjects: Mapping[str, str]
    """Id of each applied check → the kind of its subjects."""
    hidden: frozenset[str] = frozenset()
    """Kinds of which there may be subjects that nobody saw."""


def hidden_kinds(gaps: Iterable[Gap], *, interrupted: bool) -> frozenset[str]:
    """The kinds of subjects of which some may not have been seen."""
    hiding = {gap.kind for gap in gaps if hides_subjects(gap)}
    if interrupted or hiding - {"deployment"}:
        return frozenset(ROOTS)
    return frozenset(ROOTS) - _ABOVE_DEPLOYMENTS if hiding else frozenset()


def judged(frameworks: Iterable[Framework], findings: Sequence[Finding], asked: Asked) -> tuple[FrameworkResult, ...]:
    """Each framework with the state of its controls, as a run keeps it."""
    return tuple(
        FrameworkResult(
            id=framework.id,
            title=framework.title,
            version=framework.version,
            publisher=framework.publisher,
            sources=framework.sources,
            note=framework.note,
            unmapped=framework.unmapped,
            controls=controls(framework, findings, asked),
        )
        for framework in frameworks
    )


def controls(framework: Framework, findings: Iterable[Finding], asked: Asked) -> tuple[ControlResult, ...]:
    """The state of each control of a framework, as these findings have it."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    return tuple(_control(control, by_check, asked) for control in framework.controls)


def _control(control: Control, findings: Mapping[str, Sequence[Finding]], asked: Asked) -> ControlResult:
    checks = tuple(_check(mapped, findings.get(mapped.check, ()), asked) for mapped in control.checks)
    behind = {finding.id: finding for mapped in control.checks for finding in findings.get(mapped.check, ())}
    failing = [finding for finding in behind.values() if finding.outcome is Outcome.FAIL]
    return ControlResult(
        id=control.id,
        words=control.words,
        state=_state(checks),
        waived=bool(failing) and all(_is_waived(finding) for finding in failing),
        checks=checks,
    )


def _state(checks: Sequence[ControlCheck]) -> ControlState:
    """The worst that is known; what was not asked or not seen, in whole or in part, is never met."""
    outcomes = {outcome for each in checks for outcome in each.counts}
    if Outcome.FAIL in outcomes:
        return ControlState.NOT_MET
    if not any(each.applied for each in checks):
        return ControlState.NOT_ASSESSED
    if Outcome.UNKNOWN in outcomes or any(each.hidden or not each.applied for each in checks):
        return ControlState.UNKNOWN
    return ControlState.MET if Outcome.PASS in outcomes else ControlState.NOT_APPLICABLE


def _check(mapped: Mapped, findings: Sequence[Finding], asked: Asked) -> ControlCheck:
    told = Counter(finding.outcome for finding in findings)
    return ControlCheck(
        check=mapped.check,
        relation=mapped.relation,
        source=mapped.source,
        item=mapped.item,
        applied=mapped.check in asked.subjects,
        hidden=asked.subjects.get(mapped.check) in asked.hidden,
        counts={outcome: told[outcome] for outcome in Outcome if told[outcome]},
        waived=sum(_is_waived(finding) for finding in findings if finding.outcome is Outcome.FAIL),
    )


def _is_waived(finding: Finding) -> bool:
    return finding.waiver is not None and not finding.waiver.expired


def _files(folder: Path) -> list[Path]:
    return sorted((folder / FRAMEWORKS).glob("*.yaml"))


def _read(path: Path, known: Collection[str]) -> Framework:
    document = read_document(path)
    framework = document.checked(Framework)
    problems = list(_problems(document, framework, known))
    if problems:
        raise ProblemsError(problems, next_step="mend the framework")
    return framework


def _problems(document: Document, framework: Framework, known: Collection[str]) -> Iterator[str]:
    if framework.id != document.path.stem:
        yield f"{document.at(['id'])}: id {framework.id!r} is not the file's name {document.path.stem!r}"
    seen: set[str] = set()
    for position, control in enumerate(framework.controls):
        if control.id in seen:
            yield f"{document.at(['controls', position, 'id'])}: control {control.id!r} stands there twice"
        seen.add(control.id)
        for number, mapped in enumerate(control.checks):
            where: tuple[str | int, ...] = ("controls", position, "checks", number)
            if mapped.check not in known:
                yield f"{document.at((*where, 'check'))}: unknown check {mapped.check!r}{nearest(mapped.check, known)}"
            if mapped.source not in framework.sources:
                close = nearest(mapped.source, framework.sources)
                yield f"{document.at((*where, 'source'))}: no source {mapped.source!r}{close}"
            if mapped in control.checks[:number]:
                yield f"{document.at(where)}: the same mapping stands there twice"
