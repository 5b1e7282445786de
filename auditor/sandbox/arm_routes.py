"""Which path of Resource Manager tells what, and which action a caller needs for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from auditor.sandbox import arm_accounts, arm_catalogue, arm_monitor, arm_subscriptions, arm_zones, stored
from auditor.sandbox import arm_found as at
from auditor.sandbox.arm_call import Call, Found, Route

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
CM = "Microsoft.CostManagement"

_P = "Microsoft.Authorization/permissions/read"

ROUTES = (
    Route("/subscriptions", "", at.subscriptions, provider=R),
    Route("/tenants", "", lambda call: [arm_subscriptions.tenant_body(call.world)], provider=R),
    Route(S, f"{R}/subscriptions/read", at.subscription, "subscription", provider=R),
    Route(f"{S}/locations", f"{R}/subscriptions/locations/read",
          lambda call: arm_subscriptions.locations(call.world, call.subscription.name), provider=R),
    Route(f"{S}/resourceGroups", f"{R}/subscriptions/resourceGroups/read",
          lambda call: arm_subscriptions.resource_groups(call.world, call.subscription.name), provider=R),
    Route(f"{S}/resources", f"{R}/subscriptions/resources/read", at.resources, "arm_resource", provider=R),
    Route(f"{S}/providers/{{namespace}}", f"{R}/subscriptions/providers/read", at.provider, "provider", provider=R),
    Route(f"{S}/providers/Microsoft.Authorization/permissions", _P, at.permissions, "permission", provider=R),
    Route(f"{G}/providers/Microsoft.Authorization/permissions", _P, at.permissions, "permission", provider=R),
    Route(f"{A}/providers/Microsoft.Authorization/permissions", _P, at.of_account(lambda call, _: at.permissions(call)),
          "permission", provider=R),
    Route(f"{S}{C}/accounts", f"{CS}/accounts/read", at.accounts, "account"),
    Route(f"{G}{C}/accounts", f"{CS}/accounts/read", at.accounts, "account"),
    Route(A, f"{CS}/accounts/read",
          at.of_account(lambda call, account: arm_accounts.account_body(call.world, account)), "account"),
    Route(f"{A}/listKeys", f"{CS}/accounts/listKeys/action", at.of_account(at.keys), method="POST"),
    Route(f"{A}/skus", f"{CS}/accounts/skus/read",
          at.of_account(lambda _, account: list(arm_accounts.sku_bodies(account))), paged=False),
    Route(f"{A}/models", f"{CS}/accounts/models/read",
          at.of_account(lambda call, account: list(arm_catalogue.account_models(call.world, account)))),
    Route(f"{A}/usages", f"{CS}/accounts/usages/read",
          at.of_account(lambda call, account: list(arm_catalogue.account_usages(call.world, account))), paged=False),
    Route(f"{A}/deployments", f"{CS}/accounts/deployments/read", at.of_account(at.deployments), "deployment"),
    Route(f"{A}/deployments/{{deployment}}", f"{CS}/accounts/deployments/read", at.of_account(at.deployment),
          "deployment"),
    Route(f"{A}/raiPolicies", f"{CS}/accounts/raiPolicies/read", at.of_account(at.policies), "content_policy"),
    Route(f"{A}/raiPolicies/{{policy}}", f"{CS}/accounts/raiPolicies/read", at.of_account(at.policy),
          "content_policy"),
    Route(f"{A}/privateEndpointConnections", f"{CS}/accounts/privateEndpointConnections/read",
          at.of_account(at.connections), paged=False),
    Route(f"{S}{C}/deletedAccounts", f"{CS}/deletedAccounts/read", at.deleted, "deleted_account"),
    Route(f"{S}{C}/checkDomainAvailability", f"{CS}/checkDomainAvailability/action", at.domain, "domain_availability",
          method="POST"),
    Route(f"{S}{C}/skus", f"{CS}/skus/read", lambda call: arm_catalogue.resource_skus(call.world), "resource_sku"),
    Route(f"{S}{C}/modelCapacities", f"{CS}/modelCapacities/read", at.capacities, "model_capacity"),
    Route(f"{S}{C}/locations/{{location}}/modelCapacities", f"{CS}/locations/modelCapacities/read", at.capacities),
    Route(f"{S}{C}/locations/{{location}}/models", f"{CS}/locations/models/read", at.models, "model"),
    Route(f"{S}{C}/locations/{{location}}/usages", f"{CS}/locations/usages/read", at.usages, "usage"),
    Route(f"{S}{N}/privateEndpoints", f"{NET}/privateEndpoints/read", at.endpoints, provider=NET),
    Route(f"{G}{N}/privateEndpoints", f"{NET}/privateEndpoints/read", at.endpoints, provider=NET),
    Route(E, f"{NET}/privateEndpoints/read", at.endpoint, "private_endpoint", provider=NET),
    Route(f"{E}/privateDnsZoneGroups", f"{NET}/privateEndpoints/privateDnsZoneGroups/read", at.zone_groups,
          "private_dns_zone_group", provider=NET),
    Route(f"{G}{N}/networkInterfaces/{{interface}}", f"{NET}/networkInterfaces/read", at.interface,
          "network_interface", provider=NET),
    Route(Z, f"{NET}/privateDnsZones/read", at.of_zone(arm_zones.zone_body), provider=NET),
    Route(f"{Z}/virtualNetworkLinks", f"{NET}/privateDnsZones/virtualNetworkLinks/read",
          at.of_zone(arm_zones.link_bodies), "virtual_network_link", provider=NET),
    Route(f"{Z}/A", f"{NET}/privateDnsZones/A/read", at.of_zone(arm_zones.record_bodies), "dns_record", provider=NET),
    Route(f"{A}/networkSecurityPerimeterConfigurations", f"{CS}/accounts/networkSecurityPerimeterConfigurations/read",
          at.of_account(at.perimeters), "perimeter_configuration"),
    Route(f"{A}/providers/{INS}/diagnosticSettings", f"{INS}/diagnosticSettings/read", at.of_account(at.diagnostics),
          "diagnostic_setting", provider=INS, paged=False),
    Route(f"{A}/providers/{INS}/diagnosticSettings/{{setting}}", f"{INS}/diagnosticSettings/read",
          at.of_account(at.diagnostic), provider=INS),
    Route(f"{A}/providers/{INS}/diagnosticSettingsCategories", f"{INS}/diagnosticSettingsCategories/read",
          at.of_account(lambda call, account: arm_monitor.categories(arm_accounts.account_id(call.world, account))),
          provider=INS, paged=False),
    Route(f"{A}/providers/{INS}/metrics", f"{INS}/metrics/read", at.of_account(at.metrics), "metric", provider=INS),
    Route(f"{S}/providers/{INS}/eventtypes/management/values", f"{INS}/eventtypes/values/read", at.activity,
          "activity_event", provider=INS),
    Route(f"{S}/providers/{RH}/availabilityStatuses", f"{RH}/availabilityStatuses/read", at.all_health,
          "resource_health", provider=RH),
    Route(f"{A}/providers/{RH}/availabilityStatuses/current", f"{RH}/availabilityStatuses/read",
          at.of_account(at.health), "resource_health", provider=RH),
    Route(f"{S}/providers/{CM}/query", f"{CM}/query/read", at.costs, "cost", method="POST", provider=CM),
    Route(f"{S}/providers/{PI}/policyStates/latest/queryResults", f"{PI}/policyStates/queryResults/action",
          at.policy_states, "policy_state", method="POST", provider=PI, next_link="@odata.nextLink"),
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
