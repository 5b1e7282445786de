"""One thing in a bundle that is not as it was written."""

from __future__ import annotations

from enum import StrEnum

from auditor.record import Record


class Kind(StrEnum):
    """How a file differs from what the manifest says of it."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"
    SWAPPED = "swapped"
    SYMLINK = "symlink"
    NOT_A_FILE = "not_a_file"
    UNREADABLE = "unreadable"
    BODY = "body"
    """A raw body that is not what its name says, or that inflates beyond all bounds."""
    MANIFEST = "manifest"
    """The manifest itself: not one, or one that names a path outside of the folder."""
    CONTRADICTION = "contradiction"
    """Two files of the bundle tell of different runs."""


class Alteration(Record):
    """A file that is not as it was written, and how."""

    path: str
    """Relative to the bundle, with forward slashes."""
    kind: Kind
    detail: str
