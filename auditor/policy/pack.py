"""Packs applied: which checks judge, with which severity and parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from auditor.errors import EmptyAuditError
from auditor.finding import Severity
from auditor.policy.check import Check
from auditor.policy.compiled import CompiledCheck
from auditor.policy.document import ProblemsError
from auditor.policy.expression import Rule, nearest
from auditor.policy.library import Change, Library
from auditor.policy.paths import Path as FactPath
from auditor.policy.selection import select
from auditor.record import Json


@dataclass(frozen=True)
class AppliedCheck:
    """A check as it judges in this run."""

    check: Check
    severity: Severity
    parameters: Mapping[str, Json]
    """All of the check's, with their effective values."""
    applies: Rule
    passes: Rule
    shows: tuple[FactPath, ...]


@dataclass(frozen=True)
class Policy:
    """Everything that judges; together with a snapshot it decides every finding."""

    packs: tuple[str, ...]
    checks: tuple[AppliedCheck, ...]
    """By id."""
    digest: str
    """sha256 over canonical JSON of every applied check with its severity and parameters."""

    pack_digests: Mapping[str, str] = field(default_factory=dict)
    """Pack → sha256 over the text of its file, then of each file that it extends, in order and each once."""


def load_policy(packs: Sequence[str], parameters: Mapping[str, Mapping[str, Json]], base: Path) -> Policy:
    """The checks of these packs, with the parameters (check id → name → value) laid over theirs.

    A pack is the name of a shipped one, or the path, relative to `base`, of a pack file or of a folder with `checks/`
    and `packs/` or `pack.yaml`. Of two packs that differ about a check the later wins. Raises PolicyError with every
    problem, EmptyAuditError where no check is left.
    """
    library, names = select(packs, base)
    resolver = Resolver(library)
    changes = resolver.changes(names, parameters)
    if resolver.problems:
        raise ProblemsError(tuple(dict.fromkeys(resolver.problems)), next_step="mend what is named above")
    if not changes:
        raise EmptyAuditError(f"no check is left of {', '.join(packs)}", next_step="name a pack that has checks")
    checks = tuple(as_written(library.checks[check_id], changes[check_id]) for check_id in sorted(changes))
    return Policy(names, checks, digest_of(checks), {name: pack_digest(name, library) for name in names})


@dataclass
class Resolver:
    """Follows packs to their checks, and notes what is wrong on the way."""

    library: Library
    problems: list[str] = field(default_factory=list)

    def changes(self, names: Sequence[str], parameters: Mapping[str, Mapping[str, Json]]) -> dict[str, Change]:
        """Check id → all that the packs, and then the settings' parameters, say of it."""
        changes: dict[str, Change] = {}
        for name in names:
            _lay_over(changes, self._pack(name, ()))
        for check_id, values in parameters.items():
            found = self._check(check_id, f"settings: parameters.{check_id}")
            if found is None:
                continue
            for name, value in values.items():
                self._parameter(found.check, name, value, f"settings: parameters.{check_id}.{name}")
            if found.check.id in changes:  # a parameter of a check that no pack applies changes nothing
                _lay_over(changes, {found.check.id: Change(parameters=dict(values))})
        return changes

    def _pack(self, name: str, trail: tuple[str, ...]) -> dict[str, Change]:
        """What one pack says, those that it extends included."""
        loaded = self.library.packs[name]
        document, pack = loaded.document, loaded.pack
        changes: dict[str, Change] = {}
        for position, parent in enumerate(pack.extends):
            where = document.at(["extends", position])
            if parent in (*trail, name):
                self.problems.append(f"{where}: extends in a circle: {' → '.join((*trail, name, parent))}")
            elif parent not in self.library.packs:
                self.problems.append(f"{where}: unknown pack {parent!r}{nearest(parent, self.library.packs)}")
            else:
                _lay_over(changes, self._pack(parent, (*trail, name)))
        for check_id, change in pack.checks.items():
            found = self._check(check_id, document.at(["checks", check_id], key=True))
            if found is None:
                continue
            for parameter, value in (change.parameters if change else {}).items():
                where = document.at(["checks", check_id, "parameters", parameter])
                self._parameter(found.check, parameter, value, where)
            _lay_over(changes, {found.check.id: change or Change()})
        for position, check_id in enumerate(pack.exclude):
            found = self._check(check_id, document.at(["exclude", position]))
            if found is not None:
                changes.pop(found.check.id, None)
        return changes

    def _check(self, check_id: str, where: str) -> CompiledCheck | None:
        found = self.library.find(check_id)
        if found is None:
            self.problems.append(f"{where}: unknown check {check_id!r}{nearest(check_id, self.library.checks)}")
        return found

    def _parameter(self, check: Check, name: str, value: Json, where: str) -> None:
        if name not in check.parameters:
            close = nearest(name, check.parameters)
            self.problems.append(f"{where}: {check.id} has no parameter {name!r}{close}")
        elif not _alike(check.parameters[name], value):
            default = json.dumps(check.parameters[name])[:80]
            self.problems.append(f"{where}: {name} of {check.id} must be of the same type as its default {default}")


def _lay_over(changes: dict[str, Change], others: Mapping[str, Change]) -> None:
    for check_id, other in others.items():
        changes[check_id] = changes[check_id].under(other) if check_id in changes else other


def _alike(default: Json, value: Json) -> bool:
    """Whether a value may stand for a default: of its JSON type, in lists item by item; a whole number is a number."""
    if default is None:
        return True
    if isinstance(default, list):
        return isinstance(value, list) and all(_alike(default[0], item) for item in value if default)
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(default) is type(value)


def as_written(compiled: CompiledCheck, change: Change | None = None) -> AppliedCheck:
    """The check with its own severity and parameters, but for what a pack changes."""
    change = change or Change()
    return AppliedCheck(
        check=compiled.check,
        severity=change.severity or compiled.check.severity,
        parameters={**compiled.check.parameters, **change.parameters},
        applies=compiled.applies,
        passes=compiled.passes,
        shows=compiled.shows,
    )


def digest_of(checks: Sequence[AppliedCheck]) -> str:
    """sha256 over canonical JSON of every applied check with its severity and parameters."""
    said = [
        {
            "check": applied.check.model_dump(mode="json", by_alias=True),
            "severity": applied.severity.value,
            "parameters": dict(applied.parameters),
        }
        for applied in checks
    ]
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def pack_digest(name: str, library: Library) -> str:
    """sha256 of a pack's file; of one that extends others, what `cat` of it and of them, in order, would give."""
    names, waiting = dict[str, None](), [name]
    while waiting:
        pack = waiting.pop(0)
        if pack not in names:
            names[pack] = None
            waiting = [*library.packs[pack].pack.extends, *waiting]
    return sha256("".join(library.packs[pack].document.text for pack in names).encode()).hexdigest()
