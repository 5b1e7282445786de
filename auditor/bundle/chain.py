"""Each manifest names the one before it, so that a bundle that is taken away or replaced leaves a trace.

Two runs that end at once may both name the same one: it is a tree, in which every path leads to the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from auditor.bundle.layout import MANIFEST
from auditor.bundle.manifest import Previous
from auditor.bundle.opened import Opened, open_bundle
from auditor.errors import BundleError
from auditor.record import Record


class Link(StrEnum):
    """What can be said of the run before."""

    FIRST = "first"
    """There was none in the folder of reports."""
    FOLLOWS = "follows"
    """It lies beside, with the manifest that is named."""
    NOT_BESIDE = "not_beside"
    BROKEN = "broken"
    """It lies beside, with another manifest."""


class Chain(Record):
    """A bundle's link to the run before."""

    state: Link
    run_id: str | None = None
    manifest_sha256: str | None = None


def newest_before(folder: Path) -> Previous | None:
    """The newest bundle beside a new one that is as it was written; one that was altered is passed over.

    Newest is the one whose manifest was made last; of its files the hashes are compared, what they say is not judged.
    """
    ranked = sorted(((one.manifest.made_at, one.manifest.run_id, one.folder) for one in _beside(folder)), reverse=True)
    for _, run_id, place in ranked:
        try:
            opened = open_bundle(place)
        except BundleError:
            continue  # altered since it was ranked
        if not opened.alterations():
            return Previous(run_id=run_id, manifest_sha256=opened.manifest_sha256)
    return None


def link(opened: Opened) -> Chain:
    """Whether the run before lies beside with the manifest that is named."""
    named = opened.manifest.previous
    if named is None:
        return Chain(state=Link.FIRST)
    told = {"run_id": named.run_id, "manifest_sha256": named.manifest_sha256}
    found = [one for one in _beside(opened.folder) if one.manifest.run_id == named.run_id]
    if not found:
        return Chain(state=Link.NOT_BESIDE, **told)
    same = any(one.manifest_sha256 == named.manifest_sha256 for one in found)
    return Chain(state=Link.FOLLOWS if same else Link.BROKEN, **told)


def _beside(folder: Path) -> Iterator[Opened]:
    """Every other folder beside this one that has a manifest which can be read."""
    try:
        neighbours = sorted(folder.parent.iterdir())
    except OSError:
        return
    for neighbour in neighbours:
        if neighbour.name == folder.name or neighbour.is_symlink() or not (neighbour / MANIFEST).is_file():
            continue
        try:
            yield open_bundle(neighbour)
        except BundleError:
            continue  # another program's manifest, or one that was altered: nothing to follow
