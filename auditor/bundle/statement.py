"""What is signed: an in-toto Statement over the manifest, with the verdict and what it rests on."""

from __future__ import annotations

import json
from typing import Any, Final

from auditor.bundle.layout import EVIDENCE, MANIFEST
from auditor.bundle.manifest import Manifest, digest
from auditor.report.attested import PREDICATE_TYPE, attested, written
from auditor.run import Run

STATEMENT: Final = "https://in-toto.io/Statement/v1"
"""https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md"""

PAYLOAD: Final = "application/vnd.in-toto+json"
"""https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md"""


def statement(run: Run, manifest: Manifest) -> bytes:
    """The Statement about a run's manifest, as JSON with sorted keys."""
    evidence = manifest.by_path[EVIDENCE].sha256
    subject = {"name": MANIFEST, "digest": {"sha256": digest(manifest.written())}}
    predicate = json.loads(written(attested(run, evidence, named=True)))
    said = {"_type": STATEMENT, "subject": [subject], "predicateType": PREDICATE_TYPE, "predicate": predicate}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


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
    if kinds != (STATEMENT, PREDICATE_TYPE):
        return f"what was signed is a statement of the kind {str(kinds[1])[:100]!r}"
    if subjects != {MANIFEST: manifest_sha256}:
        return "what was signed is another manifest"
    return None
