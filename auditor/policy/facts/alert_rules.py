"""The alert rules of all subscriptions, found by what they are set on, each with whom it reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.action_groups import Reach, reach
from auditor.policy.facts.arm_id import fold, last, subscription_scope
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts, without_nulls
from auditor.record import JsonObject
from auditor.snapshot import Resource

METRIC: Final = "metric_alert"
ACTIVITY: Final = "activity_log_alert"


@dataclass(frozen=True)
class Rule:
    """One rule as it was listed."""

    id: str
    properties: JsonObject
    scopes: tuple[str, ...] | None
    """Folded ids of what it is set on; None where nobody understands them."""
    reach: Reach
    readings: tuple[str, ...]

    @property
    def name(self) -> str:
        """As its owner named it."""
        return last(self.id)

    @property
    def enabled(self) -> bool | None:
        """None where it is not told."""
        said = self.properties.get("enabled")
        return said if isinstance(said, bool) else None

    @property
    def row(self) -> JsonObject:
        """The rule in a few members: its name and id, whether anybody hears it, its state in words, as far as known."""
        row: JsonObject = {"name": self.name, "id": self.id}
        heard = False if self.enabled is False else self.reach.heard if self.enabled else None
        if heard is not None:
            row["heard"] = heard
            row["state"] = "heard" if heard else "it is switched off" if self.enabled is False else self.reach.words
        return row


@dataclass(frozen=True)
class AlertRules:
    """All rules of both kinds."""

    by_scope: dict[tuple[str, str], tuple[Rule, ...]]
    """Kind and folded id of what a rule is set on → rules."""
    astray: dict[tuple[str, str], tuple[Rule, ...]]
    """Kind and folded subscription → the rules stored there of which nobody understands what they are set on."""

    def those(self, kind: str, wanted: Callable[[Rule], bool]) -> AlertRules:
        """The rules of one kind that are wanted, each asked about once."""
        both = (self.by_scope, self.astray)
        known = {rule.id: rule for found in both for (one, _), rules in found.items() if one == kind for rule in rules}
        kept = {arm_id for arm_id, rule in known.items() if wanted(rule)}
        by_scope, astray = (
            {
                key: left
                for key, rules in found.items()
                if key[0] == kind and (left := tuple(rule for rule in rules if rule.id in kept))
            }
            for found in both
        )
        return AlertRules(by_scope, astray)

    def around(self, kind: str, arm_id: str) -> tuple[Rule, ...]:
        """The rules set on a resource, its resource group or its subscription, and those of which nobody knows."""
        places = enclosing(arm_id)
        found = [rule for place in places for rule in self.by_scope.get((kind, place), ())]
        found += self.astray.get((kind, places[-1]), ())
        return tuple(sorted({rule.id: rule for rule in found}.values(), key=lambda rule: fold(rule.id)))


def enclosing(arm_id: str) -> tuple[str, ...]:
    """The folded ids of a resource, of its resource group, and last of its subscription."""
    own = fold(arm_id)
    group = own.partition("/providers/")[0]
    return tuple(dict.fromkeys((own, group, fold(subscription_scope(arm_id) or own))))


def alert_rules(seen: Seen) -> AlertRules:
    """The rules by what they are set on; made once for all accounts."""
    by_scope: dict[tuple[str, str], list[Rule]] = {}
    astray: dict[tuple[str, str], list[Rule]] = {}
    kinds: tuple[tuple[str, Callable[[JsonObject], list[str] | None]], ...] = (
        (METRIC, _metric_groups),
        (ACTIVITY, _activity_groups),
    )
    for kind, groups in kinds:
        for resource in seen.all_of(kind):
            rule = _rule(resource, groups, seen)
            if rule.scopes is None:
                astray.setdefault((kind, fold(resource.parent or "")), []).append(rule)
            for scope in rule.scopes or ():
                by_scope.setdefault((kind, scope), []).append(rule)
    return AlertRules(
        by_scope={key: tuple(rules) for key, rules in by_scope.items()},
        astray={key: tuple(rules) for key, rules in astray.items()},
    )


def _rule(resource: Resource, groups: Callable[[JsonObject], list[str] | None], seen: Seen) -> Rule:
    said = dig(without_nulls(resource.body), "properties")
    properties: JsonObject = said if isinstance(said, dict) else {}
    scopes = texts(properties.get("scopes"))
    return Rule(
        id=resource.id,
        properties=properties,
        scopes=tuple(fold(scope) for scope in scopes) if scopes else None,
        reach=reach(groups(properties), seen),
        readings=resource.readings,
    )


def _metric_groups(properties: JsonObject) -> list[str] | None:
    """https://learn.microsoft.com/rest/api/monitor/metric-alerts/list-by-subscription."""
    return _ids(properties.get("actions", []))


def _activity_groups(properties: JsonObject) -> list[str] | None:
    """https://learn.microsoft.com/rest/api/monitor/activity-log-alerts/list-by-subscription-id."""
    actions = properties.get("actions", {})
    return _ids(actions.get("actionGroups", [])) if isinstance(actions, dict) else None


def _ids(actions: Any) -> list[str] | None:
    found = objects(actions)
    ids = [text(action.get("actionGroupId")) for action in found] if found is not None else [None]
    return None if None in ids else [arm_id for arm_id in ids if arm_id]
