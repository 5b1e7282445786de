"""What --redact-ids does to all that a run is judged from, so that what is judged later comes out the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.cli.basis import Basis
from auditor.redact_ids import Mask, mask_for

if TYPE_CHECKING:
    from auditor.policy.pack import AppliedCheck


def without_ids(basis: Basis) -> Basis:
    """The same with masks for ids: in what was seen, in settings, in parameters, in whom a waiver is about.

    The texts of the checks, their examples among them, stay as their files have them. The digest is of what is kept, so
    that `verify` comes to it.
    """
    from auditor.policy.pack import digest_of

    mask = mask_for(basis.snapshot.model_dump_json() + basis.settings.model_dump_json())
    checks = tuple(_masked(applied, mask) for applied in basis.policy.checks)
    entries = tuple(mask.record(entry) for entry in basis.waivers.entries)
    return replace(
        basis,
        snapshot=mask.record(basis.snapshot),
        settings=mask.record(basis.settings),
        policy=replace(basis.policy, checks=checks, digest=digest_of(checks)),
        waivers=replace(basis.waivers, entries=entries),
        mask=mask,
    )


def _masked(applied: AppliedCheck, mask: Mask) -> AppliedCheck:
    return replace(applied, parameters=json.loads(mask.text(json.dumps(dict(applied.parameters)))))
