"""How long report.html takes in a Chromium of this machine, from a file: to open, to filter, to sort, to find."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from auditor.report import FORMATS
from auditor.run import Run
from tests.bench.table import Table
from tests.report.browsing import FLAGS, NAMES
from tests.report.rich import rich_run

SIZES = (100, 1_000, 20_000)
TURNS = 5

PAINTED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  while (document.querySelector('#filter')?.hidden !== false) await frame();
  await frame();
  await frame();
  return performance.now();
}"""
"""Milliseconds from the start of the navigation until the script is done and two more frames were drawn."""

TYPED = """async (words) => {
  const field = document.querySelector('input[name=text]');
  const matches = document.querySelector('output[name=matches]');
  const before = matches.value;
  const begun = performance.now();
  field.value = words;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  while (matches.value === before) await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}"""
"""From a change of the search field, its pause of 80 ms included, until two frames were drawn with the result."""

SORTED = """async () => {
  const begun = performance.now();
  document.querySelector('[data-ledger=pass] th:nth-child(3) button').click();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}"""


def pages() -> Table:
    head = ("findings", "render s", "HTML MB", "open ms", "filter ms", "sort ms", "deep link ms", "heap MB")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        return Table("report.html in Chromium", head, (), f"none of {', '.join(NAMES)} is on the PATH")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        rows = tuple(_row(browser, Path(folder) / f"{size}.html", size) for size in SIZES)
        browser.close()
    note = f"medians of {TURNS}; each finding with four facts, two readings and, where it fails, a remedy"
    return Table("report.html in Chromium", head, rows, note)


def _row(browser: Browser, file: Path, size: int) -> tuple[str, ...]:
    run = rich_run(size)
    begun = time.perf_counter()
    text = FORMATS["html"].render(run)
    rendered = time.perf_counter() - begun
    file.write_text(text, encoding="utf-8")
    opened, filtered, sorted_, linked, heap = zip(*(_turn(browser, file, run) for _ in range(TURNS)), strict=True)
    return (
        f"{size:,}",
        f"{rendered:.2f}",
        f"{len(text.encode()) / 1e6:.1f}",
        *(f"{median(times):.0f}" for times in (opened, filtered, sorted_, linked)),
        f"{max(heap) / 1e6:.0f}",
    )


def _turn(browser: Browser, file: Path, run: Run) -> tuple[float, float, float, float, float]:
    last = run.findings[-1]
    with browser.new_context(viewport={"width": 1280, "height": 900}) as session:
        page = session.new_page()
        page.goto(file.as_uri(), wait_until="commit")
        opened = page.evaluate(PAINTED)
        filtered = page.evaluate(TYPED, last.subject.name)
        page.get_by_role("button", name="Clear").click()
        sorted_ = page.evaluate(SORTED)
        heap = page.evaluate("performance.memory.usedJSHeapSize")
        linking = session.new_page()
        linking.goto(f"{file.as_uri()}#f={last.id}", wait_until="commit")
        linked = linking.evaluate(PAINTED)
    return opened, filtered, sorted_, linked, heap
