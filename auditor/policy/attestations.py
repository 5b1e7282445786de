"""What no API can see and a person states: of which control, by whom, on what evidence, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints, ValidationError

from auditor.policy.check import Kebab
from auditor.policy.document import Document, ProblemsError, read_document
from auditor.policy.expression import nearest
from auditor.record import Record
from auditor.run import AttestationRecord
from auditor.settings import Name
from auditor.snapshot import Listing, Resource, Snapshot

KIND: Final = "attestation"
SCOPE: Final = "/attestations"

CONTROLS: Final[dict[str, str]] = {
    "access-review": "https://learn.microsoft.com/entra/id-governance/access-reviews-overview",
    "batch-work": "https://learn.microsoft.com/azure/foundry/openai/how-to/batch",
    "conditional-access": "https://learn.microsoft.com/entra/identity/conditional-access/overview",
    "consumer-isolation": "https://learn.microsoft.com/azure/architecture/guide/multitenant/service/openai",
    "gateway": "https://learn.microsoft.com/azure/api-management/genai-gateway-capabilities",
    "key-custody": "https://learn.microsoft.com/azure/ai-services/use-key-vault",
    "lockbox": "https://learn.microsoft.com/azure/security/fundamentals/customer-lockbox-overview",
    "log-watch": "https://learn.microsoft.com/azure/sentinel/hunting",
}
"""What can be stated → the page that tells what it is."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+[^\s]*$", max_length=2000)]


class Attestation(Record):
    """One entry of an attestations file."""

    control: Kebab
    """access-review, batch-work, conditional-access, consumer-isolation, gateway, key-custody, lockbox or log-watch."""
    workload: Name | None = None
    """The name of the workload that it is stated of, without regard to case; absent: of every one."""
    statement: _Text
    """What is so, in a sentence that its owner answers for."""
    holds: bool = True
    """Whether the control is met; false says that it is known not to be."""
    owner: _Text
    """Who states it."""
    evidence: _Link
    """Where the proof lies."""
    stated: date
    """The first day, in UTC, on which it counts."""
    expires: date
    """The last one."""

    @property
    def id(self) -> str:
        """The same for two that are stated of the same."""
        return attestation_id(self.control, self.workload)


def attestation_id(control: str, workload: str | None) -> str:
    """The id, in a snapshot, of what is stated of a control for one workload or for all."""
    return f"{SCOPE}/{control}/{workload}" if workload else f"{SCOPE}/{control}"


def load_attestations(path: Path | None) -> tuple[Attestation, ...]:
    """The statements of a file (a list of entries), expired ones too; none where no file is named.

    Raises PolicyError with everything that is wrong, with line and column.
    """
    if path is None:
        return ()
    document = read_document(path)
    if document.body is None:
        return ()
    entries = document.checked(tuple[Attestation, ...])
    problems = [problem for place, entry in enumerate(entries) for problem in _problems(document, place, entry)]
    problems += _repeated(document, entries)
    if problems:
        raise ProblemsError(problems, next_step="mend the attestations file")
    return entries


def as_seen(entries: Sequence[Attestation]) -> tuple[tuple[Resource, ...], Listing]:
    """The statements as a snapshot holds them, and the proof that these are all."""
    resources = tuple(
        Resource(kind=KIND, id=entry.id, parent=SCOPE, body=entry.model_dump(mode="json", exclude_none=True))
        for entry in sorted(entries, key=lambda entry: entry.id.lower())
    )
    return resources, Listing(kind=KIND, scope=SCOPE, count=len(resources))


def attestation_records(snapshot: Snapshot, today: date) -> tuple[AttestationRecord, ...]:
    """The statements of a snapshot as they count on a day; one of no known shape counts for nothing and is left out."""
    stated = sorted((one for one in snapshot.resources if one.kind == KIND), key=lambda one: one.id.lower())
    return tuple(record for one in stated if (record := _record(one, today)) is not None)


def _record(resource: Resource, today: date) -> AttestationRecord | None:
    try:
        entry = Attestation.model_validate(resource.body)
    except ValidationError:
        return None
    return AttestationRecord(**entry.model_dump(), in_force=entry.stated <= today <= entry.expires)


def _problems(document: Document, place: int, entry: Attestation) -> Iterable[str]:
    if entry.control not in CONTROLS:
        known = f"{nearest(entry.control, CONTROLS)} (known: {', '.join(CONTROLS)})"
        yield f"{document.at([place, 'control'])}: there is no control {entry.control!r} to attest{known}"
    if entry.expires < entry.stated:
        yield f"{document.at([place, 'expires'])}: expires before it was stated"


def _repeated(document: Document, entries: Sequence[Attestation]) -> Iterable[str]:
    first: dict[str, int] = {}
    for place, entry in enumerate(entries):
        before = first.setdefault(entry.id.lower(), place)
        if before != place:
            of = entry.workload or "every workload"
            where = document.at([before, "control"]).removeprefix(f"{document.path}:")
            yield f"{document.at([place, 'control'])}: {entry.control} of {of} is stated twice, first at {where}"
