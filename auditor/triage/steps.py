"""The next steps of a cause, safe to paste."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.diagnosis import Step
from auditor.policy.fix import render_fix
from auditor.record import Json
from auditor.triage.reason import Reason

_COMMANDS: Final = ("az ", "curl ", "nslookup ", "openssl ", "nc ", "python -m ")


def as_step(own: str) -> Step:
    """A failure's own next step, whose values its table has quoted: a command, or a sentence."""
    if own.startswith(_COMMANDS):
        return Step(text="What the error itself calls for.", command=own)
    return Step(text=own)


def steps(reason: Reason, variables: Mapping[str, Json], own: str | None, now: str) -> tuple[Step, ...]:
    """Those whose commands could be filled in, then the error's own command."""
    blank: dict[str, Json] = {"changes": [], "events": [], "before": {}, "meters": {}, "seen": {}, "now": now}
    made: list[Step] = []
    for one in reason.steps:
        if made and one.text == made[-1].text:
            continue  # the same step, for when less is known
        fix = render_fix(one, {**blank, **variables})
        if fix.cli or one.cli is None:
            made.append(Step(text=fix.text or reason.title, command=fix.cli))
    if own is not None and (not made or own.startswith(_COMMANDS)) and own not in {one.command for one in made}:
        made.append(as_step(own))
    return tuple(made) or (Step(text=reason.apart),)
