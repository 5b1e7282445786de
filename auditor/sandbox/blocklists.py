"""What a deployment's content policy refuses by the words on its blocklists."""

from __future__ import annotations

from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.answers import said
from auditor.sandbox.wire import Answer
from auditor.sandbox.world import World


def refused_prompt(world: World, account: Account, deployment: Deployment, text: str) -> Answer | None:
    """The refusal of a prompt that holds a word of a blocklist, by the first such list; None where none does.

    https://learn.microsoft.com/azure/foundry/openai/how-to/use-blocklists
    """
    policy = account.policies.get(deployment.policy or "")
    for name in policy.blocklists if policy is not None else ():
        if any(term.lower() in text.lower() for term in world.blocked_terms.get(name, ())):
            return said("blocklisted", blocklist=name)
    return None
