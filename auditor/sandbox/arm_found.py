"""What each path of Resource Manager tells, put together from the world."""

from __future__ import annotations

from collections.abc import Callable

from auditor.sandbox import (
    arm_accounts,
    arm_activity,
    arm_catalogue,
    arm_content,
    arm_costs,
    arm_health,
    arm_metrics,
    arm_monitor,
    arm_network,
    arm_policy,
    arm_resources,
    arm_subscriptions,
    arm_zones,
)
from auditor.sandbox.account import Account
from auditor.sandbox.arm_call import Call, Found
from auditor.sandbox.arm_errors import bad_request, keys_disabled
from auditor.sandbox.world import World


def accounts(call: Call) -> Found:
    """Those of the subscription, or of its group that the path names."""
    group = call.names.get("group", "").lower()
    return [
        arm_accounts.account_body(call.world, account)
        for account in call.world.accounts.values()
        if call.world.subscription_of(account) == call.subscription.name and group in {"", account.group.lower()}
    ]


def of_account(tell: Callable[[Call, Account], Found]) -> Callable[[Call], Found]:
    """What is told of the account in the path; nothing where there is none."""

    def find(call: Call) -> Found:
        return None if call.account is None else tell(call, call.account)

    return find


def keys(call: Call, account: Account) -> Found:
    """Both keys, where they are accepted."""
    if account.properties.get("disableLocalAuth") is True and "keys" not in account.lax:
        return keys_disabled()
    first, second = call.ledger.keys_of(account)
    return {"key1": first, "key2": second}


def deployments(call: Call, account: Account) -> Found:
    """All of an account."""
    return [
        arm_accounts.deployment_body(call.world, account, deployment, call.version)
        for deployment in account.deployments.values()
    ]


def deployment(call: Call, account: Account) -> Found:
    """The one that the path names."""
    wanted = call.names["deployment"].lower()
    found = (one for name, one in account.deployments.items() if name.lower() == wanted)
    deployment = next(found, None)
    return None if deployment is None else arm_accounts.deployment_body(call.world, account, deployment, call.version)


def policies(call: Call, account: Account) -> Found:
    """The content policies of an account."""
    return list(arm_content.policy_bodies(account, arm_accounts.account_id(call.world, account)))


def policy(call: Call, account: Account) -> Found:
    """The content policy that the path names."""
    found = arm_content.policy_bodies(account, arm_accounts.account_id(call.world, account))
    return next((one for one in found if one["name"].lower() == call.names["policy"].lower()), None)


def connections(call: Call, account: Account) -> Found:
    """The connections of an account's private endpoints."""
    owner = arm_accounts.account_id(call.world, account)
    return [arm_network.connection_body(call.world, account, one, owner) for one in account.endpoints.values()]


def capacities(call: Call) -> Found:
    """What is left of a model, in the region of the path or in all."""
    named = tuple(call.ask.query.get(word, "") for word in ("modelFormat", "modelName", "modelVersion"))
    regions = (call.region,) if "location" in call.names else call.world.regions
    return arm_catalogue.capacities(call.world, call.subscription.name, (named[0], named[1], named[2]), regions)


def endpoints(call: Call) -> Found:
    """The private endpoints of the subscription, or of its group that the path names."""
    group = call.names.get("group", "").lower()
    return [
        arm_network.endpoint_body(call.world, account, endpoint, arm_accounts.account_id(call.world, account))
        for account in call.world.accounts.values()
        for endpoint in account.endpoints.values()
        if call.world.subscription_of(account) == call.subscription.name and group in {"", endpoint.group.lower()}
    ]


def endpoint(call: Call) -> Found:
    """The private endpoint that the path names."""
    if call.endpoint is None:
        return None
    account, endpoint = call.endpoint
    return arm_network.endpoint_body(call.world, account, endpoint, arm_accounts.account_id(call.world, account))


def zone_groups(call: Call) -> Found:
    """The zone groups of the private endpoint that the path names."""
    return call.endpoint and arm_network.zone_group_bodies(call.world, *call.endpoint)


def interface(call: Call) -> Found:
    """The network interface of a private endpoint."""
    wanted = call.names["interface"].lower()
    endpoint, _, _ = wanted.partition(arm_network.INTERFACE_MARK)
    subscription, group = call.names["subscription"].lower(), call.names["group"].lower()
    found = call.world.by_endpoint.get((subscription, group, endpoint))
    if found is None or arm_network.interface_name(found[1]).lower() != wanted:
        return None
    return arm_network.interface_body(call.world, *found)


def of_zone(tell: Callable[[World, arm_zones.Zone], Found]) -> Callable[[Call], Found]:
    """What is told of the private DNS zone in the path; nothing where there is none."""

    def find(call: Call) -> Found:
        zone = arm_zones.zone_of(call.world, call.names["subscription"], call.names["group"], call.names["zone"])
        return None if zone is None else tell(call.world, zone)

    return find


def perimeters(call: Call, account: Account) -> Found:
    """What the perimeter of an account says of it."""
    owner = arm_accounts.account_id(call.world, account)
    return list(arm_network.perimeter_bodies(call.world, account, owner))


def diagnostics(call: Call, account: Account) -> Found:
    """An account's settings, as the version tells them."""
    return list(arm_monitor.settings(account, arm_accounts.account_id(call.world, account), call.version))


def diagnostic(call: Call, account: Account) -> Found:
    """The one setting that the path names."""
    owner = arm_accounts.account_id(call.world, account)
    found = arm_monitor.settings(account, owner, arm_monitor.WHOLE_VERSION)
    return next((one for one in found if one["name"].lower() == call.names["setting"].lower()), None)


def metrics(call: Call, account: Account) -> Found:
    """What Azure Monitor measured of an account."""
    return arm_metrics.answer(call.world, account, arm_accounts.account_id(call.world, account), call.ask.query)


def activity(call: Call) -> Found:
    """What was done in the subscription."""
    return arm_activity.events(call.world, call.subscription.name, call.ask.query)


def health(call: Call, account: Account) -> Found:
    """One account's health."""
    return arm_health.status(call.world, account, arm_accounts.account_id(call.world, account))


def all_health(call: Call) -> Found:
    """The health of every account of the subscription."""
    return [
        arm_health.status(call.world, account, arm_accounts.account_id(call.world, account))
        for account in call.world.accounts.values()
        if call.world.subscription_of(account) == call.subscription.name
    ]


def subscriptions(call: Call) -> Found:
    """All of them."""
    bodies = arm_subscriptions.subscription_body
    return [bodies(call.world, one, call.version) for one in call.world.subscriptions.values()]


def subscription(call: Call) -> Found:
    """The one that the path names."""
    return arm_subscriptions.subscription_body(call.world, call.subscription, call.version)


def provider(call: Call) -> Found:
    """The registration that the path names."""
    return arm_subscriptions.provider_body(call.world, call.subscription, call.names["namespace"])


def models(call: Call) -> Found:
    """The catalogue of the region."""
    return arm_catalogue.location_models(call.world, call.subscription.name, call.region)


def usages(call: Call) -> Found:
    """The pools of the region."""
    return arm_catalogue.usages(call.world, call.subscription.name, call.region)


def deleted(call: Call) -> Found:
    """Accounts that wait to be purged."""
    return [arm_accounts.deleted_body(call.world, one) for one in call.world.deleted_accounts]


def domain(call: Call) -> Found:
    """Whether a name can be had, as the body asks."""
    asked = call.ask.json()
    if asked is None or not asked.get("subdomainName") or not asked.get("type"):
        return bad_request("The request body must name a subdomainName and a type.")
    return arm_accounts.domain_body(call.world, asked)


def permissions(call: Call) -> Found:
    """What the caller may do."""
    return list(arm_subscriptions.permissions(call.world))


def policy_states(call: Call) -> Found:
    """What Azure Policy holds to be as the filter says."""
    return arm_policy.states(call.world, call.subscription.name, call.ask.query.get("$filter", ""))


def costs(call: Call) -> Found:
    """What the subscription's accounts have cost, as the body asks."""
    return arm_costs.month_to_date(call.world, call.subscription.name, call.ask)


def resources(call: Call) -> Found:
    """The subscription's resources of the type that the filter names."""
    return arm_resources.resources(call.world, call.subscription.name, call.ask.query.get("$filter", ""))
