"""The next steps of a cause, safe to paste."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from auditor.diagnosis import Step
from auditor.policy.fix import render_fix
from auditor.record import Json
from auditor.triage.reason import Reason

_OPEN: Final = re.compile(r"(?<![\w./-])[A-Z][A-Z_]{3,}(?![\w./-])")
"""A word for whoever pastes a command to fill in."""

_COMMANDS: Final = ("az ", "curl ", "nslookup ", "openssl ", "nc ", "python -m ")


def as_step(own: str) -> Step:
    """A failure's own next step, whose values its table has quoted: a command, or a sentence."""
    if own.startswith(_COMMANDS):
        return Step(text="Do what the error itself calls for.", command=own)
    return Step(text=own)


def _said(command: str, before: str) -> bool:
    """Whether an earlier command does the same: word by word, or with all filled in that this one leaves open."""
    alike = command.partition(" --")[0] == before.partition(" --")[0]
    return command == before or (alike and bool(_OPEN.search(command)) and not _OPEN.search(before))


def _adds(own: str, made: Sequence[Step]) -> bool:
    """Whether the error's own step says what no other has said."""
    bare = own.partition("   #")[0]
    again = any(bare in (one.command or "") or _said(bare, one.command or "") for one in made)
    return not made or (own.startswith(_COMMANDS) and not again)


def steps(reason: Reason, variables: Mapping[str, Json], own: str | None, now: str) -> tuple[Step, ...]:
    """Those whose commands could be filled in, then the error's own command."""
    blank: dict[str, Json] = {"changes": [], "events": [], "before": {}, "meters": {}, "seen": {}, "now": now}
    made: list[Step] = []
    for one in reason.steps:
        if made and one.text == made[-1].text:
            continue  # the same step, for when less is known
        fix = render_fix(one, {**blank, **variables})
        if one.cli is None or (fix.cli and not any(_said(fix.cli, each.command or "") for each in made)):
            made.append(Step(text=fix.text or reason.title, command=fix.cli))
    if own is not None and _adds(own, made):
        made.append(as_step(own))
    return tuple(made) or (Step(text=reason.apart),)
