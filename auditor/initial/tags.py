"""What tags and names say of an account, where they say it for certain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from auditor.initial.draft import Environment
from auditor.initial.scalar import statable

OWNER: Final = (
    "owner", "owners", "ownedby", "owneremail", "technicalowner", "serviceowner", "businessowner", "team", "teamname",
    "contact",
)  # fmt: skip
"""Tag names that say who answers for something, without case and punctuation, the surest first."""

ENVIRONMENT: Final = ("environment", "env", "stage")

BELONGS: Final = ("workload", "workloadname", "application", "applicationname", "app", "appname", "azdenvname")
"""Tag names that say to which application something belongs; the last is that of the Azure Developer CLI:
https://learn.microsoft.com/azure/developer/azure-developer-cli/environments-overview"""

WORDS: Final[Mapping[str, Environment]] = {
    "production": "production",
    "prod": "production",
    "prd": "production",
    "development": "development",
    "dev": "development",
    "test": "test",
    "tst": "test",
    "testing": "test",
    "qa": "test",
}
"""Words that mean one environment everywhere; `staging`, `demo` and their like do not."""

_PARTS = re.compile(r"[a-z0-9]+")


def said(tags: Mapping[str, object], names: Sequence[str], key: str) -> tuple[str, str] | None:
    """The first of those tags that is there with a text that `key` may be set to: its name as written, its value."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in sorted(tags, reverse=True)}
    for name in names:
        written = plain.get(name)
        value = tags[written] if written is not None else None
        if written is not None and isinstance(value, str) and value.strip() and statable(key, value):
            return written, value
    return None


def environment(tags: Mapping[str, object], names: Iterable[str]) -> tuple[Environment, str] | None:
    """The environment and where it was seen; None where nothing says it for certain.

    A tag goes before names, and one that says something else than these words leaves it uncertain. `names` are those of
    the account and of its resource group; two that differ say nothing.
    """
    tag = said(tags, ENVIRONMENT, "environment")
    if tag is not None:
        meant = WORDS.get(tag[1].strip().lower())
        return (meant, f"tag {tag[0]}") if meant is not None else None
    found = {WORDS[part]: name for name in names for part in _PARTS.findall(name.lower()) if part in WORDS}
    return next((meant, f"the name {name}") for meant, name in found.items()) if len(found) == 1 else None
