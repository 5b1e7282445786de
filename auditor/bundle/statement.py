"""What is signed: an in-toto Statement over the manifest, with the verdict and what it rests on."""

from __future__ import annotations

import json
from typing import Any, Final

from auditor.bundle.layout import MANIFEST
from auditor.bundle.manifest import Manifest, digest
from auditor.record import JsonObject
from auditor.run import Run

STATEMENT: Final = "https://in-toto.io/Statement/v1"
"""https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md"""

PAYLOAD: Final = "application/vnd.in-toto+json"
"""https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md"""

PREDICATE: Final = "urn:aoai-auditor:evidence:v1"


def statement(run: Run, manifest: Manifest) -> bytes:
    """The Statement about a run's manifest, as JSON with sorted keys."""
    subject = {"name": MANIFEST, "digest": {"sha256": digest(manifest.written())}}
    said = {"_type": STATEMENT, "subject": [subject], "predicateType": PREDICATE, "predicate": predicate(run, manifest)}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def predicate(run: Run, manifest: Manifest) -> JsonObject:
    """What the signer answers for beside the bytes: verdict, counts, scope, policy and tool."""
    return {
        "run_id": run.id,
        "verdict": run.verdict.value,
        "reasons": list(run.reasons),
        "counts": {outcome.value: count for outcome, count in run.counts.items()},
        "waived": run.waived,
        "scope": run.settings.get("scope"),
        "cloud": run.cloud,
        "policy": {"packs": list(run.policy.packs), "digest": {"sha256": run.policy.digest}},
        "tool": {"name": run.tool.name, "version": run.tool.version},
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat(),
        "made_at": manifest.made_at.isoformat(),
        "previous": manifest.previous.model_dump(mode="json") if manifest.previous else None,
        "notices": list(run.notices),
    }


def wrong_with(payload: bytes, payload_type: Any, manifest_sha256: str) -> str | None:
    """Why a payload that was signed is no Statement about this manifest; None where it is."""
    if payload_type != PAYLOAD:
        return f"what was signed is of type {str(payload_type)[:100]!r}"
    try:
        said = json.loads(payload)
        kinds = (said["_type"], said["predicateType"])
        subjects = {one["name"]: one["digest"]["sha256"] for one in said["subject"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return "what was signed is no in-toto Statement"
    if kinds != (STATEMENT, PREDICATE):
        return f"what was signed is a statement of the kind {str(kinds[1])[:100]!r}"
    if subjects != {MANIFEST: manifest_sha256}:
        return "what was signed is another manifest"
    return None
