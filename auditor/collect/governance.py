"""What governs accounts from above: locks, policies assigned, exempted and violated."""

from __future__ import annotations

from hashlib import sha256

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector, listed
from auditor.collect.look import Identify, Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_ACCOUNT = "/providers/microsoft.cognitiveservices/accounts/"
_STATE_MEMBERS = ("policyAssignmentId", "policyDefinitionId", "policyDefinitionReferenceId")


def inherited(subscription: str) -> Identify:
    """The id of what is listed in a subscription, which may stand above it.

    What a management group holds applies in each of its subscriptions: the id gets the subscription's before it, so
    that two subscriptions' are two.
    """

    def identify(body: JsonObject) -> str | None:
        id_ = own_id(body)
        above = id_ is not None and not f"{id_}/".lower().startswith(f"{subscription}/".lower())
        return f"{subscription}{id_}" if above else id_

    return identify


def on_an_account(body: JsonObject) -> bool:
    """Whether a policy's state is that of an account or of something in it; true of one that names no resource."""
    resource = body.get("resourceId")
    return not isinstance(resource, str) or _ACCOUNT in f"{resource}/".lower()


def _state_id(body: JsonObject) -> str | None:
    """A state has no id: the resource, and what of which assignment it is the state of, make one."""
    resource = body.get("resourceId")
    if not isinstance(resource, str) or not resource.startswith("/"):
        return None
    of = " ".join(str(body.get(member)) for member in _STATE_MEMBERS).lower()
    return f"{resource}/providers/Microsoft.PolicyInsights/policyStates/{sha256(of.encode()).hexdigest()[:12]}"


def _applying(kind: str, below: str) -> Collector:
    """Reads what applies in a subscription, from above it and within it."""

    async def collect(look: Look, target: Target) -> None:
        look.keep_list(kind, target.id, await look.arm.list(kind, target.id, below), inherited(target.id))

    return Collector(kind, Per.SUBSCRIPTION, (ACTIONS[kind],), collect)


async def _policy_states(look: Look, target: Target) -> None:
    rows = await look.arm.policy_states(target.subscription, on_an_account)
    look.keep_list("policy_state", target.id, rows, _state_id)


LOCKS = listed("lock", Per.SUBSCRIPTION, "/providers/Microsoft.Authorization/locks")
POLICY_ASSIGNMENTS = _applying("policy_assignment", "/providers/Microsoft.Authorization/policyAssignments")
POLICY_EXEMPTIONS = _applying("policy_exemption", "/providers/Microsoft.Authorization/policyExemptions")
POLICY_STATES = Collector("policy_state", Per.SUBSCRIPTION, (ACTIONS["policy_state"],), _policy_states, optional=True)
