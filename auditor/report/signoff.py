"""The first printed page: what is signed for, by which hashes it is known, and where to sign."""

from __future__ import annotations

from auditor.report import accepted, coverage, digest, evidence, hostile, wording
from auditor.run import Run

_REASONS = 4
_PACKS = 3


def rows(run: Run) -> tuple[tuple[str, str], ...]:
    """Label → text: what was audited, by whom, against what, and what stayed unseen."""
    context = ", ".join(f"{name} {text}" for name, text in run.context.items())
    time = f"{wording.moment(run.started_at)} to {wording.moment(run.ended_at)}"
    told = (
        ("Run", run.id),
        ("Scope", wording.scope(run)),
        ("When", f"{time}; {coverage.clock(run.clock)}" if run.clock else time),
        ("By", wording.principal(run)),
        ("Context", context),
        ("Policy", f"{', '.join(run.policy.packs)}, {wording.count(len(run.policy.checks), 'check')}"),
        ("Gate", wording.gate(run)),
        ("Not seen", coverage.unseen(run)),
        ("Accepted", accepted.summary(run)),
        ("Tool", f"{run.tool.name} {run.tool.version}, Python {run.tool.python}"),
    )
    return tuple((label, hostile.line(text, limit=360)) for label, text in told if text)


def hashes(run: Run) -> tuple[tuple[str, str], ...]:
    """Label → sha256 in hex, by which the evidence and what judged it are known again."""
    packs = list(run.policy.pack_digests.items())[:_PACKS]
    return (
        ("evidence.json", evidence.digest(run)),
        ("Settings", hostile.line(run.settings_sha256)),
        ("Policy", hostile.line(run.policy.digest)),
        *((hostile.line(f"Pack {name}", 40), hostile.line(value)) for name, value in packs),
    )


def reasons(run: Run) -> tuple[str, ...]:
    """The first reasons of the verdict, and how many follow on the next page."""
    told = wording.reasons(run)
    more = len(told) - _REASONS
    first = tuple(hostile.line(reason, limit=200) for reason in told[:_REASONS])
    return (*first, *((f"and {wording.count(more, 'further reason')}, overleaf",) if more > 0 else ()))


def counts(run: Run) -> tuple[tuple[str, str], ...]:
    """Label → number of findings."""
    total = digest.tally(run)
    told = (
        ("Failed", total.fail),
        ("Unknown", total.unknown),
        ("Waived", total.waived),
        ("Passed", total.passed),
        ("Not applicable", total.not_applicable),
        ("All", total.total),
    )
    return tuple((label, f"{number:,}") for label, number in told)
