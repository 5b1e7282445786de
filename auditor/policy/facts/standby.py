"""Which deployments of the same model could take over where the region of a declared one is down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import last, region
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.plan import Case
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.policy.facts.target import Target
from auditor.snapshot import Resource

DEPLOYMENT: Final = "deployment"
READY: Final = "succeeded"


def standby(case: Case, seen: Seen) -> Part:
    """`standbys` of an expectation whose workload names standby accounts: `account/deployment (version) in region`.

    Each has a model of the same format and name, whatever its version, is ready, and lies in another region than the
    workload's account, one that the workload approves where it approves any by name. That there is none is known only
    once each standby account was found with all its deployments, or is known not to exist.
    """
    told, target = Telling(), case.target
    if not target.workload.standby:
        return told.done()
    looks = [_look(case, other, seen) for other in target.standbys]
    if _own_region(target) is None:
        looks.append(_Look(unsure=True, gap=target.gap))
    found = sorted(name for look in looks for name in look.found)
    unsure = [look for look in looks if look.unsure]
    known = bool(found) or not unsure
    gap = next((look.gap for look in unsure if look.gap is not None), None)
    note = next((look.note for look in unsure if look.note is not None), None)
    told.tell("standbys", found if known else None, because=gap, note=None if known else note)
    told.read("standbys", [reading for look in looks for reading in look.readings])
    return told.done()


@dataclass(frozen=True)
class _Look:
    """What one standby account has to offer."""

    found: tuple[str, ...] = ()
    unsure: bool = False
    """Whether there may be more."""
    gap: str | None = None
    note: Note | None = None
    readings: tuple[str, ...] = ()


def _look(case: Case, other: Target, seen: Seen) -> _Look:
    home = other.home
    if home is None:
        unsure = other.exists is not False
        return _Look(unsure=unsure, gap=other.gap, note=other.note if unsure else None, readings=other.readings)
    if home.region is None:
        return _Look(unsure=True, gap=other.gap, readings=other.readings)
    own, approved = _own_region(case.target), {region(name) for name in case.target.workload.regions}
    if own is None or home.region == own or (approved and home.region not in approved):
        return _Look(readings=other.readings)
    alike = {one.id: _alike(case, one) for one in home.deployments}
    return _Look(
        found=tuple(_told(home, one) for one in home.deployments if alike[one.id]),
        unsure=not home.whole or None in alike.values(),
        gap=None if home.whole else seen.gap(DEPLOYMENT, home.id),
        readings=(*other.readings, *(reading for one in home.deployments for reading in one.readings)),
    )


def _own_region(target: Target) -> str | None:
    """Where the workload's account is, or would be made."""
    if target.home is not None:
        return target.home.region
    return region(target.workload.planned_location) if target.exists is False else None


def _alike(case: Case, one: Resource) -> bool | None:
    """Whether it serves the expected model now; None where Azure does not tell which it has."""
    told = [text(dig(one.body, "properties", "model", name)) for name in ("format", "name")]
    state = text(dig(one.body, "properties", "provisioningState"))
    asked = [case.expected.format.lower(), case.expected.model.lower()]
    if None in told:
        return None
    if [name.lower() for name in told if name is not None] != asked:
        return False
    return state.lower() == READY if state is not None else None


def _told(home: Home, one: Resource) -> str:
    version = text(dig(one.body, "properties", "model", "version"))
    return f"{last(home.id)}/{last(one.id)}{f' ({version})' if version else ''} in {home.region}"
