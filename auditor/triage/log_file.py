"""A log as somebody names it: a file, a compressed one, or what another command is writing into a pipe."""

from __future__ import annotations

import gzip
import os
import select
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

PATIENCE: Final = 10.0
"""Seconds for which a pipe into which nobody writes is waited for."""

_GZIP: Final = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of the log, decompressed where they are gzip's.

    Raises OSError for a folder, a device, what may not be read, and a pipe into which nobody writes; whoever reads it
    may find that it is no gzip to its end (EOFError, zlib.error, OSError).
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    if stat.S_ISFIFO(mode):
        with os.fdopen(_awaited(path), "rb") as pipe:
            yield pipe
        return
    if not stat.S_ISREG(mode):
        raise OSError(0, "it is a device, not a file")
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast("BinaryIO", unpacked)


def _awaited(path: Path) -> int:
    """A pipe of which something has come, or whose writer has gone again."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    if not waiting.poll(PATIENCE * 1000):
        os.close(pipe)
        raise TimeoutError(0, f"nobody wrote into this pipe for {PATIENCE:g} seconds")
    os.set_blocking(pipe, True)
    return pipe
