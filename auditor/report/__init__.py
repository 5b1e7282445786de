"""Renderings of a run: each format is one module with one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import cast

from auditor.errors import SettingsError
from auditor.run import Run


@dataclass(frozen=True)
class Format:
    """A rendering of a run to a file; its module is imported when first used."""

    name: str
    filename: str
    module: str

    def render(self, run: Run) -> str:
        """The whole file's text; the same run gives the same bytes."""
        return cast("str", import_module(self.module).render(run))


FORMATS: dict[str, Format] = {
    "json": Format("json", "evidence.json", "auditor.report.json"),
    "html": Format("html", "report.html", "auditor.report.html"),
    "markdown": Format("markdown", "report.md", "auditor.report.markdown"),
    "junit": Format("junit", "junit.xml", "auditor.report.junit"),
    "sarif": Format("sarif", "results.sarif", "auditor.report.sarif"),
}
"""Every format that a run is written in; for the terminal there is `auditor.report.terminal`."""


def format_named(name: str) -> Format:
    """The format with this name; SettingsError, with the nearest names, when there is none."""
    try:
        return FORMATS[name]
    except KeyError:
        near = get_close_matches(name, FORMATS)
        raise SettingsError(
            (f"there is no report format {name!r}",),
            next_step=f"did you mean {near[0]}?" if near else f"choose one of {', '.join(FORMATS)}",
        ) from None
