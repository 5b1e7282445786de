"""What `run`, `demo` and `evaluate` have in common: settings to run to reports to exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from auditor.cli.console import colored, output, progress, redacted, redacting_ids, say, width
from auditor.cli.looking import until_interrupted
from auditor.errors import EmptyAuditError, ExitCode, SettingsError

if TYPE_CHECKING:
    from auditor.bundle import Bundle
    from auditor.bundle.signing import Signer
    from auditor.policy.frameworks import Framework
    from auditor.policy.judgement import Judgement
    from auditor.policy.pack import Policy
    from auditor.policy.waivers import Waivers
    from auditor.run import Run
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot

REPORTS = Path("reports")
"""Where runs lie, each in a folder of its own, unless --output says otherwise."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    settings: Path | None
    flags: Mapping[str, object]
    """As `auditor.settings_file.load_settings` takes them."""
    formats: tuple[str, ...]
    """Empty: all of `auditor.report.FORMATS`."""
    output: Path | None
    json: bool
    """Whether stdout gets the evidence instead of the report."""
    command: tuple[str, ...]
    frameworks: tuple[str, ...] = ()
    """Names of those whose controls the run is to state."""
    plan: bool = False
    """Whether only what is planned is to be judged."""
    sign: str | None = None
    """The key that signs the bundle: a file's path or an `azurekms:` address."""
    workloads: tuple[str, ...] = ()
    """Names of those to look at; empty: all that the settings declare, and what else is in scope."""


def perform(order: Order) -> Run:
    """The run of an audit, after its reports were written and it was printed; an interrupted one too."""
    from auditor.settings_file import DEFAULT_PATH, load_settings

    path = order.settings or DEFAULT_PATH
    settings = _narrowed(load_settings(path, os.environ, order.flags), order.workloads)
    if order.plan:
        settings = _planned(settings)

    signer = _signer(order)

    from auditor.audit import audit  # a second of imports, after all that may be wrong with the settings was said
    from auditor.bundle import Bundle
    from auditor.cli.without_ids import without_ids
    from auditor.judgement import judge
    from auditor.policy.attestations import load_attestations
    from auditor.policy.clock import today
    from auditor.policy.judgement import Judgement
    from auditor.redact_ids import Bodies
    from auditor.settings_file.requirements import read_requirements

    _need(order.formats)
    policy, waivers = _judgement(settings, path.parent)
    attestations = load_attestations(path.parent / settings.attestations if settings.attestations else None)
    frameworks = _frameworks(order)
    run_id = new_run_id()
    with Bundle(order.output or REPORTS / run_id, signer) as bundle:
        bodies = Bodies(bundle.keep) if redacting_ids() else None
        with progress() as show:
            looking = audit(
                settings,
                policy,
                waivers,
                attestations=attestations,
                files=read_requirements(settings, path.parent),
                environ=dict(os.environ),
                run_id=run_id,
                command=_recorded(order.command),
                frameworks=frameworks,
                plan=order.plan,
                keep=bodies.keep if bodies else bundle.keep,
                progress=show.now,
                announce=show.line,
            )
            done = until_interrupted(looking)
        snapshot, run = done.snapshot, done.run
        if bodies:
            told = without_ids(bodies.in_place_of(snapshot), settings, policy, waivers)
            snapshot, policy, waivers = told.snapshot, told.policy, told.waivers
            run = told.mask.record(
                judge(
                    snapshot,
                    told.settings,
                    policy,
                    waivers,
                    run_id=run_id,
                    command=run.command,
                    context=run.context,
                    frameworks=frameworks,
                )
            )
        _deliver(bundle, snapshot, run, Judgement.of(policy, waivers.on(today(snapshot)), frameworks), order)
    return run


def rehearse(order: Order) -> None:
    """Prints which calls a run would make and what they may cost; collects what decides that, and calls nobody."""
    from auditor.settings_file import DEFAULT_PATH, load_settings

    settings = _narrowed(load_settings(order.settings or DEFAULT_PATH, os.environ, order.flags), order.workloads)

    from auditor.audit import rehearsal
    from auditor.cli.call_plan import page
    from auditor.report.hostile import in_json

    with progress() as show:
        plan = until_interrupted(rehearsal(settings, environ=dict(os.environ), progress=show.now, announce=show.line))
    if redacting_ids():
        from auditor.redact_ids import mask_for

        plan = mask_for(plan.model_dump_json()).record(plan)
    output(
        in_json(plan.model_dump_json(indent=2)) if order.json else page(plan, width(), colored(sys.stdout, os.environ))
    )


def _narrowed(settings: Settings, names: Sequence[str]) -> Settings:
    """The settings about the workloads of these names alone; all of them where no name is given.

    Raises SettingsError for a name that the settings do not declare.
    """
    if not names:
        return settings
    declared = {workload.name: workload for workload in settings.workloads}
    unknown = [name for name in names if name not in declared]
    if unknown:
        near = get_close_matches(unknown[0], declared)
        raise SettingsError(
            tuple(f"the settings declare no workload {name!r}" for name in unknown),
            next_step=f"did you mean {near[0]}?" if near else f"name one of {', '.join(declared) or 'none'}",
        )
    return settings.about(tuple(declared[name] for name in dict.fromkeys(names)))


def _planned(settings: Settings) -> Settings:
    """The settings with no more in scope than what is planned: another team's accounts are none of its concern.

    Raises EmptyAuditError where nothing is.
    """
    if not settings.workloads:
        raise EmptyAuditError("the settings declare no workload: nothing is planned", next_step="declare it")
    return settings.about(settings.workloads)


def judge_again(path: Path, order: Order) -> Run:
    """The run that a saved snapshot gives; printed, and written where the order names a folder or formats.

    What people attested is part of the snapshot: the statements are those of its day.
    """
    from auditor.bundle import Bundle
    from auditor.bundle.kept import kept_snapshot
    from auditor.cli.without_ids import without_ids
    from auditor.judgement import judge
    from auditor.origin import origin
    from auditor.policy.clock import today
    from auditor.policy.judgement import Judgement
    from auditor.settings_file import load_settings, saved_settings

    _need(order.formats)
    signer = _signer(order)
    snapshot = kept_snapshot(path)
    if order.settings:
        settings, base = load_settings(order.settings, os.environ, order.flags), order.settings.parent
    else:
        settings, base = saved_settings(snapshot.settings, order.flags), Path()
    policy, waivers = _judgement(settings, base)
    frameworks = _frameworks(order)
    mask = None
    if redacting_ids():
        told = without_ids(snapshot, settings, policy, waivers)
        snapshot, settings, policy, waivers, mask = told.snapshot, told.settings, told.policy, told.waivers, told.mask
    run_id = new_run_id()
    run = judge(
        snapshot,
        settings,
        policy,
        waivers,
        run_id=run_id,
        command=_recorded(order.command),
        context=origin(os.environ),
        frameworks=frameworks,
    )
    run = mask.record(run) if mask else run
    say(f"Judged as it was seen at {run.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC; nothing was looked at now.")
    if order.output or order.formats or signer:
        with Bundle(order.output or REPORTS / run_id, signer) as bundle:
            _deliver(bundle, snapshot, run, Judgement.of(policy, waivers.on(today(snapshot)), frameworks), order)
    else:
        _show(run, order)
    return run


def closing_code(run: Run, *, exit_zero: bool) -> ExitCode:
    """The process's exit code after a run: an interrupt wins; --exit-zero turns fail and incomplete into 0."""
    if run.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.PASSED if exit_zero else ExitCode(run.exit_code)


def new_run_id() -> str:
    """A name that sorts by time and is not given twice: `20261121T055301Z-3f9c1a`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(3)}"


def _need(formats: Sequence[str]) -> None:
    """Raises ReportError, before anything is asked, where a format needs what is not there."""
    if "pdf" in formats:
        from auditor.report.pdf import chromium

        chromium()


def _judgement(settings: Settings, base: Path) -> tuple[Policy, Waivers]:
    from auditor.policy.pack import load_policy
    from auditor.policy.waivers import load_waivers

    policy = load_policy(settings.packs, settings.parameters, base)
    return policy, load_waivers(base / settings.waivers if settings.waivers else None)


def _signer(order: Order) -> Signer | None:
    """What signs, made before anything is audited; raises SigningError where it can't be."""
    if order.sign is None:
        return None
    from auditor.bundle.signing import signer_of

    return signer_of(order.sign)


def _frameworks(order: Order) -> tuple[Framework, ...]:
    from auditor.policy.frameworks import load_frameworks

    return load_frameworks(order.frameworks)


def _recorded(command: Sequence[str]) -> tuple[str, ...]:
    """The command line as the evidence may keep it: without secrets, and as text whatever bytes it had."""
    return tuple(redacted(part.encode(errors="backslashreplace").decode(), os.environ) for part in command)


def _deliver(bundle: Bundle, snapshot: Snapshot, run: Run, judgement: Judgement, order: Order) -> None:
    from auditor.report import FORMATS

    try:
        files = bundle.write(snapshot, run, order.formats or FORMATS, judgement)
    finally:
        _show(run, order)
    for name, path in files.items():
        say(f"{name + ':':10} {path}")
    if "json" in files:
        _say_next(run, files["json"].parent)


def _say_next(run: Run, bundle: Path) -> None:
    """The commands that tell more, where something stops the release."""
    from auditor.cli.sides import explaining
    from auditor.finding import Outcome

    stops = [one for one in run.findings if one.gating and one.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    if not stops:
        return
    first = next((one for one in stops if one.outcome is Outcome.FAIL), stops[0])
    say(f"next:      {explaining(first.id, bundle, REPORTS)}")
    if bundle.parent == REPORTS and _was_green(bundle):
        say("           auditor diff   (what changed since it was green)")


def _was_green(bundle: Path) -> bool:
    """Whether a run before this one passed."""
    from auditor.cli.sides import last_green
    from auditor.errors import SnapshotError

    try:
        return last_green(bundle.parent).name < bundle.name
    except SnapshotError:
        return False


def _show(run: Run, order: Order) -> None:
    if order.json:
        from auditor.report import FORMATS

        output(FORMATS["json"].render(run))
    else:
        from auditor.report.terminal import render

        output(render(run, width(), colored(sys.stdout, os.environ)))
