"""Masks who and where in what a run leaves: ids of subscriptions, tenants and principals, names and addresses.

The same id has the same mask in every file of every run, so that reports can be compared, and a mask has the shape of
what it stands for: an id stays an id, an address an address. It is a hash without a key: nobody turns it back, but who
already suspects an id can hash it and compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from auditor.record import Record
from auditor.snapshot import Reading, Snapshot

Masked = TypeVar("Masked", bound=Record)

PUBLIC: Final = frozenset(
    {
        "00000000-0000-0000-0000-000000000000",  # nobody; everybody, in a deny assignment
        # Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
        "53ca6127-db72-4b80-b1b0-d745d6d5456d",
        "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "a001fd3d-188f-4b5d-821b-7da978bf7442",
        "a97b65f3-24c7-4388-baec-2e87135dc908",
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        # Built-in policies and initiatives: https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies
        "037eea7a-bd0a-46c5-9a66-03aea78705d3",
        "09024ccc-0c5f-475e-9457-b7c0d9ed487b",
        "1308bccf-446a-4283-a4e0-0c983fe7a572",
        "179d1daa-458f-4e47-8086-2a68d0d6c38f",
        "1b4d1c4e-934c-4703-944c-27c82c06bebb",
        "1f3afdf9-d0c9-4c3d-847f-89da613e70a8",
        "1f90fc71-a595-4066-8974-d4d0802e8ef0",
        "4054785f-702b-4a98-9215-009cbd58b141",
        "46aa9b05-0e60-4eae-a88b-1e9d374fa515",
        "4f11b553-d42e-4e3a-89be-32ca364cad4c",
        "5207647b-3e83-4e28-b836-c382cb5e2a2e",
        "53ad89f5-8542-49e9-ba81-1cbd686e0d52",
        "60205a79-6280-4e20-a147-e2011e09dc78",
        "67121cc7-ff39-4ab8-b7e3-95b84dab487d",
        "71ef260a-8f18-47b7-abcb-62d0673d94dc",
        "a06d5deb-24aa-4991-9d58-fa7563154e31",
        "a451c1ef-c6ca-483d-87ed-f49761e3ffb5",
        "aafe3651-cb78-4f68-9f81-e7e41509110f",
        "d6759c02-b87f-42b7-892e-71b3f471d782",
        "e3030e83-88d5-4f23-8734-6577a2c97a32",
        "e3ec7e09-768c-4b64-882c-fcada3772047",
        "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "f58a876c-ec25-417e-9634-58d2a93e3fe2",
        "fe3fd216-4f83-4fc1-8984-2bbec80a3418",
    }
)
"""Ids that are the same in every tenant and that checks name: what built-in roles and policies are known by."""

PEOPLE: Final = (
    *("caller", "createdBy", "lastModifiedBy", "principalName", "principalDisplayName", "signInName", "upn"),
    *("userPrincipalName", "GITHUB_ACTOR", "GITHUB_TRIGGERING_ACTOR", "BUILD_REQUESTEDFOR"),
)
"""Members of JSON whose text is somebody's name."""

_GUID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_ANY_ID: Final = re.compile(_GUID, re.IGNORECASE)
_COMPACT: Final = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_MASKED_ID: Final = re.compile(r"00000000-0000-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")
"""Version 8 of RFC 9562, which is free for such uses; no service gives out one that begins with zeros."""

_DEFINITION: Final = re.compile(rf"/(?:role|policy|policySet)Definitions/({_GUID})", re.IGNORECASE)
_REQUEST: Final = re.compile(rf'request[-_]?id\\*"\s*:\s*\\*"({_GUID})', re.IGNORECASE)
_WHO_OR_WHERE: Final = re.compile(
    rf"(?:/subscriptions/|/tenants/"
    rf'|(?:principal|object|client|app|tenant|subscription)_?id\\*"\s*:\s*\\*"|(?:tenant|caller)\\*"\s*:\s*\\*")({_GUID})',
    re.IGNORECASE,
)

_ADDRESS: Final = re.compile(
    r"""\\(?:u[0-9a-fA-F]{4}|.)|(?P<who>[^\s"'<>()\[\]{},;:@\\/=&|*?`]{1,80}@(?P<domain>[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}"""
    r"""\.[A-Za-z]{2,24})(?![\w@]))""",
    re.DOTALL,
)
"""An electronic address or a user principal name; before it an escape of JSON, which must stay whole."""

_DOMAIN: Final = "redacted.invalid"
_PERSON: Final = re.compile(rf'("(?:{"|".join(PEOPLE)})"\s*:\s*")((?:[^"\\]|\\.)+)(?=")', re.IGNORECASE)
_MASKED_PERSON: Final = re.compile(rf"principal-[0-9a-f]{{12}}|[0-9a-f]{{12}}@{re.escape(_DOMAIN)}")
_SPOKEN: Final = re.compile(r"(?<=looking as ).+(?= of tenant )")
"""The name in the line that says who looks."""

_PAGE: Final = re.compile(r"(skiptoken(?:=|%3D))[^&\"\s\\]+", re.IGNORECASE)
"""Where a list goes on: it may hold an id in a form of its own."""


@dataclass(frozen=True)
class Mask:
    """Which ids stay, learned from one text, for all that belongs together."""

    kept: frozenset[str]
    """In lower case, as they stand in texts."""
    compact: Mapping[str, str]
    """32 digits of an id of a subscription, tenant or principal → those of its mask."""

    def text(self, text: str) -> str:
        """The text, JSON or any other, masked; JSON stays JSON, each id valid, and what is masked as it is."""
        text = _PAGE.sub(r"\1***", text)
        text = _ANY_ID.sub(lambda found: found[0] if found[0].lower() in self.kept else mask_id(found[0]), text)
        if self.compact:
            text = _COMPACT.sub(lambda found: self.compact.get(found[0].lower(), found[0]), text)
        if "@" in text:
            text = _ADDRESS.sub(_address, text)
        text = _PERSON.sub(lambda found: found[1] + mask_name(found[2]), text)
        return _SPOKEN.sub(lambda found: mask_name(found[0]), text)

    def record(self, record: Masked) -> Masked:
        """The same record with every text in it masked; who looked too."""
        made = type(record).model_validate_json(self.text(record.model_dump_json()))
        principal = getattr(made, "principal", None)
        if not isinstance(principal, Record) or not (name := getattr(principal, "name", None)):
            return made
        return made.model_copy(update={"principal": principal.model_copy(update={"name": mask_name(name)})})


def mask_for(text: str) -> Mask:
    """What masks this text, and what says the same things in other words, such as the run that follows from a snapshot.

    Every id is masked unless it is public, names a role's or a policy's definition somewhere in the text, or is what
    the service calls a request.
    """
    given = {found.lower() for pattern in (_DEFINITION, _REQUEST) for found in pattern.findall(text)}
    hidden = {found.lower() for found in _WHO_OR_WHERE.findall(text)} - PUBLIC
    compact = {one.replace("-", ""): mask_id(one).replace("-", "") for one in hidden}
    return Mask(PUBLIC | (given - hidden), compact)


def mask(text: str) -> str:
    """A text by itself, without ids of subscriptions, tenants and principals, and without names of people."""
    return mask_for(text).text(text)


def mask_id(guid: str) -> str:
    """An id that stands for this one, whatever its case."""
    if _MASKED_ID.fullmatch(guid.lower()):
        return guid.lower()
    digits = _hash(guid)
    return f"00000000-0000-8{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"


def mask_name(name: str) -> str:
    """What stands for a name; an id or an address as `mask` has it."""
    if _ANY_ID.fullmatch(name):
        return mask_id(name)
    shown = _ADDRESS.sub(_address, name)
    return shown if _MASKED_PERSON.fullmatch(shown) else f"principal-{_hash(name)[:12]}"


def _address(found: re.Match[str]) -> str:
    if found["who"] is None or found["domain"].lower() == _DOMAIN:
        return found[0]
    return f"{_hash(found['who'])[:12]}@{_DOMAIN}"


def _hash(text: str) -> str:
    return sha256(f"auditor --redact-ids\0{text.lower()}".encode(errors="surrogatepass")).hexdigest()


class Bodies:
    """Raw bodies on their way to where they are kept: masked, and under the hash of what they then are."""

    def __init__(self, keep: Callable[[str, bytes], None]) -> None:
        self._keep = keep
        self._kept: dict[str, tuple[str, int]] = {}

    def keep(self, sha256_: str, body: bytes) -> None:
        """Takes what `auditor.cloud.recorder.KeepBody` takes."""
        if sha256_ not in self._kept:
            hidden = mask(body.decode(errors="surrogateescape")).encode(errors="surrogateescape")
            digest = sha256(hidden).hexdigest()
            self._kept[sha256_] = digest, len(hidden)
            self._keep(digest, hidden)

    def in_place_of(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot whose readings name the bodies that are kept."""
        return snapshot.model_copy(update={"readings": tuple(map(self._renamed, snapshot.readings))})

    def _renamed(self, reading: Reading) -> Reading:
        if reading.body_sha256 not in self._kept:
            return reading
        digest, length = self._kept[reading.body_sha256]
        changed = digest != reading.body_sha256
        return reading.model_copy(
            update={"body_sha256": digest, "body_bytes": length, "redacted": reading.redacted or changed}
        )
