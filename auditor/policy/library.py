"""Checks and packs as they lie in a folder: the shipped one, and a user's of the same form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import field_validator

from auditor.finding import Severity
from auditor.policy.check import Kebab, Sentence
from auditor.policy.compiled import CompiledCheck, read_check
from auditor.policy.document import Document, ProblemsError, read_document
from auditor.policy.shipped import shipped_folder
from auditor.record import Json, Record

OWN_AREA = "custom"
"""The area of a check that lies in no area's folder."""

PACK_FILE = "pack.yaml"
PACKS = "packs"


class Change(Record):
    """How a pack applies a check."""

    severity: Severity | None = None
    parameters: dict[str, Json] = {}

    def under(self, other: Change) -> Change:
        """This change with another laid over it."""
        return Change(severity=other.severity or self.severity, parameters={**self.parameters, **other.parameters})


class Pack(Record):
    """Which checks apply, with which severity and parameters."""

    name: Kebab
    title: Sentence
    description: Sentence
    extends: tuple[Kebab, ...] = ()
    """Packs whose checks are applied too; of two that differ, the later and then the pack itself wins."""
    checks: dict[Kebab, Change | None] = {}
    """Check id → what is not as the check says."""
    exclude: tuple[Kebab, ...] = ()
    """Ids of checks that an extended pack applies and this one does not."""

    @field_validator("extends", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


@dataclass(frozen=True)
class LoadedPack:
    """A pack and the file that says so."""

    pack: Pack
    document: Document


@dataclass(frozen=True)
class Library:
    """Checks by id, packs by name, and the ids that checks had before."""

    checks: Mapping[str, CompiledCheck]
    packs: Mapping[str, LoadedPack]
    aliases: Mapping[str, str]
    """Former id → id."""

    def find(self, check_id: str) -> CompiledCheck | None:
        """The check with this id, or with this alias."""
        return self.checks.get(self.aliases.get(check_id, check_id))


def shipped_library() -> Library:
    """Every check and pack that comes with the auditor."""
    return load_library([shipped_folder()])


def load_library(folders: Iterable[Path], single_packs: Iterable[Path] = ()) -> Library:
    """What lies in `checks/`, `packs/` and `pack.yaml` of the folders and in single pack files.

    Raises ProblemsError with everything that is wrong with any of it.
    """
    shelf = _Shelf()
    folders, shipped = tuple(folders), shipped_folder()
    for folder in folders:
        shelf.problems += _links_out(folder)
    if shelf.problems:
        raise ProblemsError(shelf.problems, next_step="put the files themselves into the folder")
    for folder in folders:
        for path, area in _check_files(folder):
            shelf.add_check(path, area, proven=folder == shipped)
    files = {path.resolve(): path for folder in folders for path in pack_files(folder)}
    files |= {path.resolve(): path for path in single_packs}
    for path in files.values():
        shelf.add_pack(path)
    if shelf.problems:
        raise ProblemsError(shelf.problems, next_step="mend the files named above")
    return Library(shelf.checks, shelf.packs, shelf.aliases)


def pack_files(folder: Path) -> list[Path]:
    """`pack.yaml` and what lies in `packs/`."""
    single = folder / PACK_FILE
    return [*([single] if single.is_file() else []), *sorted((folder / PACKS).glob("*.y*ml"))]


@dataclass
class _Shelf:
    checks: dict[str, CompiledCheck] = field(default_factory=dict)
    packs: dict[str, LoadedPack] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    taken: dict[str, Path] = field(default_factory=dict)

    def add_check(self, path: Path, area: str, *, proven: bool) -> None:
        try:
            compiled = read_check(_yaml(path, proven=proven), area, proven=proven)
        except ProblemsError as error:
            self.problems += error.problems
            return
        check = compiled.check
        for name in (check.id, *check.aliases):
            if name in self.taken:
                self.problems.append(f"{path}:1:1: {name!r} is already the id or an alias of {self.taken[name]}")
            self.taken.setdefault(name, path)
        self.checks[check.id] = compiled
        self.aliases |= dict.fromkeys(check.aliases, check.id)

    def add_pack(self, path: Path) -> None:
        try:
            document = _yaml(path)
            pack = document.checked(Pack)
        except ProblemsError as error:
            self.problems += error.problems
            return
        where = document.at(["name"])
        if path.parent.name == PACKS and pack.name != path.stem:
            self.problems.append(f"{where}: name {pack.name!r} is not the file's name {path.stem!r}")
        if pack.name in self.packs:
            self.problems.append(f"{where}: {pack.name!r} is already the name of {self.packs[pack.name].document.path}")
        self.packs[pack.name] = LoadedPack(pack, document)


def _yaml(path: Path, *, proven: bool = False) -> Document:
    if path.suffix != ".yaml":
        raise ProblemsError([f"{path}: the name of a check or a pack ends with .yaml"], next_step="rename it")
    return read_document(path, proven=proven)


def _links_out(folder: Path) -> list[str]:
    """Links in a user's folder that lead out of it: a stranger's pack must not have other files read, or told of.

    A link to a folder is one too, since what lies below it would be left out without a word. How an installer lays out
    the shipped folder is its own affair, and a name with a dot is a mounted volume's.
    """
    if folder == shipped_folder():
        return []
    places = (folder / PACK_FILE, *(folder / PACKS).glob("*"), *(folder / "checks").rglob("*"))
    home = folder.resolve()
    return [
        f"{path}: a link that leads out of {folder}"
        if path.is_file() or not path.exists()
        else f"{path}: a linked folder"
        for path in (folder / PACKS, folder / "checks", *places)
        if path.is_symlink() and not path.name.startswith(".") and _leads_out(path, home)
    ]


def _leads_out(path: Path, home: Path) -> bool:
    try:
        return path.is_dir() or not path.resolve(strict=True).is_relative_to(home)
    except (OSError, RuntimeError):  # it leads nowhere, or in a circle
        return True


def _check_files(folder: Path) -> list[tuple[Path, str]]:
    """Each with its area: the first folder below `checks`."""
    root = folder / "checks"
    found = []
    for path in sorted(root.rglob("*.y*ml")):
        below = path.relative_to(root).parts
        found.append((path, below[0] if len(below) > 1 else OWN_AREA))
    return found
