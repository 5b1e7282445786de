"""That nothing is wrong, said only of what was called, with what was changed all the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from auditor.diagnosis import NOTHING_WRONG, Cause, Standing, Step, Telltale
from auditor.triage.case import Cases
from auditor.triage.evidence import MOST, listed, of_change
from auditor.triage.reason import Symptom

_TELLING: Final = frozenset(
    {
        "account",
        "content_policy",
        "deployment",
        "dns_record",
        "private_endpoint",
        "role_assignment",
        "subscription",
        "virtual_network_link",
    }
)
"""Kinds whose change an application can notice though the calls from here are answered."""


_SEEN: Final[dict[Symptom, str]] = {
    "slow": "slow answers",
    "throttled": "answers of HTTP 429",
    "errors": "answers of HTTP 5xx",
    "refused": "answers of HTTP 401",
    "forbidden": "answers of HTTP 403",
    "invalid": "answers of HTTP 400 and its like",
    "filtered": "requests that a content filter refused",
    "spilling": "requests that spilled over",
}
"""Symptoms that stand in a deployment's numbers."""


def nothing_wrong(of: Cases, doubts: Iterable[Cause] = ()) -> tuple[Cause, ...]:
    """Said only of what was called; what could not be seen, and what may be wrong all the same, is said beside it."""
    called = [case for case in of.all if case.called]
    if not called:
        return ()
    silent = [case.name for case in of.all if case.applies and not case.called]
    answered = listed(sorted({case.name for case in called}))
    against = [of_change(one).says for one in of.happenings.changes or () if one["kind"] in _TELLING][:MOST]
    state = of.subscription.get("state")
    if state not in (None, "Enabled"):
        against.append(f"The subscription is in state {state}; Azure disables one whose bill stays unpaid.")
    against += [f"{one.title}: {one.standing.value}." for one in doubts]
    against += [f"{listed(sorted(silent))} could not be asked."] if silent else []
    for symptom, words in _SEEN.items():
        names = sorted({case.name for case in of.all if symptom in case.symptoms})
        against += [f"Azure Monitor counts more {words} of {listed(names)} than before."] if names else []
    if of.gaps:
        against.append(f"{of.gaps} reads failed, so that not everything could be seen.")
    return (
        Cause(
            id=NOTHING_WRONG,
            title="Nothing is wrong as far as could be seen",
            standing=Standing.CONFIRMED if not against else Standing.LIKELY,
            whose="unknown",
            evidence=(Telltale(says=f"{len(called)} deployments were called and answered: {answered}."),),
            against=tuple(Telltale(says=words) for words in against),
            next_steps=(
                Step(
                    text="Look at the application: the name, endpoint and credential that it really uses, and its log."
                ),
                Step(text="Classify the error that it shows.", command="auditor triage --error FILE"),
            ),
        ),
    )
