"""What explains a failure, most probable first; here by what the failed calls say."""

from __future__ import annotations

from auditor.diagnosis import Cause, Standing, Step, Telltale
from auditor.difference import Side
from auditor.policy.facts import join
from auditor.settings import Settings
from auditor.snapshot import Snapshot


def causes(snapshot: Snapshot, settings: Settings, before: Side | None) -> tuple[Cause, ...]:  # noqa: ARG001 - the interface; what changed refines a cause
    """One for each failure of a live call, those that explain most first."""
    found: dict[str, Cause] = {}
    for subject in join(snapshot, settings):
        root = {"deployment": "deployment", "expectation": "expected"}.get(subject.kind, "")
        probe = subject.part(root).facts.get("probe")
        text = probe.get("text") if isinstance(probe, dict) else None
        failure = text.get("failure") if isinstance(text, dict) else None
        known = found.get(str(failure["class"])) if isinstance(failure, dict) else None
        if not isinstance(failure, dict) or (known is not None and subject.name.rpartition("/")[2] in known.explains):
            continue
        explains = (*(known.explains if known else ()), subject.name.rpartition("/")[2])
        seen = Telltale(says=str(failure["cause"]), source=f"{subject.id}/probes/text")
        found[str(failure["class"])] = Cause(
            id=str(failure["class"]),
            title=str(failure["title"]),
            standing=Standing.LIKELY,
            whose=failure["whose"],
            explains=explains,
            evidence=(*(known.evidence if known else ()), seen),
            next_steps=(Step(text="", command=str(failure["next_step"])),),
        )
    return tuple(sorted(found.values(), key=lambda cause: (-len(cause.explains), cause.id)))
