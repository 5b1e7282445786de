"""Why a rule had no answer, in words: the gap behind a fact that is not known, and what would cure it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.policy.expression import Unknown
from auditor.policy.facts import SubjectFacts
from auditor.policy.paths import Path, around, written
from auditor.policy.quote import note_on
from auditor.snapshot import Gap, GapReason

_WHAT = {
    "account": "the account",
    "account_key": "a key of the account",
    "action_group": "the list of action groups",
    "activity_event": "the activity log",
    "activity_log_alert": "the list of activity log alerts",
    "arm_resource": "Resource Manager's own list of the accounts",
    "blocklist": "the list of blocklists",
    "budget": "the list of budgets",
    "capability_host": "the list of capability hosts",
    "commitment_plan": "the list of commitment plans",
    "connection": "the list of connections",
    "content_policy": "the list of content policies",
    "cost": "what the accounts have cost this month",
    "defender_plan": "the list of Defender plans",
    "defender_setting": "the account's setting of Defender for AI",
    "deleted_account": "the list of deleted accounts",
    "deny_assignment": "the list of deny assignments",
    "deployment": "the list of deployments",
    "deployment_detail": "routing, state and service tier of the deployments",
    "diagnostic_setting": "the list of diagnostic settings",
    "dns_record": "the list of A records",
    "domain_availability": "whether the account's name is free",
    "event_hub_namespace": "the event hub namespace",
    "host_name": "what the host names lead to",
    "lock": "the list of locks",
    "metric": "the metrics of the account",
    "metric_alert": "the list of metric alerts",
    "model": "the list of models",
    "model_capacity": "the free capacity of the model",
    "network_interface": "the network interface of the private endpoint",
    "perimeter_configuration": "the list of network security perimeters",
    "permission": "the list of the caller's permissions",
    "policy_assignment": "the list of policy assignments",
    "policy_exemption": "the list of policy exemptions",
    "policy_state": "the list of policy violations",
    "private_dns_zone_group": "the list of private DNS zone groups",
    "private_endpoint": "the private endpoint",
    "project": "the list of Foundry projects",
    "project_capability_host": "the list of a project's capability hosts",
    "project_connection": "the list of a project's connections",
    "provider": "the resource provider",
    "quota_tier": "the quota tier",
    "requirement": "the list of the application's libraries",
    "resource_health": "the health of the accounts",
    "resource_sku": "the list of account SKUs",
    "role_assignment": "the list of role assignments",
    "role_definition": "the list of role definitions",
    "role_eligibility": "the list of eligible role assignments",
    "security_assessment": "the list of Defender's recommendations",
    "service_event": "the service's incidents",
    "storage_account": "the storage account",
    "subscription": "the subscription",
    "subscription_diagnostic_setting": "the list of the activity log's exports",
    "tls_port": "what the host names answer on port 443",
    "usage": "the list of quotas",
    "vault": "the list of key vaults",
    "vault_key": "the key in its vault",
    "virtual_network_link": "the list of virtual networks that a private DNS zone is linked to",
    "workspace": "the Log Analytics workspace",
}
_TOLD = 3
"""Gaps named in one sentence."""


@dataclass(frozen=True)
class Cause:
    """Why something is not known."""

    sentence: str
    gaps: tuple[Gap, ...] = ()


def cause(unknown: Unknown, subject: SubjectFacts, gaps: Mapping[str, Gap]) -> Cause:
    """The gaps behind what the rule missed; where there are none, what is missing or what went wrong."""
    found = _gaps(unknown.missing, subject, gaps)
    reasons = list(dict.fromkeys(gap_phrase(gap) for gap in found))
    first = unknown.missing[:1]
    if not first:
        reasons = [unknown.reason]
    elif not _gaps(first, subject, gaps):
        reasons.insert(0, _untold(first[0], subject))
    more = [f"and {len(reasons) - _TOLD} more"] if len(reasons) > _TOLD else []
    return Cause(f"Not known: {'; '.join([*reasons[:_TOLD], *more])}", found)


def gap_phrase(gap: Gap) -> str:
    """Such as `the list of deployments could not be read (denied: needs Microsoft.CognitiveServices/…/read)`."""
    if gap.kind == "probe":
        return f"the live call could not be made ({_why(gap)})"
    what = _WHAT.get(gap.kind, gap.kind.replace("_", " "))
    if gap.kind == "account" and hides_subjects(gap):
        what = "the list of accounts"
    return f"{what} could not be read ({_why(gap)})"


def hides_subjects(gap: Gap) -> bool:
    """Whether there may be subjects that nobody saw because of it.

    A single account that could not be read is not hidden: the list that names it was read.
    """
    if gap.kind == "account":
        return "/providers/" not in gap.scope.lower()
    return gap.kind in {"subscription", "deployment"}


def _why(gap: Gap) -> str:
    reason = gap.reason.value.replace("_", " ")
    return f"{reason}: needs {gap.permission}" if gap.reason is GapReason.DENIED and gap.permission else reason


def _gaps(paths: Iterable[Path], subject: SubjectFacts, gaps: Mapping[str, Gap]) -> tuple[Gap, ...]:
    """Each once, in the order of the paths."""
    ids = dict.fromkeys(gap for path in paths for gap in around(path, subject.part(path[0]).absences))
    return tuple(gaps[gap] for gap in ids if gap in gaps)


def _untold(path: Path, subject: SubjectFacts) -> str:
    note = note_on(path, subject.part(path[0]).notes)
    return f"{written(path)} is {note[0]}" if note else f"{written(path)} was not told"
