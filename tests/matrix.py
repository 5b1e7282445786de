"""`make matrix`: runs every check against its fault and against every refused read, and writes what came of it.

policies/matrix.md, a row for each check of the strictest pack. A test makes each row again, so that the table is what
runs show and nothing else.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from auditor.finding import Finding, Outcome
from auditor.policy.pack import load_policy
from auditor.sandbox import FAULTS, settings_path
from tests.conftest import audit_world
from tests.dependencies import fault_of

FILE = Path(__file__).resolve().parents[1] / "policies" / "matrix.md"
PACK = "regulated"

HEAD = """\
# Proof of the checks

Written by `make matrix`: each check of the pack `{pack}` judged over a pretended Azure in which everything is as it
should be (how many subjects pass; to the others it does not apply), with its own fault in it (how many fail, and which
other checks rightly do), and with one kind of read refused at a time (without which reads it is unknown). A test of the
suite makes every row again.

{count} checks, {faults} faults, {kinds} kinds of reads refused.

| check | where all is well | with its fault | the fault | fails with it, rightly | unknown without |
|---|---|---|---|---|---|
"""


@cache
def checks() -> tuple[str, ...]:
    """Ids of every check of the strictest pack."""
    policy = load_policy((PACK,), {}, settings_path("healthy").parent)
    return tuple(sorted(applied.check.id for applied in policy.checks))


@dataclass(frozen=True)
class Row:
    """What became of one check."""

    check: str
    passes: int
    fails: int
    """Subjects that fail it with its fault."""
    also: tuple[str, ...]
    unknown_without: tuple[str, ...]

    def __str__(self) -> str:
        also = ", ".join(f"`{one}`" for one in self.also) or "-"
        kinds = ", ".join(kind.replace("_", " ") for kind in self.unknown_without) or "-"
        well = f"{self.passes} pass" if self.passes else "-"
        worse = f"{self.fails} {'fails' if self.fails == 1 else 'fail'}" if self.fails else "-"
        return f"| `{self.check}` | {well} | {worse} | {FAULTS[self.check].title} | {also} | {kinds} |"


def row(check: str, healthy: Mapping[str, Counter[Outcome]], hidden: Mapping[str, frozenset[str]]) -> Row:
    """The check with its fault; `healthy`: outcomes without one; `hidden`: kind → checks unknown without it."""
    failed = Counter(finding.check for finding in findings(check) if finding.outcome is Outcome.FAIL)
    return Row(
        check=check,
        passes=healthy[check][Outcome.PASS],
        fails=failed[check],
        also=tuple(sorted(set(failed) - {check})),
        unknown_without=tuple(sorted(kind for kind, lost in hidden.items() if check in lost)),
    )


def findings(*faults: str) -> tuple[Finding, ...]:
    """Of a run over the healthy world with these faults, judged by every check."""
    return audit_world("healthy", faults, packs=[PACK]).audit.run.findings


def outcomes(of: Iterable[Finding]) -> dict[str, Counter[Outcome]]:
    """Check → how many subjects came out how."""
    found: dict[str, Counter[Outcome]] = {check: Counter() for check in checks()}
    for finding in of:
        found[finding.check][finding.outcome] += 1
    return found


def lost_without(kind: str) -> frozenset[str]:
    """Ids of the checks of which something is unknown where reads of a kind are refused."""
    return frozenset(one.check for one in findings(fault_of(kind)) if one.outcome is Outcome.UNKNOWN)


def written(rows: Iterable[Row], kinds: int) -> str:
    """The page."""
    lines = [str(one) for one in rows]
    head = HEAD.format(pack=PACK, count=len(lines), faults=len(FAULTS), kinds=kinds)
    return head + "\n".join(lines) + "\n"


def main() -> None:
    """Runs all of it, on every processor."""
    from auditor.cloud.kinds import KINDS

    with ProcessPoolExecutor() as pool:
        hidden = dict(zip(KINDS, pool.map(lost_without, KINDS), strict=True))
        healthy = outcomes(findings())
        size = len(checks())
        rows = list(pool.map(row, checks(), [healthy] * size, [hidden] * size))
    FILE.write_text(written(rows, len(hidden)), encoding="utf-8")
    sys.stderr.write(f"{FILE.name}: {len(rows)} checks\n")


if __name__ == "__main__":
    main()
