"""The snapshot joined for judging: each subject with all that its checks may look at, and why the rest is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.policy.facts.account import Home, unread_account
from auditor.policy.facts.arm_id import fold, is_arm_id, last, subscription_scope
from auditor.policy.facts.attested import attested
from auditor.policy.facts.basis import basis
from auditor.policy.facts.deployment import Deployment
from auditor.policy.facts.expectation import Expectation, expectation
from auditor.policy.facts.intent import strictest, strictest_expectation, workload_facts
from auditor.policy.facts.joined import NOTHING, Joined, beside, joined
from auditor.policy.facts.libraries import libraries
from auditor.policy.facts.new_account import new_account
from auditor.policy.facts.part import Note, Part
from auditor.policy.facts.plan_policies import plan_policies
from auditor.policy.facts.provisioned import provisioned
from auditor.policy.facts.quota import Pool, quota
from auditor.policy.facts.shape import text
from auditor.policy.facts.target import Target, workload_account
from auditor.record import Json
from auditor.settings import Settings, Workload
from auditor.snapshot import Snapshot
from auditor.uncollected import uncollected


@dataclass(frozen=True)
class SubjectFacts:
    """One thing to be judged, with the variables that rules about it may name."""

    kind: str
    """account, deployment, expectation, quota, subscription or workload."""
    id: str
    """The ARM id; a path made of names for what has none."""
    name: str
    workload: str | None
    location: str | None
    parts: dict[str, Part]
    """Root → what is known of it, each path written from the root on; subjects that share an object share its part."""

    @property
    def variables(self) -> dict[str, Json]:
        """Root → object; a root of which nothing is known is an empty object. A key that is absent is not known."""
        return {root: part.facts for root, part in self.parts.items()}

    @property
    def absences(self) -> dict[str, str]:
        """Dotted path → id of the gap because of which it is absent; a path covers all below it."""
        return {path: gap for part in self.parts.values() for path, gap in part.absences.items()}

    @property
    def notes(self) -> dict[str, Note]:
        """Dotted path → (why the value is what it is, the page that documents it)."""
        return {path: note for part in self.parts.values() for path, note in part.notes.items()}

    @property
    def readings(self) -> dict[str, tuple[str, ...]]:
        """Dotted path → ids of the readings that told it and all below it."""
        return {path: told for part in self.parts.values() for path, told in part.readings.items()}

    def part(self, root: str) -> Part:
        """What is known of a root; nothing of one that this kind of subject does not have."""
        return self.parts.get(root, NOTHING)


@uncollected
def join(snapshot: Snapshot, settings: Settings) -> tuple[SubjectFacts, ...]:
    """Every subject of the settings' scope, in a fixed order; pure, and tolerant of any shape of body.

    What a gap hid is absent; all else is what it would be without the gap. The one exception is the explanation of a
    failed probe, which names its cause the better the more is known.
    """
    return tuple(_Subjects(joined(basis(snapshot, settings))).all())


class _Subjects:
    """The subjects of a join, with each part that several of them look at brought under its root once."""

    def __init__(self, of: Joined) -> None:
        self._of = of
        self._subscriptions = {key: part.under("subscription") for key, part in of.subscriptions.items()}
        self._accounts = {key: home.part.under("account") for key, home in of.homes.items()}
        self._merged: dict[tuple[int, ...], Workload | None] = {}
        self._workloads: dict[int, Part] = {}
        self._brought: dict[tuple[str, int], tuple[Part, Part]] = {}
        self._targets = {id(found.workload): found for found in of.targets}
        self._expectations = {(id(one.case.target.workload), one.case.expected.name): one for one in of.expectations}

    def all(self) -> Iterator[SubjectFacts]:
        """Subscriptions, workloads, accounts, deployments, expectations, quota pools."""
        yield from (self._subscription(scope) for scope in self._of.places.subscriptions)
        yield from (self._workload(found) for found in self._of.targets)
        yield from (self._account(key, home) for key, home in self._of.homes.items() if home.read)
        yield from self._unread_accounts()
        for key, home in self._of.homes.items():
            yield from (self._deployment(one, key, home) for one in self._of.deployments[key].values())
        yield from (self._expectation(one) for one in self._of.expectations)
        yield from (self._quota(found) for found in self._of.pools.values())

    def _subscription(self, scope: str) -> SubjectFacts:
        part = self._subscription_part(scope)
        name = text(part.facts.get("name")) or last(scope)
        return _subject(_Who("subscription", scope, name), {"subscription": part})

    def _workload(self, found: Target) -> SubjectFacts:
        basis = self._of.basis
        told = workload_account(found, self._of.places).and_also(new_account(found, basis))
        told = told.and_also(plan_policies(found, basis)).and_also(libraries(found.workload, basis.seen))
        told = told.and_also(provisioned(found, basis.seen))
        name = found.workload.name
        stated = attested(name, basis.seen, basis.now.date())
        own = Part(facts=workload_facts(found.workload)).and_also(told).with_member("attested", stated)
        roots = {"workload": own.under("workload"), "subscription": self._subscription_part(found.subscription)}
        return _subject(_Who("workload", f"workloads/{name}", name, name), roots)

    def _account(self, key: str, home: Home) -> SubjectFacts:
        declaring = self._strictest(self._of.basis.intents.of_account(home.id))
        roots = {
            "account": self._accounts[key],
            "workload": self._workload_part(declaring),
            "subscription": self._subscription_part(subscription_scope(home.id)),
        }
        return _subject(_Who("account", home.id, last(home.id), _name(declaring), home.region), roots)

    def _unread_accounts(self) -> Iterator[SubjectFacts]:
        """Declared accounts that may be there and were not read: their checks are unknown, not left out."""
        unread: dict[str, list[Target]] = {}
        for found in self._of.targets:
            if found.home is not None and not found.home.read:
                unread.setdefault(found.home.id, []).append(found)
            elif found.home is None and found.exists is None:
                unread.setdefault(_unread_id(found.workload.account), []).append(found)
        for arm_id, targets in unread.items():
            declaring = self._strictest([found.workload for found in targets])
            roots = {
                "account": unread_account(declaring, targets[0].gap, targets[0].note).under("account"),
                "workload": self._workload_part(declaring),
                "subscription": self._subscription_part(targets[0].subscription),
            }
            yield _subject(_Who("account", arm_id, last(arm_id), _name(declaring)), roots)

    def _deployment(self, one: Deployment, key: str, home: Home) -> SubjectFacts:
        name = last(one.resource.id)
        declaring = self._of.basis.intents.of_deployment(home.id, name)
        intent = self._strictest([workload for workload, _ in declaring] or self._of.basis.intents.of_account(home.id))
        roots = {
            "deployment": self._under("deployment", one.part),
            "account": self._accounts[key],
            "expected": self._expected_part(one, home),
            "workload": self._workload_part(intent),
            "subscription": self._subscription_part(subscription_scope(home.id)),
        }
        called = f"{last(home.id)}/{name}"
        return _subject(_Who("deployment", one.resource.id, called, _name(intent), home.region), roots)

    def _expectation(self, one: Expectation) -> SubjectFacts:
        found, there = one.case.target, one.case.there
        account = self._accounts[fold(found.home.id)] if found.home is not None else _absent("account", found.gap)
        workload = found.workload
        deployment = _absent("deployment", one.case.gap) if there is None else self._under("deployment", there.part)
        roots = {
            "expected": self._under("expected", one.part),
            "deployment": deployment,
            "account": account,
            "workload": self._workload_part(workload),
            "subscription": self._subscription_part(found.subscription),
        }
        called = f"{last(workload.account)}/{one.case.expected.name}"
        location = last(found.location) if found.location is not None else None
        return _subject(_Who("expectation", one.id, called, workload.name, location), roots)

    def _quota(self, found: Pool) -> SubjectFacts:
        roots = {
            "quota": quota(found, self._of.demands).under("quota"),
            "subscription": self._subscription_part(subscription_scope(found.location)),
        }
        return _subject(_Who("quota", found.id, found.name, location=last(found.location)), roots)

    def _under(self, root: str, part: Part) -> Part:
        """A part of the join under its root, the same whichever subject looks at it."""
        key = (root, id(part))
        if key not in self._brought:
            self._brought[key] = (part, part.under(root))  # the part too, so that no other takes its identity
        return self._brought[key][1]

    def _subscription_part(self, scope: str | None) -> Part:
        return self._subscriptions.get(fold(scope), NOTHING) if scope is not None else NOTHING

    def _strictest(self, workloads: Sequence[Workload]) -> Workload | None:
        """One object for all that the same workloads of the settings mean, so that it is known by its identity."""
        key = tuple(map(id, workloads))
        if key not in self._merged:
            self._merged[key] = strictest(workloads)
        return self._merged[key]

    def _workload_part(self, workload: Workload | None) -> Part:
        """The `workload` of rules, made once of each of the settings' and of each that `_strictest` gave."""
        if workload is None:
            return NOTHING
        if id(workload) not in self._workloads:
            self._workloads[id(workload)] = Part(facts=workload_facts(workload))
        return self._workloads[id(workload)]

    def _expected_part(self, one: Deployment, home: Home) -> Part:
        """The expectation of a deployment; of several workloads' the strictest, seen from the first of them."""
        declaring = self._of.basis.intents.of_deployment(home.id, last(one.resource.id))
        expected = strictest_expectation([expected for _, expected in declaring])
        if expected is None:
            return NOTHING
        found = self._targets[id(declaring[0][0])]
        made = self._expectations[id(found.workload), declaring[0][1].name] if len(declaring) == 1 else None
        if made is None:
            made = expectation(expected, found, beside(found, self._of.deployments), self._of.basis)
        return self._under("expected", made.part)


def _unread_id(account: str) -> str:
    return account if is_arm_id(account) else f"accounts/{account}"


def _absent(root: str, gap: str | None) -> Part:
    return Part(absences={root: gap} if gap is not None else {})


def _name(workload: Workload | None) -> str | None:
    return workload.name if workload is not None else None


@dataclass(frozen=True)
class _Who:
    """What names a subject."""

    kind: str
    id: str
    name: str
    workload: str | None = None
    location: str | None = None


def _subject(who: _Who, roots: dict[str, Part]) -> SubjectFacts:
    return SubjectFacts(
        kind=who.kind, id=who.id, name=who.name, workload=who.workload, location=who.location, parts=roots
    )
