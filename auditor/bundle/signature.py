"""Whether a known key signed a manifest: the envelope taken apart and verified offline."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from auditor.bundle.opened import Opened
from auditor.bundle.public_key import PublicKey
from auditor.bundle.statement import PAYLOAD, wrong_with
from auditor.errors import AlteredError
from auditor.record import Record


class SignatureState(StrEnum):
    """What can be said of a bundle's signature."""

    VALID = "valid"
    """A key that was named signed exactly this manifest."""
    NONE = "none"
    """There is none, and no key was named."""
    UNCHECKED = "unchecked"
    """There is one, and no key was named."""
    MISSING = "missing"
    """A key was named, and there is none."""
    WRONG = "wrong"
    """It names a known key, or is well formed, and is not over this manifest."""
    UNKNOWN_KEY = "unknown_key"
    """None of the keys that were named made it."""


class Signature(Record):
    """A bundle's signature, and by whom."""

    state: SignatureState
    keys: tuple[str, ...] = ()
    """The ids that the envelope names; of a valid signature those that made it."""
    detail: str = ""


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signature(opened: Opened, keys: Sequence[PublicKey]) -> Signature:
    """What a bundle's envelope proves to those who know these keys."""
    try:
        data = opened.envelope()
    except AlteredError as error:
        return Signature(state=SignatureState.WRONG, detail=str(error))
    if data is None:
        return Signature(state=SignatureState.MISSING if keys else SignatureState.NONE)
    try:
        envelope = json.loads(data)
        payload_type, payload = envelope["payloadType"], b64decode(envelope["payload"], validate=True)
        made = [(_text(one.get("keyid")), b64decode(one["sig"], validate=True)) for one in envelope["signatures"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Signature(state=SignatureState.WRONG, detail="the envelope is not in the form of DSSE")
    named = tuple(sorted({keyid for keyid, _ in made if keyid}))
    wrong = wrong_with(payload, payload_type, opened.manifest_sha256)
    if wrong:
        return Signature(state=SignatureState.WRONG, keys=named, detail=wrong)
    if not keys:
        return Signature(state=SignatureState.UNCHECKED, keys=named)
    return _told(named, made, keys, pre_authentication(PAYLOAD, payload))


def _told(
    named: tuple[str, ...], made: Sequence[tuple[str, bytes]], keys: Sequence[PublicKey], data: bytes
) -> Signature:
    """By the bytes alone: the id in an envelope is not signed and is but a hint."""
    proven = tuple(sorted({key.id for key in keys if any(key.verifies(each, data) for _, each in made)}))
    if proven:
        return Signature(state=SignatureState.VALID, keys=proven)
    if {key.id for key in keys} & set(named):
        return Signature(state=SignatureState.WRONG, keys=named, detail="it is not what the named key makes of it")
    return Signature(state=SignatureState.UNKNOWN_KEY, keys=named)


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
