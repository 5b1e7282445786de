"""What an attestation says of a run: the verdict and what it rests on; its subject is the bundle's manifest."""

from __future__ import annotations

import json

from auditor.report import digest
from auditor.report.hostile import line
from auditor.run import Run


def predicate(run: Run, evidence_sha256: str) -> str:
    """The predicate of an in-toto statement as JSON, with no name of a resource in it.

    https://github.com/in-toto/attestation/blob/main/spec/v1/predicate.md
    """
    counts = digest.tally(run)
    return (
        json.dumps(
            {
                "verifier": {"id": run.tool.name, "version": run.tool.version},
                "runId": line(run.id),
                "timeStarted": run.started_at.isoformat(),
                "timeEnded": run.ended_at.isoformat(),
                "verdict": run.verdict.value,
                "complete": digest.is_complete(run),
                "notices": [line(notice) for notice in run.notices],
                "counts": {
                    "failed": counts.fail,
                    "unknown": counts.unknown,
                    "waived": counts.waived,
                    "passed": counts.passed,
                    "notApplicable": counts.not_applicable,
                },
                "gate": run.gate.model_dump(mode="json"),
                "policy": {"packs": [line(name) for name in run.policy.packs], "digest": run.policy.digest},
                "settingsSha256": run.settings_sha256,
                "evidenceSha256": evidence_sha256,
            },
            indent=1,
        )
        + "\n"
    )
