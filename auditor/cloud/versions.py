"""Which api-version each kind of resource is read with: the one wanted, or the newest that Azure offers instead."""

from __future__ import annotations

import re

from auditor.cloud.kinds import KINDS
from auditor.cloud.problems import error_words

_REFUSALS = frozenset({"InvalidApiVersionParameter", "InvalidResourceType", "NoRegisteredProviderFound"})
_OFFERED = re.compile(r"supported (?:api-)?versions are '?([0-9a-zA-Z, -]+)", re.IGNORECASE)
_VERSION = re.compile(r"\b20\d\d-\d\d-\d\d(?:-[a-z]+)?\b", re.IGNORECASE)


class Versions:
    """What is wanted, and what Azure offered instead when it refused that; one for a whole run."""

    def __init__(self) -> None:
        self._instead: dict[str, str] = {}
        """By kind: types of one provider have versions of their own, and a younger one may lack what others have."""
        self.read_with: dict[str, str] = {}
        """Kind → the version that a read of it succeeded with."""

    def of(self, kind: str) -> str:
        """The version to ask for this kind with."""
        return self._instead.get(kind, KINDS[kind].version)

    def refused(self, kind: str, version: str, body: bytes) -> bool:
        """Whether this error says that the version does not exist and another one is now to be asked with.

        What one kind is refused the others still ask for: an older version would cost them members that only the newer
        tells, while to be refused costs one request.
        """
        code, message = error_words(body)
        if code not in _REFUSALS or KINDS[kind].pinned:
            return False
        if self.of(kind) != version:
            return True
        newest = newest_offered(message)
        if newest is None or newest == version:
            return False
        self._instead[kind] = newest
        return True


def newest_offered(message: str) -> str | None:
    """The newest version that ARM's refusal lists, a stable one if there is any; None if it lists none."""
    listed = _OFFERED.search(message)
    versions = sorted(_VERSION.findall(listed[1].lower())) if listed else []
    stable = [version for version in versions if len(version) == len("2026-07-01")]
    best = stable or versions
    return best[-1] if best else None
