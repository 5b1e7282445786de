"""report.pdf: the page of report.html as Chromium prints it, for people who sign and file.

The one format that is not pure: it needs a browser, so it is made only when it is named, and other versions of Chromium
give other bytes. The same one gives the same: the only moments in the file, its own two dates
(ISO 32000-2, 14.3.3), are set to the run's, and the ids of structure elements (14.7.2), which Chromium counts on from
wherever its process was, are counted from one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.errors import ReportError
from auditor.report import FORMATS
from auditor.run import Run

MAIN = "report.pdf"

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)

_DEADLINE = 300
"""Seconds; twenty thousand findings take one minute on two busy cores."""

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name leads anywhere
    "--proxy-server=127.0.0.1:9",  # and no address: that port discards
)
_MOMENT = re.compile(rb"(/CreationDate|/ModDate) \(D:\d{14}\+00'00'\)")
_NODE = re.compile(rb"\(node(\d{8})\)")


def files(run: Run) -> dict[str, bytes]:
    """File name → content; raises ReportError where there is no Chromium, or where it does not print."""
    browser = chromium(audited=True)
    return {MAIN: _numbered(_dated(_printed(browser, FORMATS["html"].render(run)), run))}


def chromium(*, audited: bool = False) -> str:
    """The browser to print with: the first of its names on the PATH, or where its installers put it.

    Raises ReportError, which says what to install; `audited` is what that says of the run.
    """
    found = (shutil.which(name) for name in (*_BROWSERS, *_ELSEWHERE))
    browser = next((path for path in found if path), None)
    if browser is None:
        raise ReportError(
            "the PDF is printed by Chromium, and none was found",
            next_step="install Chromium (Debian and Ubuntu: apt-get install chromium), or print report.html yourself",
            audited=audited,
        )
    return browser


def _printed(browser: str, page: str) -> bytes:
    """The page as PDF, by a browser with an empty profile, nothing of our environment and no way to the network."""
    with TemporaryDirectory(prefix="auditor-pdf-") as name:
        folder = Path(name)
        source, target = folder / "report.html", folder / MAIN
        source.write_text(page, encoding="utf-8", newline="\n")
        command = [
            browser,
            *_FLAGS,
            *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - a list of our own words
                command,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_DEADLINE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _refused(f"did not end within {_DEADLINE} seconds") from error
        except OSError as error:
            raise _refused(f"can't be started: {error.strerror or error}") from error
        if not target.is_file():
            words = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
            raise _refused(f"ended with {done.returncode} and printed nothing: {words[-1] if words else 'no word'}")
        return target.read_bytes()


def _dated(document: bytes, run: Run) -> bytes:
    """The document with the run's end for its dates; they have the same length, so that all places in it stay right."""
    moment = run.ended_at if run.ended_at.tzinfo else run.ended_at.replace(tzinfo=UTC)
    stamp = moment.astimezone(UTC).strftime("%Y%m%d%H%M%S").encode()
    return _MOMENT.sub(rb"\1 (D:" + stamp + rb"+00'00')", document)


def _numbered(document: bytes) -> bytes:
    """The document with its ids counted from one, in their own order and of the same length: all places stay right."""
    number = {old: b"%08d" % n for n, old in enumerate(sorted(set(_NODE.findall(document))), 1)}
    return _NODE.sub(lambda found: b"(node%s)" % number[found[1]], document)


def _environment(folder: Path) -> dict[str, str]:
    """What a browser cannot do without; none of what may be secret."""
    needed = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in needed if name in os.environ}
    return kept | {"HOME": str(folder), "TMPDIR": str(folder), "TZ": "UTC", "LANG": "C.UTF-8"}


def _is_root() -> bool:
    """Chromium refuses its own sandbox to root (https://crbug.com/638180)."""
    return sys.platform != "win32" and os.geteuid() == 0


def _refused(words: str) -> ReportError:
    return ReportError(
        f"the PDF could not be printed: Chromium {words}",
        next_step="see that Chromium runs headless here, or print report.html yourself",
        audited=True,
    )
