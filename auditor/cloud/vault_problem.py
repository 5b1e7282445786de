"""Why a key vault does not sign, in words that help: by what its clients raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

_CODE = re.compile(r"[A-Za-z]{1,60}\Z")

_NETWORK = ("the vault's network rules refuse this machine", "sign from where they let one in")

_BY_CODE = {
    "ForbiddenByConnection": _NETWORK,
    "ForbiddenByFirewall": _NETWORK,
    "KeyDisabled": ("the key is disabled", "enable it, or name another"),
}
_BY_STATUS = {
    403: (
        "this identity may not sign by it",
        "give it the role Key Vault Crypto User on the key, or get and sign in the vault's access policy",
    ),
    404: ("the vault has no such key", "name a key that is there"),
}
_OTHERWISE = ("the vault did not sign by it", "see what the code means, then try again")
"""What an answer means, by its innermost code and else by its status, and what to do.

https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
"""


def vault_problem(error: Exception) -> tuple[str, str]:
    """What is wrong with signing by a vault's key, and what to do; of the service's words its codes alone."""
    if isinstance(error, ClientAuthenticationError):
        return "nobody could sign in to the vault", "sign in by one of the ways of DefaultAzureCredential: az login"
    if isinstance(error, HttpResponseError):
        code = _code(error)
        why, next_step = _BY_CODE.get(code) or _BY_STATUS.get(error.status_code or 0) or _OTHERWISE
        answer = " ".join(str(one) for one in (error.status_code, code) if one)
        return f"{why} ({answer or type(error).__name__})", next_step
    if isinstance(error, AzureError):
        return f"the vault can't be reached ({type(error).__name__})", "check its name and the way to it"
    return f"the key can't be used: {type(error).__name__}", "name an EC key on P-256, P-384 or P-521"


def _code(error: Any) -> str:
    """The innermost code that the service told; empty where it told none that looks like one."""
    told, found = getattr(error, "error", None), ""
    while told:
        code = told.get("code") if isinstance(told, Mapping) else getattr(told, "code", None)
        found = str(code) if code and _CODE.match(str(code)) else found
        told = told.get("innererror") if isinstance(told, Mapping) else getattr(told, "innererror", None)
    return found
