"""What of a run the index keeps: its rows in the tables of schema.sql, put in and taken out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from auditor.finding import Finding, Outcome
from auditor.run import Run

BAD: Final = {"f": "fail", "u": "unknown"}
"""Letter of an outcome that is told of → the outcome."""

_LETTERS: Final = {Outcome.FAIL: "f", Outcome.UNKNOWN: "u", Outcome.PASS: "p", Outcome.NOT_APPLICABLE: "n"}
_ANSWERED: Final = ("completed", "incomplete")
"""Outcomes whose latency is that of an answer: a refusal is quick, and would look like a good night."""


def keep(base: sqlite3.Connection, run: Run, folder: str, stamp: str) -> None:
    """Puts in a run, in place of what was kept of it or of another in the same folder.

    `stamp` tells later whether the folder's evidence is still the one that was read.
    """
    forget(base, "id = ? OR folder = ?", (run.id, folder))
    failed, unknown = run.counts.get(Outcome.FAIL, 0) - run.waived, run.counts.get(Outcome.UNKNOWN, 0)
    named = (run.id, folder, stamp, _moment(run.started_at), _scope(run), run.verdict.value)
    number = base.execute(
        "INSERT INTO run (id, folder, stamp, taken_at, scope, verdict, failed, unknown, waived, passed)"
        " VALUES (?,?,?,?,?,?,?,?,?,?)",
        (*named, failed, unknown, run.waived, run.counts.get(Outcome.PASS, 0)),
    ).lastrowid
    judged = [(one, _letter(one)) for one in run.findings]
    base.executemany(
        "INSERT INTO finding VALUES (?,?,?)", ((bytes.fromhex(one.id), number, letter) for one, letter in judged)
    )
    base.executemany("INSERT INTO failing VALUES (?,?,?,?,?,?,?)", ((number, *row) for row in _failing(run, judged)))
    base.executemany("INSERT OR REPLACE INTO call VALUES (?,?,?,?)", ((number, *row) for row in _calls(run)))
    base.executemany("INSERT OR REPLACE INTO quota VALUES (?,?,?,?)", ((number, *row) for row in _pools(run)))


def forget(base: sqlite3.Connection, which: str, values: Sequence[str]) -> None:
    """Takes out the runs for which a condition holds, with all that was kept of them.

    `which` is SQL written in this package, never anything read; what was read is in `values`.
    """
    for (number,) in base.execute(f"SELECT number FROM run WHERE {which}", values).fetchall():  # noqa: S608 - the condition is a literal of this package
        for table in ("finding", "failing", "call", "quota"):
            base.execute(f"DELETE FROM {table} WHERE run = ?", (number,))  # noqa: S608 - as above
        base.execute("DELETE FROM run WHERE number = ?", (number,))


def _failing(run: Run, judged: Sequence[tuple[Finding, str]]) -> Iterator[tuple[str, ...]]:
    titles = {check.id: check.title for check in run.policy.checks}
    for one, letter in judged:
        if letter in BAD:
            title = titles.get(one.check, one.check)
            yield one.id, one.severity.value, title, one.subject.id, one.subject.name, BAD[letter]


def _calls(run: Run) -> Iterator[tuple[str, float | None, bool]]:
    for call in run.calls:
        if call.probe == "text" and call.outcome != "not_applicable":
            answered = call.outcome in _ANSWERED
            yield f"{call.account}/{call.deployment}", call.latency_ms if answered else None, answered


def _pools(run: Run) -> Iterator[tuple[str, float, float]]:
    for pool in run.quota:
        if pool.used is not None and pool.limit is not None:
            yield f"{pool.location}/{pool.name}", pool.used, pool.limit


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _scope(run: Run) -> str:
    """What was looked at: runs of the same are told of together."""
    workloads = run.settings.get("workloads")
    names = sorted(str(each.get("name")) for each in workloads) if isinstance(workloads, list) else []
    return json.dumps({"cloud": run.cloud, "scope": run.settings.get("scope"), "workloads": names}, sort_keys=True)


def _letter(finding: Finding) -> str:
    accepted = finding.waiver is not None and not finding.waiver.expired
    return "w" if accepted and finding.outcome is Outcome.FAIL else _LETTERS[finding.outcome]
