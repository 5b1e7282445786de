"""Runs to render: realistic, clean, incomplete, hostile and large."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from auditor.call import Call
from auditor.control import ControlCheck, ControlResult, ControlState, FrameworkResult, FrameworkSource
from auditor.finding import Fact, Fix, Outcome, Subject, Waived
from auditor.run import Run, Verdict
from auditor.snapshot import Gap, GapReason, Principal
from tests.report.checks import CHECKS
from tests.report.parts import ACCOUNTS, SUBSCRIPTION, account, build, finding
from tests.report.sample import CHAT, GAPS, GOOD, UNKNOWN, sample_run

__all__ = ["HOSTILE", "framework_run", "hostile_run", "incomplete_run", "large_run", "passing_run", "sample_run"]

HOSTILE = (
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "::error::owned",
    "##vso[task.setvariable variable=x]owned",
    "##[error]owned",
    "\u202egnp.exe\u202c",
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "a|b `code` **bold** [x](https://evil.example) www.evil.example @octocat #1 \\|",
    "line one\nline two\r\n| # heading",
    "]]>&amp;<![CDATA[",
    "{{ 7 * 7 }} {% raw %} {0}",
    "nul \x00 bell \x07 del \x7f c1 \x9b2J tag \U000e0041",
    "<!-- --> $x^2$ :smile: ~~gone~~",
)


def passing_run() -> Run:
    """Everything seen, everything well."""
    findings = tuple(
        finding(name, CHAT, "pass", "As it should be.") for name in ("api-keys-accepted", "public-network-access")
    )
    return build(findings, Verdict.PASS, reasons=("Every gating check passed",))


def framework_run() -> Run:
    """The sample run with a framework whose controls have every state, one of them not met and waived."""
    check = framework().controls[0].checks[0]
    states = (
        ("AC-3", ControlState.NOT_MET, False, check),
        ("SC-7", ControlState.NOT_MET, True, of("public-network-access", counts={Outcome.FAIL: 1}, waived=1)),
        ("AU-2", ControlState.UNKNOWN, False, of("diagnostic-logs-missing", counts={Outcome.UNKNOWN: 2}, hidden=True)),
        ("AC-2", ControlState.MET, False, of("quota-headroom-low", counts={Outcome.PASS: 3})),
        ("AC-4", ControlState.NOT_APPLICABLE, False, of("model-retires-soon", relation="supports")),
        ("SC-12", ControlState.NOT_ASSESSED, False, of("customer-managed-key-missing", applied=False)),
    )
    controls = tuple(
        ControlResult(id=name, words=f"Words of {name}", state=state, waived=waived, checks=(each,))
        for name, state, waived, each in states
    )
    return sample_run().model_copy(update={"frameworks": (framework(controls=controls),)})


def of(check: str, **changes: Any) -> ControlCheck:
    """A check behind a control."""
    fields = {"relation": "partially-supports", "source": "initiative", "item": "71ef260a", "applied": True}
    return ControlCheck(check=check, **{**fields, **changes})


def framework(text: str = "NIST SP 800-53", **changes: Any) -> FrameworkResult:
    """A framework in which every text is this one."""
    check = of("api-keys-accepted", item=text, counts={Outcome.FAIL: 1, Outcome.PASS: 2})
    fields: dict[str, Any] = {
        "id": text,
        "title": text,
        "version": text,
        "publisher": text,
        "sources": {"initiative": FrameworkSource(title=text, page="https://example.com/initiative.json", id=text)},
        "note": text,
        "unmapped": text,
        "controls": (ControlResult(id=text, words=text, state=ControlState.NOT_MET, checks=(check,)),),
    }
    return FrameworkResult(**{**fields, **changes})


def incomplete_run() -> Run:
    """Nothing failed, but something could not be seen."""
    reasons = ("2 checks of severity high are unknown",)
    return build((*UNKNOWN, *GOOD), Verdict.INCOMPLETE, reasons=reasons, gaps=GAPS)


def hostile_run() -> Run:
    """Each text that a stranger can choose, chosen badly: names, messages, facts, fixes, gaps, calls, notices."""
    everything = "\n".join(HOSTILE)
    gap = Gap(
        id="g",
        kind="account",
        scope=everything,
        reason=GapReason.FAILED,
        detail=everything,
        permission=everything,
        next_step=everything,
    )
    return build(
        tuple(
            finding(
                "api-keys-accepted",
                Subject(kind="account", id=f"{ACCOUNTS}/{outcome}/{text}", name=text, workload=text, location=text),
                outcome,
                f"{text} accepts keys",
                facts=(Fact(path=text, value={text: text}, note=text, source="javascript:alert(3)"),),
                fix=Fix(text=text, cli=f"echo {text}", bicep=text) if outcome == "fail" else None,
                gaps=("g",) if outcome == "unknown" else (),
                waiver=Waived(owner=text, reason=text, ticket=text, expires=date(2026, 1, 1), expired=True),
            )
            for outcome in ("fail", "unknown", "pass", "not_applicable")
            for text in HOSTILE
        ),
        reasons=HOSTILE,
        notices=HOSTILE,
        context={"actor": everything},
        principal=Principal(credential="environment", name=everything),
        gaps=(gap,),
        frameworks=tuple(framework(text) for text in HOSTILE),
        calls=tuple(
            Call(
                deployment=text,
                account=text,
                probe=text,
                outcome="failed",
                requested_model=text,
                responded_model=text,
                failure=text,
                cause=text,
                next_step=text,
                request_id=text,
                region=text,
            )
            for text in HOSTILE
        ),
    )


@cache
def large_run(size: int) -> Run:
    """One finding in five fails, one is unknown, the others pass."""
    outcomes = ("fail", "unknown", "pass", "pass", "pass")
    gap = Gap(
        id="g",
        kind="account",
        scope=f"/subscriptions/{SUBSCRIPTION}",
        reason=GapReason.THROTTLED,
        detail="429",
        next_step="auditor run --deadline 1200",
    )
    findings = tuple(
        finding(
            CHECKS[number % len(CHECKS)].id,
            account(f"aoai-{number:05}", f"workload-{number % 40:02}"),
            outcomes[number % len(outcomes)],
            f"aoai-{number:05} is as it is",
            gaps=("g",) if outcomes[number % len(outcomes)] == "unknown" else (),
        )
        for number in range(size)
    )
    return build(findings, reasons=("Many failures",), gaps=(gap,))
