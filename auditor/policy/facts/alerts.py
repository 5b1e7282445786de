"""Which alerts watch an account, for what, and whether anybody hears them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.policy.facts.activity import Event, meets
from auditor.policy.facts.alert_rules import ACTIVITY, METRIC, Rule
from auditor.policy.facts.alert_themes import NAMESPACE, THEMES, metrics, themes
from auditor.policy.facts.arm_id import fold, region, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.policy.facts.key_events import OPERATIONS, key_event
from auditor.policy.facts.logic import all_of, any_of, no
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject


@dataclass(frozen=True)
class Watching:
    """A rule and whether it is one of those meant."""

    rule: Rule
    meant: bool | None

    @property
    def live(self) -> bool | None:
        """Whether it is one of those meant, and on."""
        return all_of((self.meant, self.rule.enabled))

    @property
    def heard(self) -> bool | None:
        """Whether it is one of those meant, on, and somebody hears it."""
        return all_of((self.live, self.rule.reach.heard))


def alerts(of: Around) -> Part:
    """`account.alerts`, from the metric alerts set on the account, alone or among others, and the activity log alerts.

    `metrics` and each theme say whether one of the alerts is on and heard by somebody (`watched`), and which there are
    (`rules`, `count`); `metrics.all_heard` whether each that is on is heard, and `silent` which are not. `keys` says
    the same of alerts on the listing (`list_watched`) and on the regenerating of keys (`regenerate_watched`).
    """
    scope, seen = subscription_scope(of.resource.id), of.basis.seen
    if scope is None:
        return Part()
    part = _keys(of, scope)
    listing = seen.listing(METRIC, scope)
    if listing is None:
        unread = _unread(seen.gap(METRIC, scope))
        for name in ("metrics", *THEMES):
            part = part.with_member(name, unread)
        return part
    found = _set_on(of)
    part = part.with_member("metrics", _watched(found, listing.readings).and_also(_all_heard(found)))
    for theme in THEMES:
        part = part.with_member(theme, _watched(_those(found, partial(_has, theme)), listing.readings))
    return part


def has_provisioned(account_id: str, seen: Seen) -> Part:
    """`account.has_provisioned_deployment`; the service tells utilisation of no other."""
    told = Telling()
    read = seen.children("deployment", account_id)
    skus = [deployment_sku(text(dig(one.body, "sku", "name"))) for one in read]
    said = [None if sku is None else sku.capacity == "provisioned" for sku in skus]
    listing = seen.listing("deployment", account_id)
    gap = seen.gap("deployment", account_id) if listing is None else None
    told.tell("has_provisioned_deployment", any_of([*said, *([None] if listing is None else [])]), because=gap)
    told.read("has_provisioned_deployment", listing.readings if listing is not None else ())
    return told.done()


def _unread(gap: str | None) -> Part:
    return Part(absences={"": gap} if gap else {})


def _set_on(of: Around) -> list[Watching]:
    around = of.basis.alert_rules.around(METRIC, of.resource.id)
    own, place = fold(of.resource.id), region(of.body.get("location"))
    found = [Watching(rule, _is_set_on(rule, own, place)) for rule in around]
    return [one for one in found if one.meant is not False]


def _is_set_on(rule: Rule, own: str, place: str | None) -> bool | None:
    """One set on a group or a subscription is on the resources of one type in one region.

    https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types
    """
    if rule.scopes is None or own in rule.scopes:
        return None if rule.scopes is None else True
    kind, where = text(rule.properties.get("targetResourceType")), region(rule.properties.get("targetResourceRegion"))
    of_type = kind.lower() == NAMESPACE if kind is not None else None
    return all_of((of_type, where == place if where is not None and place is not None else None))


def _those(found: Sequence[Watching], wanted: Callable[[Rule], bool | None]) -> list[Watching]:
    return [Watching(one.rule, all_of((one.meant, wanted(one.rule)))) for one in found]


def _has(theme: str, rule: Rule) -> bool | None:
    found = themes(rule.properties)
    return None if found is None else theme in found


def _watched(found: Sequence[Watching], readings: Sequence[str]) -> Part:
    told = Telling()
    told.tell("watched", any_of(one.heard for one in found), because=_gap(found))
    _tell_rules(told, found)
    told.read("", [*readings, *(reading for one in found if one.meant for reading in one.rule.reach.readings)])
    return told.done()


def _tell_rules(told: Telling, found: Sequence[Watching]) -> None:
    """How many there are, and which, unless a gap hides whom one of them tells: a list can't say what is not known."""
    rules = list({one.rule.id: one.rule for one in found if one.meant}.values())
    gap = next((rule.reach.gap for rule in rules if rule.reach.gap), None)
    told.tell("count", len(rules))
    told.tell("rules", [_row(rule) for rule in rules] if gap is None else None, because=gap)


def _row(rule: Rule) -> JsonObject:
    names = metrics(rule.properties)
    return {**rule.row, **({"metrics": names} if names else {})}


def _gap(found: Sequence[Watching]) -> str | None:
    """Why it is not known whether somebody hears one of them."""
    return next((one.rule.reach.gap for one in found if one.heard is None and one.rule.reach.gap), None)


def _all_heard(found: Sequence[Watching]) -> Part:
    told = Telling()
    heard = [any_of((no(one.live), one.rule.reach.heard)) for one in found]
    silent = [_row(one.rule) for one, said in zip(found, heard, strict=True) if said is False]
    told.tell("all_heard", all_of(heard), because=_gap(found))
    told.tell("silent", silent if None not in heard else None, because=_gap(found))
    return told.done()


def _keys(of: Around, scope: str) -> Part:
    listing = of.basis.seen.listing(ACTIVITY, scope)
    if listing is None:
        return Part().with_member("keys", _unread(of.basis.seen.gap(ACTIVITY, scope)))
    around = of.basis.key_alerts.around(ACTIVITY, of.resource.id)
    found = [Watching(rule, None if rule.scopes is None else True) for rule in around]
    told, watching = Telling(), []
    for name, operation in OPERATIONS.items():
        event = key_event(operation, of.resource.id)
        those = _those(found, partial(_catches, event))
        told.tell(f"{name}_watched", any_of(one.heard for one in those), because=_gap(those))
        watching += [one for one in those if one.meant]
    _tell_rules(told, watching)
    told.read("", [*listing.readings, *(reading for one in watching for reading in one.rule.reach.readings)])
    return Part().with_member("keys", told.done())


def _catches(event: Event, rule: Rule) -> bool | None:
    return meets(rule.properties, event)
