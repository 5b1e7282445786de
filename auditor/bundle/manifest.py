"""manifest.json: every file of a bundle with its size and hash, and the manifest of the run before."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError, model_validator

from auditor.bundle.alteration import Kind
from auditor.bundle.layout import ENVELOPE, MANIFEST
from auditor.errors import AlteredError, BundleError
from auditor.record import Record

SCHEMA_VERSION = "1"

MAX_BYTES = 64 * 1024 * 1024
"""Of a manifest; some 400,000 files."""

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}"
_PATH = re.compile(rf"{_NAME}(/{_NAME})?\Z")
"""One folder deep; nothing that is absolute, hidden, or leads up."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class FileRecord(Record):
    """A file of the bundle."""

    path: str
    """Relative to the bundle, with forward slashes."""
    bytes: Annotated[int, Field(ge=0)]
    sha256: Digest


class Previous(Record):
    """The run before, in the same folder of reports."""

    run_id: _Word
    manifest_sha256: Digest


class Manifest(Record):
    """What a bundle holds; it never names itself, nor the signature over it."""

    schema_version: str = SCHEMA_VERSION
    run_id: _Word
    made_at: AwareDatetime
    verdict: _Word
    previous: Previous | None = None
    files: tuple[FileRecord, ...]
    """By path, each once."""

    @model_validator(mode="after")
    def _stays_inside(self) -> Manifest:
        paths = [file.path for file in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("its paths are not sorted, or one stands there twice")
        for path in paths:
            if not _PATH.match(path) or path.partition("/")[0] in (MANIFEST, ENVELOPE):
                raise ValueError(f"it names the path {path[:200]!r}")
        return self

    def written(self) -> bytes:
        """The file; there is no other way to write the same manifest."""
        return self.model_dump_json(indent=1).encode() + b"\n"

    @property
    def by_path(self) -> dict[str, FileRecord]:
        """Path → file."""
        return {file.path: file for file in self.files}


def read_manifest(data: bytes) -> Manifest:
    """The manifest in a file.

    Raises BundleError for one of another version, AlteredError for what is not as the auditor writes it.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise altered("it is not JSON, or cut off") from error
    told = found.get("schema_version") if isinstance(found, dict) else None
    if isinstance(told, str) and told != SCHEMA_VERSION:
        raise BundleError(
            f"{MANIFEST} is of schema version {told[:40]!r}; this auditor reads {SCHEMA_VERSION!r}",
            next_step="verify with the version of the auditor that made the bundle",
        )
    try:
        manifest = Manifest.model_validate_json(data)
    except (ValidationError, RecursionError) as error:
        problem = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(str(step) for step in problem["loc"]) if problem else ""
        words = problem["msg"].removeprefix("Value error, ") if problem else "nested too deep"
        raise altered(f"{where}: {words}" if where else words) from error
    if manifest.written() != data:
        raise altered("it is not written as the auditor writes it")
    return manifest


def altered(words: str) -> AlteredError:
    """That the manifest itself is not as it was written."""
    return AlteredError(f"{MANIFEST}: {words}", path=MANIFEST, kind=Kind.MANIFEST)


def digest(data: bytes) -> str:
    """The sha256 of some bytes, in hex."""
    return sha256(data).hexdigest()
