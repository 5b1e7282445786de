"""A run on disk: one folder that appears whole or not at all, says what it holds, and can be verified offline."""

from __future__ import annotations

from auditor.bundle.opened import Opened, open_bundle
from auditor.bundle.writer import Bundle

__all__ = ["Bundle", "Opened", "open_bundle"]
