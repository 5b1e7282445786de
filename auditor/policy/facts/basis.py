"""What every part of the join draws on: the snapshot indexed, the settings by account, the clock of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.policy.facts.account_sku import AccountSkus, account_skus
from auditor.policy.facts.catalogue import Catalogue, catalogue_of, catalogues
from auditor.policy.facts.content import Policy, content_policies
from auditor.policy.facts.intent import Intents, intents
from auditor.policy.facts.private_dns import ZoneLinks, zone_links
from auditor.policy.facts.seen import Seen, index
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
    content_policies: dict[str, dict[str, Policy]]
    zone_links: ZoneLinks
    principal: Principal
    api_versions: dict[str, str]
    now: datetime
    """When the snapshot was taken, in UTC."""

    def catalogue(self, scope: str) -> Catalogue:
        """The models of a location scope."""
        return catalogue_of(scope, self.catalogues, self.seen)


def basis(snapshot: Snapshot, settings: Settings) -> Basis:
    """All that is looked up again and again, looked up once."""
    seen = index(snapshot)
    taken = snapshot.taken_at
    return Basis(
        seen=seen,
        settings=settings,
        intents=intents(settings),
        catalogues=catalogues(seen),
        account_skus=account_skus(seen),
        content_policies=content_policies(seen),
        zone_links=zone_links(seen),
        principal=snapshot.principal,
        api_versions=snapshot.api_versions,
        now=taken.astimezone(UTC) if taken.tzinfo else taken.replace(tzinfo=UTC),
    )
