"""The words that a failure is explained with, made safe to print and to paste into a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import pairwise

from auditor.policy.failure.context import FailureContext
from auditor.policy.failure.signal import Signal
from auditor.policy.failure.surroundings import Surroundings

OPENAI_USER = ("5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "Cognitive Services OpenAI User")
FOUNDRY_USER = ("53ca6127-db72-4b80-b1b0-d745d6d5456d", "Foundry User")
OPENAI_CONTRIBUTOR = ("a001fd3d-188f-4b5d-821b-7da978bf7442", "Cognitive Services OpenAI Contributor")
"""Role ids and names: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning"""

UPLOADS = re.compile(r"/OpenAI/files/(?:write|delete|import)", re.IGNORECASE)
"""Data actions on files that Cognitive Services OpenAI User lacks; it may read them."""

_FIRST = re.compile(r"\{(\w+)\}")

RESPONSES_ACTION = "Microsoft.CognitiveServices/accounts/OpenAI/responses/write"

NOT_KNOWN: dict[str, tuple[str, str]] = {
    "account": ("the account", "ACCOUNT"),
    "account_id": ("the account", "ACCOUNT_ID"),
    "addresses": ("no known address", "ADDRESS"),
    "age": ("few", "few"),
    "app": ("the application", "APP_ID"),
    "allowed": ("none that is known", "ADDRESSES"),
    "code": ("without a code", "CODE"),
    "configured": ("more", "more"),
    "deployment": ("the deployment", "DEPLOYMENT"),
    "deployments": ("names that were not read", "DEPLOYMENTS"),
    "endpoints": ("no known", "no known"),
    "granted": ("less", "less"),
    "group": ("the resource group", "RESOURCE_GROUP"),
    "held": ("a role with it", "ROLE"),
    "held_age": ("few", "few"),
    "health": ("none that was read", "HEALTH"),
    "host": ("the endpoint", "HOST"),
    "image_deployment": ("the image model's deployment", "IMAGE_DEPLOYMENT"),
    "incident": ("an incident", "INCIDENT"),
    "location": ("the region", "LOCATION"),
    "model": ("its model", "MODEL"),
    "meant": ("another", "DEPLOYMENT"),
    "named": ("of the name that was called", "DEPLOYMENT"),
    "nearest": ("another", "DEPLOYMENT"),
    "outbound": ("those that it names", "HOSTS"),
    "pending": ("one", "CONNECTION"),
    "picture_host": ("the picture's host", "PICTURE_HOST"),
    "pool": ("the pool", "POOL"),
    "pool_current": ("all", "all"),
    "pool_limit": ("its limit", "its limit"),
    "principal": ("the caller", "PRINCIPAL_OBJECT_ID"),
    "retry_after": ("a pause", "a pause"),
    "said": ("no words", "no words"),
    "signed_in": ("another", "TENANT_ID"),
    "state": ("not ready", "not ready"),
    "status": ("none", "none"),
    "subscription": ("the subscription", "SUBSCRIPTION_ID"),
    "tenant": ("the account's tenant", "TENANT_ID"),
    "utilisation": ("many", "many"),
    "zone": ("the privatelink zone", "ZONE"),
    "zones": ("the privatelink zone", "ZONE"),
}
"""Word → how a sentence and how a command say that it is not known."""


def say(
    template: str, signal: Signal, context: FailureContext, groups: Mapping[str, str], *, command: bool = False
) -> str:
    """The template with its words filled in, each on one line and bounded; in a command each is quoted for a shell."""
    words = dict(_words(signal, context, groups))
    filled = {}
    for name, value in words.items():
        if not value:
            filled[name] = NOT_KNOWN[name][command]
        else:
            filled[name] = shlex.quote(clean(value)) if command else clean(value)
    told = template.format_map(filled)
    first = _FIRST.match(template)
    unknown = first is not None and not command and not words[first[1]]
    return told[:1].upper() + told[1:] if unknown else told  # a name stands as it is written


def clean(value: str, longest: int = 500) -> str:
    """The value on one line, without control or direction-changing characters, cut at `longest` characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in value).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _words(signal: Signal, context: FailureContext, groups: Mapping[str, str]) -> dict[str, str | None]:
    account_id, deployment = context.account_id, context.deployment
    action = groups.get("action") or RESPONSES_ACTION
    role, role_name = _role_for(action)
    return {
        "phase": signal.phase,
        "status": _number(signal.status),
        "code": signal.code,
        "said": signal.said.rstrip(". \n"),
        "retry_after": f"{signal.retry_after}s" if signal.retry_after else None,
        "granted": _number(signal.granted),
        "configured": _number(context.tokens_per_minute),
        "host": context.host,
        "tenant": context.tenant,
        "signed_in": context.signed_in,
        "location": context.location,
        "account_id": account_id,
        "account": _segment(account_id, "accounts"),
        "group": _segment(account_id, "resourcegroups"),
        "subscription": _segment(account_id, "subscriptions"),
        "scope": groups.get("scope") or account_id or "SCOPE",
        "deployment": deployment,
        "named": deployment,
        "deployment_id": f"{account_id or 'ACCOUNT_ID'}/deployments/{deployment or 'DEPLOYMENT'}",
        "image_deployment": context.image_deployment,
        "deployments": None if context.models is None else _names(tuple(context.models)) or "none",
        "model": context.model,
        "meant": " or ".join(context.probably_meant),
        "nearest": next(iter(context.probably_meant), None),
        "endpoints": _number(context.approved_endpoints),
        "age": _number(context.age_seconds),
        "app": groups.get("app"),
        "principal": _principal(groups.get("said_principal"), context),
        "action": action,
        "picture_host": groups.get("picture_host"),
        "role": role,
        "role_name": role_name,
        **_seen(context.seen),
    }


def _seen(seen: Surroundings) -> dict[str, str | None]:
    return {
        "addresses": _names(seen.addresses or ()),
        "allowed": _names(seen.address_rules or ()),
        "held": seen.role,
        "held_age": _number(seen.role_age_seconds),
        "health": seen.health,
        "incident": seen.incident,
        "outbound": None if seen.outbound_hosts is None else _names(seen.outbound_hosts) or "none",
        "pending": _names(seen.pending_endpoints or ()),
        "pool": seen.pool,
        "pool_current": _number(seen.pool_current),
        "pool_limit": _number(seen.pool_limit),
        "state": seen.state,
        "utilisation": _number(seen.utilisation),
        "zone": next(iter((*(seen.unlinked_zones or ()), *(seen.missing_records or ()))), None),
        "zones": _names((*(seen.unlinked_zones or ()), *(seen.missing_records or ()))),
    }


def _role_for(action: str) -> tuple[str, str]:
    """The least built-in role that holds a data action."""
    if "/AIServices/" in action:
        return FOUNDRY_USER
    return OPENAI_CONTRIBUTOR if UPLOADS.search(action) else OPENAI_USER


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}"


def _principal(said: str | None, context: FailureContext) -> str | None:
    # The service names whom it saw, which is the truth; some front ends mask it.
    return said if said and re.fullmatch(r"[0-9a-fA-F-]{36}", said) else context.principal


def _segment(arm_id: str | None, after: str) -> str | None:
    return next((value for name, value in pairwise((arm_id or "").split("/")) if name.lower() == after), None)


def _names(names: tuple[str, ...], most: int = 8) -> str:
    ordered = sorted(names, key=str.lower)
    rest = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {rest} more" if rest > 0 else "")
