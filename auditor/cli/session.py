"""What `run`, `demo` and `evaluate` have in common: from an order to a run, its reports and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from auditor.cli.basis import Basis
from auditor.cli.bundles import REPORTS
from auditor.cli.console import colored, output, progress, redacted, redacting_ids, say, width
from auditor.cli.delivery import deliver, show
from auditor.cli.looking import until_interrupted
from auditor.errors import EmptyAuditError, ExitCode, SettingsError

if TYPE_CHECKING:
    from auditor.bundle.signing import Signer
    from auditor.cli.order import Order
    from auditor.policy.frameworks import Framework
    from auditor.policy.pack import Policy
    from auditor.policy.waivers import Waivers
    from auditor.run import Run
    from auditor.settings import Settings


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
    from auditor.policy.attestations import load_attestations
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
        basis, run = Basis(done.snapshot, settings, policy, waivers, frameworks), done.run
        if bodies:
            basis = without_ids(replace(basis, snapshot=bodies.in_place_of(done.snapshot)))
            run = basis.run(run_id, run.command, run.context)
        deliver(bundle, basis, run, order)
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
    """The settings with no more in scope than what is planned: another team's accounts are left out.

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
    from auditor.origin import origin
    from auditor.settings_file import load_settings, saved_settings

    _need(order.formats)
    signer = _signer(order)
    snapshot = kept_snapshot(path)
    if order.settings:
        settings, base = load_settings(order.settings, os.environ, order.flags), order.settings.parent
    else:
        settings, base = saved_settings(snapshot.settings, order.flags), Path()
    basis = Basis(snapshot, settings, *_judgement(settings, base), _frameworks(order))
    if redacting_ids():
        basis = without_ids(basis)
    run_id = new_run_id()
    run = basis.run(run_id, _recorded(order.command), origin(os.environ))
    say(f"Judged as it was seen at {run.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC; nothing was looked at now.")
    if order.output or order.formats or signer:
        with Bundle(order.output or REPORTS / run_id, signer) as bundle:
            deliver(bundle, basis, run, order)
    else:
        show(run, order)
    return run


def closing_code(run: Run, *, exit_zero: bool) -> ExitCode:
    """The process's exit code after a run: an interrupt wins; --exit-zero turns fail and incomplete into 0."""
    if run.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.PASSED if exit_zero else ExitCode(run.exit_code)


def new_run_id() -> str:
    """A name that sorts by time and is unique: `20261121T055301Z-3f9c1a`."""
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
