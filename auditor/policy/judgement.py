"""What judged a run, kept whole, so that anybody may judge its snapshot again: checks, waivers, frameworks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import field_serializer

from auditor.errors import PolicyError
from auditor.finding import Severity
from auditor.policy.check import Check
from auditor.policy.compiled import compile_check
from auditor.policy.expression import RuleError
from auditor.policy.frameworks import Framework
from auditor.policy.pack import AppliedCheck, Policy, digest_of
from auditor.policy.waivers import Waiver, Waivers
from auditor.record import Json, Record

SCHEMA_VERSION = "1"


class KeptCheck(Record):
    """A check as its file says, and what the packs made of it."""

    check: Check
    severity: Severity
    parameters: dict[str, Json] = {}
    """All of the check's, with their effective values."""

    @field_serializer("check")
    def _as_in_its_file(self, check: Check) -> Mapping[str, Any]:
        return check.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Judgement(Record):
    """judgement.json: together with the settings and the snapshot it decides every finding."""

    schema_version: str = SCHEMA_VERSION
    packs: tuple[str, ...]
    checks: tuple[KeptCheck, ...]
    """By id."""
    waivers: tuple[Waiver, ...] = ()
    today: date
    """In UTC; waivers that expire before it did not count."""
    frameworks: tuple[Framework, ...] = ()
    """Those whose controls were asked for, with their mappings."""

    @classmethod
    def of(cls, policy: Policy, waivers: Waivers, frameworks: Sequence[Framework] = ()) -> Judgement:
        """What these decide by."""
        return cls(
            packs=policy.packs,
            checks=tuple(
                KeptCheck(check=applied.check, severity=applied.severity, parameters=dict(applied.parameters))
                for applied in policy.checks
            ),
            waivers=waivers.entries,
            today=waivers.today,
            frameworks=tuple(frameworks),
        )

    def policy(self) -> Policy:
        """The policy made ready to judge; raises PolicyError where a rule does not compile."""
        try:
            checks = tuple(_applied(kept) for kept in self.checks)
        except RuleError as error:
            raise PolicyError(
                f"judgement.json: a rule does not compile: {error}",
                next_step="verify with the version of the auditor that made the bundle",
            ) from error
        return Policy(self.packs, checks, digest_of(checks))

    def accepted(self) -> Waivers:
        """The waivers as they counted on that day."""
        return Waivers(self.waivers, self.today)


def _applied(kept: KeptCheck) -> AppliedCheck:
    compiled = compile_check(kept.check)
    return AppliedCheck(
        check=kept.check,
        severity=kept.severity,
        parameters=kept.parameters,
        applies=compiled.applies,
        passes=compiled.passes,
        shows=compiled.shows,
    )
