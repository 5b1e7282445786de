"""What the content policy of a deployment filters from its prompts and completions."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold, parent_account
from auditor.policy.facts.content_policy import KIND, PAGE, SYSTEM, Policy, filtered, gap_of, root
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

DEFAULT: Final = "Microsoft.DefaultV2"
"""What the service applies to a deployment that names no policy: harms from medium up, jailbreaks, protected material.

https://learn.microsoft.com/azure/foundry/openai/concepts/default-safety-policies
"""

_DEFAULTED: Final[Note] = (
    f"not set; the service applies its default policy, {DEFAULT}",
    "https://learn.microsoft.com/azure/foundry/openai/concepts/default-safety-policies",
)
_UNLISTED: Final[Note] = ("not known: the system manages this policy, and the account's list does not show it", PAGE)


def content(resource: Resource, body: JsonObject, read: dict[str, dict[str, Policy]], seen: Seen) -> Part:
    """`deployment.content`; `body` is the deployment's, filled, and `read` are all `content_policies`.

    `harms` holds a filter for each harm on prompts and on completions, with the severities that it `blocks`, which are
    none where it is off or only annotates; `missing` are those that block nothing. `jailbreak` and `indirect_attack`
    say whether such prompts are blocked, `spotlighting` whether documents are marked, `protected_material` whether
    completions are looked through for known text and for known code, blocked or only annotated, as the default policy
    does with code. `profanity` says for prompts and for completions whether it is blocked, `blocklists` which lists of
    words are looked for, on which of the two.
    `root` is the system's own policy that this one is, or is made from; empty where there is none.
    """
    told = Telling()
    said = dig(resource.body, "properties", "raiPolicyName")
    name = text(dig(body, "properties", "raiPolicyName"))
    defaulted = name is None and isinstance(body.get("properties"), dict) and said in (None, "")
    name = DEFAULT if defaulted else name
    told.tell("policy", name, note=_DEFAULTED if defaulted else None)
    if name is None:
        return told.done()
    account_id = parent_account(resource.id)
    listing, because = seen.listing(KIND, account_id), gap_of(account_id, seen)
    found = read.get(fold(account_id), {}).get(name.lower())
    own = found.resource.readings if found is not None else ()
    told.read("", (*resource.readings, *(listing.readings if listing is not None else ()), *own))
    system = name.lower().startswith(SYSTEM)
    absent = None if listing is None or system else False
    note = _UNLISTED if system and listing is not None and found is None else None
    told.tell("listed", True if found is not None else absent, because=because, note=note)
    told.tell("root", name if system else "" if absent is False and found is None else root(found), because=because)
    return told.done().and_also(found.part if found is not None else filtered(None, because))
