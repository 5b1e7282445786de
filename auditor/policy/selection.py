"""The packs that somebody named, found: shipped ones by name, a user's own by path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.policy.document import ProblemsError
from auditor.policy.expression import nearest
from auditor.policy.library import PACK_FILE, PACKS, Library, load_library, pack_files
from auditor.policy.shipped import shipped_folder


def select(packs: Sequence[str], base: Path) -> tuple[Library, tuple[str, ...]]:
    """All checks and packs in reach, and the names of the selected packs in their order.

    Raises ProblemsError for names and paths where no pack is, and for what is wrong with those that are read.
    """
    shipped = shipped_folder()
    shipped_names = tuple(path.stem for path in pack_files(shipped))
    selected: list[str | Path] = []
    folders: dict[Path, Path] = {shipped.resolve(): shipped}
    problems: list[str] = []
    for reference in packs:
        if reference in shipped_names:
            selected.append(reference)
            continue
        files, folder = _own(base / reference)
        if not files:
            problems.append(_nowhere(reference, base / reference, shipped_names))
        if folder:
            folders.setdefault(folder.resolve(), folder)
        selected += files
    if problems:
        raise ProblemsError(problems, next_step=f"shipped packs: {', '.join(shipped_names)}; list: auditor checks")
    library = load_library(folders.values(), [item for item in selected if isinstance(item, Path)])
    names = {loaded.document.path.resolve(): name for name, loaded in library.packs.items()}
    return library, tuple(dict.fromkeys(names[item.resolve()] if isinstance(item, Path) else item for item in selected))


def _own(path: Path) -> tuple[list[Path], Path | None]:
    """The pack files that a path means, and the folder whose checks and packs they may name."""
    if path.is_dir():
        single = path / PACK_FILE
        return ([single] if single.is_file() else pack_files(path)), path
    if not path.is_file():
        return [], None
    if path.parent.name == PACKS:
        return [path], path.parent.parent
    return [path], path.parent if path.name == PACK_FILE else None


def _nowhere(reference: str, path: Path, shipped_names: Sequence[str]) -> str:
    if path.is_dir():
        return f"{path}: no {PACK_FILE} and nothing in {PACKS}/: nothing says which checks apply"
    return f"no pack {reference!r}{nearest(reference, shipped_names)}: neither a shipped one nor a path ({path})"
