"""This machine: Python and packages, trusted certificates, the disk, a browser for the PDF."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from auditor import __version__
from auditor.doctor.checkup import Row, State
from auditor.doctor.packages import packages
from auditor.errors import ReportError

AREA = "This machine"
PYTHON = (3, 11)
ENOUGH = 200 * 1024 * 1024
"""Bytes free below which a large run's reports may not fit."""

TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def machine(reports: Path, environ: Mapping[str, str]) -> Iterator[Row]:
    """A row for each."""
    yield _python()
    yield from packages()
    yield from _trust(environ)
    yield _disk(reports)
    yield _browser()


def _python() -> Row:
    right = sys.version_info[:2] >= PYTHON
    wanted = ".".join(map(str, PYTHON))
    says = f"auditor {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    step = None if right else f"install Python {wanted} or newer"
    return Row(area=AREA, name="version", state=State.OK if right else State.FAIL, says=says, next_step=step)


def _trust(environ: Mapping[str, str]) -> Iterator[Row]:
    for name in TRUST:
        value = environ.get(name)
        if value and not Path(value).exists():
            step = f"name a bundle of certificates that exists in {name}, or unset it"
            yield _row("certificates", State.FAIL, f"{name} names {value}, which is not there", step)
        elif value:
            yield _row("certificates", State.OK, f"{name} says what is trusted: {value}")


def _disk(reports: Path) -> Row:
    where = reports.absolute()
    while not where.exists() and where != where.parent:
        where = where.parent
    try:
        with tempfile.TemporaryFile(dir=where) as file:
            file.write(b"written by auditor doctor")
        free = shutil.disk_usage(where).free
    except OSError as error:
        step = "make it writable, or name another folder with --output"
        return _row("reports", State.FAIL, f"{where}: can't be written: {error.strerror or error}", step)
    says = f"{where} can be written, {free // 1024**2:,} MiB are free"
    if free < ENOUGH:
        return _row("reports", State.WARN, says, "make room, or name another folder with --output")
    return _row("reports", State.OK, says)


def _browser() -> Row:
    from auditor.report.pdf import chromium

    try:
        return _row("PDF", State.OK, f"printed by {chromium()}")
    except ReportError as error:
        return _row("PDF", State.WARN, f"{error}; every other format is written", error.next_step)


def _row(name: str, state: State, says: str, step: str | None = None) -> Row:
    return Row(area=AREA, name=name, state=state, says=says, next_step=step)
