"""What later steps may read: the verdict, the counts, and where the evidence lies."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.report import digest
from auditor.run import Run


@dataclass(frozen=True)
class Kept:
    """What lies on disk of a run; paths as the CI system may use them, empty for what there is not."""

    bundle: str = ""
    evidence: str = ""
    evidence_sha256: str = ""
    report: str = ""
    sarif: str = ""
    manifest: str = ""
    predicate: str = ""


def outputs(run: Run | None, kept: Kept) -> dict[str, str]:
    """Name → value, the same names for each run; without a run the verdict is `error` and the rest is empty.

    `complete` is `true` where everything was seen: only then may code scanning close what is no longer found.
    """
    counts = digest.tally(run) if run else None
    return {
        "verdict": run.verdict.value if run else "error",
        "failed": str(counts.fail) if counts else "",
        "unknown": str(counts.unknown) if counts else "",
        "complete": str(bool(run and digest.is_complete(run))).lower(),
        "bundle-path": kept.bundle,
        "evidence-path": kept.evidence,
        "evidence-sha256": kept.evidence_sha256,
        "report-path": kept.report,
        "sarif-path": kept.sarif,
        "manifest-path": kept.manifest,
        "predicate-path": kept.predicate,
    }
