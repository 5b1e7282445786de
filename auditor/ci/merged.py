"""Several runs, each of some workloads, as one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.errors import ExitCode
from auditor.report import digest, hostile, wording
from auditor.run import Run, Verdict

_SUMMARY_ROWS = 256
_RUN_REASONS = 3


@dataclass(frozen=True)
class Merged:
    """The newest run of each workload that was expected; a workload without one is missing, and that is no pass."""

    runs: tuple[Run, ...]
    missing: tuple[str, ...]

    @property
    def code(self) -> ExitCode:
        """The exit code of all together: a failure wins, then what was not audited, then what could not be seen."""
        codes = {ExitCode(run.exit_code) for run in self.runs}
        if ExitCode.FAILED in codes:
            return ExitCode.FAILED
        if self.missing or not self.runs:
            return ExitCode.USAGE
        return ExitCode.INCOMPLETE if codes - {ExitCode.PASSED} else ExitCode.PASSED

    @property
    def verdict(self) -> str:
        """The code as a word: pass, fail, incomplete or error."""
        words = {ExitCode.PASSED: Verdict.PASS, ExitCode.FAILED: Verdict.FAIL, ExitCode.INCOMPLETE: Verdict.INCOMPLETE}
        return words[self.code].value if self.code in words else "error"

    @property
    def failed(self) -> int:
        """How many findings failed that no waiver covers."""
        return sum(digest.tally(run).fail for run in self.runs)

    @property
    def unknown(self) -> int:
        """How many findings are unknown that no waiver covers."""
        return sum(digest.tally(run).unknown for run in self.runs)


def merge(runs: Iterable[Run], expected: Sequence[str]) -> Merged:
    """For each expected workload the newest run about it, each run once, the worst first."""
    newest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: run.started_at):
        newest |= dict.fromkeys(workloads(run), run)
    chosen = {newest[name].id: newest[name] for name in expected if name in newest}
    order = {ExitCode.FAILED: 0, ExitCode.INTERRUPTED: 1, ExitCode.INCOMPLETE: 2}
    worst_first = sorted(chosen.values(), key=lambda run: (order.get(ExitCode(run.exit_code), 3), workloads(run)))
    return Merged(tuple(worst_first), tuple(name for name in expected if name not in newest))


def workloads(run: Run) -> tuple[str, ...]:
    """The names of the workloads that a run is about."""
    declared = run.settings.get("workloads")
    rows = declared if isinstance(declared, list) else []
    return tuple(str(each["name"]) for each in rows if isinstance(each, dict) and "name" in each)


def summary(merged: Merged) -> str:
    """The whole as Markdown: one row for each run, the worst first."""
    rows = [
        f"| {hostile.markdown(', '.join(workloads(run)), 200)} | {wording.VERDICTS[run.verdict]} "
        f"| {digest.tally(run).fail:,} | {digest.tally(run).unknown:,} "
        f"| {hostile.markdown(' '.join(wording.reasons(run)[:_RUN_REASONS]), 600)} |"
        for run in merged.runs[:_SUMMARY_ROWS]
    ]
    rows += [
        f"| {hostile.markdown(name, 200)} | **No evidence** | | | Its audit wrote none. |" for name in merged.missing
    ]
    notices = {hostile.line(notice) for run in merged.runs for notice in run.notices}
    lines = [
        f"# {merged.verdict.capitalize()}: {wording.count(len(merged.runs), 'audit')}",
        "",
        *(f"> [!CAUTION]\n> **{hostile.markdown(notice)}**\n" for notice in sorted(notices)),
        "| Workloads | Verdict | Failed | Unknown | Why |",
        "|---|---|---:|---:|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"
