"""What every part of the join draws on: the snapshot indexed, the settings by account, the clock of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.policy.facts.account_sku import AccountSkus, account_skus
from auditor.policy.facts.alert_rules import AlertRules, alert_rules
from auditor.policy.facts.catalogue import Catalogue, catalogue_of, catalogues
from auditor.policy.facts.clock import azures_now, clock_trouble
from auditor.policy.facts.content_policy import Policy, content_policies
from auditor.policy.facts.cost import Costs, costs
from auditor.policy.facts.entitlements import AccountQuotas, account_quotas
from auditor.policy.facts.governed import Governed, governed
from auditor.policy.facts.grants import Grants, grants_by_subscription
from auditor.policy.facts.health import Incidents, incidents
from auditor.policy.facts.intent import Intents, intents
from auditor.policy.facts.key_events import key_alerts
from auditor.policy.facts.keys import Activity, activity
from auditor.policy.facts.metrics import Metrics, metrics
from auditor.policy.facts.part import Note
from auditor.policy.facts.private_dns import ZoneLinks, zone_links
from auditor.policy.facts.seen import Seen, index
from auditor.policy.facts.vaults import Vaults, vaults
from auditor.settings import Settings
from auditor.snapshot import Principal, Snapshot


@dataclass(frozen=True)
class Basis:
    """Made once for a join."""

    seen: Seen
    settings: Settings
    intents: Intents
    catalogues: dict[str, Catalogue]
    account_skus: AccountSkus
    alert_rules: AlertRules
    key_alerts: AlertRules
    """Of the activity log alerts those that listen to what is done with keys."""
    content_policies: dict[str, dict[str, Policy]]
    costs: Costs
    metrics: Metrics
    activity: Activity
    incidents: Incidents
    grants: dict[str, Grants]
    """By the folded scope of the subscription."""
    account_quotas: AccountQuotas
    vaults: Vaults
    governed: Governed
    zone_links: ZoneLinks
    principal: Principal
    api_versions: dict[str, str]
    now: datetime
    """When the snapshot was taken, in UTC, by Azure's clock."""
    clock_trouble: Note | None
    """Why what was asked for by this machine's clock, such as the last days of use, can't be trusted."""

    def catalogue(self, scope: str) -> Catalogue:
        """The models of a location scope."""
        return catalogue_of(scope, self.catalogues, self.seen)


def basis(snapshot: Snapshot, settings: Settings) -> Basis:
    """All that is looked up again and again, looked up once."""
    seen = index(snapshot)
    rules = alert_rules(seen)
    now = azures_now(snapshot.taken_at, snapshot.readings)
    return Basis(
        seen=seen,
        settings=settings,
        intents=intents(settings),
        catalogues=catalogues(seen),
        account_skus=account_skus(seen),
        alert_rules=rules,
        key_alerts=key_alerts(rules),
        content_policies=content_policies(seen),
        costs=costs(seen),
        metrics=metrics(seen),
        activity=activity(seen),
        incidents=incidents(seen),
        grants=grants_by_subscription(seen),
        account_quotas=account_quotas(seen),
        vaults=vaults(seen),
        zone_links=zone_links(seen),
        principal=snapshot.principal,
        api_versions=snapshot.api_versions,
        clock_trouble=clock_trouble(snapshot.readings),
        now=now,
        governed=governed(seen, now),
    )
