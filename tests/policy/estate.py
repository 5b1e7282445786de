"""A small estate in Azure's own shapes, as a snapshot that tests bend: one resource, listing or gap at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from auditor.policy.facts import SubjectFacts, join
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Listing, Principal, Resource, Snapshot

GUID = "00000000-0000-4000-8000-0000000000a1"
SUB = f"/subscriptions/{GUID}"
PROVIDER = f"{SUB}/providers/Microsoft.CognitiveServices"
PLACE = f"{PROVIDER}/locations/swedencentral"
GROUP = f"{SUB}/resourceGroups/rg-chat"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/aif-chat"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-chat"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/law"
ZONES = ("privatelink.cognitiveservices.azure.com", "privatelink.openai.azure.com", "privatelink.services.ai.azure.com")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Estate:
    """Resources, listings and gaps, each changed by making another estate."""

    resources: tuple[Resource, ...]
    listings: tuple[Listing, ...]
    gaps: tuple[Gap, ...] = ()
    settings: JsonObject = field(default_factory=dict)
    api_versions: dict[str, str] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        return Snapshot(
            cloud="public",
            taken_at=NOW,
            ended_at=NOW,
            principal=Principal(credential="environment", object_id="0f"),
            settings={},
            api_versions=self.api_versions,
            resources=self.resources,
            listings=self.listings,
            gaps=self.gaps,
        )

    def join(self) -> dict[str, SubjectFacts]:
        """Every subject by its kind and id."""
        facts = join(self.snapshot(), Settings.model_validate(self.settings))
        by_id = {f"{one.kind} {one.id}": one for one in facts}
        assert len(by_id) == len(facts)
        return by_id

    def of(self, kind: str, arm_id: str) -> SubjectFacts:
        return self.join()[f"{kind} {arm_id}"]

    def account(self) -> Any:
        return self.of("account", ACCOUNT).variables["account"]

    def deployment(self, name: str = "chat") -> Any:
        return self.of("deployment", f"{ACCOUNT}/deployments/{name}").variables["deployment"]

    def expected(self, name: str = "chat") -> Any:
        return self.of("expectation", f"workloads/checkout/deployments/{name}").variables["expected"]

    def quota(self, name: str = "OpenAI.GlobalStandard.gpt4.1") -> Any:
        return self.of("quota", f"{PLACE}/usages/{name}").variables["quota"]

    def changed(self, kind: str, arm_id: str, change: Callable[[JsonObject], None]) -> Estate:
        """The same with one body changed in place."""
        changed = []
        for one in self.resources:
            if (one.kind, one.id) == (kind, arm_id):
                body = deepcopy(one.body)
                change(body)
                changed.append(one.model_copy(update={"body": body}))
            else:
                changed.append(one)
        assert any((one.kind, one.id) == (kind, arm_id) for one in changed), f"no {kind} {arm_id}"
        return replace(self, resources=tuple(changed))

    def with_account(self, **properties: Any) -> Estate:
        """The same with properties of the account; None takes one away."""
        return self.changed("account", ACCOUNT, lambda body: _set(body["properties"], properties))

    def with_deployment(self, deployment: str = "chat", **properties: Any) -> Estate:
        name = f"{ACCOUNT}/deployments/{deployment}"
        return self.changed("deployment", name, lambda body: _set(body["properties"], properties))

    def plus(self, *resources: Resource, listings: Iterable[Listing] = ()) -> Estate:
        return replace(self, resources=(*self.resources, *resources), listings=(*self.listings, *listings))

    def without(self, kind: str, arm_id: str | None = None) -> Estate:
        """The same without the resources of a kind, or that one of them; what was listed was still listed whole."""
        kept = tuple(one for one in self.resources if one.kind != kind or arm_id not in {None, one.id})
        return replace(self, resources=kept)

    def hidden(self, kind: str, scope: str) -> Estate:
        """The same with the read of a kind under a scope denied: a gap instead of the resources and the listing."""
        kept = tuple(one for one in self.resources if one.kind != kind or scope not in {one.parent, one.id})
        listed = tuple(one for one in self.listings if (one.kind, one.scope) != (kind, scope))
        return replace(self, resources=kept, listings=listed, gaps=(*self.gaps, gap(kind, scope)))

    def expecting(self, *deployments: JsonObject, **workload: Any) -> Estate:
        """The same with other declared deployments, or other members of the workload."""
        settings = deepcopy(self.settings)
        settings["workloads"][0].update(workload)
        if deployments:
            settings["workloads"][0]["deployments"] = list(deployments)
        return replace(self, settings=settings)


def gap(kind: str, scope: str) -> Gap:
    return Gap(
        id=f"gap {kind} {scope}",
        kind=kind,
        scope=scope,
        reason=GapReason.DENIED,
        detail="403",
        next_step="grant Reader",
    )


def resource(kind: str, arm_id: str, parent: str | None, body: JsonObject) -> Resource:
    return Resource(kind=kind, id=arm_id, parent=parent, body=body, readings=(f"reading {kind}",))


def listing(kind: str, scope: str, count: int = 1) -> Listing:
    return Listing(kind=kind, scope=scope, count=count, readings=(f"list {kind}",))


def deployment(name: str, model: JsonObject, sku: JsonObject, **properties: Any) -> Resource:
    arm_id = f"{ACCOUNT}/deployments/{name}"
    body = {
        "id": arm_id,
        "name": name,
        "sku": sku,
        "properties": {
            "model": {"format": "OpenAI", **model},
            "provisioningState": "Succeeded",
            "deploymentState": "Running",
            "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
            "capabilities": {"chatCompletion": "true", "responses": "true"},
            "rateLimits": [
                {"key": "request", "renewalPeriod": 10.0, "count": 10.0},
                {"key": "token", "renewalPeriod": 60.0, "count": 10000.0},
            ],
            **properties,
        },
    }
    return resource("deployment", arm_id, ACCOUNT, body)


def model(kind: str, name: str, version: str, skus: list[JsonObject], place: str = PLACE, **members: Any) -> Resource:
    body = {
        "kind": kind,
        "skuName": "S0",
        "model": {
            "format": "OpenAI",
            "name": name,
            "version": version,
            "isDefaultVersion": True,
            "skus": skus,
            "capabilities": {"chatCompletion": "true", "responses": "true"},
            "deprecation": {"inference": "2027-10-14T00:00:00Z", "deprecationStatus": "Planned"},
            "lifecycleStatus": "GenerallyAvailable",
            **members,
        },
    }
    return resource("model", f"{place}/models/{kind}.OpenAI.{name}.{version}", place, body)


def content_filter(name: str, source: str, severity: str | None = None, **members: Any) -> JsonObject:
    """A filter that is on and blocks, except for what `members` say."""
    told = {"name": name, "source": source, "enabled": True, "blocking": True, **members}
    return told if severity is None else {**told, "severityThreshold": severity}


def content_policy(policy: str, *filters: JsonObject, **properties: Any) -> Resource:
    """The filters of the service's default policy and those given."""
    arm_id = f"{ACCOUNT}/raiPolicies/{policy}"
    harms = [
        content_filter(harm, source, "Medium")
        for harm in ("Hate", "Sexual", "Violence", "Selfharm")
        for source in ("Prompt", "Completion")
    ]
    shields = [
        content_filter("Jailbreak", "Prompt"),
        content_filter("Protected Material Text", "Completion"),
        content_filter("Protected Material Code", "Completion", blocking=False),
    ]
    told = {"mode": "Blocking", "contentFilters": [*harms, *shields, *filters], **properties}
    return resource("content_policy", arm_id, ACCOUNT, {"id": arm_id, "name": policy, "properties": told})


def usage(name: str, current: float, limit: float, place: str = PLACE, **members: Any) -> Resource:
    body = {"name": {"value": name}, "currentValue": current, "limit": limit, "unit": "Count", **members}
    return resource("usage", f"{place}/usages/{name}", place, body)


def sku(name: str, usage_name: str, **members: Any) -> JsonObject:
    return {
        "name": name,
        "usageName": usage_name,
        "capacity": {"maximum": 1000, "default": 10},
        "deprecationDate": "2027-10-14T00:00:00Z",
        **members,
    }


def estate() -> Estate:
    """An account in Sweden with a private endpoint, logs, three deployments and one workload that declares two."""
    skus = [
        sku("GlobalStandard", "OpenAI.GlobalStandard.gpt4.1"),
        sku(
            "GlobalProvisionedManaged",
            "OpenAI.GlobalProvisionedManaged",
            capacity={"minimum": 15, "maximum": 300, "step": 5},
        ),
    ]
    mini = [sku("GlobalStandard", "OpenAI.GlobalStandard.gpt-4.1-mini")]
    resources = (
        resource("subscription", SUB, None, {"subscriptionId": GUID, "displayName": "Shop", "state": "Enabled"}),
        resource("provider", PROVIDER, SUB, {"registrationState": "Registered"}),
        resource(
            "permission",
            f"{SUB}/providers/Microsoft.Authorization/permissions/0",
            SUB,
            {"actions": ["*/read"], "notActions": ["Microsoft.Insights/*"], "dataActions": [], "notDataActions": []},
        ),
        resource(
            "required_actions",
            "/required-actions",
            None,
            {
                "actions": {
                    "Microsoft.CognitiveServices/accounts/read": ["account"],
                    "Microsoft.Insights/diagnosticSettings/read": ["diagnostic_setting"],
                }
            },
        ),
        resource("account", ACCOUNT, SUB, _account()),
        deployment("chat", {"name": "gpt-4.1", "version": "2025-04-14"}, {"name": "GlobalStandard", "capacity": 10}),
        deployment(
            "chat-ptu",
            {"name": "gpt-4.1", "version": "2025-04-14"},
            {"name": "GlobalProvisionedManaged", "capacity": 15},
            spilloverDeploymentName="chat",
            rateLimits=[],
            raiPolicyName="Guarded",
        ),
        deployment(
            "trial", {"name": "gpt-4.1-mini", "version": "2025-04-14"}, {"name": "GlobalStandard", "capacity": 5}
        ),
        model("AIServices", "gpt-4.1", "2025-04-14", skus),
        model("OpenAI", "gpt-4.1", "2025-04-14", [sku("GlobalStandard", "OpenAI.GlobalStandard.other-kind")]),
        model("AIServices", "gpt-4.1-mini", "2025-04-14", mini),
        usage("OpenAI.GlobalStandard.gpt4.1", 60.0, 100.0),
        usage("OpenAI.GlobalProvisionedManaged", 15.0, 15.0, status="Included"),
        usage("OpenAI.GlobalStandard.gpt-4.1-mini", 5.0, 10.0),
        resource(
            "resource_sku",
            f"{PROVIDER}/skus/AIServices.S0.swedencentral",
            SUB,
            {
                "resourceType": "accounts",
                "kind": "AIServices",
                "name": "S0",
                "locations": ["SWEDENCENTRAL"],
                "restrictions": [],
            },
        ),
        _endpoint(),
        _zone_group(),
        _diagnostic_setting(),
        content_policy("Microsoft.DefaultV2"),
        content_policy("guarded", content_filter("Indirect Attack", "Prompt"), basePolicyName="Microsoft.DefaultV2"),
        resource("probe", f"{ACCOUNT}/deployments/chat/probes/text", f"{ACCOUNT}/deployments/chat", _probe()),
    )
    listings = (
        listing("account", SUB),
        listing("permission", SUB),
        listing("deleted_account", SUB, 0),
        listing("resource_sku", SUB),
        listing("deployment", ACCOUNT, 3),
        listing("content_policy", ACCOUNT, 2),
        listing("diagnostic_setting", ACCOUNT),
        listing("model", PLACE, 3),
        listing("usage", PLACE, 3),
        listing("private_dns_zone_group", ENDPOINT),
    )
    return Estate(resources, listings, settings=_settings())


def _settings() -> JsonObject:
    return {
        "scope": {"subscriptions": [GUID]},
        "workloads": [
            {
                "name": "checkout",
                "owner": "team-shop",
                "account": "AIF-chat",
                "network": "private",
                "regions": ["Sweden Central"],
                "tags": ["owner", "CostCenter"],
                "logs": {"destinations": [WORKSPACE]},
                "deployments": [
                    {
                        "name": "chat",
                        "model": "gpt-4.1",
                        "version": "2025-04-14",
                        "sku": "GlobalStandard",
                        "capacity": 30,
                        "latency_budget_ms": 1000,
                    },
                    {"name": "gpt-4.1", "model": "gpt-4.1", "sku": "GlobalStandard", "capacity": 20},
                ],
            }
        ],
    }


def _account() -> JsonObject:
    return {
        "id": ACCOUNT,
        "name": "aif-chat",
        "kind": "AIServices",
        "location": "SwedenCentral",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned, UserAssigned"},
        "tags": {"Owner": "team-shop"},
        "properties": {
            "provisioningState": "Succeeded",
            "customSubDomainName": "aif-chat",
            "disableLocalAuth": True,
            "publicNetworkAccess": "disabled",
            "networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}, {"value": "198.51.0.0/16"}]},
            "privateEndpointConnections": [
                {
                    "name": "aif-chat/pe-chat.1",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "groupIds": ["account"],
                        "privateEndpoint": {"id": ENDPOINT},
                        "privateLinkServiceConnectionState": {"status": "Approved"},
                    },
                }
            ],
            "abusePenalty": None,
        },
    }


def _endpoint() -> Resource:
    link = {"properties": {"groupIds": ["account"], "privateLinkServiceConnectionState": {"status": "Approved"}}}
    body = {"id": ENDPOINT, "properties": {"provisioningState": "Succeeded", "privateLinkServiceConnections": [link]}}
    return resource("private_endpoint", ENDPOINT, ACCOUNT, body)


def _zone_group() -> Resource:
    zone = f"{GROUP}/providers/Microsoft.Network/privateDnsZones"
    configs = [{"name": name, "properties": {"privateDnsZoneId": f"{zone}/{name}"}} for name in ZONES]
    body = {"properties": {"privateDnsZoneConfigs": configs}}
    return resource("private_dns_zone_group", f"{ENDPOINT}/privateDnsZoneGroups/default", ENDPOINT, body)


def _diagnostic_setting() -> Resource:
    body = {
        "properties": {
            "workspaceId": WORKSPACE,
            "storageAccountId": None,
            "logs": [
                {"category": None, "categoryGroup": "audit", "enabled": True},
                {"category": "RequestResponse", "enabled": False},
            ],
            "metrics": [{"category": "AllMetrics", "enabled": True}],
        }
    }
    return resource(
        "diagnostic_setting", f"{ACCOUNT}/providers/microsoft.insights/diagnosticSettings/to-law", ACCOUNT, body
    )


def _probe() -> JsonObject:
    return {
        "probe": "text",
        "requested_model": "chat",
        "sent": True,
        "outcome": "completed",
        "status": "completed",
        "http_status": 200,
        "responded_model": "gpt-4.1-2025-04-14",
        "output_characters": 2,
        "latency_ms": 312.4,
        "input_tokens": 11,
        "output_tokens": 2,
        "incomplete_reason": None,
        "error": None,
    }


def _set(members: JsonObject, values: JsonObject) -> None:
    for name, value in values.items():
        if value is None:
            members.pop(name, None)
        else:
            members[name] = value
