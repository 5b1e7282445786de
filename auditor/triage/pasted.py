"""An error that was pasted, or a log with many, as triage tells it: offline, and worst first."""

from __future__ import annotations

import io
import re
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from auditor.diagnosis import Cause, NotSeen, Onset, Standing, Support, Telltale, Triage, Verdict
from auditor.errors import SettingsError
from auditor.policy.failure.pasted import context_of
from auditor.policy.failure.words import clean
from auditor.report.hostile import line as printable
from auditor.triage.log import Log, Sighting, read_log
from auditor.triage.log_file import opened
from auditor.triage.steps import as_step

STDIN: Final = "-"
_LONGEST_PATH: Final = 1024
_MOST_IDS: Final = 10
_A_PATH: Final = re.compile(r"(?:~|\.{1,2})?/\S*|[\w./-]+\.(?:log|txt|jsonl?|out|err|gz)")
"""What nobody writes but as the name of a file."""

_NEXT: Final = "name a file that can be read, or paste the error itself"


def answer_error(text_or_path: str, now: datetime, stdin: BinaryIO | None = None) -> Triage:
    """What `--error` is answered with: the name of a file, `-` for stdin, or the error's own text.

    Raises SettingsError for a file that can't be read. Nothing is asked of Azure.
    """
    begun = datetime.now(UTC)
    if text_or_path == STDIN:
        log, called = read_log(stdin or sys.stdin.buffer), "stdin"
    elif (path := _file(text_or_path)) is not None:
        try:
            with opened(path) as stream:
                log, called = read_log(stream), "the pipe" if path.is_fifo() else path.name
        except (OSError, EOFError, zlib.error) as error:
            words = getattr(error, "strerror", None) or error
            message = f"{printable(str(path))}: can't be read: {words}"
            raise SettingsError((message,), next_step=_NEXT) from error
    else:
        log, called = read_log(io.BytesIO(text_or_path.encode("utf-8", "replace"))), "the text"
    seconds = (datetime.now(UTC) - begun).total_seconds()
    host = context_of(text_or_path).host if called == "the text" else None
    return answered(log, called, now, seconds, host)


def answered(log: Log, called: str, now: datetime, seconds: float = 0, host: str | None = None) -> Triage:
    """The log as a triage; pure. `called` is what it was read from."""
    causes = tuple(_cause(one, called, single=log.lines <= 1) for one in log.sightings)
    known = any(one.failure.whose != "unknown" for one in log.sightings)
    ids = tuple(dict.fromkeys(value for one in log.sightings for value in one.ids))[:_MOST_IDS]
    return Triage(
        taken_at=now,
        seconds=round(seconds, 2),
        deadline=0,
        hours=0,
        asked_for=clean(called, 80),
        verdict=Verdict.WRONG if known else Verdict.UNCLEAR,
        causes=causes,
        since=_since(log),
        support=Support(request_ids=ids, endpoint=host),
        not_seen=tuple(_not_seen(log)),
    )


def _cause(one: Sighting, called: str, *, single: bool) -> Cause:
    failure = one.failure
    known = failure.whose != "unknown"
    told = [Telltale(says=failure.cause, source=f"{called}, line {one.first_line}", at=_moment(one.first_at))]
    if not single:
        told.append(Telltale(says=_counted(one), source=f"{called}, line {one.last_line}", at=_moment(one.last_at)))
    return Cause(
        id=failure.failure_class,
        title=failure.title,
        standing=Standing.LIKELY if known else Standing.POSSIBLE,
        whose=failure.whose,
        explains=(f"{called}: {one.count} of {_lines(one)}",) if not single else (called,),
        evidence=tuple(told),
        next_steps=(as_step(failure.next_step),),
    )


def _counted(one: Sighting) -> str:
    times = "once" if one.count == 1 else f"{one.count:,} times"
    span = ""
    if one.first_at:
        span = f", at {one.first_at}" if one.first_at == one.last_at else f", from {one.first_at} to {one.last_at}"
    return f"It stands there {times}, {_lines(one)}{span}."


def _lines(one: Sighting) -> str:
    if one.first_line == one.last_line:
        return f"line {one.first_line:,}"
    return f"lines {one.first_line:,} to {one.last_line:,}"


def _since(log: Log) -> Onset:
    stamps = [(at, one) for one in log.sightings if (at := _moment(one.first_at)) is not None]
    if stamps:
        at, one = min(stamps, key=lambda pair: pair[0])
        return Onset(at=at, how=f"the first error with a timestamp, near line {one.first_line:,}")
    if not log.sightings:
        return Onset(at=None, how="no error was found")
    words = next((one.first_at for one in log.sightings if one.first_at), None)
    if words:
        return Onset(at=None, how=f"the first error says {words}, in a time zone that it does not tell")
    return Onset(at=None, how="not known: no timestamp stands beside the errors")


def _not_seen(log: Log) -> Iterator[NotSeen]:
    if not log.sightings:
        lines = "its one line tells of no" if log.lines == 1 else f"none of its {log.lines:,} lines tells of an"
        words = f"{lines} error that is known"
        words = "it is empty" if not log.size else "it is no text, but bytes" if log.binary else words
        yield NotSeen(
            what="an error of the model endpoint, of sign-in or of Resource Manager",
            why=words,
            next_step="paste the error itself, with its status and its JSON body",
        )
    yield NotSeen(
        what="the deployments, the account and the network",
        why="only the text was read; Azure was not asked",
        next_step="auditor triage",
    )


def _file(name: str) -> Path | None:
    """The file of that name, if there is one; a text is none.

    Raises SettingsError for what is plainly meant for a file's name, and none has it.
    """
    if "\n" in name or len(name) > _LONGEST_PATH:
        return None
    try:
        path = Path(name)
        there = bool(name) and path.exists()
    except (OSError, ValueError):
        return None
    if not there and _A_PATH.fullmatch(name):
        raise SettingsError((f"{printable(name)}: there is no such file",), next_step=_NEXT)
    return path if there else None


def _moment(stamp: str | None) -> datetime | None:
    """Only with a time zone: what a log leaves out may be anything."""
    if stamp is None:
        return None
    try:
        found = datetime.fromisoformat(stamp.replace(",", ".").replace(" Z", "Z"))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
