"""The names of what a bundle holds."""

from __future__ import annotations

EVIDENCE = "evidence.json"
SNAPSHOT = "snapshot.json"
SETTINGS = "settings.json"
"""The public part of the owner's intent."""

JUDGEMENT = "judgement.json"
"""The checks as they were applied, waivers and frameworks: what `auditor verify` judges again by."""

RAW = "raw"
"""The subfolder of raw bodies, each named by its sha256 and compressed."""

RAW_SUFFIX = ".gz"

MANIFEST = "manifest.json"
ENVELOPE = "manifest.dsse.json"
"""The signature; it is over the manifest and so not in it."""
