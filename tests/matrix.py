"""`make matrix`: runs every check against its fault and against every refused read, and writes what came of it.

policies/matrix.md, a row for each check of the strictest pack and for each that judges plans alone. The tests that
prove the faults and the refusals make each row again by the same runs, so that the table is what runs show.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.finding import Finding, Outcome
from auditor.sandbox import FAULTS
from tests.intents import INTENDED, judged_by
from tests.stage import PLAN, WHOLE, Stage, lost_without, run
from tests.statements import NOT_HELD, STATED, judged, statements

FILE = Path(__file__).resolve().parents[1] / "policies" / "matrix.md"

HEAD = """\
# Proof of the checks

Written by `make matrix`: each check of the pack `regulated`, and each that `before-provision` adds, judged over a
pretended Azure in which everything is as it should be (how many subjects pass), with its own fault in it (how many
subjects fail, and which other checks rightly do), and with one kind of read refused at a time (without which reads it
is unknown, or has lost a subject). Tests of the suite make every row again, and hold that nothing else fails.

The checks on files of the application and on repeated calls have tests of their own: no state of Azure is their fault.

{count} checks, {kinds} kinds of reads refused.

| check | where all is well | with its fault | the fault | fails with it, rightly | unknown without |
|---|---|---|---|---|---|
"""


BUILT_WITH: dict[str, str] = {
    "client-library-not-found": "azure-identity==1.25.1\n",
    "client-library-too-old": "openai==1.60.0\n",
    "client-library-unpinned": "openai>=3.52\n",
}
"""Check → the requirements file that fails it: what an application is built with is no part of a world."""

REPEATED = {"latency-p95-over-budget"}
"""What only repeated calls show, which the healthy world does not ask for; tests/end/test_cost.py proves it."""


@dataclass(frozen=True)
class Shown:
    """What became of one check where all is well, and with its fault."""

    passes: int
    fails: int
    also: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, str, str]:
        """As the table has it."""
        well = f"{self.passes} pass" if self.passes else "does not apply"
        return well, f"{self.fails} {'fails' if self.fails == 1 else 'fail'}", _listed(self.also)


def stage_of(check: str) -> Stage:
    """Where a check is proven."""
    return WHOLE if check in _ids(WHOLE) else PLAN


@cache
def checks() -> tuple[str, ...]:
    """Ids of every check that has a row."""
    return tuple(sorted(_ids(WHOLE) | _ids(PLAN)))


@cache
def _ids(stage: Stage) -> frozenset[str]:
    ids = frozenset(applied.check.id for applied in stage.policy.checks)
    return ids - BUILT_WITH.keys() - REPEATED


def shown(check: str) -> Shown:
    """The check where all is well and with its fault."""
    well, worse = _stated(check) if check in STATED else judged_by(check) if check in INTENDED else _staged(check)
    failed = Counter(finding.check for finding in worse if finding.outcome is Outcome.FAIL)
    passed = sum(one.outcome is Outcome.PASS for one in well if one.check == check)
    return Shown(passed, failed[check], tuple(sorted(set(failed) - {check})))


def _staged(check: str) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    stage = stage_of(check)
    return run(stage).audit.run.findings, run(stage, check).audit.run.findings


def _stated(check: str) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    with TemporaryDirectory() as folder:
        well = judged(statements(Path(folder)))
        return well, judged(statements(Path(folder), but=STATED[check], line=NOT_HELD))


def row(check: str, made: Shown, kinds: Iterable[str]) -> str:
    """One line of the table; `kinds` are those without which it is unknown."""
    well, worse, also = made.cells
    title = "A statement says that it does not hold." if check in STATED else _fault(check)
    unknown = _listed(["attestation"] if check in STATED else kinds)
    return f"| `{check}` | {well} | {worse} | {title} | {also} | {unknown} |"


def _fault(check: str) -> str:
    return INTENDED[check].title if check in INTENDED else FAULTS[check].title


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


@cache
def committed() -> dict[str, tuple[str, ...]]:
    """Check → the cells after it, of the table as it stands in the file."""
    lines = (line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    cells = (line.strip("| ").split(" | ") for line in lines)
    return {name.strip("`"): tuple(rest) for name, *rest in cells}


def committed_unknown(stage: Stage, kind: str) -> set[str]:
    """The checks of a stage of which the file says that they are unknown without the kind."""
    found = {check for check, cells in committed().items() if f"`{kind}`" in cells[-1].split(", ")}
    return {check for check in found if stage_of(check) is stage}


def refusals() -> Iterator[tuple[Stage, str]]:
    """Every kind of read that is refused, where it is."""
    yield from ((stage, kind) for stage in (WHOLE, PLAN) for kind in stage.kinds)


def main() -> None:
    """Runs all of it, on every processor."""
    each = list(refusals())
    with ProcessPoolExecutor() as pool:
        lost = dict(zip(each, pool.map(lost_without, *zip(*each, strict=True)), strict=True))
        made = dict(zip(checks(), pool.map(shown, checks()), strict=True))
    rows = [
        row(
            check,
            made[check],
            [kind for (stage, kind), found in lost.items() if stage is stage_of(check) and check in found],
        )
        for check in checks()
    ]
    kinds = len({kind for _, kind in each})
    FILE.write_text(HEAD.format(count=len(rows), kinds=kinds) + "\n".join(rows) + "\n", encoding="utf-8")
    sys.stderr.write(f"{FILE.name}: {len(rows)} checks\n")


if __name__ == "__main__":
    main()
