"""Names what went wrong in a call, whose it is and what to do next, from the service's own words and one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import ConfigDict, Field

from auditor.policy.document import SAFE_LOADER
from auditor.policy.failure.context import TOO_NEW_SECONDS, FailureContext
from auditor.policy.failure.signal import Signal
from auditor.policy.failure.words import RESPONSES_ACTION, say
from auditor.record import Record

NOTHING_KNOWN = FailureContext()

SMOKE = "text"
"""The probe whose answer must hold text."""

Owner = Literal["ours", "network", "azure", "unknown"]
"""Who can mend it; unknown only where nothing in the table fits."""


class Failure(Record):
    """A failed call, explained."""

    failure_class: str
    """A class of auditor/policy/failure/table.yaml, or `unclassified`."""
    title: str
    cause: str
    next_step: str
    """A command to paste, or a sentence."""
    whose: Owner
    retry_helps: bool


class Row(Record):
    """One row of the table; its members are explained at the top of table.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    failure_class: str = Field(alias="class")
    title: str
    whose: Literal["ours", "network", "azure"]
    retry: bool = False
    phase: tuple[Literal["dns", "connect", "tls", "timeout", "token", "http", "body"], ...] = ()
    during: tuple[Literal["connect", "tls", "answer", "stream"], ...] = ()
    status: tuple[int | Literal["2xx", "3xx", "4xx", "5xx"], ...] = ()
    code: re.Pattern[str] | None = None
    says: re.Pattern[str] | None = None
    content_type: re.Pattern[str] | None = None
    when: tuple[str, ...] = ()
    cause: str
    next_step: str = Field(alias="next")


LACKED = re.compile(r"lacks the required data action [`'\"]?([\w./*-]{1,160})", re.IGNORECASE)
"""How a refusal names the data action that it misses."""


def _of_calling(signal: Signal) -> bool:
    """Whether a refusal is for the data action of which `may_call` tells: projects and files ask for others."""
    lacked = LACKED.search(signal.message)
    return lacked is None or lacked[1].rstrip(".").lower() == RESPONSES_ACTION.lower()


CONDITIONS: dict[str, Callable[[Signal, FailureContext], bool]] = {
    "error_event": lambda signal, _: signal.event == "error",
    "failed_event": lambda signal, _: signal.event == "response.failed",
    "incomplete": lambda signal, _: signal.code == "incomplete",
    "privately_linked": lambda _, context: bool(context.approved_endpoints),
    "unlinked": lambda _, context: context.approved_endpoints == 0,
    "endpoint_pending": lambda _, context: bool(context.seen.pending_endpoints),
    "resolves_publicly": lambda _, context: bool(context.seen.addresses) and context.seen.public is True,
    "resolves_privately": lambda _, context: bool(context.seen.addresses) and context.seen.public is False,
    "zone_not_linked": lambda _, context: bool(context.seen.unlinked_zones),
    "record_missing": lambda _, context: bool(context.seen.missing_records),
    "addresses_allowed": lambda _, context: bool(context.seen.address_rules),
    "other_tenant": lambda _, context: (
        context.tenant is not None
        and context.signed_in is not None
        and context.tenant.lower() != context.signed_in.lower()
    ),
    "keys_disabled": lambda _, context: context.seen.keys_disabled is True,
    "has_role": lambda signal, context: context.seen.may_call is True and _of_calling(signal),
    "lacks_role": lambda signal, context: context.seen.may_call is False and _of_calling(signal),
    "no_role_of_its_own": lambda signal, context: context.seen.no_role_of_its_own and _of_calling(signal),
    "role_too_new": lambda _, context: (
        context.seen.role_age_seconds is not None and context.seen.role_age_seconds < TOO_NEW_SECONDS
    ),
    "names_a_model": lambda _, context: bool(context.same_model),
    "resembles": lambda _, context: bool(context.probably_meant),
    "exists": lambda _, context: context.exists is True,
    "names_unread": lambda _, context: context.models is None,
    "too_new": lambda _, context: context.age_seconds is not None and context.age_seconds < TOO_NEW_SECONDS,
    "not_made": lambda _, context: context.seen.state is not None and context.seen.state.lower() != "succeeded",
    "paused": lambda _, context: context.paused is True,
    "provisioned": lambda _, context: context.provisioned is True,
    "image_deployment_missing": lambda _, context: (
        context.image_deployment is not None
        and context.models is not None
        and context.image_deployment.lower() not in {name.lower() for name in context.models}
    ),
    "outbound_limited": lambda _, context: context.seen.outbound_hosts is not None,
    "utilised": lambda _, context: context.seen.utilisation is not None,
    "pool_full": lambda _, context: context.seen.pool_full is True,
    "pool_has_room": lambda _, context: context.seen.pool_full is False,
    "incident": lambda _, context: bool(context.seen.incident),
    "unhealthy": lambda _, context: context.seen.health in {"Degraded", "Unavailable"},
    "throttled_for_abuse": lambda _, context: (context.abuse_action or "").lower() == "throttle",
    "rate_reduced": lambda signal, context: (
        signal.granted is not None
        and context.tokens_per_minute is not None
        and signal.granted < context.tokens_per_minute
    ),
}
"""What `when` may name: facts around the call that its error does not tell."""


def classify(error: Mapping[str, object], context: FailureContext = NOTHING_KNOWN) -> Failure:
    """The failure that a probe's `error` tells of (shape: `auditor.probe.text`), refined by what is known around it.

    What no row fits is `unclassified`, with the raw words and nothing guessed.
    """
    return _explain(Signal.of_error(error), context)


def classify_text(text: str, context: FailureContext = NOTHING_KNOWN) -> Failure:
    """The failure that pasted text tells of: a log line, an SDK's exception, a response body."""
    return _explain(Signal.of_text(text), context)


def failure_of(body: Mapping[str, object], context: FailureContext = NOTHING_KNOWN) -> Failure | None:
    """The failure in a probe's body; None where the call succeeded, was not sent on purpose or does not apply."""
    outcome, error = body.get("outcome"), body.get("error")
    if outcome in ("not_applicable", "skipped"):
        return None
    if outcome == "completed":
        # Only the smoke call needs text: a picture or a function call comes without, and its shortfall says more.
        empty = body.get("output_characters") == 0 and body.get("probe", SMOKE) == SMOKE
        return classify({"phase": "body", "http_status": 200, "code": "empty"}, context) if empty else None
    if outcome == "incomplete":
        reason = body.get("incomplete_reason")
        return classify({"phase": "body", "http_status": 200, "code": "incomplete", "message": reason}, context)
    return classify(error if isinstance(error, dict) else {}, context)


@cache
def rows() -> tuple[Row, ...]:
    """The table, in the order in which it is asked."""
    text = (files("auditor.policy.failure") / "table.yaml").read_text(encoding="utf-8")
    table = yaml.load(text, SAFE_LOADER)  # noqa: S506 - a safe loader
    return tuple(Row.model_validate(_ignoring_case(row)) for row in table)


def rows_of(failure_class: str) -> tuple[Row, ...]:
    """The rows that name a class, in their order; none where there is no such class."""
    return tuple(row for row in rows() if row.failure_class == failure_class)


def _ignoring_case(row: dict[str, object]) -> dict[str, object]:
    return {
        key: re.compile(str(value), re.IGNORECASE) if key in {"code", "says", "content_type"} else value
        for key, value in row.items()
    }


_RAW = "{host} failed in phase {phase}, HTTP {status} {code}: {said}"
_RAW_WORDS = "in these words there is no status and no code: {said}"


def row_of(signal: Signal, context: FailureContext) -> Row | None:
    """The first row that fits, if any does."""
    return next((row for row in rows() if _fits(row, signal, context)), None)


def _explain(signal: Signal, context: FailureContext) -> Failure:
    row = row_of(signal, context)
    if row is None:
        return Failure(
            failure_class="unclassified",
            title="A failure that the auditor does not know",
            cause=say(_RAW if signal.status or signal.code else _RAW_WORDS, signal, context, {}),
            next_step="compare the words with"
            " https://learn.microsoft.com/azure/ai-foundry/openai/how-to/troubleshoot-errors"
            " and open a support request with the request id",
            whose="unknown",
            retry_helps=False,
        )
    groups = _groups(row, signal)
    return Failure(
        failure_class=row.failure_class,
        title=row.title,
        cause=say(row.cause, signal, context, groups),
        next_step=say(row.next_step, signal, context, groups, command=True),
        whose=row.whose,
        retry_helps=row.retry,
    )


def _fits(row: Row, signal: Signal, context: FailureContext) -> bool:
    worded = row.code is not None or row.says is not None
    said = bool((row.code and row.code.fullmatch(signal.code)) or (row.says and row.says.search(signal.message)))
    return (
        (not row.phase or signal.phase in row.phase)
        and (not row.during or signal.during in row.during)
        and (not row.status or _has_status(row, signal.status) or (signal.status is None and said))
        and (not worded or said)
        and (row.content_type is None or bool(row.content_type.search(signal.content_type)))
        and all(CONDITIONS[name](signal, context) for name in row.when)
    )


def _has_status(row: Row, status: int | None) -> bool:
    return status is not None and (status in row.status or f"{status // 100}xx" in row.status)


def _groups(row: Row, signal: Signal) -> dict[str, str]:
    found = row.says.search(signal.message) if row.says else None
    return {name: value for name, value in found.groupdict().items() if value} if found else {}
