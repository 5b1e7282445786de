"""The sample run as text reports, kept to be read in a diff; `python -m tests.report.goldens` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from auditor.report import FORMATS, terminal
from tests.report.sample import sample_run

GOLDEN = Path(__file__).parent / "golden"


def rendered() -> Mapping[str, str]:
    """File name → text."""
    run = sample_run()
    return {
        "sample.md": FORMATS["markdown"].render(run),
        "sample.txt": terminal.render(run, width=80, color=False),
        "sample.junit.xml": FORMATS["junit"].render(run),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
