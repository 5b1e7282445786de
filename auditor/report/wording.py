"""The words that every report shares: the same thing is called the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from auditor.call import Call
from auditor.finding import Finding, Outcome
from auditor.report import digest, hostile
from auditor.run import Run, Verdict
from auditor.snapshot import GapReason

VERDICTS = {Verdict.PASS: "Pass", Verdict.FAIL: "Fail", Verdict.INCOMPLETE: "Incomplete"}

OUTCOMES = {
    Outcome.FAIL: "failed",
    Outcome.UNKNOWN: "unknown",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}

GAP_REASONS = {
    GapReason.DENIED: "Denied",
    GapReason.THROTTLED: "Throttled",
    GapReason.TIMED_OUT: "Timed out",
    GapReason.NOT_OFFERED: "Not offered",
    GapReason.UNREACHABLE: "Unreachable",
    GapReason.MALFORMED: "Malformed answer",
    GapReason.FAILED: "Failed",
    GapReason.INTERRUPTED: "Interrupted",
    GapReason.CRASHED: "Crashed",
}

NO_WORKLOAD = "Outside any workload"
NO_GAP = "Could not be decided, though everything was read"

_SOURCES = {"settings": "the prices in settings", "retail": "Azure's price list"}

_CURES = 10
"""How many steps against one cause are listed."""

_NAMES = 5
"""How many names of a scope are listed."""


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 finding`, `2 findings`, `20,000 findings`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def kind(word: str) -> str:
    """A kind of resource or area as people write it: `private_endpoint` → `private endpoint`."""
    return hostile.line(word).replace("_", " ")


def moment(time: datetime) -> str:
    """`2026-11-21 06:12:44 UTC`; a time without a zone is taken for UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def seconds(run: Run) -> float:
    """How long the run took."""
    return max((run.ended_at - run.started_at).total_seconds(), 0.0)


def in_subset(known: bool | None) -> str:
    """Whether a router may choose the model that answered."""
    return {True: "yes", False: "no", None: "-"}[known]


def milliseconds(number: float | None) -> str:
    """`312 ms`, or a dash."""
    return "-" if number is None else f"{number:,.0f} ms"


def tokens(call: Call) -> str:
    """`11 in, 2 out`, or a dash."""
    if call.input_tokens is None and call.output_tokens is None:
        return "-"
    return f"{_or_dash(call.input_tokens)} in, {_or_dash(call.output_tokens)} out"


def money(amount: float | None, currency: str) -> str:
    """`0.0042 USD`, or that nobody knows."""
    return "unknown" if amount is None else f"{amount:,.4f} {hostile.line(currency)}"


def spend(run: Run) -> str | None:
    """What the live calls used and cost, in one line; None in evidence that does not tell."""
    used = run.spend
    if used is None:
        return None
    tokens_ = f"{used.input_tokens:,} tokens in, {used.output_tokens:,} out"
    if used.unpriced:
        return hostile.line(f"{count(used.calls, 'call')}, {tokens_}; money unknown: {used.unpriced}")
    since = f", by {_SOURCES[used.price_source]}" if used.price_source else ""
    dated = f" of {used.price_date}" if used.price_date else ""
    estimate = f"{count(used.calls, 'call')}, {tokens_}, {money(used.money, used.currency)}{since}{dated}"
    return hostile.line(estimate + (f", without {', '.join(used.besides)}" if used.besides else ""))


def latency(call: Call) -> str | None:
    """The percentiles of a question that was put several times, in one line; None of one that was not."""
    told = call.latency
    if told is None:
        return None
    parts = [f"{count(len(told.samples_ms), 'call')}"]
    parts += [
        f"{label} {milliseconds(value)}" if value is not None else f"{label} unknown (it needs {needed} calls)"
        for label, value, needed in (("p50", told.p50, 1), ("p95", told.p95, 20), ("p99", told.p99, 100))
    ]
    if told.first_token_p50 is not None:
        parts.append(f"first text p50 {milliseconds(told.first_token_p50)}")
    if told.first_token_p95 is not None:
        parts.append(f"first text p95 {milliseconds(told.first_token_p95)}")
    if told.tokens_per_second is not None:
        parts.append(f"{told.tokens_per_second:,.1f} tokens/s")
    if len(told.models) > 1:
        parts.append("answered by " + " and ".join(f"{hostile.line(name)} ({n})" for name, n in told.models.items()))
    return ", ".join(parts)


def scope_parts(run: Run) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(word, names) for each limit of what was looked at, as the settings say; the first names of many."""
    wanted = run.settings.get("scope")
    wanted = wanted if isinstance(wanted, dict) else {}
    tags = wanted.get("tags")
    limits: tuple[tuple[str, object], ...] = (
        ("subscription", wanted.get("subscriptions")),
        ("resource group", wanted.get("resource_groups")),
        ("account", wanted.get("accounts")),
        ("tag", [f"{name}={text}" for name, text in tags.items()] if isinstance(tags, dict) else None),
        ("cloud", [run.cloud]),
    )
    return tuple(_some(word, names) for word, names in limits if isinstance(names, list | tuple) and names)


def scope(run: Run) -> str:
    """Which part of which cloud was looked at, in one line."""
    return "; ".join(f"{word} {', '.join(names)}" for word, names in scope_parts(run))


def principal_ids(run: Run) -> tuple[tuple[str, str], ...]:
    """(word, id) of who looked, as Azure's own logs know it."""
    who = run.principal
    ids = (("object", who.object_id), ("application", who.app_id), ("tenant", who.tenant_id))
    return tuple((word, hostile.line(identity)) for word, identity in ids if identity)


def principal(run: Run) -> str:
    """Who looked, in one line."""
    parts = [run.principal.name or "", *(f"{word} {identity}" for word, identity in principal_ids(run))]
    named = ", ".join(part for part in parts if part) or "unknown"
    return hostile.line(f"{named} (signed in by {run.principal.credential})")


def gate(run: Run) -> str:
    """What stops a release."""
    unknown = "an unknown does too" if run.gate.incomplete_blocks else "an unknown does not"
    return f"A failure of severity {run.gate.fail_on.value} or worse stops the release; {unknown}."


def summary(run: Run) -> str:
    """All counts in one line."""
    all_of_them = digest.tally(run)
    return (
        f"{all_of_them.fail:,} failed, {all_of_them.unknown:,} unknown, {all_of_them.waived:,} waived, "
        f"{all_of_them.passed:,} passed, {all_of_them.not_applicable:,} not applicable"
    )


def reasons(run: Run) -> tuple[str, ...]:
    """Why the verdict is what it is; never empty."""
    return tuple(hostile.line(reason) for reason in run.reasons) or (summary(run),)


def cause(reason: digest.Cause) -> str:
    """`Denied: account, usage`."""
    return f"{GAP_REASONS[reason.reason]}: {', '.join(kind(word) for word in reason.kinds)}"


def cures(reason: digest.Cause) -> str:
    """What to do about a cause, a line for each step; the first of many."""
    more = len(reason.cures) - _CURES
    return "\n".join(
        (*reason.cures[:_CURES], *((f"# and {more:,} more like these, in evidence.json",) if more > 0 else ()))
    )


def waiver(finding: Finding) -> str | None:
    """Who accepted the finding, why and until when, or that the acceptance has run out; None without a waiver."""
    accepted = finding.waiver
    if accepted is None:
        return None
    terms = hostile.line(f"{accepted.owner}: {accepted.reason} ({accepted.ticket})")
    if accepted.expired:
        return f"The waiver expired on {accepted.expires.isoformat()} and no longer counts. {terms}"
    return f"Waived until {accepted.expires.isoformat()}. {terms}"


def provenance(run: Run) -> tuple[tuple[str, str], ...]:
    """Label → text: who looked, when, where, with which tool and policy."""
    rows = [
        ("Run", run.id),
        ("Started", moment(run.started_at)),
        ("Ended", f"{moment(run.ended_at)} after {seconds(run):,.1f} s{', interrupted' if run.interrupted else ''}"),
        ("Scope", scope(run)),
        ("By", principal(run)),
        ("Context", ", ".join(f"{name} {text}" for name, text in run.context.items())),
        ("Gate", gate(run)),
        ("Live calls", spend(run) or ""),
        ("Packs", ", ".join(run.policy.packs)),
        ("Policy digest", run.policy.digest),
        ("Settings sha256", run.settings_sha256),
        ("Command", " ".join(run.command)),
        ("Tool", f"{run.tool.name} {run.tool.version}, Python {run.tool.python}"),
        ("Packages", ", ".join(f"{name} {version}" for name, version in run.tool.packages.items())),
        ("API versions", ", ".join(f"{kind(name)} {version}" for name, version in run.api_versions.items())),
    ]
    return tuple((hostile.line(label), hostile.line(text, limit=4000)) for label, text in rows if text)


def parameters(run: Run) -> tuple[tuple[str, str, str], ...]:
    """(check, parameter, value) of every parameter that a check was applied with."""
    return tuple(
        (hostile.line(check.id), hostile.line(name), hostile.value(setting))
        for check in run.policy.checks
        for name, setting in check.parameters.items()
    )


def is_web(url: str | None) -> bool:
    """Whether an address may become a link."""
    return url is not None and url.startswith("https://")


def _or_dash(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _some(word: str, names: Sequence[object]) -> tuple[str, tuple[str, ...]]:
    shown = tuple(hostile.line(str(name)) for name in names[:_NAMES])
    more = (f"{len(names) - _NAMES:,} more",) if len(names) > _NAMES else ()
    return word if len(names) == 1 else f"{word}s", shown + more
