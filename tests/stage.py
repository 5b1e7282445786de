"""Where checks are proven: a pretended Azure in which everything is as it should be, and the pack that judges it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from unittest.mock import patch

from auditor.collect import COLLECTORS, PLAN_COLLECTORS
from auditor.finding import Finding, Outcome
from auditor.policy.pack import Policy
from auditor.sandbox import settings_path
from auditor.settings import Settings
from tests.conftest import Done, audit_world, policy_of

STAGED = {
    # the healthy world refuses keys, so that nobody asks how old they are
    "activity_event": ("api-keys-accepted",),
    # its activity log goes to other places as well, and no account's logs go to an event hub
    "event_hub_namespace": ("diagnostic-destination-not-approved",),
    # what is declared is held already
    "model_capacity": ("provisioned-capacity-unavailable",),
}
"""Kind → faults without which nothing in the healthy world hangs on its reads."""


def as_shipped(settings: Settings) -> Settings:
    """The world's own settings."""
    return settings


def support_relies_on_keys(settings: Settings) -> Settings:
    """The owner of the support desk allows API keys."""
    keyed = [
        one.model_copy(update={"authentication": "keys-allowed"}) if one.name == "support-desk" else one
        for one in settings.workloads
    ]
    return settings.model_copy(update={"workloads": tuple(keyed)})


OTHER_INTENT: dict[str, Callable[[Settings], Settings]] = {"key-call-failed": support_relies_on_keys}
"""Check → what its workload's owner wants instead, where the healthy world's settings never ask its question."""


@dataclass(frozen=True)
class Stage:
    """A world and how it is audited."""

    world: str
    pack: str
    plan: bool = False

    @property
    def policy(self) -> Policy:
        return policy_of((self.pack,), settings_path(self.world).parent)

    @property
    def kinds(self) -> list[str]:
        """What such an audit reads of Resource Manager."""
        collectors = PLAN_COLLECTORS if self.plan else COLLECTORS
        return sorted({collector.kind for collector in collectors if collector.needs})


WHOLE = Stage("healthy", "regulated")
PLAN = Stage("unprovisioned", "before-provision", plan=True)


def made(stage: Stage, *faults: str, amend: Callable[[Settings], Settings] = as_shipped) -> Done:
    """One audit of the stage with these faults, which reads all kinds: what is left out would be left out for ever."""
    amend = next((OTHER_INTENT[fault] for fault in faults if fault in OTHER_INTENT), amend)
    with patch("auditor.audit.left_out", return_value=frozenset()):
        return audit_world(stage.world, faults, packs=[stage.pack], plan=stage.plan, amend=amend)


run = lru_cache(maxsize=32)(made)
"""The same; tests that ask for the same one share it."""


def fault_of(kind: str) -> str:
    """The fault in which the reads of a kind are refused."""
    return f"arm-denied-{kind.replace('_', '-')}"


def staged_for(kind: str) -> tuple[str, ...]:
    """The faults that make a kind matter; for most none."""
    return STAGED.get(kind, ())


def without(stage: Stage, kind: str) -> Done:
    """The audit in which reads of a kind are refused, where something hangs on them."""
    return run(stage, fault_of(kind), *staged_for(kind))


def lost_without(stage: Stage, kind: str) -> frozenset[str]:
    """Ids of the checks that are unknown of some subject, or have lost one, where reads of a kind are refused."""
    before = {(one.check, one.subject.id) for one in run(stage, *staged_for(kind)).audit.run.findings}
    after = {(one.check, one.subject.id): one.outcome for one in without(stage, kind).audit.run.findings}
    return frozenset(check for check, who in before if after.get((check, who), Outcome.UNKNOWN) is Outcome.UNKNOWN)


def checks_with(findings: tuple[Finding, ...], outcome: Outcome) -> set[str]:
    """Ids of the checks of which a subject came out so."""
    return {finding.check for finding in findings if finding.outcome is outcome}
