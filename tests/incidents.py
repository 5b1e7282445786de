"""`python -m tests.incidents [ID …]`: lets triage judge every incident of the sandbox, and writes what it said.

policies/incidents.md, a row for each incident. Nothing of it is hand-made: before each incident an audit passes over
the world as it was (one for all that begin alike) and is kept as the last that was green; then the command `auditor
triage` runs over the world as it is, and its JSON is compared with what the incident expects. With ids, they alone are
run, and nothing is written.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from fcntl import LOCK_EX, flock
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from auditor.bundle.manifest import digest, read_manifest
from auditor.cli import cli
from auditor.diagnosis import NOTHING_WRONG, Cause, Triage, Verdict
from auditor.run import load_run
from auditor.sandbox import Sandbox
from auditor.sandbox.incident import Incident, load_incidents, settings_of, world_before, world_of
from auditor.snapshot import load_snapshot
from tests.cli.process import environment

FILE = Path(__file__).resolve().parents[1] / "policies" / "incidents.md"

HOURS_AGO = 9
"""When the last audit that passed was made."""

HEAD = """\
# Incidents, and what triage says of them

Written by `make incidents`: {count} incidents, each a pretended Azure in which something happened, and
what `auditor triage` named first. Where all was well before, an audit of that was kept from {hours} hours earlier.
`auditor sandbox --incident ID` serves any of them, to be tried by hand.

**{first} of {count}** first causes are right, **{mends} of {told}** commands or advices that mend are right, and
{within} of {count} were told within their deadline.

| incident | what happened | first cause | right | mends | others named | tells it apart | seconds | deadline |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Shown:
    """What became of one incident."""

    name: str
    expected: Incident
    triage: Triage | None
    """None where the command gave none."""
    seconds: float
    words: str = ""
    """What it said on stderr."""

    @property
    def cause(self) -> Cause | None:
        """The first."""
        return self.triage.causes[0] if self.triage and self.triage.causes else None

    @property
    def first(self) -> str:
        """Its id; for no cause that nothing is wrong, where that was said."""
        if self.cause is not None:
            return self.cause.id
        well = self.triage is not None and self.triage.verdict is Verdict.WELL
        return NOTHING_WRONG if well else "-"

    @property
    def others(self) -> tuple[str, ...]:
        """Ids of the further causes."""
        return tuple(one.id for one in self.triage.causes[1:]) if self.triage else ()

    @property
    def is_first(self) -> bool:
        """Whether the first is the one that it is, and as sure of whose it is."""
        asked = self.expected.expect
        owner = self.cause.whose if self.cause is not None else None
        return self.first == asked.first and asked.whose in {None, owner}

    @property
    def is_mended(self) -> bool | None:
        """Whether a step of the first cause is the one that mends; None where nothing is to be mended."""
        wanted = self.expected.expect.mends
        if wanted is None:
            return None
        steps = self.cause.next_steps if self.cause is not None else ()
        told = "\n".join(f"{step.text}\n{step.command or ''}" for step in steps)
        return self.first == self.expected.expect.first and re.search(wanted, told, re.IGNORECASE) is not None

    @property
    def tells_apart(self) -> bool:
        """Whether it says what would tell it from what looks alike, where something does."""
        return bool(self.cause and self.cause.tells_apart) or not self.expected.expect.apart

    @property
    def strays(self) -> tuple[str, ...]:
        """Causes named beside it that have nothing to do with it."""
        may = {self.expected.expect.first, *self.expected.expect.beside}
        return tuple(one for one in self.others if one not in may)

    @property
    def is_compared(self) -> bool:
        """Whether an audit from when all was well lies there to be compared with."""
        return self.expected.green and self.expected.ask.error is None

    @property
    def is_within(self) -> bool:
        """Whether it was told in time; a second is for starting and printing."""
        return self.triage is not None and self.seconds <= self.expected.ask.deadline + 1


def shown(name: str, greens: Path) -> Shown:
    """Triage of one incident; `greens` is a folder in which audits from before are kept for all."""
    incident = load_incidents()[name]
    asked = incident.ask
    with TemporaryDirectory() as folder:
        reports = green(name, greens) if incident.green else Path(folder) / "reports"
        options = ["--settings", str(settings_of(name, Path(folder))), "--reports", str(reports), "--json"]
        if asked.error is not None:
            return _told(name, ["--error", asked.error, "--json"], {})
        with Sandbox(world_of(name)) as sandbox:
            given = [*([asked.of] if asked.of else []), *options, "--deadline", str(asked.deadline)]
            return _told(name, given, sandbox.environment)


def _told(name: str, given: list[str], environ: dict[str, str]) -> Shown:
    begun = time.monotonic()
    done = CliRunner().invoke(cli, ["triage", *given], env=environment(environ), prog_name="auditor")
    seconds = time.monotonic() - begun
    at = done.stdout.find("{")
    try:
        triage = Triage.model_validate(json.loads(done.stdout[at:])) if at >= 0 else None
    except ValueError as error:
        return Shown(name, load_incidents()[name], None, seconds, f"{error}\n{done.stderr}")
    return Shown(name, load_incidents()[name], triage, seconds, done.stderr)


def green(name: str, folder: Path) -> Path:
    """A folder with an audit of the world as it was, made some hours ago; the same for all that begin alike.

    Processes that ask for it at the same time wait for the first of them.
    """
    incident = load_incidents()[name]
    told = [one.model_dump_json(exclude_unset=True) for one in incident.before]
    key = sha256(json.dumps([incident.base, told, incident.workloads], sort_keys=True).encode()).hexdigest()[:12]
    reports = folder / key
    with (folder / f"{key}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not reports.exists():
            with TemporaryDirectory(dir=folder) as made:
                _audited(name, Path(made))
                shutil.copytree(Path(made) / "reports", reports)
    return reports


def _audited(name: str, folder: Path) -> None:
    bundle = folder / "reports" / "green"
    given = ["run", "--settings", str(settings_of(name, folder)), "--output", str(bundle), "--format", "json"]
    with Sandbox(world_before(name)) as sandbox:
        done = CliRunner().invoke(cli, given, env=environment(sandbox.environment), prog_name="auditor")
    if done.exit_code != 0:
        raise AssertionError(f"{name} was not green before it happened:\n{done.stdout}\n{done.stderr}")
    back = timedelta(hours=HOURS_AGO)
    snapshot, run = load_snapshot(bundle / "snapshot.json"), load_run(bundle / "evidence.json")
    older = snapshot.model_copy(update={"taken_at": snapshot.taken_at - back, "ended_at": snapshot.ended_at - back})
    dated = run.model_copy(update={"started_at": run.started_at - back, "ended_at": run.ended_at - back})
    written = {"snapshot.json": older.model_dump_json(), "evidence.json": dated.model_dump_json()}
    manifest = read_manifest((bundle / "manifest.json").read_bytes())
    vouched = []
    for file in manifest.files:
        if file.path in written:
            data = written[file.path].encode()
            (bundle / file.path).write_bytes(data)
            vouched.append(file.model_copy(update={"bytes": len(data), "sha256": digest(data)}))
        else:
            vouched.append(file)
    (bundle / "manifest.json").write_bytes(manifest.model_copy(update={"files": tuple(vouched)}).written())


def row(one: Shown) -> str:
    """One line of the table."""
    words = {True: "yes", False: "**no**", None: "-"}
    expected = one.expected.expect
    first = f"`{one.first}`" if one.is_first else f"`{one.first}` (is `{expected.first}`)"
    others = ", ".join(f"`{other}`" for other in dict.fromkeys(one.others)) or "-"
    apart = (words[one.tells_apart] if expected.apart else "-") if not (one.cause and one.cause.tells_apart) else "yes"
    cells = (
        f"`{one.name}`",
        one.expected.title,
        first,
        words[one.is_first],
        words[one.is_mended],
        others,
        apart,
        f"{one.seconds:.1f}",
        f"{one.expected.ask.deadline:g}" + ("" if one.is_within else " **missed**"),
    )
    return f"| {' | '.join(cells)} |"


def table(every: list[Shown]) -> str:
    """The document."""
    told = [one for one in every if one.is_mended is not None]
    head = HEAD.format(
        count=len(every),
        hours=HOURS_AGO,
        first=sum(one.is_first for one in every),
        mends=sum(bool(one.is_mended) for one in told),
        told=len(told),
        within=sum(one.is_within for one in every),
    )
    return head + "\n".join(map(row, every)) + "\n"


def said(one: Shown) -> Iterator[str]:
    """What is wrong with an answer, for whoever mends it; nothing where it is right."""
    if one.triage is not None and one.is_compared is not (one.triage.last_green is not None):
        yield f"was {'not ' if one.is_compared else ''}compared with an audit from before"
    if not one.is_first:
        yield f"first cause {one.first}, is {one.expected.expect.first} ({one.expected.expect.whose or 'anybody'}'s)"
    if one.is_mended is False:
        steps = [step.command or step.text for step in one.cause.next_steps] if one.cause else []
        yield f"mends /{one.expected.expect.mends}/, told {steps}"
    if not one.tells_apart:
        yield "does not say what would tell it apart"
    if one.strays:
        yield f"names beside it {one.strays}"
    if not one.is_within:
        yield f"took {one.seconds:.1f} of {one.expected.ask.deadline:g} seconds {one.words[-800:]}"


def main() -> None:
    """Runs all, or those that are named, on every processor."""
    names = sys.argv[1:] or list(load_incidents())
    with TemporaryDirectory() as folder:
        greens = Path(folder)
        for name in names:
            if load_incidents()[name].green and load_incidents()[name].ask.error is None:
                green(name, greens)
        with ProcessPoolExecutor() as pool:
            every = list(pool.map(partial(shown, greens=greens), names))
    for one in every:
        for words in said(one):
            sys.stderr.write(f"{one.name}: {words}\n")
    if sys.argv[1:]:
        sys.stdout.write(table(every))
    else:
        FILE.write_text(table(every), encoding="utf-8")
        sys.stderr.write(f"{FILE.name}: {len(every)} incidents\n")


if __name__ == "__main__":
    main()
