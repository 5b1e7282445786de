"""A page opened from a file in Chromium, and what is expected of each: it asks for nothing else and says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from auditor.report import FORMATS
from auditor.run import Run

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def written(path: Path, run: Run) -> Path:
    path.write_text(FORMATS["html"].render(run), encoding="utf-8", newline="\n")
    return path


def told(page: Page, finding_id: str) -> Locator:
    """The card or the row of a finding."""
    return page.locator(f'[id="f={finding_id}"]')


@contextmanager
def opened(browser: Browser, file: Path, anchor: str = "", **context: Any) -> Iterator[Page]:
    """The page; at the end it has asked for nothing but itself, and said nothing on the console."""
    with browser.new_context(**context) as session:
        page = session.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        url = file.as_uri() + anchor
        page.goto(url)
        yield page
        assert asked == [file.as_uri()] or asked == [url]
        assert said == []
