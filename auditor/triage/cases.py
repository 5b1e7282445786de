"""The snapshot and the last green run as cases."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from auditor.difference import Side
from auditor.policy.facts import SubjectFacts, join
from auditor.policy.facts.arm_id import fold, last, parent_account, subscription_scope
from auditor.policy.facts.clock import azures_now
from auditor.policy.facts.metrics import Metrics, metrics
from auditor.policy.facts.moment import written
from auditor.policy.facts.seen import index
from auditor.policy.facts.shape import dig, text, texts
from auditor.policy.failure import SMOKE, classify_text, failure_of
from auditor.policy.failure.context import FailureContext
from auditor.record import Json, JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Snapshot
from auditor.triage.case import Case, Cases
from auditor.triage.happenings import RECENT, Surrounding, happenings
from auditor.triage.reason import Symptom
from auditor.triage.symptoms import (
    ails,
    asked,
    class_of,
    host_of,
    misled,
    no_account,
    no_deployment,
    other_zones,
    symptoms_of,
    told_of,
)
from auditor.triage.together import together, with_others
from auditor.triage.traffic import traffic

_OF_THE_WAY: Final = frozenset({GapReason.DENIED, GapReason.UNREACHABLE, GapReason.TIMED_OUT, GapReason.FAILED})
"""Gaps that tell of the network, the sign-in or Resource Manager itself."""

_SHARED: Final = ("deployment", "account", "expected", "workload", "subscription")

_ALIKE: Final = 0.75
"""From when on two names resemble each other, as `difflib` counts it."""


def cases(snapshot: Snapshot, settings: Settings, before: Side | None) -> Cases:
    """Everything that should answer; pure."""
    return _Cases(snapshot, settings, before).made()


class _Cases:
    """The cases of a snapshot, with each subject joined once."""

    def __init__(self, snapshot: Snapshot, settings: Settings, before: Side | None) -> None:
        earlier = before.snapshot if before is not None else None
        self._snapshot = snapshot
        self._subjects = join(snapshot, settings)
        self._earlier = {(one.kind, fold(one.id)): one for one in join(earlier, settings)} if earlier else {}
        self._now = azures_now(snapshot.taken_at, snapshot.readings)
        named = {last(one.account).lower() for one in settings.workloads}
        self._happenings = happenings(snapshot, before, self._now, named)
        self._index = index(snapshot)

    @cached_property
    def _metrics(self) -> Metrics:
        return metrics(self._index)

    def made(self) -> Cases:
        """All of them, each with what became of the others."""
        gone = [*self._accounts()]
        found = [*self._deployments(), *self._missing(), *gone, *self._unlisted({case.name.lower() for case in gone})]
        if not any(case.called or case.failure for case in found):
            found += [case for gap in self._snapshot.gaps if (case := self._unread(gap)) is not None]
        declared = [one.name.rpartition("/")[2] for one in self._subjects if one.kind == "expectation"]
        seen = together(self._snapshot, declared, found)
        of = next((one.part("subscription").facts for one in self._subjects if one.kind == "subscription"), {})
        ready = tuple(with_others(case, found, seen) for case in found)
        return Cases(ready, self._happenings, seen, of, len(self._snapshot.gaps), written(self._now))

    def _deployments(self) -> Iterator[Case]:
        for one in self._subjects:
            if one.kind == "deployment":
                yield self._deployment(one)

    def _deployment(self, one: SubjectFacts) -> Case:
        facts, account = one.part("deployment").facts, fold(parent_account(one.id))
        meters = traffic(self._metrics.get(account, {}), last(one.id))
        probe = asked(dig(facts, "probe") or {}) or {}
        failure, outcome, earlier = dig(probe, "failure"), text(probe.get("outcome")), self._before(one)
        symptoms = frozenset[Symptom]()
        if failure is None:
            told = ails(one.part("account").facts, one.part("workload").facts, written(self._now - RECENT))
            symptoms = frozenset((*symptoms_of(facts, probe, meters, earlier), *told))
        call = told_of(probe, failure, one)
        beside = other_zones(one.part("account").facts, one.part("expected").facts, text(call["zone"]))
        if failure is None and misled(one.part("account").facts, dig(earlier, "account") or {}, beside):
            symptoms |= {"misled"}
        call |= {
            "eligible": self._eligible(one, account),
            "held_roles": self._roles("role_assignment", one, account),
            "others_refused": not symptoms.isdisjoint({"refused", "forbidden"}) if failure is None else None,
            "other_zones": beside,
        }
        ids = dig(probe, "request_ids") or {}
        return Case(
            name=last(one.id),
            id=one.id,
            account=account,
            region=one.location,
            failure=failure if isinstance(failure, dict) else None,
            symptoms=symptoms,
            called=outcome not in (None, "skipped", "not_applicable"),
            applies=outcome != "not_applicable",
            variables=self._variables(one, call, meters, earlier),
            surrounding=self._surrounding(one, account),
            source=next((value for value in ids.values() if isinstance(value, str)), one.id),
        )

    def _missing(self) -> Iterator[Case]:
        """Deployments that the settings name and nobody can call, since they are not there."""
        for one in self._subjects:
            expected = one.part("expected").facts
            if one.kind == "expectation" and expected.get("exists") is False and expected.get("account_exists") is True:
                name = one.name.rpartition("/")[2]
                account = text(dig(one.part("account").facts, "id"))
                yield self._absent(one, name, account, no_deployment(name, account, expected))

    def _accounts(self) -> Iterator[Case]:
        for one in self._subjects:
            if one.kind == "workload" and dig(one.part("workload").facts, "account_exists") is False:
                name = last(text(dig(one.part("workload").facts, "account")) or one.name)
                yield self._absent(one, name, None, no_account(name))

    def _absent(self, one: SubjectFacts, name: str, account: str | None, failure: JsonObject) -> Case:
        resembling = get_close_matches(name, self._new_accounts(), n=3, cutoff=_ALIKE)
        call = {"class": failure["class"], "whose": "ours", "said": failure["cause"], "resembling": resembling}
        place = fold(account) if account else None
        return Case(
            name=name,
            id=one.id,
            account=place,
            region=one.location,
            failure=failure,
            variables=self._variables(one, call, {}, self._before(one)),
            surrounding=self._surrounding(one, place),
            source=account or one.id,
        )

    def _unread(self, gap: Gap) -> Case | None:
        """What kept something from being read, where nothing was called: it may be what keeps calls out too."""
        found = classify_text(gap.detail)
        if gap.reason not in _OF_THE_WAY or gap.kind == "probe" or found.failure_class == "unclassified":
            return None
        told = class_of(found)
        scope = subscription_scope(gap.scope)
        one = next((each for each in self._subjects if scope and fold(each.id) == fold(scope)), None)
        call: Json = {"class": found.failure_class, "whose": found.whose, "failed": True, "said": gap.detail}
        return Case(
            name=f"reading of {gap.kind.replace('_', ' ')}",
            id=gap.id,
            failure=told,
            variables={**(one.variables if one is not None else {}), "call": call, "now": written(self._now)},
            source=next(iter(gap.readings), gap.scope),
        )

    def _new_accounts(self) -> list[str]:
        """Names of accounts that were not there at the last green run, as lists or the activity log tell."""
        old = {last(one.id).lower() for (kind, _), one in self._earlier.items() if kind == "account"}
        written_to = (one for one in self._happenings.events or () if str(one["operation"]).endswith("/accounts/write"))
        names = [last(one.id) for one in self._subjects if one.kind == "account"]
        return [name for name in (*names, *(str(one["name"]) for one in written_to)) if name.lower() not in old]

    def _unlisted(self, gone: Collection[str]) -> Iterator[Case]:
        """Calls to deployments that Resource Manager did not tell of; in accounts that are gone nothing is to call."""
        listed = {fold(one.id) for one in self._subjects if one.kind == "deployment"}
        for found in self._snapshot.resources:
            if found.kind != "probe" or found.parent is None or fold(found.parent) in listed or last(found.id) != SMOKE:
                continue
            if self._index.listing("deployment", parent_account(found.parent)) is not None:
                continue  # it was listed whole, and what it lacks is a case of its own
            if last(parent_account(found.parent)).lower() in gone:
                continue
            name = last(found.parent)
            context = FailureContext(deployment=name, account_id=parent_account(found.parent), host=host_of(found.body))
            failure = failure_of(found.body, context)
            told = class_of(failure) if failure is not None else None
            outcome = text(found.body.get("outcome"))
            call: JsonObject = {**told_of(found.body, told, None), "host": host_of(found.body)}
            yield Case(
                name=name,
                id=found.parent,
                account=fold(parent_account(found.parent)),
                failure=told,
                called=outcome not in (None, "skipped", "not_applicable"),
                applies=outcome != "not_applicable",
                variables={
                    "call": {key: value for key, value in call.items() if value is not None},
                    "now": written(self._now),
                },
                source=found.id,
            )

    def _before(self, one: SubjectFacts) -> JsonObject:
        earlier = self._earlier.get((one.kind, fold(one.id)))
        return dict(earlier.variables) if earlier is not None else {}

    def _variables(
        self, one: SubjectFacts, call: JsonObject, meters: JsonObject, earlier: JsonObject
    ) -> dict[str, Json]:
        told = one.variables
        return {
            **{root: told.get(root, {}) for root in _SHARED},
            "pool": self._pool(one),
            "call": {name: value for name, value in call.items() if value is not None},
            "meters": meters,
            "before": earlier,
            "now": written(self._now),
        }

    def _pool(self, one: SubjectFacts) -> JsonObject:
        """The quota that it draws from."""
        name = text(dig(one.part("deployment").facts, "model", "usage_name"))
        name = name or text(dig(one.part("expected").facts, "usage_name"))
        pools = (each for each in self._subjects if each.kind == "quota" and each.location == one.location)
        return next((each.part("quota").facts for each in pools if name is not None and each.name == name), {})

    def _eligible(self, one: SubjectFacts, account: str) -> list[str] | None:
        """Roles that a caller could activate; None where the list of them was not read."""
        return self._roles("role_eligibility", one, account)

    def _roles(self, kind: str, one: SubjectFacts, account: str) -> list[str] | None:
        """Ids of the roles that a caller has at the account or above it; None where the list of them was not read."""
        scope = subscription_scope(account)
        if scope is None or self._index.listing(kind, scope) is None:
            return None
        who, found = self._surrounding(one, account).principals, set()
        for each in self._index.children(kind, scope):
            held = dig(each.body, "properties")
            over = fold(text(dig(held, "scope")) or each.id.partition("/providers/Microsoft.Authorization")[0])
            if (text(dig(held, "principalId")) or "").lower() in who and f"{account}/".startswith(f"{over}/"):
                found.add(last(text(dig(held, "roleDefinitionId")) or each.id))
        return sorted(found)

    def _surrounding(self, one: SubjectFacts, account: str | None) -> Surrounding:
        facts, expected = one.part("deployment").facts, one.part("expected").facts
        who = {fold(each) for each in texts(dig(one.part("workload").facts, "identities")) or ()}
        who |= {fold(self._snapshot.principal.object_id)} if self._snapshot.principal.object_id else set()
        sku = text(dig(facts, "sku", "name")) or text(expected.get("sku"))
        model = text(dig(facts, "properties", "model", "name")) or text(expected.get("model"))
        return Surrounding(
            deployment=fold(one.id) if one.kind == "deployment" else None,
            account=account,
            zones=tuple(texts(dig(one.part("account").facts, "network", "expected_zones")) or ()),
            principals=frozenset(who),
            model=(sku.lower() if sku else None, model.lower() if model else None),
        )
