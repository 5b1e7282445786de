"""Which version of a client library a feature needs at the least, as the shipped policies say with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Final, Literal

from packaging.version import InvalidVersion, Version
from pydantic import Field, StringConstraints

from auditor.policy.check import Sentence
from auditor.policy.document import read_document
from auditor.policy.shipped import shipped_folder
from auditor.record import Record
from auditor.settings import Feature, Name, Workload

FILE: Final = "floors.yaml"
"""In the folder of the shipped policies."""

Need = Feature | Literal["entra", "project"]

LONGEST: Final = 80
"""Characters of what is read as a version."""


class Floor(Record):
    """One row of the file."""

    ecosystem: Literal["pypi", "npm", "nuget"]
    library: Name
    least: Name
    needs: tuple[Need, ...] = Field(min_length=1)
    """Features that need it, `entra` or `project`."""
    why: Sentence
    """What that version brought, as the end of a sentence about it."""
    page: Annotated[str, StringConstraints(pattern=r"^https://")]


class Floors(Record):
    """The file."""

    floors: tuple[Floor, ...]


@cache
def load_floors() -> tuple[Floor, ...]:
    """The shipped floors; raises ProblemsError for a file that is not right."""
    return read_document(shipped_folder() / FILE).checked(Floors).floors


def needed(workload: Workload) -> frozenset[str]:
    """What a workload asks of its client library, by its deployments' features and surfaces."""
    found: set[str] = set()
    for deployment in workload.deployments:
        found.update(deployment.features)
        if deployment.features and "v1" in deployment.surfaces and workload.authentication == "entra-only":
            found.add("entra")
        if "project" in deployment.surfaces:
            found.add("project")
    return frozenset(found)


def floors_of(ecosystem: str, library: str, needs: frozenset[str]) -> Iterator[tuple[Floor, Version, tuple[str, ...]]]:
    """The floors of a library that these needs raise, the highest first, each with the needs that it is for."""
    rows = [
        (one, Version(one.least), tuple(need for need in one.needs if need in needs))
        for one in load_floors()
        if one.ecosystem == ecosystem and one.library == library
    ]
    yield from sorted((row for row in rows if row[2]), key=lambda row: row[1], reverse=True)


def version(text: str | None) -> Version | None:
    """The version that a text names, of any of the registries; None where it names none."""
    if text is None or len(text) > LONGEST:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None
