"""This machine: Python and packages against their floors, trusted certificates, the disk, a browser for the PDF."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from auditor import __version__
from auditor.doctor.checkup import Row, State
from auditor.errors import ReportError

AREA = "This machine"
DISTRIBUTION = "aoai-auditor"
PYTHON = (3, 11)
ENOUGH = 200 * 1024 * 1024
"""Bytes free below which a large run's reports may not fit."""

TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def machine(reports: Path, environ: Mapping[str, str]) -> Iterator[Row]:
    """A row for each."""
    yield _python()
    yield _packages()
    yield from _trust(environ)
    yield _disk(reports)
    yield _browser()


def _python() -> Row:
    right = sys.version_info[:2] >= PYTHON
    wanted = ".".join(map(str, PYTHON))
    says = f"auditor {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    step = None if right else f"install Python {wanted} or newer"
    return Row(area=AREA, name="version", state=State.OK if right else State.FAIL, says=says, next_step=step)


def _packages() -> Row:
    wanted = requirements()
    if wanted is None:
        return _row(
            "packages", State.UNKNOWN, "what is needed is not told", "install it with: pip install aoai-auditor"
        )
    wrong = list(misfits(wanted))
    if wrong:
        return _row("packages", State.FAIL, "; ".join(wrong), "pip install --upgrade aoai-auditor")
    return _row("packages", State.OK, f"all {len(wanted)} that are needed are there, in versions that fit")


def requirements() -> tuple[str, ...] | None:
    """What the distribution says that it needs, or else the working copy's pyproject.toml; None where neither tells."""
    try:
        found = requires(DISTRIBUTION)
    except PackageNotFoundError:
        found = None
    if found is not None:
        return tuple(line for line in found if "extra ==" not in line)
    path = Path(__file__).resolve().parents[2] / "pyproject.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(told["project"]["dependencies"])
    except (OSError, ValueError, KeyError):
        return None


def misfits(wanted: tuple[str, ...]) -> Iterator[str]:
    """A phrase for each requirement that what is installed does not meet."""
    from packaging.requirements import Requirement

    for line in wanted:
        need = Requirement(line)
        if need.marker is not None and not need.marker.evaluate():
            continue
        try:
            found = version(need.name)
        except PackageNotFoundError:
            yield f"{need.name} is not installed"
            continue
        if not need.specifier.contains(found, prereleases=True):
            yield f"{need.name} {found} does not fit {need.specifier}"


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
