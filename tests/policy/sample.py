"""Small checks, packs and subjects for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from auditor.finding import Finding, Severity
from auditor.policy.check import Check
from auditor.policy.compiled import compile_check
from auditor.policy.evaluate import judge
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.part import Part
from auditor.policy.pack import AppliedCheck, Policy, as_written
from auditor.policy.waivers import Waivers
from auditor.settings import GateSettings
from auditor.snapshot import Gap, GapReason

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/shop"

KEYS: dict[str, Any] = {
    "id": "keys-accepted",
    "title": "Keys are accepted",
    "severity": "high",
    "since": "0.1.0",
    "subject": "account",
    "passes_when": "account.properties.disableLocalAuth == true",
    "shows": ["account.properties.disableLocalAuth"],
    "why": "A key has no owner.",
    "fix": {"cli": "az resource update --ids {{ account.id }}"},
    "references": ["https://learn.microsoft.com/azure"],
    "examples": {
        "pass": [{"properties": {"disableLocalAuth": True}}],
        "fail": [{"properties": {"disableLocalAuth": False}}],
        "unknown": [{}],
    },
}
"""A whole check as its file says it."""


def check(**changes: Any) -> Check:
    """KEYS with other members; None leaves one out."""
    return Check.model_validate({name: value for name, value in {**KEYS, **changes}.items() if value is not None})


def policy(*checks: Check) -> Policy:
    """These checks as they are written."""
    return Policy(("test",), tuple(as_written(compile_check(each)) for each in checks), "0" * 64)


def applied(**changes: Any) -> AppliedCheck:
    """KEYS with other members, ready to judge."""
    return as_written(compile_check(check(**changes)))


def subject(account: dict[str, Any] | None = None, **told: Any) -> SubjectFacts:
    """An account with these facts."""
    members = {"id": ACCOUNT, "name": "shop", **(account or {})}
    return SubjectFacts(
        kind="account",
        id=told.pop("id", ACCOUNT),
        name="shop",
        workload="web",
        location="swedencentral",
        parts={"account": Part(members, **told), "workload": Part(), "subscription": Part()},
    )


def gap(**changes: Any) -> Gap:
    """A denied read of an account's deployments."""
    said: dict[str, Any] = {
        "id": "gap-1",
        "kind": "deployment",
        "scope": ACCOUNT,
        "reason": GapReason.DENIED,
        "detail": "no",
        "permission": "Microsoft.CognitiveServices/accounts/deployments/read",
        "next_step": "assign Reader",
        "readings": ("r9",),
    }
    return Gap(**{**said, **changes})


def judged(
    *subjects: SubjectFacts,
    by: Policy | None = None,
    waivers: Waivers | None = None,
    gaps: tuple[Gap, ...] = (),
    gate: GateSettings | None = None,
) -> tuple[Finding, ...]:
    """The findings on these subjects."""
    return judge(
        subjects,
        by or policy(check()),
        waivers or Waivers(),
        gaps=gaps,
        gate=gate or GateSettings(fail_on=Severity.HIGH),
        now=NOW,
    )


def folder(base: Path, *checks: dict[str, Any], packs: tuple[dict[str, Any], ...] = ()) -> Path:
    """A pack's folder with these checks (area `identity`) and packs; without packs, `mine` applies them all."""
    for each in checks:
        write(base / "checks" / "identity" / f"{each['id']}.yaml", each)
    everything = {"name": "mine", "title": "Mine", "description": "d", "checks": {each["id"]: None for each in checks}}
    for pack in packs or (everything,):
        write(base / "packs" / f"{pack['name']}.yaml", pack)
    return base


def write(path: Path, content: Any) -> Path:
    """A YAML file with this content, or a file with this text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path
