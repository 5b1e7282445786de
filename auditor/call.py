"""Live calls as rows that people read: what each answered, took and cost."""

from __future__ import annotations

from typing import Literal

from auditor.record import Record


class Latency(Record):
    """What each call took; a percentile for which there are too few calls is None, and nothing is an average."""

    samples_ms: tuple[float, ...]
    """Every call that was answered, in their order."""
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    first_token_ms: tuple[float, ...] = ()
    """When the first text of each streamed call had come."""
    first_token_p50: float | None = None
    first_token_p95: float | None = None
    tokens_per_second: float | None = None
    """The median of the streamed calls, from their first text to their end."""
    models: dict[str, int] = {}
    """Model that answered → how many of the calls; empty in evidence of older versions, which do not tell."""


class Spend(Record):
    """What the live calls used and cost."""

    calls: int
    input_tokens: int
    output_tokens: int
    money: float | None = None
    """None where any part of it is not known."""
    currency: str
    price_date: str | None = None
    """The date from which the newest of the prices applies."""
    price_source: Literal["settings", "retail"] | None = None
    unpriced: str | None = None
    """Why the money is not known."""
    besides: tuple[str, ...] = ()
    """What was paid for besides tokens, and so is not in the money."""


class Call(Record):
    """One live call to a deployment, as a row that people read."""

    deployment: str
    account: str
    workload: str | None = None
    probe: str
    outcome: str
    """completed, incomplete, failed, refused, unreachable or not_applicable."""
    requested_model: str | None = None
    responded_model: str | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    http_status: int | None = None
    failure: str | None = None
    """The class of failure, such as `deployment-not-found`."""
    cause: str | None = None
    next_step: str | None = None
    request_id: str | None = None
    region: str | None = None
    proven: bool | None = None
    """Whether an answered call proved what it was to prove; None where that was not judged."""
    latency: Latency | None = None
    """Of a question that was put several times."""


class RoutedCall(Record):
    """One question to a model router, and which model answered it."""

    deployment: str
    account: str
    workload: str | None = None
    task: str
    """What was asked for, in a few words."""
    requested_model: str
    responded_model: str | None = None
    latency_ms: float | None = None
    in_subset: bool | None = None
    """Whether the router's owner lets it choose that model; None where any may be chosen, or it is not known."""
