"""What `explain` can be asked for, recognised by its name: each with its page, its data and its exit code."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.console import redacted, say
from auditor.cli.looked_up import newest_run, told_finding
from auditor.errors import ExitCode, PolicyError
from auditor.record import JsonObject

if TYPE_CHECKING:
    from auditor.finding import Finding
    from auditor.policy.failure import Row
    from auditor.policy.frameworks import Control, Framework
    from auditor.policy.library import Library
    from auditor.run import Run

STDIN = "-"
_FINDING = re.compile(r"[0-9a-f]{16}", re.IGNORECASE)
_WORD = re.compile(r"[\w.()/:+-]{1,120}")
_STATUS = re.compile(r"[1-5]\d\d")
_CHUNK = 65_536
_LISTED = 10
_NEAR = 5
"""Names that are offered for one that is none."""
_SHORT = 2
"""Letters that stand in too many names to tell anything."""


@dataclass(frozen=True)
class Explained:
    """One explanation: `page` makes it for so many columns, with or without colour."""

    kind: str
    page: Callable[[int, bool], str]
    data: JsonObject
    exit_code: ExitCode = ExitCode.PASSED


def explained(what: str, bundle: Path | None, reports: Path) -> Explained:
    """What the name or the text means; PolicyError or SnapshotError where nothing has that name."""
    if what == STDIN:
        return _error(_tail_of_stdin())
    name = what.strip()
    if _FINDING.fullmatch(name):
        return _finding(name.lower(), bundle, reports)
    if not _WORD.fullmatch(name):
        return _control(name) or _titled(name, bundle, reports) or _error(what)
    return _named(name, bundle, reports) or _word(name)


def _named(name: str, bundle: Path | None, reports: Path) -> Explained | None:
    """The check, the class of failures, the cause of `triage` or the control of that name."""
    from auditor.policy.failure import rows_of
    from auditor.policy.library import shipped_library

    library = shipped_library()
    if library.find(name.lower()) is not None:
        return _check(name.lower(), library, bundle, reports)
    if rows := rows_of(name.lower()):
        return _class(name.lower(), rows)
    return _cause(name.lower()) or _control(name)


def _titled(title: str, bundle: Path | None, reports: Path) -> Explained | None:
    """The check of that title, as reports call it."""
    from auditor.policy.library import shipped_library

    library = shipped_library()
    words = title.casefold().rstrip(".")
    found = next((key for key, one in library.checks.items() if one.check.title.casefold() == words), None)
    return _check(found, library, bundle, reports) if found else None


def _word(name: str) -> Explained:
    """One word that names nothing of ours: an error's code or status, if the table knows it; else what is near it."""
    from auditor.policy.expression import nearest
    from auditor.policy.failure import rows
    from auditor.policy.frameworks import load_frameworks
    from auditor.policy.library import shipped_library
    from auditor.triage.reason import reasons

    text = f"HTTP {name}" if _STATUS.fullmatch(name) else json.dumps({"code": name, "message": name})
    found = _error(text if len(name) > 1 else name)
    if found.exit_code is ExitCode.PASSED:
        return found
    library = shipped_library()
    known = (
        *library.checks,
        *library.aliases,
        *(row.failure_class for row in rows()),
        *(one.reason.id for one in reasons()),
        *(f"{one.id}/{control.id}" for one in load_frameworks() for control in one.controls),
    )
    raise PolicyError(
        f"nothing is named {name!r}{_holding(name, known) or nearest(name.lower(), known)}",
        next_step="list: auditor checks, auditor frameworks; or give the whole error in quotes, or on stdin with -",
    )


def _holding(name: str, known: tuple[str, ...]) -> str:
    """`; did you mean one of …?` for the names that hold this one, whatever stands between its letters."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    found = [
        one
        for one in dict.fromkeys(known)
        if len(letters) > _SHORT and letters in re.sub(r"[^a-z0-9]", "", one.lower())
    ]
    if len(found) == 1:
        return f"; did you mean {found[0]!r}?"
    more = f" and {len(found) - _NEAR} more" if len(found) > _NEAR else ""
    return f"; it stands in {', '.join(found[:_NEAR])}{more}" if found else ""


def _check(name: str, library: Library, bundle: Path | None, reports: Path) -> Explained:
    from pydantic_core import to_jsonable_python

    from auditor.policy.frameworks import load_frameworks
    from auditor.policy.handbook import membership, page
    from auditor.report.hostile import no_commands

    compiled = library.find(name)
    if compiled is None:
        raise PolicyError(f"no check {name!r}", next_step="list them with: auditor checks")
    check = compiled.check
    run, where = newest_run(bundle, reports)
    found = tuple(one for one in run.findings if one.check == check.id) if run else ()

    def shown(width: int, _: bool) -> str:
        text = page(check, membership(library), load_frameworks(), width)
        return no_commands("\n".join([text, *_found_lines(found, run, where, width), ""])) if run else text

    return Explained(
        "check",
        shown,
        {
            "check": check.model_dump(mode="json", by_alias=True, exclude={"examples"}),
            "run": run.id if run else None,
            "findings": to_jsonable_python(found),
        },
    )


def _found_lines(found: tuple[Finding, ...], run: Run, where: str, width: int) -> Iterator[str]:
    """What the newest run found by a check, worst first."""
    from textwrap import wrap

    from auditor.finding import Outcome
    from auditor.report import hostile
    from auditor.report.place import short_id

    yield f"In run {hostile.line(run.id)}"
    bad = [one for outcome in (Outcome.FAIL, Outcome.UNKNOWN) for one in found if one.outcome is outcome]
    for one in bad[:_LISTED]:
        yield f"  {one.outcome.value:8}{one.id}"
        yield from wrap(
            short_id(one.subject.id), width, initial_indent=" " * 10, subsequent_indent=" " * 10, break_on_hyphens=False
        )
    if len(bad) > _LISTED:
        yield f"  and {len(bad) - _LISTED:,} more, in {where}"
    if not bad:
        yield "  nothing failed or is unknown by it" if found else "  it was not applied"
    else:
        yield f"  One of them: auditor explain {bad[0].id}"


def _control(name: str) -> Explained | None:
    """Every control of that id, in all frameworks or in the one that stands before it; None where there is none."""
    from auditor.policy.framework_pages import control_page
    from auditor.policy.frameworks import load_frameworks
    from auditor.policy.library import shipped_library

    words = re.split(r"[/:\s]+", name.lower(), maxsplit=1)
    wanted = (words[0], words[1]) if len(words) > 1 else (None, words[0])
    found: list[tuple[Framework, Control]] = [
        (framework, control)
        for framework in load_frameworks()
        for control in framework.controls
        if control.id.lower() == wanted[1] and wanted[0] in (None, framework.id)
    ]
    if not found:
        return None
    titles = {check_id: one.check.title for check_id, one in shipped_library().checks.items()}
    return Explained(
        "control",
        lambda width, _: "\n".join(control_page(framework, control, titles, width) for framework, control in found),
        {
            "controls": [
                {
                    "framework": framework.id,
                    "title": f"{framework.title} {framework.version}",
                    **control.model_dump(mode="json"),
                    "sources": {
                        key: source.model_dump(mode="json")
                        for key, source in framework.sources.items()
                        if key in {mapped.source for mapped in control.checks}
                    },
                }
                for framework, control in found
            ]
        },
    )


def _class(name: str, rows: tuple[Row, ...]) -> Explained:
    from auditor.cli.failure_page import class_page

    return Explained(
        "failure_class",
        lambda width, color: class_page(name, rows, width, color=color),
        {"class": name, "rows": [row.model_dump(mode="json", by_alias=True, exclude_defaults=True) for row in rows]},
    )


def _cause(name: str) -> Explained | None:
    """What `triage` may name as the cause of an incident."""
    from auditor.cli.cause_page import cause_page
    from auditor.triage.reason import reasons

    reason = next((one.reason for one in reasons() if one.reason.id == name), None)
    if reason is None:
        return None
    return Explained(
        "cause",
        lambda width, color: cause_page(reason, width, color=color),
        {"cause": reason.model_dump(mode="json", exclude={"examples"}, exclude_defaults=True)},
    )


def _error(text: str) -> Explained:
    from auditor.cli.failure_page import error_page
    from auditor.policy.failure.pasted import pasted

    clean = redacted(text, os.environ)
    if not clean.strip():
        raise PolicyError("there is no text to explain", next_step="give the whole error in quotes, or on stdin with -")
    found = pasted(clean)
    return Explained(
        "error",
        lambda width, color: error_page(found.failure, found.request_ids, width, color=color),
        found.model_dump(mode="json"),
        ExitCode.PASSED if found.known else ExitCode.INCOMPLETE,
    )


def _tail_of_stdin() -> str:
    """The end of what stdin gives, where the error of a log or of a traceback stands."""
    from auditor.policy.failure.signal import LONGEST_TEXT

    kept: deque[bytes] = deque(maxlen=2)
    while chunk := sys.stdin.buffer.read(_CHUNK):
        kept.append(chunk)
    text = b"".join(kept).decode("utf-8", "replace")
    if len(text) > LONGEST_TEXT:
        say(f"only the last {LONGEST_TEXT:,} characters were looked at")
    return text[-LONGEST_TEXT:]


def _finding(wanted: str, bundle: Path | None, reports: Path) -> Explained:
    from auditor.report.finding import data, render

    told = told_finding(wanted, bundle, reports)
    return Explained("finding", lambda width, color: render(told, width, color=color), data(told))
