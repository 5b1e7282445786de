"""What ties a report to its evidence: the file that holds the run, its hash, and the requests that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from auditor.report import hostile, wording
from auditor.run import Run
from auditor.snapshot import Reading


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, in words."""

    request: str
    told: str
    """The status, when it was sent, and the service's own clock."""
    ids: tuple[tuple[str, str], ...]
    """Header → id, as the service's logs know the request."""
    sha256: str
    """Of the body; empty where there was none or it must not be hashed."""
    masked: bool


def text(run: Run) -> str:
    """The run as JSON in the order of its fields; reading it back gives the same run, and again the same bytes."""
    return hostile.in_json(run.model_dump_json(indent=1)) + "\n"


def digest(run: Run) -> str:
    """sha256 of evidence.json, in hex."""
    return sha256(text(run).encode()).hexdigest()


def exchange(seen: Reading) -> Exchange:
    """One request and its answer, in words."""
    clock = f", service clock {seen.service_date}" if seen.service_date else ""
    attempts = f", {seen.attempts} attempts" if seen.attempts > 1 else ""
    status = "no answer" if seen.status is None else str(seen.status)
    return Exchange(
        hostile.line(f"{seen.method} {seen.url}"),
        hostile.line(f"{status}, {wording.moment(seen.sent_at)}{clock}{attempts}"),
        tuple((hostile.line(name), hostile.line(value)) for name, value in sorted(seen.request_ids.items())),
        hostile.line(seen.body_sha256 or ""),
        seen.redacted,
    )
