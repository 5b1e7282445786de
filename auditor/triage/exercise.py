"""A cause's own examples, run: they are its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.diagnosis import Standing
from auditor.triage.causes import judge
from auditor.triage.reason import ROOTS, CompiledReason

_SILENT: Final = "silent"


def lies(compiled: CompiledReason) -> Iterator[str]:
    """What the examples say that the rules do not, one sentence each."""
    examples = compiled.reason.examples
    told = ((Standing.CONFIRMED, examples.confirmed), (Standing.LIKELY, examples.suspected), (None, examples.silent))
    for expected, given in told:
        for position, variables in enumerate(given, 1):
            called = f"{compiled.reason.id}: example {position} of {expected or _SILENT}"
            strangers = sorted(set(variables) - set(ROOTS))
            if strangers:
                yield f"{called} gives {', '.join(strangers)}, which no rule can name"
            standing = judge(compiled, variables)
            if standing is not expected:
                yield f"{called} is {standing or _SILENT}"
