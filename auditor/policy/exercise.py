"""A user's own checks at a path, loaded for their examples to be run."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import EmptyAuditError
from auditor.policy.compiled import CompiledCheck, read_check
from auditor.policy.document import ProblemsError, read_document
from auditor.policy.library import OWN_AREA, PACK_FILE, PACKS, load_library, pack_files
from auditor.policy.pack import Resolver
from auditor.policy.selection import select
from auditor.policy.shipped import shipped_folder

CHECKS = "checks"


def own_checks(path: Path) -> tuple[CompiledCheck, ...]:
    """The checks of a folder with `checks/`, of the folder of a pack file, or the one in a check's file; by id.

    Packs beside them are read too, against the shipped checks. Raises ProblemsError with everything that is wrong with
    any of it, EmptyAuditError where no check lies there.
    """
    if path.is_file() and not (path.name == PACK_FILE or path.parent.name == PACKS):
        return (read_check(read_document(path), _area(path)),)
    if not path.exists():
        raise ProblemsError(
            [f"{path}: neither a folder nor a file"], next_step="name a pack's folder or a check's file"
        )
    folder = _folder(path)
    own = load_library([folder]).checks
    _try_packs(folder)
    if not own:
        raise EmptyAuditError(
            f"{path}: no check lies in {folder / CHECKS}: there is no example to run",
            next_step="name another folder, or begin a check: auditor policy new ID",
        )
    return tuple(own[check_id] for check_id in sorted(own))


def _folder(path: Path) -> Path:
    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == PACKS else path.parent


def _area(path: Path) -> str:
    """The first folder between `checks` and the file, as for a check that is loaded with its pack."""
    folders = path.resolve().parts[:-1]
    if CHECKS not in folders:
        return OWN_AREA
    below = folders[len(folders) - folders[::-1].index(CHECKS) :]
    return below[0] if below else OWN_AREA


def _try_packs(folder: Path) -> None:
    """Raises ProblemsError where the folder can't be used beside what is shipped."""
    if not pack_files(folder):
        folders = {each.resolve(): each for each in (shipped_folder(), folder)}
        load_library(folders.values())
        return
    library, names = select([str(folder.resolve())], Path())
    resolver = Resolver(library)
    resolver.changes(names, {})
    if resolver.problems:
        raise ProblemsError(tuple(dict.fromkeys(resolver.problems)), next_step="mend what is named above")
