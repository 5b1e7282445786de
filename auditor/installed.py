"""With what a run was made: versions, and a digest of every installed distribution that its verdict rests on."""

from __future__ import annotations

import json
import platform
import re
from functools import cache
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from auditor import __version__
from auditor.run import Tool

DISTRIBUTION = "aoai-auditor"
"""The name under which the package `auditor` is installed."""

RESTS_ON = (
    "azure-core",
    "azure-identity",
    "azure-mgmt-cognitiveservices",
    "azure-mgmt-core",
    "azure-mgmt-network",
    "cel-expr-python",
    "openai",
    "pydantic",
)
"""Distributions whose version belongs into the evidence."""

NOT_INSTALLED = "not installed"
EDITABLE = "editable install: its files may change at any time, and no list of them is kept"
ELSEWHERE = "not known: the code that ran is not that of an installed distribution"
NO_LIST = "not known: it was installed without a list of its files"

_OWN = "auditor"
_RECORD = re.compile(r"^([^,\n]*\.dist-info/RECORD),", re.MULTILINE)


@cache
def tool() -> Tool:
    """The auditor, the Python and the distributions of this process."""
    found = {name: _distribution(name) for name in RESTS_ON}
    return Tool(
        version=__version__,
        python=platform.python_version(),
        packages={name: one.version if one is not None else NOT_INSTALLED for name, one in found.items()},
        digests={_OWN: own_digest(_distribution(DISTRIBUTION)), **{name: digest(one) for name, one in found.items()}},
    )


def digest(found: Distribution | None) -> str:
    """sha256 of the RECORD file of a distribution, byte for byte; a sentence where it has none.

    RECORD lists every installed file with its own hash, so that the two together tell what was installed.
    https://packaging.python.org/specifications/recording-installed-packages/
    """
    if found is None:
        return NOT_INSTALLED
    if _is_editable(found):
        return EDITABLE
    place = _RECORD.search(found.read_text("RECORD") or "")
    if place is None:
        return NO_LIST
    return sha256(Path(str(found.locate_file(place[1]))).read_bytes()).hexdigest()


def own_digest(found: Distribution | None) -> str:
    """The auditor's own; what is installed under its name counts only where it is the code that runs."""
    if found is None:
        return ELSEWHERE
    runs = Path(__file__).resolve().parent
    if not _is_editable(found) and Path(str(found.locate_file(_OWN))).resolve() != runs:
        return ELSEWHERE
    return digest(found)


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _is_editable(found: Distribution) -> bool:
    """https://packaging.python.org/specifications/direct-url/"""
    try:
        told = json.loads(found.read_text("direct_url.json") or "{}")
    except ValueError:
        return False
    place = told.get("dir_info") if isinstance(told, dict) else None
    return isinstance(place, dict) and place.get("editable") is True
