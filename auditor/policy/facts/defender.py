"""Defender for Cloud: which plans a subscription has, and what it guards and recommends on an account."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold, last, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text

PLAN: Final = "defender_plan"
SETTING: Final = "defender_setting"
ASSESSMENT: Final = "security_assessment"

PLANS: Final = {"ai": "AI", "posture": "CloudPosture"}
"""Member of `subscription.defender` → the plan that it tells of.

https://learn.microsoft.com/rest/api/defenderforcloud/pricings/list
"""

_PLANS_PAGE: Final = "https://learn.microsoft.com/rest/api/defenderforcloud/pricings/list"
_SETTINGS_PAGE: Final = "https://learn.microsoft.com/azure/defender-for-cloud/ai-onboarding"
_ASSESSMENTS_PAGE: Final = "https://learn.microsoft.com/rest/api/defenderforcloud/assessments/list"
_STRANGE_SETTING: Final[Note] = ("not understood: a state that is neither Enabled nor Disabled", _SETTINGS_PAGE)
_STRANGE_STATUS: Final[Note] = ("not understood: an assessment of no documented status", _ASSESSMENTS_PAGE)
_TIERS: Final = {"standard": True, "free": False}
_CODES: Final = frozenset({"healthy", "unhealthy", "notapplicable"})


def plans(scope: str, seen: Seen) -> Part:
    """`subscription.defender`: whether each of PLANS is on; a plan that the list does not name is not known."""
    listing = seen.listing(PLAN, scope)
    if listing is None:
        gap = seen.gap(PLAN, scope)
        return Part(absences={"": gap} if gap else {})
    found = {last(one.id).lower(): one for one in seen.children(PLAN, scope)}
    told = Telling()
    for member, plan in PLANS.items():
        one = found.get(plan.lower())
        tier = (text(dig(one.body, "properties", "pricingTier")) or "").lower() if one is not None else ""
        on = _TIERS.get(tier)
        told.tell(member, on, note=(f"not told: the tier of the plan {plan}", _PLANS_PAGE) if on is None else None)
        told.read(member, listing.readings)
    return told.done()


def defender(of: Around) -> Part:
    """`account.defender`: `disabled` by a setting of its own, and the open `recommendations` by name."""
    told = Telling()
    _tell_setting(told, of)
    _tell_recommendations(told, of)
    return told.done()


def _tell_setting(told: Telling, of: Around) -> None:
    """An account without a setting of its own follows the subscription's plan: nothing is switched off for it."""
    seen, account = of.basis.seen, of.resource.id
    listing = seen.listing(SETTING, account)
    if listing is None:
        for member in ("settings", "disabled"):
            told.tell(member, None, because=seen.gap(SETTING, account))
        return
    settings = seen.children(SETTING, account)
    states = [(text(dig(one.body, "properties", "state")) or "").lower() for one in settings]
    known = all(state in {"enabled", "disabled"} for state in states)
    told.tell("settings", len(settings))
    told.tell("disabled", "disabled" in states if known else None, note=None if known else _STRANGE_SETTING)
    for member in ("settings", "disabled"):
        told.read(member, listing.readings)


def _tell_recommendations(told: Telling, of: Around) -> None:
    seen, scope = of.basis.seen, subscription_scope(of.resource.id) or ""
    listing = seen.listing(ASSESSMENT, scope)
    if listing is None:
        told.tell("recommendations", None, because=seen.gap(ASSESSMENT, scope))
        return
    found = of.basis.governed.assessments.get(fold(of.resource.id), ())
    codes = [(text(dig(one.body, "properties", "status", "code")) or "").lower() for one in found]
    known = all(code in _CODES for code in codes)
    names = {
        text(dig(one.body, "properties", "displayName")) or last(one.id)
        for one, code in zip(found, codes, strict=True)
        if code == "unhealthy"
    }
    told.read("recommendations", listing.readings)
    told.tell("recommendations", sorted(names) if known else None, note=None if known else _STRANGE_STATUS)
