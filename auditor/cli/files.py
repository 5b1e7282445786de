"""Files that a command writes: each appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import ReportError


def write_whole(path: Path, text: str) -> None:
    """Writes beside the file and moves it into place; ReportError where that can't be done."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ReportError(
            f"{path}: can't be written: {error.strerror or error}",
            next_step="name a writable file with --output, or leave it out for stdout",
            audited=True,
        ) from error
