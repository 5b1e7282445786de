"""All that one look tells, put together: the answer first, then what was seen on the way to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from auditor.diagnosis import (
    NOTHING_WRONG,
    Cause,
    LastGreen,
    NotSeen,
    Onset,
    Trace,
    Triage,
    Verdict,
)
from auditor.policy.facts import join
from auditor.policy.facts.clock import LEEWAY, azures_now, clocks_apart
from auditor.policy.facts.metrics import metrics
from auditor.policy.facts.seen import Seen, index
from auditor.policy.facts.shape import dig
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Snapshot
from auditor.triage.asked import Asked
from auditor.triage.causes import causes
from auditor.triage.happened import happened, touching, unhealthy
from auditor.triage.meters import meters, onset_by
from auditor.triage.traces import support, traces

_LATE = (GapReason.TIMED_OUT, GapReason.INTERRUPTED)
_NAMES = 3


def told(snapshot: Snapshot, settings: Settings, asked: Asked, unread: str | None = None) -> Triage:
    """Pure. `unread` says why there is no last green one, where it could not be read."""
    seen = index(snapshot)
    calls = traces(snapshot, join(snapshot, settings))
    ranked = causes(snapshot, settings, asked.before)
    failing = [one.deployment for one in calls if one.failure_class is not None]
    numbers = metrics(seen)
    ailing = ranked[0].explains if ranked and ranked[0].id != NOTHING_WRONG else ()
    since = onset_by(numbers, failing or ailing)
    now = azures_now(snapshot.taken_at, snapshot.readings)
    names = dict.fromkeys((*failing, *(one.deployment for one in calls)))
    changed = happened(snapshot, seen, asked.remembered)
    return Triage(
        taken_at=now,
        seconds=round((snapshot.ended_at - snapshot.taken_at).total_seconds(), 2),
        deadline=asked.deadline,
        hours=asked.since.total_seconds() / 3600,
        cloud=snapshot.cloud,
        interrupted=snapshot.interrupted,
        asked_for=asked.name,
        verdict=_verdict(ranked, calls),
        traces=calls,
        causes=ranked,
        since=since or _onset_of(ranked, asked, now) or _unknown_onset(asked, failing),
        happened=changed,
        meters=meters(numbers, names, since.at if since else None),
        support=support(snapshot, calls),
        notes=tuple(_notes(snapshot)),
        not_whose=tuple(_not_whose(snapshot, seen, calls, ranked)),
        not_seen=tuple(_not_seen(snapshot, calls, asked, unread)),
        last_green=_last_green(asked),
        notices=snapshot.notices,
    )


def _notes(snapshot: Snapshot) -> Iterator[str]:
    apart = clocks_apart(snapshot.readings)
    if apart is not None and abs(apart) >= LEEWAY:
        side = "ahead of" if apart > timedelta() else "behind"
        yield (
            f"This machine's clock is {abs(apart) / timedelta(hours=1):.1f} hours {side} Azure's. Calls that are"
            " answered do not mind; tokens, certificates and the stretch of time that is asked of metrics and logs do."
        )


def _verdict(ranked: tuple[Cause, ...], calls: tuple[Trace, ...]) -> Verdict:
    if ranked and ranked[0].id != NOTHING_WRONG:
        return Verdict.WRONG
    asked = [one for one in calls if one.outcome != "not_applicable"]
    return Verdict.WELL if asked and all(one.outcome == "completed" for one in asked) else Verdict.UNCLEAR


def _onset_of(ranked: tuple[Cause, ...], asked: Asked, now: datetime) -> Onset | None:
    """When what the first cause rests on was done, where that is known and was after the last green one."""
    green = asked.remembered.ended_at if asked.remembered is not None else None
    if not ranked or ranked[0].id == NOTHING_WRONG:
        return None
    done = [
        (one.at, one.says)
        for one in ranked[0].evidence
        if one.at is not None and one.at < now and (green is None or one.at > green)
    ]
    return Onset(at=min(done)[0], how="what the first cause names was done then") if done else None


def _unknown_onset(asked: Asked, failing: list[str]) -> Onset:
    if not failing:
        return Onset(at=None, how="no call fails")
    green = asked.remembered
    if green is None:
        return Onset(at=None, how="not known: the numbers don't show it, and there is no last green bundle")
    return Onset(at=None, how=f"not known; it worked at {green.taken_at:%Y-%m-%d %H:%M} UTC (last green)")


def _last_green(asked: Asked) -> LastGreen | None:
    if asked.before is None:
        return None
    return LastGreen(run_id=asked.before.run.id, taken_at=asked.before.run.started_at, source=asked.before.source)


def _not_whose(snapshot: Snapshot, seen: Seen, calls: tuple[Trace, ...], ranked: tuple[Cause, ...]) -> Iterator[str]:
    """What the calls and the health of the platform rule out; never what the first cause blames."""
    failing = [one for one in calls if one.failure_class is not None]
    blamed = ranked[0].whose if ranked else None
    answered = next((one for one in failing if one.http_status is not None), None)
    if answered is not None and blamed != "network":
        yield f"not the network: {answered.host} answered HTTP {answered.http_status} over TLS"
    if failing and any(stage.name == "token" and stage.outcome == "ok" for one in failing for stage in one.stages):
        yield "not sign-in: Microsoft Entra gave a token for the model endpoint"
    if failing:
        yield "not the application's code: the auditor's own call fails too"
    elif any(one.outcome == "completed" for one in calls):
        yield "not the deployments that answered: look at what differs in the application's own calls"
    if blamed != "azure" and (words := _azure_is_well(snapshot, seen)):
        yield words


def _azure_is_well(snapshot: Snapshot, seen: Seen) -> str | None:
    """Where both were read whole, and neither tells of anything."""
    scopes = [f"/subscriptions/{one}" for one in dig(snapshot.settings, "scope", "subscriptions") or ()]
    if not all(seen.listing(kind, one) for kind in ("service_event", "resource_health") for one in scopes):
        return None
    if not scopes or touching(snapshot, seen) or unhealthy(snapshot):
        return None
    return (
        "not an incident that Azure announces: no open event touches these regions, and no account reported unhealthy"
    )


def _not_seen(snapshot: Snapshot, calls: tuple[Trace, ...], asked: Asked, unread: str | None) -> Iterator[NotSeen]:
    if not calls:
        yield NotSeen(
            what="live calls",
            why="no deployment was found that could be called",
            next_step="name a workload of the settings, or check its account's name",
        )
    if asked.before is None:
        step = "run the audit until one is green: then changes since can be told"
        yield NotSeen(what="the last green bundle", why=unread or "there is none", next_step=step)
    elif asked.before.snapshot is None:
        yield NotSeen(what="the last green bundle's snapshot", why="only its evidence is there: no setting is compared")
    by_cure: defaultdict[tuple[str, str, bool], list[Gap]] = defaultdict(list)
    for gap in snapshot.gaps:
        by_cure[_why(gap, snapshot, asked), _cure(gap, asked), gap.kind == "probe"].append(gap)
    for (why, cure, live), gaps in by_cure.items():
        kinds = ", ".join(dict.fromkeys(gap.kind.replace("_", " ") for gap in gaps))
        yield NotSeen(what=f"{'live call' if live else kinds} of {_names(gaps)}", why=why, next_step=cure)


def _why(gap: Gap, snapshot: Snapshot, asked: Asked) -> str:
    if gap.reason in _LATE and gap.kind != "probe":
        return "interrupted before it was back" if snapshot.interrupted else f"not back within {asked.deadline:g} s"
    return "not permitted" if gap.permission else gap.detail


def _cure(gap: Gap, asked: Asked) -> str:
    return f"run again with --deadline {asked.deadline * 3:g}" if gap.reason in _LATE else gap.next_step


def _names(gaps: list[Gap]) -> str:
    names = list(dict.fromkeys(_named(gap.scope) for gap in gaps))
    rest = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _named(scope: str) -> str:
    """An account's or deployment's name, a region's, or that it is the whole subscription."""
    parts = scope.rstrip("/").split("/")
    for word in ("deployments", "accounts", "locations"):
        if word in (lowered := [part.lower() for part in parts]) and lowered.index(word) + 1 < len(parts):
            return parts[lowered.index(word) + 1]
    return "the subscription" if len(parts) <= 3 else parts[-1]  # noqa: PLR2004 - /subscriptions/{id}
