"""Where this distribution's own policies lie; light, so that a shell may ask while somebody types."""

from __future__ import annotations

from pathlib import Path

import auditor


def shipped_folder() -> Path:
    """Inside the package when installed, beside it in a working copy."""
    package = Path(auditor.__file__).parent
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"
