"""In which regions a whole workload fits: what each region must offer, and what quota it must have left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from auditor.policy.facts.account_sku import KIND as SKU
from auditor.policy.facts.arm_id import fold, last, location_scope, region
from auditor.policy.facts.basis import Basis, basis
from auditor.policy.facts.deployment import Deployment
from auditor.policy.facts.joined import Joined, beside, joined
from auditor.policy.facts.new_account import offered_kinds
from auditor.policy.facts.part import Part
from auditor.policy.facts.plan import Case, plan
from auditor.policy.facts.quota import Demand, Demands, Pool, pool
from auditor.policy.facts.reserved import Reservation, free_capacity, is_reserved
from auditor.policy.facts.shape import dig, text, whole
from auditor.policy.facts.target import NEW_KINDS, Target
from auditor.policy.missing import gap_phrase
from auditor.policy.region import ORDER, Fits, RegionFit, Regions, Room, WorkloadRegions
from auditor.settings import ExpectedDeployment, Settings
from auditor.snapshot import Gap, Snapshot

_CLOSED: Final = ("Deprecating", "Deprecated")
"""Stages at which a model takes no new deployments.

https://learn.microsoft.com/azure/foundry/openai/concepts/model-retirements
"""


@dataclass
class _Verdict:
    """What speaks against a region, and what is not known of it."""

    against: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def regions(snapshot: Snapshot, settings: Settings) -> Regions:
    """Every workload in every region that it allows; pure."""
    of = joined(basis(snapshot, settings))
    bench = _Bench(of, {gap.id: gap for gap in snapshot.gaps})
    return Regions(
        cloud=snapshot.cloud,
        taken_at=snapshot.taken_at,
        notices=snapshot.notices,
        workloads=tuple(bench.workload(target) for target in of.targets),
    )


class _Bench:
    """What was seen, and why the rest was not."""

    def __init__(self, of: Joined, gaps: dict[str, Gap]) -> None:
        self._of = of
        self._basis: Basis = of.basis
        self._gaps = gaps

    def workload(self, target: Target) -> WorkloadRegions:
        """One workload; where it allows all regions, those in which its kind of account is sold."""
        found, unknown = [], []
        for subscription in target.subscriptions:
            places, untold = self._places(target, subscription)
            unknown += untold
            found += [self._region(target, subscription, place) for place in places]
        if not target.subscriptions:
            unknown.append("its subscription is not in scope")
        found.sort(key=lambda one: (ORDER.index(one.fits), -(one.tightest.left if one.tightest else 0), one.region))
        words = {one.fits for one in found} | ({"unknown"} if unknown else set())
        return WorkloadRegions(
            name=target.workload.name,
            account=last(target.workload.account),
            fits=next((word for word in ORDER if word in words), "no"),
            regions=tuple(found),
            unknown=tuple(dict.fromkeys(unknown)),
        )

    def _places(self, target: Target, subscription: str) -> tuple[list[str], list[str]]:
        if target.workload.regions:
            return list(dict.fromkeys(filter(None, map(region, target.workload.regions)))), []
        kinds = {kind.lower() for kind in NEW_KINDS}
        skus = self._basis.account_skus
        sold = {place for scope, kind, _, place in skus if scope == fold(subscription) and kind in kinds}
        if self._basis.seen.listing(SKU, subscription) is not None:
            return sorted(sold), []
        return sorted(sold), [self._why(self._basis.seen.gap(SKU, subscription), "which regions there are")]

    def _region(self, target: Target, subscription: str, place: str) -> RegionFit:
        verdict = _Verdict()
        at = fold(location_scope(subscription, place))
        if target.home is not None and target.home.location is not None and fold(target.home.location) == at:
            planned = [
                (one.case, one.part, one.demand)
                for one in self._of.expectations
                if one.case.target.workload is target.workload
            ]
        else:
            self._weigh_account(verdict, subscription, place)
            planned = [(case, *plan(case, self._basis)) for case in self._elsewhere(target, subscription, place)]
        for case, part, _ in planned:
            self._weigh(verdict, case, part)
        self._weigh_reserved(verdict, subscription, place, [(case, part) for case, part, _ in planned])
        rooms = tuple(self._rooms(verdict, target, [demand for _, _, demand in planned]))
        fits: Fits = "no" if verdict.against else "unknown" if verdict.unknown else "yes"
        return RegionFit(
            region=place,
            subscription=last(subscription),
            fits=fits,
            tightest=min(rooms, key=lambda room: (room.left, room.pool), default=None),
            pools=rooms,
            against=tuple(dict.fromkeys(verdict.against)),
            unknown=tuple(dict.fromkeys(verdict.unknown)),
        )

    def _elsewhere(self, target: Target, subscription: str, place: str) -> Iterator[Case]:
        """The workload's deployments as new ones; what the settings leave open is taken from those that run."""
        there = beside(target, self._of.deployments)
        made = replace(
            target,
            workload=target.workload.model_copy(update={"location": place}),
            exists=False,
            home=None,
            gap=None,
            note=None,
            subscriptions=(subscription,),
        )
        for expected in target.workload.deployments:
            yield Case(_as_it_runs(expected, there.get(expected.name.lower())), made, None, exists=False, gap=None)

    def _weigh_account(self, verdict: _Verdict, subscription: str, place: str) -> None:
        part = offered_kinds(subscription, place, self._basis)
        kinds = part.facts.get("offered_kinds")
        if kinds is None:
            verdict.unknown.append(self._because(part, "offered_kinds", "whether an account can be made"))
        elif not kinds:
            reasons = ", ".join(part.facts["kind_restrictions"])
            verdict.against.append("accounts for models are not offered" + (f" ({reasons})" if reasons else ""))

    def _weigh(self, verdict: _Verdict, case: Case, part: Part) -> None:
        """All but the quota: the model, the version, the SKU and the size."""
        expected, facts = case.expected, part.facts
        called = _called(case)
        if facts.get("offered") is None:
            verdict.unknown.append(self._because(part, "offered", f"whether {called} is offered"))
            return
        if facts["offered"] is False:
            verdict.against.append(f"{called} is not offered")
            return
        if case.exists is False and (facts.get("retired") is True or facts.get("lifecycle") in _CLOSED):
            verdict.against.append(f"{called} is closed to new deployments")
        if case.exists is False:
            lacking = [word for word, value in (("SKU", case.sku_name), ("capacity", expected.capacity)) if not value]
            verdict.unknown += [f"{expected.name} declares no {' and no '.join(lacking)}"] if lacking else []
        if expected.capacity is None or case.sku_name is None:
            return
        if facts.get("capacity_in_range") is None:
            verdict.unknown.append(self._because(part, "capacity_in_range", f"which sizes {called} has"))
        elif facts["capacity_in_range"] is False:
            verdict.against.append(f"{expected.capacity} is no size of {called} ({_sizes(facts['sku_range'])})")
        if facts.get("extra_capacity") is None or facts.get("usage_name") is None:
            name = "extra_capacity" if facts.get("extra_capacity") is None else "usage_name"
            verdict.unknown.append(self._because(part, name, f"what {expected.name} asks of which quota"))

    def _weigh_reserved(
        self, verdict: _Verdict, subscription: str, place: str, planned: list[tuple[Case, Part]]
    ) -> None:
        """What provisioned SKUs ask of the region itself, all deployments of one model and SKU together."""
        asked: Counter[Reservation] = Counter()
        for case, part in planned:
            expected, sku = case.expected, case.sku_name
            extra = part.facts.get("extra_capacity")
            if sku is None or not is_reserved(sku) or not extra or part.facts.get("offered") is False:
                continue
            if expected.version is None:
                verdict.unknown.append(f"{expected.name} declares no version: its free capacity was not asked for")
                continue
            names = (expected.format, expected.model, expected.version)
            asked[Reservation(subscription, place, names, sku)] += extra
        for wanted, units in asked.items():
            called = f"{wanted.model[1]} {wanted.model[2]} as {wanted.sku}"
            free, gap = free_capacity(wanted, self._basis.seen)
            if free is None:
                what = f"how much of {called} is free in the region"
                verdict.unknown.append(self._why(gap, what) if gap else f"{what} is not known: nothing tells of it")
            elif free < units:
                verdict.against.append(f"{called}: {units} needed, {free} free in the region, whatever the quota")

    def _rooms(self, verdict: _Verdict, target: Target, demands: list[Demand]) -> Iterator[Room]:
        """Each pool that is drawn from, with all that the workload asks of it together."""
        together = Demands(demands)
        drawn = {(one.location, one.pool): None for one in demands if one.location and one.pool}
        for location, name in drawn:
            found = pool(location, name, self._basis.seen) if location and name else None
            if found is None:
                continue
            asked, _ = together.planned(found)
            if asked is None:
                continue  # its deployment has said already what is not known
            if found.limit is None or found.current is None or found.headroom is None:
                verdict.unknown.append(self._untold(found))
                continue
            self._weigh_pool(verdict, target, found, asked)
            yield Room(
                pool=found.name,
                used=found.current,
                limit=found.limit,
                asked=asked,
                left=found.headroom - asked,
            )

    def _weigh_pool(self, verdict: _Verdict, target: Target, found: Pool, asked: int) -> None:
        if asked and found.status in {"Blocked", "InOverage"}:
            verdict.against.append(f"{found.name} is {found.status}")
        if found.fits(asked) is not False:
            return
        words = f"{found.name}: {asked} needed, {found.headroom} of {found.limit} left"
        if found.limit == 0:
            words += "; access or a first quota has to be requested"
        if target.exists is None:
            verdict.unknown.append(f"{words}, unless the account, which could not be looked for, holds some of it")
        else:
            verdict.against.append(words)

    def _untold(self, found: Pool) -> str:
        what = f"how much of {found.name} is left"
        return f"{what} is {found.note[0]}" if found.note else self._why(found.gap, what)

    def _because(self, part: Part, name: str, what: str) -> str:
        note = part.notes.get(name)
        return f"{what} is {note[0]}" if note else self._why(part.absences.get(name), what)

    def _why(self, gap: str | None, what: str) -> str:
        found = self._gaps.get(gap) if gap is not None else None
        return f"{what} is not known: {gap_phrase(found) if found else 'the service does not tell'}"


def _as_it_runs(expected: ExpectedDeployment, there: Deployment | None) -> ExpectedDeployment:
    """What is expected, with the SKU, capacity and version of the deployment that runs where nothing else is said."""
    if there is None:
        return expected
    told = {
        "sku": expected.sku or there.sku,
        "capacity": expected.capacity or whole(dig(there.facts, "sku", "capacity")),
    }
    if there.model is not None and there.model[:2] == (expected.format.lower(), expected.model.lower()):
        told["version"] = expected.version or text(dig(there.facts, "properties", "model", "version"))
    return expected.model_copy(update=told)


def _called(case: Case) -> str:
    expected = case.expected
    version = f" {expected.version}" if expected.version else ""
    return f"{expected.model}{version}" + (f" as {case.sku_name}" if case.sku_name else "")


def _sizes(offered: dict[str, object]) -> str:
    allowed = offered.get("allowed")
    if isinstance(allowed, list):
        return ", ".join(map(str, allowed))
    most = f" to {offered['maximum']}" if "maximum" in offered else " or more"
    return f"{offered.get('minimum', 1)}{most} in steps of {offered.get('step', 1)}"
