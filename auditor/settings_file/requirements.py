"""The files that say what an application is built with, read at the start of a run as a snapshot holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.cloud.redaction import bounded, mask
from auditor.settings import Settings
from auditor.settings_file.library_lists import Found, UnreadableListError, libraries_in
from auditor.snapshot import Gap, GapReason, Listing, Resource

KIND: Final = "requirement"
SCOPE: Final = "/requirements"
MAX_BYTES: Final = 8_388_608
"""Of one file; the largest lock files have some megabytes."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the files name, the proof for each that this is all, and what could not be read."""

    resources: tuple[Resource, ...] = ()
    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()


def read_requirements(settings: Settings, base: Path) -> Requirements:
    """The files that the workloads name, each once; `base` is the folder that none of them may lie outside of."""
    names = dict.fromkeys(name for workload in settings.workloads for name in workload.requirements)
    read = [_read(name, base) for name in names]
    return Requirements(
        resources=tuple(resource for one in read for resource in one.resources),
        listings=tuple(listing for one in read for listing in one.listings),
        gaps=tuple(gap for one in read for gap in one.gaps),
    )


def _read(name: str, base: Path) -> Requirements:
    scope = f"{SCOPE}/{name}"
    try:
        found = libraries_in(name, mask(_text(name, base)))
    except UnreadableListError as error:
        return Requirements(gaps=(_gap(scope, GapReason.MALFORMED, f"{name} {error}"),))
    except FileNotFoundError:
        return Requirements(gaps=(_gap(scope, GapReason.FAILED, f"{name}: there is no such file"),))
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else str(error)
        return Requirements(gaps=(_gap(scope, GapReason.FAILED, f"{name} can't be read: {words}"),))
    resources = tuple(_resources(name, scope, found))
    if unread := [one for one in found.includes if not one.startswith("-")]:
        detail = f"{name} draws in {bounded(', '.join(unread), 200)}, which is not followed"
        return Requirements(resources=resources, gaps=(_gap(scope, GapReason.NOT_OFFERED, detail),))
    return Requirements(resources=resources, listings=(Listing(kind=KIND, scope=scope, count=len(resources)),))


def _text(name: str, base: Path) -> str:
    """The file's text; raises OSError, and ValueError for one outside of the folder, too large or no text."""
    home = base.resolve()
    path = (home / name).resolve()
    if not path.is_relative_to(home):
        raise ValueError("it lies outside of the settings' folder")
    if not path.is_file():
        raise FileNotFoundError(name)
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is no UTF-8 text") from error


def _resources(name: str, scope: str, found: Found) -> Iterable[Resource]:
    for place, library in enumerate(found.libraries):
        body = {
            "file": name,
            "ecosystem": library.ecosystem,
            "name": (called := mask(library.name)),
            "spec": mask(library.spec),
            **({"version": mask(library.version)} if library.version else {}),
            **({"least": mask(library.least)} if library.least else {}),
        }
        yield Resource(kind=KIND, id=f"{scope}/{library.ecosystem}/{called}/{place}", parent=scope, body=body)


def _gap(scope: str, reason: GapReason, detail: str) -> Gap:
    return Gap(
        id=f"{KIND}:{scope}",
        kind=KIND,
        scope=scope,
        reason=reason,
        detail=bounded(detail),
        next_step="name a readable file beside auditor.yaml under workloads[].requirements; a lock file tells most",
    )
