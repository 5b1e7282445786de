"""What --redact-ids does to all that a run is judged from, so that what is judged later comes out the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.redact_ids import Mask, mask_for

if TYPE_CHECKING:
    from auditor.policy.pack import AppliedCheck, Policy
    from auditor.policy.waivers import Waivers
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot


@dataclass(frozen=True)
class Judged:
    """What a run follows from, and what masks the run itself."""

    snapshot: Snapshot
    settings: Settings
    policy: Policy
    waivers: Waivers
    mask: Mask


def without_ids(snapshot: Snapshot, settings: Settings, policy: Policy, waivers: Waivers) -> Judged:
    """The same with masks for ids: in what was seen, in settings, in parameters, in whom a waiver is about.

    The texts of the checks, their examples among them, stay as their files have them. The digest is of what is kept, so
    that `verify` comes to it.
    """
    from auditor.policy.pack import digest_of

    mask = mask_for(snapshot.model_dump_json() + settings.model_dump_json())
    checks = tuple(_masked(applied, mask) for applied in policy.checks)
    return Judged(
        snapshot=mask.record(snapshot),
        settings=mask.record(settings),
        policy=replace(policy, checks=checks, digest=digest_of(checks)),
        waivers=replace(waivers, entries=tuple(mask.record(entry) for entry in waivers.entries)),
        mask=mask,
    )


def _masked(applied: AppliedCheck, mask: Mask) -> AppliedCheck:
    return replace(applied, parameters=json.loads(mask.text(json.dumps(dict(applied.parameters)))))
