"""Renderings of a run: each format is one module with one pure function, but for the PDF, which a browser prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import cast

from auditor.errors import SettingsError
from auditor.run import Run


@dataclass(frozen=True)
class Format:
    """A rendering of a run to files; its module is imported when first used."""

    name: str
    filename: str
    """Of the file, or of the main one of several."""
    module: str
    several: bool = False
    """Whether it gives more, or other, than one text: its module then has `files(run)`."""

    def render(self, run: Run) -> str:
        """The main file's text; the same run gives the same text. Only of FORMATS: what is on demand may be no text."""
        return cast("str", import_module(self.module).render(run))

    def files(self, run: Run) -> Mapping[str, bytes]:
        """File name → content, the main file first; a name can have folders, parted by `/`, and never leaves them."""
        if self.several:
            return cast("Mapping[str, bytes]", import_module(self.module).files(run))
        return {self.filename: self.render(run).encode()}


FORMATS: dict[str, Format] = {
    "json": Format("json", "evidence.json", "auditor.report.json"),
    "html": Format("html", "report.html", "auditor.report.html"),
    "markdown": Format("markdown", "report.md", "auditor.report.markdown"),
    "csv": Format("csv", "findings.csv", "auditor.report.csv", several=True),
    "junit": Format("junit", "junit.xml", "auditor.report.junit"),
    "sarif": Format("sarif", "results.sarif", "auditor.report.sarif"),
    "ocsf": Format("ocsf", "findings.ocsf.jsonl", "auditor.report.ocsf"),
    "oscal": Format("oscal", "assessment-results.oscal.json", "auditor.report.oscal"),
}
"""Every format that a run is written in unless others are named; for the terminal there is `auditor.report.terminal`.

All are text, and depend on nothing but the run.
"""

ON_DEMAND: dict[str, Format] = {
    "pdf": Format("pdf", "report.pdf", "auditor.report.pdf", several=True),
}
"""Formats that are made only when they are named: they need what a machine may lack, and evidence must not vary so."""


def format_named(name: str) -> Format:
    """The format with this name; SettingsError, with the nearest names, when there is none."""
    known = FORMATS | ON_DEMAND
    try:
        return known[name]
    except KeyError:
        near = get_close_matches(name, known)
        raise SettingsError(
            (f"there is no report format {name!r}",),
            next_step=f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}",
        ) from None
