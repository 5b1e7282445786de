"""Everything that was seen at one moment, raw, and everything that could not be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, cast

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic_core import from_json, to_json

from auditor.errors import SnapshotError
from auditor.record import JsonObject, Record
from auditor.uncollected import uncollected

Kept = TypeVar("Kept", bound=Record)

SCHEMA_VERSION = "1"
"""Raised when a reader of the last version could misread a snapshot."""


class Reading(Record):
    """One HTTP exchange as evidence; its body is kept elsewhere, by its hash."""

    id: str
    """Stable within a run: derived from method, URL and, for a repeated request, its ordinal."""
    method: str
    url: str
    """Without secrets: query values named sig, key, code or token are masked."""
    api_version: str | None = None
    status: int | None = None
    """None when no answer came."""
    sent_at: datetime
    """This machine's clock, UTC."""
    service_date: str | None = None
    """The answer's Date header, as sent: the service's own clock."""
    duration_ms: float
    request_ids: dict[str, str] = {}
    """Header name → value, of every request or correlation id that the service gave."""
    body_sha256: str | None = None
    """None when there was no body, or when it must not even be hashed (keys)."""
    body_bytes: int = 0
    redacted: bool = False
    """Whether a secret was masked in the body before it was hashed and kept."""
    attempts: int = 1
    """How often the request was sent until this answer."""


Packed = Annotated[JsonObject, AfterValidator(to_json), PlainSerializer(from_json)]
"""An object held as the bytes of its JSON, which take a sixth of its memory; it is given and written as an object."""


class Resource(Record):
    """The raw JSON of one thing, as the service sent it."""

    model_config = ConfigDict(serialize_by_alias=True)

    kind: str
    """One of the words in `auditor.collect`: account, deployment, model, usage, …"""
    id: str
    """The ARM id as the service spelled it; compare without case."""
    parent: str | None = None
    """The id of what owns it: a deployment's account, a usage's location scope."""
    packed: Packed = Field(alias="body")
    readings: tuple[str, ...] = ()

    @property
    def body(self) -> JsonObject:
        """The object itself, made anew at each look, so that a whole estate's need not stay in memory."""
        body: JsonObject = from_json(cast("bytes", self.packed))
        return body

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Another with some members changed, of which one may be the `body`."""
        if update and "body" in update:
            update = {**update, "packed": to_json(update["body"])}
            del update["body"]
        return super().model_copy(update=update, deep=deep)


class Listing(Record):
    """A list that was read whole: only because of it may an absent thing be called absent."""

    kind: str
    scope: str
    """The id under which the list was read: a subscription, an account, a location scope."""
    count: int
    readings: tuple[str, ...] = ()


class GapReason(StrEnum):
    """Why something could not be seen."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TIMED_OUT = "timed_out"
    NOT_OFFERED = "not_offered"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CRASHED = "crashed"


class Gap(Record):
    """What could not be seen, why, and what would cure it."""

    id: str
    kind: str
    """The kind of resource that could not be read."""
    scope: str
    """The id under which it would have been read."""
    reason: GapReason
    detail: str
    """The service's own words, or ours, bounded and without secrets."""
    permission: str | None = None
    """The ARM action that would have allowed the read, where that is the cause."""
    next_step: str
    """A command or a sentence that an engineer can act on."""
    readings: tuple[str, ...] = ()


class Principal(Record):
    """Who looked."""

    credential: str
    """Which credential of the chain signed in, such as `environment` or `github-oidc`."""
    tenant_id: str | None = None
    object_id: str | None = None
    app_id: str | None = None
    name: str | None = None


class Snapshot(Record):
    """All that evaluation may look at; together with a policy it decides every finding."""

    schema_version: str = SCHEMA_VERSION
    cloud: str
    taken_at: datetime
    """When the first request was sent; the `now` of every check."""
    ended_at: datetime
    interrupted: bool = False
    plan: bool = False
    """Whether only what decides about a plan was looked at: nothing was called, and how things are set up not read."""
    principal: Principal
    settings: JsonObject
    """The public part of the owner's intent, so that a saved snapshot can be judged alone."""
    api_versions: dict[str, str] = {}
    """Kind of resource → api-version that it was really read with."""
    notices: tuple[str, ...] = ()
    """What the endpoints say of themselves; a sandbox says that it is one."""
    readings: tuple[Reading, ...] = ()
    resources: tuple[Resource, ...] = ()
    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()
    left_out: tuple[str, ...] = ()
    """Kinds that were not looked at, since no check of the run's packs needed them."""


def load_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file; raises SnapshotError with what is wrong and what to do."""
    return load(path, Snapshot, "a snapshot", SCHEMA_VERSION)


def load(path: Path, shape: type[Kept], called: str, version: str) -> Kept:
    """A record of one schema version from the file that it was written to.

    Raises SnapshotError for what can't be read, is truncated or foreign, or is of another version.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"{path}: can't be read: {error}", next_step=f"name {called} of the auditor") from error
    return parsed(text, path, shape, called, version)


@uncollected
def parsed(text: bytes, path: Path, shape: type[Kept], called: str, version: str) -> Kept:
    """The record in a text that was read from `path`; raises SnapshotError as `load` does."""
    try:
        kept = shape.model_validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise _refused(path, text, called, version, error) from error
    if "schema_version" not in kept.model_fields_set or getattr(kept, "schema_version", None) != version:
        raise _refused(path, text, called, version, None)
    return kept


def _refused(
    path: Path, text: bytes, called: str, version: str, error: ValidationError | RecursionError | None
) -> SnapshotError:
    """What is wrong with a file that does not have the shape: not JSON, foreign, of another version, or a member."""
    make = "make it again with: auditor run"
    try:
        found = json.loads(text.decode())
    except UnicodeDecodeError as broken:
        return SnapshotError(f"{path}: can't be read: {broken}", next_step=f"name {called} of the auditor")
    except (ValueError, RecursionError) as broken:
        return SnapshotError(f"{path}: not JSON, or cut off: {broken}", next_step=make)
    told = found.get("schema_version") if isinstance(found, dict) else None
    if told is None:
        return SnapshotError(f"{path}: not {called} of the auditor", next_step=f"name {called}, or {make}")
    if told != version:
        return SnapshotError(
            f"{path}: {called} of schema version {str(told)[:40]!r}; this auditor reads {version!r}",
            next_step=f"use the auditor version that wrote it, or {make}",
        )
    problems = error.errors() if isinstance(error, ValidationError) else []
    where = ".".join(str(part) for part in problems[0]["loc"]) if problems else "the file"
    words = problems[0]["msg"] if problems else "nested too deep"
    return SnapshotError(f"{path}: not {called}: {where or 'the file'}: {words}", next_step=make)
