"""Patterns of actions as Azure's role definitions write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache


def matches_any(patterns: Iterable[str], action: str) -> bool:
    """Whether an action is of one of the patterns, in which `*` stands for anything; without case.

    https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
    """
    return any(_compiled(pattern).fullmatch(action) is not None for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.DOTALL)
