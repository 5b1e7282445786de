"""The packages that a run rests on: that they are there, in versions that fit, with the files that were installed."""

from __future__ import annotations

import csv
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from hashlib import file_digest
from importlib.metadata import (
    Distribution,
    FileHash,
    PackageNotFoundError,
    PackagePath,
    distribution,
    requires,
    version,
)
from pathlib import Path

from auditor.doctor.checkup import Row, State
from auditor.installed import DISTRIBUTION, RESTS_ON

AREA = "This machine"
_NAMED = 4
_HASHES = ("sha256", "sha384", "sha512")


def packages() -> Iterator[Row]:
    """What is needed against what is there; then the files of what a verdict rests on against their hashes."""
    wanted = requirements()
    if wanted is None:
        yield _row("packages", State.UNKNOWN, "what is needed is not told", "pip install aoai-auditor")
    elif wrong := list(misfits(wanted)):
        yield _row("packages", State.FAIL, "; ".join(wrong), "pip install --upgrade aoai-auditor")
    else:
        says = f"all {len(wanted)} that are needed are there, in versions that fit: "
        yield _row("packages", State.OK, says + ", ".join(f"{one.name} {one.version}" for one in _there()))
    yield files(_there())


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


def files(found: Iterable[Distribution]) -> Row:
    """Whether every file is the one that was installed, by the hashes of each distribution's RECORD.

    https://packaging.python.org/specifications/recording-installed-packages/
    """
    altered, gone, unlisted, count, mend = list[str](), list[str](), list[str](), 0, list[str]()
    for one in found:
        listed = list(_listed(one))
        if not listed:
            unlisted.append(one.name)
        told = {path: _as_installed(path) for path in listed}
        count += len(told)
        altered += [str(path) for path, same in told.items() if same is False]
        gone += [str(path) for path, same in told.items() if same is None]
        if not all(told.values()):
            mend.append(f"{one.name}=={one.version}")
    step = f"pip install --force-reinstall --no-deps {' '.join(mend)}"
    if altered:
        return _row("files", State.FAIL, f"not as they were installed: {_some(altered)}", step)
    if gone:
        return _row("files", State.WARN, f"no longer there: {_some(gone)}", step)
    if unlisted:
        says = f"whether they are as installed is not told, for want of a list: {_some(unlisted)}"
        return _row("files", State.WARN, says, "install them with pip, which keeps a list of hashes")
    return _row("files", State.OK, f"the {count:,} files of these packages are as installed, by their hashes")


def _listed(one: Distribution) -> Iterator[PackagePath]:
    """The files with a hash. `one.files` would not do: since Python 3.12 it leaves out what is no longer there."""
    for row in csv.reader((one.read_text("RECORD") or "").splitlines()):
        name, told, *_ = [*row, "", ""]
        path = PackagePath(name)
        path.dist, path.hash = one, FileHash(told) if told else None
        if path.hash is not None and path.hash.mode in _HASHES:
            yield path


def _as_installed(path: PackagePath) -> bool | None:
    """Whether the file has its hash; None where it can't be read."""
    if path.hash is None:
        return None
    try:
        with Path(str(path.locate())).open("rb") as file:
            told = file_digest(file, path.hash.mode).digest()
    except OSError:
        return None
    return urlsafe_b64encode(told).rstrip(b"=").decode() == path.hash.value


def _there() -> Iterator[Distribution]:
    for name in RESTS_ON:
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")


def _row(name: str, state: State, says: str, step: str | None = None) -> Row:
    return Row(area=AREA, name=name, state=state, says=says, next_step=step)
