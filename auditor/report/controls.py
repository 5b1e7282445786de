"""Controls of frameworks in the words that every report shares: their states, and what the checks behind them found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from auditor.control import ControlCheck, ControlMapping, ControlResult, ControlState, FrameworkResult
from auditor.finding import Finding, Outcome
from auditor.report import digest, hostile, wording
from auditor.run import Run

STATES = {
    ControlState.NOT_MET: "not met",
    ControlState.UNKNOWN: "unknown",
    ControlState.MET: "met",
    ControlState.NOT_APPLICABLE: "not applicable",
    ControlState.NOT_ASSESSED: "not assessed",
}

RELATIONS = {"supports": "supports", "partially-supports": "supports in part"}

MEANING = (
    "Met says that every check behind a control was applied to all that was seen and passes wherever it applies; "
    "it does not say that the control is fulfilled."
)


@dataclass(frozen=True)
class Touched:
    """The controls of one framework that a check answers to, by one published source."""

    framework: str
    controls: tuple[tuple[str, str], ...]
    """Id, and the anchor of its row."""
    controls_told: str
    """All of them in one line, each with how the check relates to it."""
    source: str
    """The page of the publication."""
    shown: bool
    """Whether the run was asked for the framework, so that its matrix stands in the report."""


_NAMED = 3
"""How many findings of a check a control leads to."""


def title(framework: FrameworkResult) -> str:
    """`NIST SP 800-53 Rev. 5`."""
    return hostile.line(f"{framework.title} {framework.version}")


def summary(framework: FrameworkResult) -> str:
    """How many controls have each state, the worst first: `2 not met, 5 met`."""
    told = Counter(control.state for control in framework.controls)
    return ", ".join(f"{told[state]:,} {word}" for state, word in STATES.items() if told[state])


def state(control: ControlResult) -> str:
    """`not met`, and whether a waiver covers that."""
    return f"{STATES[control.state]}{', waived' if control.waived else ''}"


def sort(control: ControlResult) -> str:
    """The sort of finding that it looks like: fail, waived, unknown, pass or not_applicable."""
    if control.waived:
        return "waived"
    looks = {ControlState.NOT_MET: "fail", ControlState.UNKNOWN: "unknown", ControlState.MET: "pass"}
    return looks.get(control.state, "not_applicable")


def found(check: ControlCheck) -> str:
    """What a check found: `1 failed (1 waived), 2 passed`, or why it found nothing."""
    if not check.applied:
        return "not applied"
    told = [
        f"{check.counts[outcome]:,} {word}{_waived(check, outcome)}"
        for outcome, word in wording.OUTCOMES.items()
        if check.counts.get(outcome)
    ]
    return ", ".join([*(told or ["nothing to judge"]), *(["not all was seen"] if check.hidden else [])])


def behind(check: ControlCheck) -> str:
    """A check with how it relates to the control and what it found, in one line."""
    return f"{hostile.line(check.check)} ({RELATIONS[check.relation]}): {found(check)}"


def published(framework: FrameworkResult) -> tuple[str, ...]:
    """Where the mappings were published, each with its id."""
    return tuple(hostile.line(f"{source.title} ({source.id})") for source in framework.sources.values())


def standing(run: Run) -> dict[str, tuple[Finding, ...]]:
    """Check → its first failures and unknowns, waived or not, the worst first."""
    by_check: dict[str, list[Finding]] = {}
    for finding in (*digest.failures(run), *digest.unknowns(run), *digest.waived(run)):
        by_check.setdefault(finding.check, []).append(finding)
    return {check: tuple(findings[:_NAMED]) for check, findings in by_check.items()}


def touched(run: Run) -> dict[str, tuple[Touched, ...]]:
    """Check → the controls that it answers to, by framework and source, whichever frameworks were asked for."""
    titles = {framework.id: title(framework) for framework in run.frameworks}
    return {check.id: _touched(check.controls, titles) for check in run.policy.checks if check.controls}


def _touched(mappings: tuple[ControlMapping, ...], titles: dict[str, str]) -> tuple[Touched, ...]:
    groups: dict[tuple[str, str], list[ControlMapping]] = {}
    for mapping in mappings:
        groups.setdefault((mapping.framework, mapping.source), []).append(mapping)
    return tuple(
        Touched(
            titles.get(framework, hostile.line(framework)),
            tuple((hostile.line(each.control), anchor(framework, each.control)) for each in group),
            ", ".join(hostile.line(f"{each.control} ({RELATIONS[each.relation]})") for each in group),
            source,
            framework in titles,
        )
        for (framework, source), group in groups.items()
    )


def anchor(framework: str, control: str) -> str:
    """The id of a control's row in the page; the same for any text."""
    return "control-" + re.sub(r"[^a-z0-9.]+", "-", f"{framework}-{control}".lower()).strip("-")


def _waived(check: ControlCheck, outcome: Outcome) -> str:
    return f" ({check.waived:,} waived)" if outcome is Outcome.FAIL and check.waived else ""
