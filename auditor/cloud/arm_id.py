"""Azure Resource Manager ids and region names, taken apart and brought to one spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

ACCOUNT_TYPE = "Microsoft.CognitiveServices/accounts"

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}")
"""What the service takes, which is more than the page says:
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcognitiveservices"""

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/?#]+)/resourceGroups/(?P<group>[^/?#]+)"
    r"/providers/(?P<type>[^/?#]+/[^/?#]+)/(?P<name>[^/?#]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ArmId:
    """The parts of the id of a top-level resource; compare them without case."""

    subscription: str
    group: str
    type: str
    name: str


def parse_arm_id(text: object, type_: str) -> ArmId | None:
    """The parts of an id of this type, such as `Microsoft.CognitiveServices/accounts`; None for anything else."""
    found = _ID.fullmatch(text) if isinstance(text, str) else None
    if found is None or found["type"].lower() != type_.lower():
        return None
    return ArmId(found["subscription"], found["group"], found["type"], found["name"])


def names_account(text: str) -> bool:
    """Whether the text can be the name of an account, or is the id of one."""
    return bool(_ACCOUNT.fullmatch(text)) or parse_arm_id(text, ACCOUNT_TYPE) is not None


def quoted(id_: str) -> str:
    """The id as a URL's path has it."""
    return quote(id_, safe="/()")


def region(text: object) -> str:
    """A region's name as ids spell it: `West Europe`, `WestEurope` and `westeurope` are one; empty for no text."""
    return text.replace(" ", "").lower() if isinstance(text, str) else ""
