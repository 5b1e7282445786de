"""All that can be said of a bundle offline, worst first, and the exit code that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from auditor.bundle.alteration import Alteration, Kind
from auditor.bundle.chain import Chain, Link, link
from auditor.bundle.layout import EVIDENCE, JUDGEMENT, MANIFEST, RAW, SETTINGS, SNAPSHOT
from auditor.bundle.opened import Opened, as_alteration, open_bundle
from auditor.bundle.public_key import PublicKey
from auditor.bundle.raw import Bodies
from auditor.bundle.rejudgement import Follows, Judge, Rejudgement, judged_again
from auditor.bundle.signature import Signature, SignatureState, signature
from auditor.errors import AlteredError, ExitCode, SnapshotError
from auditor.record import Record
from auditor.run import Run
from auditor.uncollected import uncollected

PARTS = (EVIDENCE, SETTINGS, SNAPSHOT, JUDGEMENT)
"""What every bundle holds."""


class State(StrEnum):
    """The worst that is so."""

    INTACT = "intact"
    ALTERED = "altered"
    SIGNATURE = "signature"
    """Missing, wrong, or by a key that was not named."""
    FINDINGS = "findings"
    """They do not follow from the snapshot and the judgement."""
    CHAIN = "chain"
    """The run before is not the one that is named."""
    NOT_PROVEN = "not_proven"
    """Nothing is altered; another version of the auditor made it, and this one does not come to the same."""


EXITS = {State.INTACT: ExitCode.PASSED, State.NOT_PROVEN: ExitCode.INCOMPLETE}
"""State → exit code; FAILED for all others."""


class Verification(Record):
    """What verifying a bundle came to."""

    schema_version: str = "1"
    bundle: str
    state: State
    exit_code: int
    run_id: str | None = None
    verdict: str | None = None
    made_at: datetime | None = None
    manifest_sha256: str | None = None
    files: int = 0
    bodies: int = 0
    """Raw bodies among them."""
    alterations: tuple[Alteration, ...] = ()
    signature: Signature
    judgement: Rejudgement
    chain: Chain | None = None


def verify(path: Path, keys: Sequence[PublicKey], judge: Judge) -> Verification:
    """What is so of the bundle in a folder; with keys, one of them must have signed it.

    Raises BundleError where there is no bundle, or one of another layout.
    """
    try:
        opened = open_bundle(path)
    except AlteredError as error:
        return Verification(
            bundle=str(path),
            state=State.ALTERED,
            exit_code=ExitCode.FAILED,
            alterations=(as_alteration(error),),
            signature=Signature(state=SignatureState.UNCHECKED, detail="the manifest can't be read"),
            judgement=Rejudgement(state=Follows.NOT_JUDGED),
        )
    alterations = _alterations(opened)
    again = Rejudgement(state=Follows.NOT_JUDGED)
    if not alterations:
        alterations, again = _judged(opened, judge)
    signed, chain = signature(opened, keys), link(opened)
    state = _state(alterations, signed, again, chain)
    return Verification(
        bundle=str(path),
        state=state,
        exit_code=EXITS.get(state, ExitCode.FAILED),
        run_id=opened.manifest.run_id,
        verdict=opened.manifest.verdict,
        made_at=opened.manifest.made_at,
        manifest_sha256=opened.manifest_sha256,
        files=len(opened.files),
        bodies=sum(name.startswith(f"{RAW}/") for name in opened.files),
        alterations=alterations,
        signature=signed,
        judgement=again,
        chain=chain,
    )


def _alterations(opened: Opened) -> tuple[Alteration, ...]:
    """What differs from the manifest; where nothing does, the raw bodies that are not what their names say."""
    found = opened.alterations()
    lacking = tuple(
        Alteration(path=part, kind=Kind.MISSING, detail="the manifest does not name it")
        for part in PARTS
        if part not in opened.files
    )
    if found or lacking:
        return (*found, *lacking)
    bodies = Bodies(opened.folder)
    try:
        told = [bodies.alteration(path) for path in opened.files if path.startswith(f"{RAW}/")]
    except AlteredError as error:  # altered while we looked
        return (as_alteration(error),)
    return tuple(one for one in told if one is not None)


@uncollected
def _judged(opened: Opened, judge: Judge) -> tuple[tuple[Alteration, ...], Rejudgement]:
    """Whether the evidence is of the manifest's run and follows from what lies beside it."""
    try:
        run = opened.run()
    except SnapshotError as error:
        words = str(error).replace(f"{opened.folder}", "").lstrip("/\\")
        return (Alteration(path=EVIDENCE, kind=Kind.CONTRADICTION, detail=words),), Rejudgement(
            state=Follows.NOT_JUDGED
        )
    contradiction = _contradiction(opened, run)
    if contradiction:
        return (contradiction,), Rejudgement(state=Follows.NOT_JUDGED)
    try:
        return (), judged_again(opened, run, judge)
    except AlteredError as error:  # altered while we looked
        return (as_alteration(error),), Rejudgement(state=Follows.NOT_JUDGED)


def _contradiction(opened: Opened, run: Run) -> Alteration | None:
    told = (opened.manifest.run_id, opened.manifest.verdict)
    if told == (run.id, run.verdict.value):
        return None
    words = f"tells of the run {told[0]} ({told[1]}), the evidence of {run.id} ({run.verdict.value})"
    return Alteration(path=MANIFEST, kind=Kind.CONTRADICTION, detail=words)


def _state(alterations: tuple[Alteration, ...], signed: Signature, again: Rejudgement, chain: Chain) -> State:
    if alterations:
        return State.ALTERED
    if signed.state in (SignatureState.MISSING, SignatureState.WRONG, SignatureState.UNKNOWN_KEY):
        return State.SIGNATURE
    if again.state is Follows.NO:
        return State.FINDINGS
    if chain.state is Link.BROKEN:
        return State.CHAIN
    return State.NOT_PROVEN if again.state is Follows.OTHER_VERSION else State.INTACT
