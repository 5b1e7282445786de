"""What a content policy filters from prompts and completions, and which policies it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.logic import all_of
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "content_policy"

PAGE: Final = "https://learn.microsoft.com/rest/api/aiservices/accountmanagement/rai-policies/get"

HARMS: Final = ("Hate", "Sexual", "Violence", "Selfharm")
SOURCES: Final = ("Prompt", "Completion")

LEVELS: Final = ("Low", "Medium", "High")
"""Severities, least first; a filter acts from its threshold up.

https://learn.microsoft.com/azure/ai-foundry/openai/how-to/content-filters
"""

SYSTEM: Final = "microsoft."
"""How the names of policies begin that the system manages."""

_INHERITED: Final[Note] = (
    "not known: the policy leaves a filter out, and no page tells whether its base policy's applies",
    PAGE,
)

_SAID: Final = ("enabled", "blocking", "severityThreshold")

_OFF: Final[JsonObject] = {"enabled": False, "blocking": False}


@dataclass(frozen=True)
class Policy:
    """A policy as it was listed, with the one that it is made from; `base` None: none, or one that was not seen."""

    resource: Resource
    body: JsonObject
    base_name: str | None
    base: Policy | None
    gap: str | None
    """Why the list of policies was not read whole, where that is the cause."""

    @cached_property
    def part(self) -> Part:
        """What `deployment.content` tells of it, the same for all deployments that name it."""
        return filtered(self, self.gap if _hangs_on_base(self) else None)

    @cached_property
    def filters(self) -> list[JsonObject] | None:
        """As they came; None where that is not known."""
        return objects(dig(self.body, "properties", "contentFilters"))

    @cached_property
    def _said(self) -> list[tuple[str | None, str | None, JsonObject]]:
        """Name and source of each filter in lower case, None where that is no text, and what the policy says of it."""
        return [
            (_folded(one.get("name")), _folded(one.get("source")), {said: one[said] for said in _SAID if said in one})
            for one in self.filters or ()
        ]

    def own(self, name: str, source: str) -> JsonObject | None:
        """What this policy says of a filter: nothing in an empty object; None where that is not known."""
        if self.filters is None:
            return None
        meant = (name.lower(), source.lower())
        alike = [one for one in self._said if one[0] in (None, meant[0]) and one[1] in (None, meant[1])]
        if any(one[:2] != meant or one[2] != alike[0][2] for one in alike):
            return None
        return alike[0][2] if alike else {}

    def filter(self, name: str, source: str) -> JsonObject | None:
        """What holds of a filter.

        One that is left out is off where the base policy, if any, has it off too; else no page tells.
        """
        own = self.own(name, source)
        if own is None or own:
            return own
        if self.base_name is None:
            return _OFF
        below = self.base.filter(name, source) if self.base is not None else None
        return _OFF if below is not None and _acts(below) is False else None

    def inherits(self, name: str, source: str) -> bool:
        """Whether it leaves a filter out that its base policy may have."""
        return self.own(name, source) == {} and self.filter(name, source) is None


def content_policies(seen: Seen) -> dict[str, dict[str, Policy]]:
    """Folded account id → name in lower case → policy, of all that were read."""
    found: dict[str, dict[str, Resource]] = {}
    for one in seen.all_of(KIND):
        if one.parent is not None:
            found.setdefault(fold(one.parent), {}).setdefault(last(one.id).lower(), one)
    gaps = {account: gap_of(account, seen) for account in found}
    return {
        account: {name: _policy(one, read, gaps[account]) for name, one in read.items()}
        for account, read in found.items()
    }


def gap_of(account_id: str, seen: Seen) -> str | None:
    """Why the account's list of policies was not read whole."""
    return seen.gap(KIND, account_id) if seen.listing(KIND, account_id) is None else None


def _policy(found: Resource, read: dict[str, Resource], gap: str | None, depth: int = 0) -> Policy:
    body = fill(KIND, found.body)[0]
    base_name = text(dig(body, "properties", "basePolicyName"))
    said = dig(found.body, "properties", "basePolicyName")
    named = base_name or (None if said in (None, "") else "?")
    below = read.get(named.lower()) if named is not None and depth < len(LEVELS) else None
    base = _policy(below, read, gap, depth + 1) if below is not None else None
    return Policy(found, body, named, base, gap)


def root(policy: Policy | None) -> str | None:
    """The system's policy at the end of the chain of base policies; empty where the chain ends without one."""
    if policy is None:
        return None
    if policy.base is not None:
        return root(policy.base)
    own = last(policy.resource.id)
    if policy.base_name is None:
        return own if own.lower().startswith(SYSTEM) else ""
    return policy.base_name if policy.base_name.lower().startswith(SYSTEM) else None


def _blocklists(policy: Policy | None) -> list[JsonObject] | None:
    """Each with the source that it is looked for in; not known where a base policy may add to them."""
    if policy is None or root(policy) is None or (policy.base is not None and _blocklists(policy.base) != []):
        return None
    said = dig(policy.resource.body, "properties", "customBlocklists")
    rows = [] if said is None else objects(dig(policy.body, "properties", "customBlocklists"))
    named = {"name": "blocklistName", "source": "source", "blocking": "blocking"}
    return None if rows is None else [{ours: row[its] for ours, its in named.items() if its in row} for row in rows]


def _hangs_on_base(policy: Policy) -> bool:
    """Whether its base policy, or one below that, was not among what was read."""
    return policy.base_name is not None and (policy.base is None or _hangs_on_base(policy.base))


def filtered(policy: Policy | None, because: str | None) -> Part:
    """What is told of a policy's filters; nothing, because of a gap where there is one, of no policy."""
    told = Telling()
    mode = text(dig(policy.body, "properties", "mode")) if policy is not None else None
    told.tell("mode", mode, because=because)
    filters = policy.filters if policy is not None else None
    told.tell("filters", [_short(one) for one in filters] if filters is not None else None, because=because)
    harms = [(harm, source) for harm in HARMS for source in SOURCES]
    rows = [_harm(policy, *one) for one in harms] if filters is not None else None
    note = _inherited(policy, harms)
    told.tell("harms", rows, because=because, note=note)
    whole = rows is not None and all("blocks" in row for row in rows)
    missing = [row["name"] for row in rows or () if row.get("blocks") == []]
    told.tell("missing", missing if whole else None, because=because, note=note)
    shields = {"jailbreak": "Jailbreak", "indirect_attack": "Indirect Attack"}
    for member, name in shields.items():
        shield = policy.filter(name, "Prompt") if policy is not None else None
        told.tell(member, _acts(shield), because=because, note=_inherited(policy, [(name, "Prompt")]))
    spotlight = ("Indirect Attack Spotlighting", "Prompt")
    marked = _flag(policy.filter(*spotlight) if policy is not None else None, "enabled")
    told.tell("spotlighting", marked, because=because, note=_inherited(policy, [spotlight]))
    materials = [("Protected Material Text", "Completion"), ("Protected Material Code", "Completion")]
    looked = [_flag(policy.filter(*one) if policy is not None else None, "enabled") for one in materials]
    told.tell("protected_material", all_of(looked), because=because, note=_inherited(policy, materials))
    swearing = [("Profanity", source) for source in SOURCES]
    found = [_source(policy, *one) for one in swearing] if filters is not None else None
    told.tell("profanity", found, because=because, note=_inherited(policy, swearing))
    told.tell("blocklists", _blocklists(policy), because=because)
    return told.done()


def _source(policy: Policy | None, name: str, source: str) -> JsonObject:
    blocked = _acts(policy.filter(name, source)) if policy is not None else None
    return {"source": source, **({"blocked": blocked} if blocked is not None else {})}


def _harm(policy: Policy | None, name: str, source: str) -> JsonObject:
    found = policy.filter(name, source) if policy is not None else None
    blocks = _blocks(found)
    return {"name": f"{name} on {source}", **({"blocks": blocks} if blocks is not None else {})}


def _blocks(found: JsonObject | None) -> list[str] | None:
    """The severities that a filter blocks."""
    acts = _acts(found)
    if found is None or acts is None:
        return None
    if not acts:
        return []
    threshold = found.get("severityThreshold")
    return list(LEVELS[LEVELS.index(threshold) :]) if threshold in LEVELS else None


def _acts(found: JsonObject | None) -> bool | None:
    """Whether a filter is enabled and blocks what it finds."""
    return all_of((_flag(found, "enabled"), _flag(found, "blocking")))


def _flag(found: JsonObject | None, name: str) -> bool | None:
    said = found.get(name) if found is not None else None
    return said if isinstance(said, bool) else None


def _inherited(policy: Policy | None, filters: list[tuple[str, str]]) -> Note | None:
    unsaid = policy is not None and policy.filters is not None and any(policy.inherits(*one) for one in filters)
    return _INHERITED if unsaid else None


def _short(found: JsonObject) -> JsonObject:
    named = {"severity": "severityThreshold"}
    members = ("name", "source", "enabled", "blocking", "severity")
    return {one: found[named.get(one, one)] for one in members if named.get(one, one) in found}


def _folded(said: Any) -> str | None:
    return said.lower() if isinstance(said, str) else None
