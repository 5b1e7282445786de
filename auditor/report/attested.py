"""What is said of a bundle under a signature: the verdict and what it rests on; the subject is the bundle's manifest.

The predicate of an in-toto Statement: https://github.com/in-toto/attestation/blob/main/spec/v1/predicate.md. It is the
same in the envelope beside the manifest and in an attestation of a CI system; the latter may be read by everybody, so
that it leaves out what names resources.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from auditor.finding import Severity
from auditor.record import Record
from auditor.report import digest
from auditor.run import Run

PREDICATE_TYPE: Final = "urn:uuid:6585e241-ce4e-4063-b3f4-0643f590bd49"
"""Another schema gets another one. A UUID (RFC 9562) is nobody else's, and needs no domain that somebody must keep."""


class Counts(Record):
    """How many findings came to what; `failed` and `unknown` are those that no waiver covers."""

    failed: int
    unknown: int
    waived: int
    passed: int
    not_applicable: int


class Judged(Record):
    """The checks by which the run was judged."""

    packs: tuple[str, ...]
    sha256: str
    """The digest of all checks as they were applied: `policy.digest` of the evidence."""


class Made(Record):
    """The auditor that made the run."""

    name: str
    version: str


class Attested(Record):
    """The predicate; names mean what they mean in evidence.json."""

    run_id: str
    verdict: str
    complete: bool
    """Whether everything was seen."""
    started_at: datetime
    ended_at: datetime
    cloud: str
    notices: tuple[str, ...]
    """That it is no evidence, where it was the sandbox that answered."""
    counts: Counts
    fail_on: Severity
    incomplete_blocks: bool
    policy: Judged
    tool: Made
    settings_sha256: str
    evidence_sha256: str
    """Of evidence.json, which the manifest names as well."""
    reasons: tuple[str, ...] | None = None
    """Why the verdict is what it is; None in an attestation of a CI system, as they name resources."""
    scope: dict[str, Any] | None = None
    """`scope` of the settings; None as `reasons` are."""


def attested(run: Run, evidence_sha256: str, *, named: bool) -> Attested:
    """What is said of a run; `named` with what names resources."""
    counts = digest.tally(run)
    return Attested(
        run_id=run.id,
        verdict=run.verdict.value,
        complete=digest.is_complete(run),
        started_at=run.started_at,
        ended_at=run.ended_at,
        cloud=run.cloud,
        notices=run.notices,
        counts=Counts(
            failed=counts.fail,
            unknown=counts.unknown,
            waived=counts.waived,
            passed=counts.passed,
            not_applicable=counts.not_applicable,
        ),
        fail_on=run.gate.fail_on,
        incomplete_blocks=run.gate.incomplete_blocks,
        policy=Judged(packs=run.policy.packs, sha256=run.policy.digest),
        tool=Made(name=run.tool.name, version=run.tool.version),
        settings_sha256=run.settings_sha256,
        evidence_sha256=evidence_sha256,
        reasons=run.reasons if named else None,
        scope=run.settings.get("scope") if named else None,
    )


def written(said: Attested) -> str:
    """As JSON; what is not said is left out."""
    return said.model_dump_json(exclude_none=True, indent=1) + "\n"
