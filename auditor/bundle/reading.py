"""Reading inside of a folder that a stranger may have made: no link is followed, nothing is read without a bound."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from auditor.bundle.alteration import Kind
from auditor.errors import AlteredError

CHUNK = 1024 * 1024

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))


@contextmanager
def opened_inside(folder: Path, path: str) -> Iterator[BinaryIO]:
    """A regular file below the folder; `path` is one that a manifest may name.

    Raises AlteredError for what is missing, a link (or below one), no regular file, or not readable.
    """
    try:
        place = folder
        for step in path.split("/"):
            place = place / step
            if stat.S_ISLNK(place.lstat().st_mode):
                raise _refused(path, Kind.SYMLINK, f"{place.relative_to(folder).as_posix()} is a symbolic link")
        if not stat.S_ISREG(place.lstat().st_mode):  # opening a pipe or a device may have effects
            raise _refused(path, Kind.NOT_A_FILE, "not a regular file")
        descriptor = os.open(place, _FLAGS)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _refused(path, Kind.MISSING, "is not there") from error
    except OSError as error:
        raise _refused(path, Kind.UNREADABLE, f"can't be read: {error.strerror or error}") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _refused(path, Kind.NOT_A_FILE, "not a regular file")
        yield file


def read_bounded(folder: Path, path: str, limit: int) -> bytes:
    """The whole file; raises AlteredError as `opened_inside` does, and where it is larger than `limit` bytes."""
    with opened_inside(folder, path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, limit) + 1)  # no more is set aside for it than it takes
    if len(data) > limit:
        raise _refused(path, Kind.CHANGED, f"holds more than {limit:,} bytes")
    return data


def digest_bounded(folder: Path, path: str, limit: int) -> tuple[int, str | None]:
    """How many bytes the file holds and their sha256; of one with more than `limit` only its size on disk, and None."""
    with opened_inside(folder, path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            return size, None
        found, read = sha256(), 0
        while read <= limit and (chunk := file.read(CHUNK)):
            read += len(chunk)
            found.update(chunk)
    return read, found.hexdigest() if read <= limit else None


def _refused(path: str, kind: Kind, words: str) -> AlteredError:
    return AlteredError(f"{path}: {words}", path=path, kind=kind)
