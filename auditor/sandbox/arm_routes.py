"""Which path of Resource Manager tells what, and which action a caller needs for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auditor.record import JsonObject
from auditor.sandbox import (
    arm_accounts,
    arm_activity,
    arm_catalogue,
    arm_content,
    arm_health,
    arm_metrics,
    arm_monitor,
    arm_network,
    arm_policy,
    arm_subscriptions,
    arm_zones,
    stored,
)
from auditor.sandbox.account import Account, Endpoint
from auditor.sandbox.arm_errors import bad_request, keys_disabled
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import Subscription, World

Found = JsonObject | list[JsonObject] | Answer | None
"""One thing, a list of things, an answer of its own, or nothing there."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the names in its path; names compare without case."""

    world: World
    ledger: Ledger
    ask: Ask
    names: Mapping[str, str]
    version: str

    @property
    def subscription(self) -> Subscription:
        """The one that the path names; its existence is checked before."""
        return self.world.subscriptions[self.names["subscription"].lower()]

    @property
    def region(self) -> str:
        """The location that the path names."""
        return self.names["location"].replace(" ", "").lower()

    @property
    def account(self) -> Account | None:
        """The account that the path names."""
        return self.world.by_group.get(self._key("account"))

    @property
    def endpoint(self) -> tuple[Account, Endpoint] | None:
        """The private endpoint that the path names, with its account."""
        return self.world.by_endpoint.get(self._key("endpoint"))

    def _key(self, word: str) -> tuple[str, str, str]:
        subscription, group, name = (self.names[part].lower() for part in ("subscription", "group", word))
        return subscription, group, name


@dataclass(frozen=True, slots=True)
class Route:
    """One path; words in braces are names, `*` in the last place is a whole resource id."""

    path: str
    action: str
    find: Callable[[Call], Found]
    kind: str | None = None
    """What it tells of, in the words of the auditor's snapshot; None for what the auditor does not collect."""
    method: str = "GET"
    provider: str = "Microsoft.CognitiveServices"
    paged: bool = True
    next_link: str = "nextLink"
    """Where a page tells of the next one."""


S = "/subscriptions/{subscription}"
G = S + "/resourceGroups/{group}"
C = "/providers/Microsoft.CognitiveServices"
A = G + C + "/accounts/{account}"
N = "/providers/Microsoft.Network"
Z = G + N + "/privateDnsZones/{zone}"
E = G + N + "/privateEndpoints/{endpoint}"
R = "Microsoft.Resources"
CS = "Microsoft.CognitiveServices"
NET = "Microsoft.Network"
INS = "Microsoft.Insights"
RH = "Microsoft.ResourceHealth"
PI = "Microsoft.PolicyInsights"


def _accounts(call: Call) -> Found:
    group = call.names.get("group", "").lower()
    return [
        arm_accounts.account_body(call.world, account)
        for account in call.world.accounts.values()
        if call.world.subscription_of(account) == call.subscription.name and group in {"", account.group.lower()}
    ]


def _of_account(tell: Callable[[Call, Account], Found]) -> Callable[[Call], Found]:
    """What is told of the account in the path; nothing where there is none."""

    def find(call: Call) -> Found:
        return None if call.account is None else tell(call, call.account)

    return find


def _keys(call: Call, account: Account) -> Found:
    if account.properties.get("disableLocalAuth") is True and "keys" not in account.lax:
        return keys_disabled()
    first, second = call.ledger.keys_of(account)
    return {"key1": first, "key2": second}


def _deployments(call: Call, account: Account) -> Found:
    return [
        arm_accounts.deployment_body(call.world, account, deployment, call.version)
        for deployment in account.deployments.values()
    ]


def _deployment(call: Call, account: Account) -> Found:
    wanted = call.names["deployment"].lower()
    found = (one for name, one in account.deployments.items() if name.lower() == wanted)
    deployment = next(found, None)
    return None if deployment is None else arm_accounts.deployment_body(call.world, account, deployment, call.version)


def _policies(call: Call, account: Account) -> Found:
    return list(arm_content.policy_bodies(account, arm_accounts.account_id(call.world, account)))


def _policy(call: Call, account: Account) -> Found:
    found = arm_content.policy_bodies(account, arm_accounts.account_id(call.world, account))
    return next((one for one in found if one["name"].lower() == call.names["policy"].lower()), None)


def _connections(call: Call, account: Account) -> Found:
    owner = arm_accounts.account_id(call.world, account)
    return [arm_network.connection_body(call.world, account, one, owner) for one in account.endpoints.values()]


def _capacities(call: Call) -> Found:
    named = tuple(call.ask.query.get(word, "") for word in ("modelFormat", "modelName", "modelVersion"))
    regions = (call.region,) if "location" in call.names else call.world.regions
    return arm_catalogue.capacities(call.world, call.subscription.name, (named[0], named[1], named[2]), regions)


def _endpoints(call: Call) -> Found:
    group = call.names.get("group", "").lower()
    return [
        arm_network.endpoint_body(call.world, account, endpoint, arm_accounts.account_id(call.world, account))
        for account in call.world.accounts.values()
        for endpoint in account.endpoints.values()
        if call.world.subscription_of(account) == call.subscription.name and group in {"", endpoint.group.lower()}
    ]


def _endpoint(call: Call) -> Found:
    if call.endpoint is None:
        return None
    account, endpoint = call.endpoint
    return arm_network.endpoint_body(call.world, account, endpoint, arm_accounts.account_id(call.world, account))


def _zone_groups(call: Call) -> Found:
    return call.endpoint and arm_network.zone_group_bodies(call.world, *call.endpoint)


def _interface(call: Call) -> Found:
    wanted = call.names["interface"].lower()
    endpoint, _, _ = wanted.partition(arm_network.INTERFACE_MARK)
    subscription, group = call.names["subscription"].lower(), call.names["group"].lower()
    found = call.world.by_endpoint.get((subscription, group, endpoint))
    if found is None or arm_network.interface_name(found[1]).lower() != wanted:
        return None
    return arm_network.interface_body(call.world, *found)


def _of_zone(tell: Callable[[World, arm_zones.Zone], Found]) -> Callable[[Call], Found]:
    """What is told of the private DNS zone in the path; nothing where there is none."""

    def find(call: Call) -> Found:
        zone = arm_zones.zone_of(call.world, call.names["subscription"], call.names["group"], call.names["zone"])
        return None if zone is None else tell(call.world, zone)

    return find


def _perimeters(call: Call, account: Account) -> Found:
    owner = arm_accounts.account_id(call.world, account)
    return list(arm_network.perimeter_bodies(call.world, account, owner))


def _diagnostics(call: Call, account: Account) -> Found:
    return list(arm_monitor.settings(account, arm_accounts.account_id(call.world, account), call.version))


def _diagnostic(call: Call, account: Account) -> Found:
    owner = arm_accounts.account_id(call.world, account)
    found = arm_monitor.settings(account, owner, arm_monitor.WHOLE_VERSION)
    return next((one for one in found if one["name"].lower() == call.names["setting"].lower()), None)


def _metrics(call: Call, account: Account) -> Found:
    return arm_metrics.answer(call.world, account, arm_accounts.account_id(call.world, account), call.ask.query)


def _activity(call: Call) -> Found:
    return arm_activity.events(call.world, call.subscription.name, call.ask.query)


def _health(call: Call, account: Account) -> Found:
    return arm_health.status(call.world, account, arm_accounts.account_id(call.world, account))


def _all_health(call: Call) -> Found:
    return [
        arm_health.status(call.world, account, arm_accounts.account_id(call.world, account))
        for account in call.world.accounts.values()
        if call.world.subscription_of(account) == call.subscription.name
    ]


def _subscriptions(call: Call) -> Found:
    bodies = arm_subscriptions.subscription_body
    return [bodies(call.world, one, call.version) for one in call.world.subscriptions.values()]


def _subscription(call: Call) -> Found:
    return arm_subscriptions.subscription_body(call.world, call.subscription, call.version)


def _provider(call: Call) -> Found:
    return arm_subscriptions.provider_body(call.world, call.subscription, call.names["namespace"])


def _models(call: Call) -> Found:
    return arm_catalogue.location_models(call.world, call.subscription.name, call.region)


def _usages(call: Call) -> Found:
    return arm_catalogue.usages(call.world, call.subscription.name, call.region)


def _deleted(call: Call) -> Found:
    return [arm_accounts.deleted_body(call.world, one) for one in call.world.deleted_accounts]


def _domain(call: Call) -> Found:
    asked = call.ask.json()
    if asked is None or not asked.get("subdomainName") or not asked.get("type"):
        return bad_request("The request body must name a subdomainName and a type.")
    return arm_accounts.domain_body(call.world, asked)


def _permissions(call: Call) -> Found:
    return list(arm_subscriptions.permissions(call.world))


def _policy_states(call: Call) -> Found:
    return arm_policy.states(call.world, call.subscription.name, call.ask.query.get("$filter", ""))


_P = "Microsoft.Authorization/permissions/read"

ROUTES = (
    Route("/subscriptions", "", _subscriptions, provider=R),
    Route("/tenants", "", lambda call: [arm_subscriptions.tenant_body(call.world)], provider=R),
    Route(S, f"{R}/subscriptions/read", _subscription, "subscription", provider=R),
    Route(f"{S}/locations", f"{R}/subscriptions/locations/read",
          lambda call: arm_subscriptions.locations(call.world, call.subscription.name), provider=R),
    Route(f"{S}/resourceGroups", f"{R}/subscriptions/resourceGroups/read",
          lambda call: arm_subscriptions.resource_groups(call.world, call.subscription.name), provider=R),
    Route(f"{S}/providers/{{namespace}}", f"{R}/subscriptions/providers/read", _provider, "provider", provider=R),
    Route(f"{S}/providers/Microsoft.Authorization/permissions", _P, _permissions, "permission", provider=R),
    Route(f"{G}/providers/Microsoft.Authorization/permissions", _P, _permissions, "permission", provider=R),
    Route(f"{S}{C}/accounts", f"{CS}/accounts/read", _accounts, "account"),
    Route(f"{G}{C}/accounts", f"{CS}/accounts/read", _accounts, "account"),
    Route(A, f"{CS}/accounts/read",
          _of_account(lambda call, account: arm_accounts.account_body(call.world, account)), "account"),
    Route(f"{A}/listKeys", f"{CS}/accounts/listKeys/action", _of_account(_keys), method="POST"),
    Route(f"{A}/skus", f"{CS}/accounts/skus/read",
          _of_account(lambda _, account: list(arm_accounts.sku_bodies(account))), paged=False),
    Route(f"{A}/models", f"{CS}/accounts/models/read",
          _of_account(lambda call, account: list(arm_catalogue.account_models(call.world, account)))),
    Route(f"{A}/usages", f"{CS}/accounts/usages/read",
          _of_account(lambda call, account: list(arm_catalogue.account_usages(call.world, account))), paged=False),
    Route(f"{A}/deployments", f"{CS}/accounts/deployments/read", _of_account(_deployments), "deployment"),
    Route(f"{A}/deployments/{{deployment}}", f"{CS}/accounts/deployments/read", _of_account(_deployment), "deployment"),
    Route(f"{A}/raiPolicies", f"{CS}/accounts/raiPolicies/read", _of_account(_policies), "content_policy"),
    Route(f"{A}/raiPolicies/{{policy}}", f"{CS}/accounts/raiPolicies/read", _of_account(_policy), "content_policy"),
    Route(f"{A}/privateEndpointConnections", f"{CS}/accounts/privateEndpointConnections/read",
          _of_account(_connections), paged=False),
    Route(f"{S}{C}/deletedAccounts", f"{CS}/deletedAccounts/read", _deleted, "deleted_account"),
    Route(f"{S}{C}/checkDomainAvailability", f"{CS}/checkDomainAvailability/action", _domain, "domain_availability",
          method="POST"),
    Route(f"{S}{C}/skus", f"{CS}/skus/read", lambda call: arm_catalogue.resource_skus(call.world), "resource_sku"),
    Route(f"{S}{C}/modelCapacities", f"{CS}/modelCapacities/read", _capacities, "model_capacity"),
    Route(f"{S}{C}/locations/{{location}}/modelCapacities", f"{CS}/locations/modelCapacities/read", _capacities),
    Route(f"{S}{C}/locations/{{location}}/models", f"{CS}/locations/models/read", _models, "model"),
    Route(f"{S}{C}/locations/{{location}}/usages", f"{CS}/locations/usages/read", _usages, "usage"),
    Route(f"{S}{N}/privateEndpoints", f"{NET}/privateEndpoints/read", _endpoints, provider=NET),
    Route(f"{G}{N}/privateEndpoints", f"{NET}/privateEndpoints/read", _endpoints, provider=NET),
    Route(E, f"{NET}/privateEndpoints/read", _endpoint, "private_endpoint", provider=NET),
    Route(f"{E}/privateDnsZoneGroups", f"{NET}/privateEndpoints/privateDnsZoneGroups/read", _zone_groups,
          "private_dns_zone_group", provider=NET),
    Route(f"{G}{N}/networkInterfaces/{{interface}}", f"{NET}/networkInterfaces/read", _interface,
          "network_interface", provider=NET),
    Route(Z, f"{NET}/privateDnsZones/read", _of_zone(arm_zones.zone_body), provider=NET),
    Route(f"{Z}/virtualNetworkLinks", f"{NET}/privateDnsZones/virtualNetworkLinks/read",
          _of_zone(arm_zones.link_bodies), "virtual_network_link", provider=NET),
    Route(f"{Z}/A", f"{NET}/privateDnsZones/A/read", _of_zone(arm_zones.record_bodies), "dns_record", provider=NET),
    Route(f"{A}/networkSecurityPerimeterConfigurations", f"{CS}/accounts/networkSecurityPerimeterConfigurations/read",
          _of_account(_perimeters), "perimeter_configuration"),
    Route(f"{A}/providers/{INS}/diagnosticSettings", f"{INS}/diagnosticSettings/read", _of_account(_diagnostics),
          "diagnostic_setting", provider=INS, paged=False),
    Route(f"{A}/providers/{INS}/diagnosticSettings/{{setting}}", f"{INS}/diagnosticSettings/read",
          _of_account(_diagnostic), provider=INS),
    Route(f"{A}/providers/{INS}/diagnosticSettingsCategories", f"{INS}/diagnosticSettingsCategories/read",
          _of_account(lambda call, account: arm_monitor.categories(arm_accounts.account_id(call.world, account))),
          provider=INS, paged=False),
    Route(f"{A}/providers/{INS}/metrics", f"{INS}/metrics/read", _of_account(_metrics), "metric", provider=INS),
    Route(f"{S}/providers/{INS}/eventtypes/management/values", f"{INS}/eventtypes/values/read", _activity,
          "activity_event", provider=INS),
    Route(f"{S}/providers/{RH}/availabilityStatuses", f"{RH}/availabilityStatuses/read", _all_health,
          "resource_health", provider=RH),
    Route(f"{A}/providers/{RH}/availabilityStatuses/current", f"{RH}/availabilityStatuses/read",
          _of_account(_health), "resource_health", provider=RH),
    Route(f"{S}/providers/{PI}/policyStates/latest/queryResults", f"{PI}/policyStates/queryResults/action",
          _policy_states, "policy_state", method="POST", provider=PI, next_link="@odata.nextLink"),
)  # fmt: skip
"""Everything that is served, and nothing else."""


def _pattern(path: str) -> re.Pattern[str]:
    words = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return re.compile(words, re.IGNORECASE)


def _by_length() -> dict[int, list[tuple[re.Pattern[str], Route]]]:
    found: defaultdict[int, list[tuple[re.Pattern[str], Route]]] = defaultdict(list)
    for route in ROUTES:
        found[route.path.count("/")].append((_pattern(route.path), route))
    return dict(found)


_BY_LENGTH = _by_length()


def route_of(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route that serves a path, and the names in it."""
    for pattern, route in _BY_LENGTH.get(path.count("/"), ()):
        match = pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict()
    place = stored.place_of(path)
    if place is None or place.told.asked_by or method != "GET":
        return None
    return _stored_route(place), {"subscription": place.subscription}


def _stored_route(place: stored.Place) -> Route:
    def find(call: Call) -> Found:
        rows = stored.told(place, call.world.stored.values())
        return rows if place.name is None else next(iter(rows), None)

    return Route(place.type, place.action, find, place.told.kind, provider=place.provider, paged=place.told.paged)


def actions() -> dict[str, str]:
    """Kind of resource → the action that reading it needs."""
    routes = {route.kind: route.action for route in reversed(ROUTES) if route.kind is not None}
    return {**routes, **{told.kind: f"{name}/{told.asked_by or 'read'}" for name, told in stored.TYPES.items()}}
