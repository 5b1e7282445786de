"""assessment-results.oscal.json: OSCAL 1.2.3 assessment results, for governance tools that read NIST's format.

https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/. Each judged subject is an inventory
item, each finding an observation on it, each check a finding whose objective is the check: satisfied where it passes on
all that was seen and nothing was left unseen. A failure is a risk, and a waiver its approved deviation. What could not
be seen is an observation by an unknown method. Every uuid is derived (RFC 9562, version 5), so the same run gives the
same bytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import TypeAdapter

from auditor.finding import Finding, Outcome, Subject
from auditor.report import digest, hostile, wording
from auditor.run import CheckRecord, Run

VERSION = "1.2.3"

_NAMESPACE = "urn:auditor:oscal"
_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")
_SETTINGS = "settings"
_JSON: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
"""Writes in a fraction of the time that the json module takes with an indent."""


def render(run: Run) -> str:
    """The whole document."""
    document = {"assessment-results": _Document(run).whole()}
    return _JSON.dump_json(document, indent=1).decode() + "\n"


class _Document:
    """One run in OSCAL's words."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._root = uuid5(NAMESPACE_URL, f"{_NAMESPACE}:{run.id}:{run.settings_sha256}:{run.policy.digest}")
        self._checks = digest.checks(run)
        self._hashes = {reading.id: reading.body_sha256 for reading in run.readings if reading.body_sha256}

    def whole(self) -> dict[str, Any]:
        run = self._run
        return {
            "uuid": str(self._root),
            "metadata": {
                "title": _line(f"Audit {run.id}"),
                "last-modified": _time(run.ended_at),
                "version": _plain(run.id),
                "oscal-version": VERSION,
                "parties": [
                    {"uuid": self._uuid("party"), "type": "organization", "name": _plain(wording.principal(run))}
                ],
                **_remarks([f"Notice: {notice}" for notice in run.notices]),
            },
            "import-ap": {"href": f"#{self._uuid(_SETTINGS)}", "remarks": "The settings stand for an assessment plan."},
            "results": [self._result()],
            "back-matter": {
                "resources": [
                    {
                        "uuid": self._uuid(_SETTINGS),
                        "title": "The settings that the run was made with",
                        "description": _line(f"Scope: {wording.scope(run) or 'not recorded'}"),
                        "props": [_prop("settings-sha256", run.settings_sha256)],
                        "rlinks": [{"href": "evidence.json", "media-type": "application/json"}],
                    }
                ]
            },
        }

    def _result(self) -> dict[str, Any]:
        run = self._run
        said = [f"Verdict: {wording.VERDICTS[run.verdict]}.", *wording.reasons(run), wording.summary(run)]
        return {
            "uuid": self._uuid("result"),
            "title": _line(f"Verdict: {wording.VERDICTS[run.verdict]}"),
            "description": "\n\n".join(_line(text) for text in said),
            "start": _time(run.started_at),
            "end": _time(max(run.ended_at, run.started_at)),
            "props": [
                _prop("verdict", run.verdict.value),
                *(_prop(label, text) for label, text in wording.provenance(run)),
                *(_prop(f"{check}.{name}", setting) for check, name, setting in wording.parameters(run)),
            ],
            **_some("local-definitions", _some("inventory-items", self._items())),
            "reviewed-controls": {"control-selections": [self._controls()]},
            **_some("observations", [*self._observed.values(), *self._unseen()]),
            **_some("risks", list(self._risks.values())),
            **_some("findings", self._findings()),
        }

    def _controls(self) -> dict[str, Any]:
        ids = sorted({_token(mapping.control) for check in self._checks.values() for mapping in check.controls})
        if not ids:
            return {"description": "No published mapping leads from the checks to controls.", "include-all": {}}
        said = "Controls to which a published mapping leads from the checks; partly assessed."
        return {"description": said, "include-controls": [{"control-id": control} for control in ids]}

    def _items(self) -> list[dict[str, Any]]:
        subjects = {self._item(finding.subject): finding.subject for finding in self._run.findings}
        return [
            {
                "uuid": uuid,
                "description": _line(f"{wording.kind(subject.kind)} {subject.name}"),
                "props": [
                    {"name": "asset-id", "value": _plain(subject.id)},
                    {"name": "asset-type", "value": _plain(wording.kind(subject.kind))},
                    *([_prop("workload", subject.workload)] if subject.workload else []),
                    *([_prop("region", subject.location)] if subject.location else []),
                ],
            }
            for uuid, subject in sorted(subjects.items())
        ]

    @cached_property
    def _observed(self) -> dict[int, dict[str, Any]]:
        """Number of the finding → its observation; what does not apply was not observed."""
        return {
            number: self._observation(number, finding)
            for number, finding in enumerate(digest.worst_first(self._run.findings))
            if finding.outcome is not Outcome.NOT_APPLICABLE
        }

    def _observation(self, number: int, finding: Finding) -> dict[str, Any]:
        facts = [f"{fact.path} = {hostile.value(fact.value)}" for fact in finding.facts]
        hashes = (self._hashes[reading] for reading in finding.readings if reading in self._hashes)
        evidence = [
            {"href": f"raw/{quote(digest_, safe='')}.gz", "description": "The raw answer."}
            for digest_ in dict.fromkeys(hashes)
        ]
        return {
            "uuid": self._uuid("observation", number, finding.id),
            "title": _line(f"{finding.check}: {finding.subject.name}"),
            "description": _line(finding.message),
            "props": [
                _prop("outcome", finding.outcome.value),
                _prop("severity", finding.severity.value),
                _prop("finding-id", finding.id),
            ],
            "methods": ["TEST"],
            "types": ["finding"],
            "subjects": [{"subject-uuid": self._item(finding.subject), "type": "inventory-item"}],
            **_some("relevant-evidence", evidence),
            "collected": _time(self._run.ended_at),
            **_remarks(facts),
        }

    def _unseen(self) -> list[dict[str, Any]]:
        return [
            {
                "uuid": self._uuid("cause", number, cause.gaps[0].id),
                "title": _line(f"Not seen: {wording.cause(cause)}"),
                "description": _line(f"{wording.count(len(cause.gaps), 'place')}: {'; '.join(cause.words)}"),
                "methods": ["UNKNOWN"],
                "collected": _time(self._run.ended_at),
                **_remarks([*(f"Needed: {action}" for action in cause.permissions), *cause.cures[:10]]),
            }
            for number, cause in enumerate(digest.causes(self._run))
        ]

    @cached_property
    def _risks(self) -> dict[int, dict[str, Any]]:
        """Number of the finding → its risk, for every failure."""
        ordered = enumerate(digest.worst_first(self._run.findings))
        return {number: self._risk(number, item) for number, item in ordered if item.outcome is Outcome.FAIL}

    def _risk(self, number: int, finding: Finding) -> dict[str, Any]:
        accepted = finding.waiver if digest.is_waived(finding) else None
        waiver = wording.waiver(finding)
        return {
            "uuid": self._uuid("risk", number, finding.id),
            "title": _line(self._checks[finding.check].title),
            "description": _line(finding.message),
            "statement": _line(self._checks[finding.check].why),
            "props": [_prop("severity", finding.severity.value), *([_prop("waiver", waiver)] if waiver else [])],
            "status": "deviation-approved" if accepted else "open",
            **({"deadline": f"{accepted.expires.isoformat()}T00:00:00Z"} if accepted else {}),
            "related-observations": [{"observation-uuid": self._observed[number]["uuid"]}],
        }

    def _findings(self) -> list[dict[str, Any]]:
        numbers: defaultdict[str, list[tuple[int, Finding]]] = defaultdict(list)
        for number, finding in enumerate(digest.worst_first(self._run.findings)):
            if number in self._observed:
                numbers[finding.check].append((number, finding))
        return [self._finding(self._checks[name], told) for name, told in sorted(numbers.items())]

    def _finding(self, check: CheckRecord, told: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
        outcomes = {finding.outcome for _, finding in told}
        risks = [{"risk-uuid": self._risks[number]["uuid"]} for number, _ in told if number in self._risks]
        return {
            "uuid": self._uuid("finding", check.id),
            "title": _line(check.title),
            "description": _line(f"Passes when {check.passes_when}"),
            "props": [
                _prop("area", check.area),
                _prop("severity", check.severity.value),
                *(_prop("control", f"{mapping.framework} {mapping.control}") for mapping in check.controls),
            ],
            "target": {"type": "objective-id", "target-id": _token(check.id), "status": _state(outcomes)},
            "related-observations": [{"observation-uuid": self._observed[number]["uuid"]} for number, _ in told],
            **_some("related-risks", risks),
        }

    def _item(self, subject: Subject) -> str:
        return self._uuid("subject", subject.kind, subject.id.lower())

    def _uuid(self, *names: object) -> str:
        return _derived(self._root, names)


def _derived(root: UUID, names: Sequence[object]) -> str:
    text = "\0".join(str(name) for name in names)
    return str(uuid5(root, text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")))


def _state(outcomes: set[Outcome]) -> dict[str, str]:
    """An unknown is not satisfied, and for another reason than a failure."""
    if Outcome.FAIL in outcomes:
        return {"state": "not-satisfied", "reason": "fail"}
    if Outcome.UNKNOWN in outcomes:
        return {"state": "not-satisfied", "reason": "other", "remarks": "Not known: not everything could be seen."}
    return {"state": "satisfied", "reason": "pass"}


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": _token(name.lower()), "ns": _NAMESPACE, "value": _plain(value)}


def _token(text: str) -> str:
    """An NCName: letters, digits, `.`, `_` and `-`, and neither a digit nor a mark first."""
    name = _TOKEN.sub("-", hostile.line(text)).strip("-.")
    return name if name[:1].isalpha() else f"_{name}"


def _plain(text: str) -> str:
    """One line that is not empty (OSCAL's string)."""
    return hostile.line(text, 4000).strip() or "-"


def _line(text: str) -> str:
    """One line of Markdown that says nothing but the text (OSCAL's markup-line)."""
    return hostile.markdown(text, 4000).strip() or "-"


def _remarks(texts: Sequence[str]) -> dict[str, str]:
    return {"remarks": "\n\n".join(_line(text) for text in texts)} if texts else {}


def _some(name: str, content: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """The member, or none: OSCAL has no empty lists."""
    return {name: content} if content else {}


def _time(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
