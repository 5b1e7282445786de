"""Keeps what each exchange was: provenance as a reading, the raw body by its hash, what the endpoint says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from auditor.cloud.redaction import bounded_member, mask
from auditor.snapshot import Reading

REQUEST_ID_HEADERS = (
    "x-ms-request-id",
    "x-ms-correlation-request-id",
    "apim-request-id",
    "x-request-id",
    "x-ms-client-request-id",
)
"""Headers under which Azure's front ends name a request (x-ms-operation-identifier holds principal ids: not kept)."""

NOTICE_HEADER = "x-endpoint-notice"
"""What an endpoint says of itself to whoever reads a report made from it."""

SECRET_QUERY = frozenset({"sig", "key", "code", "token", "access_token", "client_secret", "api-key"})

KeepBody = Callable[[str, bytes], None]
"""Takes (sha256, raw body); called once per exchange that has a body."""


class Recorder:
    """Collects readings as they come; one for a whole run, shared by every client."""

    def __init__(self, keep: KeepBody | None = None, unsaid: tuple[str, ...] = ()) -> None:
        self._keep = keep
        self.unsaid = unsaid
        """Texts of the environment that are sent to models, and of whose echo nothing is kept."""
        self._readings: dict[str, Reading] = {}
        self._notices: set[str] = set()
        self._asked: Counter[str] = Counter()

    def record(
        self,
        *,
        method: str,
        url: str,
        status: int | None,
        headers: Mapping[str, str],
        body: bytes | None,
        sent_at: datetime,
        duration_ms: float,
        attempts: int = 1,
        discriminator: str = "",
        redacted: bool = False,
    ) -> Reading:
        """The reading of one exchange; `body=None` where there is none or it must be neither kept nor hashed.

        `discriminator` tells apart requests of the same method and URL whose bodies differ (a deployment's name).
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        clean = mask(mask_query(url))
        reading = Reading(
            id=self._free_id(f"{method} {clean} {discriminator}"),
            method=method,
            url=clean,
            api_version=dict(parse_qsl(urlsplit(clean).query)).get("api-version"),
            status=status,
            sent_at=sent_at.astimezone(UTC),
            service_date=bounded_member("date", lowered["date"]) if "date" in lowered else None,
            duration_ms=round(duration_ms, 1),
            request_ids={name: bounded_member(name, lowered[name]) for name in REQUEST_ID_HEADERS if name in lowered},
            body_sha256=sha256(body).hexdigest() if body is not None else None,
            body_bytes=len(body) if body is not None else 0,
            attempts=attempts,
            redacted=redacted,
        )
        if body is not None and reading.body_sha256 and self._keep:
            self._keep(reading.body_sha256, body)
        if NOTICE_HEADER in lowered:
            self._notices.add(bounded_member(NOTICE_HEADER, lowered[NOTICE_HEADER]))
        self._readings[reading.id] = reading
        return reading

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All so far, in an order that does not depend on which answer came first."""
        return tuple(sorted(self._readings.values(), key=lambda reading: (reading.url, reading.method, reading.id)))

    @property
    def notices(self) -> tuple[str, ...]:
        """What the endpoints said of themselves, sorted, each once."""
        return tuple(sorted(self._notices))

    def _free_id(self, request: str) -> str:
        while True:
            name = sha256(f"{request} {self._asked[request]}".encode()).hexdigest()[:12]
            self._asked[request] += 1
            if name not in self._readings:
                return name


def mask_query(url: str) -> str:
    """The URL with the values of secret-bearing query parameters replaced and any user name and password dropped."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(name.lower() in SECRET_QUERY for name, _ in pairs):
        pairs = [(name, "***" if name.lower() in SECRET_QUERY else value) for name, value in pairs]
        query = urlencode(pairs, safe="*$,:")
    else:
        query = parts.query
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
