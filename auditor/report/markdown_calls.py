"""What the Markdown report tells of live calls: what was proven, what each came to, how a router chose."""

from __future__ import annotations

from auditor.call import Call
from auditor.report import live, wording
from auditor.report.hostile import markdown
from auditor.report.markdown_section import Section, row, table
from auditor.run import Run


def calls(run: Run) -> Section:
    """Each call with its outcome and next step, under the matrix of what was proven and the percentiles."""
    headings = ("Deployment", "Outcome", "Asked for", "Answered by", "Latency", "Tokens", "Next step")
    rows = [f"{row(_call(call))}\n" for call in run.calls]
    return Section("Live calls", rows, "call", f"{_proven(run)}{_times(run)}{table(headings, ())}\n")


def _proven(run: Run) -> str:
    """Deployments against features, where there is more than one."""
    found = live.matrix(run)
    if len(found.features) < 2:  # noqa: PLR2004 - one feature is no matrix
        return ""
    rows = [
        (
            markdown(f"{row.deployment} on {row.account}"),
            *(f"{live.SIGNS[mark]} {mark}" if (mark := row.marks.get(name)) else "" for name in found.features),
        )
        for row in found.rows
    ]
    return table(("Deployment", *(markdown(wording.kind(name)) for name in found.features)), rows) + "\n\n"


def _times(run: Run) -> str:
    """The percentiles of what was asked several times, and what all calls used."""
    told = [
        f"- {markdown(f'{call.deployment} {call.probe}: {took}')}"
        for call in run.calls
        if (took := wording.latency(call))
    ]
    used = wording.spend(run)
    return "\n".join((*told, *(("", markdown(used, 2000)) if used else ()))) + "\n\n" if told or used else ""


def _call(call: Call) -> tuple[str, ...]:
    what_next = " ".join(part for part in (call.failure and f"{call.failure}:", call.cause, call.next_step) if part)
    request = f" (request {call.request_id})" if call.request_id and what_next else ""
    return (
        markdown(f"{call.deployment} on {call.account}"),
        markdown(f"{wording.kind(call.outcome)} ({call.probe})"),
        markdown(call.requested_model or "-"),
        markdown(call.responded_model or "-"),
        wording.milliseconds(call.latency_ms),
        wording.tokens(call),
        markdown(what_next + request or "-"),
    )


def routed(run: Run) -> Section:
    """Which model each model router chose for which task."""
    headings = ("Router", "Asked for", "Requested", "Responded", "In its subset", "Latency")
    rows = [
        row(
            (
                markdown(f"{call.deployment} on {call.account}"),
                markdown(call.task),
                markdown(call.requested_model),
                f"**{markdown(call.responded_model or '-')}**",
                wording.in_subset(call.in_subset),
                wording.milliseconds(call.latency_ms),
            )
        )
        + "\n"
        for call in run.routed
    ]
    return Section("Model router", rows, "answer", table(headings, (), numbers=1) + "\n")
