"""What a shell may offer after a flag or as an argument: read from file names, as somebody waits for it at each Tab."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Offers = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]

_PLAIN = re.compile(r"[\w./@+-]{1,120}", re.ASCII)
"""What a shell takes as it is: a name that it would act on is never offered."""

_CLASS = re.compile(r"^- class: (\S+)$", re.MULTILINE)


def checks() -> Iterator[str]:
    """Ids of the checks that are shipped."""
    from auditor.policy.shipped import shipped_folder

    return (path.stem for path in (shipped_folder() / "checks").rglob("*.yaml"))


def packs() -> Iterator[str]:
    """Names of the packs that are shipped."""
    from auditor.policy.shipped import shipped_folder

    return (path.stem for path in (shipped_folder() / "packs").glob("*.yaml"))


def frameworks() -> Iterator[str]:
    """Ids of the frameworks."""
    from auditor.policy.shipped import shipped_folder

    return (path.stem for path in (shipped_folder() / "frameworks").glob("*.yaml"))


def failure_classes() -> Iterator[str]:
    """Classes of failures, from the table's text: to validate the table takes longer than somebody waits."""
    from importlib.resources import files

    return iter(_CLASS.findall((files("auditor.policy") / "failure" / "table.yaml").read_text(encoding="utf-8")))


def causes() -> Iterator[str]:
    """Causes that triage may name."""
    from auditor.policy.shipped import shipped_folder

    return (path.stem for path in (shipped_folder() / "causes").glob("*.yaml"))


def worlds() -> Iterator[str]:
    """Worlds of the sandbox."""
    from auditor.sandbox.loading import WORLDS

    return iter(WORLDS)


def faults() -> Iterator[str]:
    """Faults of the sandbox."""
    from auditor.sandbox.loading import load_faults

    return iter(load_faults())


def incidents() -> Iterator[str]:
    """Incidents of the sandbox."""
    from auditor.sandbox.incident import load_incidents

    return iter(load_incidents())


def workloads(settings: Path) -> Iterator[str]:
    """Names of the workloads that the settings declare; none where they can't be read."""
    return (str(one.get("name")) for one in _workloads(settings))


def deployments(settings: Path) -> Iterator[str]:
    """Names of the deployments that the settings declare; none where they can't be read."""
    declared = (each for one in _workloads(settings) for each in one.get("deployments") or ())
    return (str(each.get("name")) for each in declared if isinstance(each, dict))


def offer(*sources: Callable[[], Iterable[str]]) -> Offers:
    """For an argument: the names of all sources that begin with what was typed."""
    return lambda _context, _parameter, typed: _items((name for source in sources for name in source()), typed)


def offer_declared(*sources: Callable[[Path], Iterable[str]]) -> Offers:
    """For an argument: names out of the settings that the command line names, or out of auditor.yaml."""

    def offered(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem[str]]:
        path = Path(context.params.get("settings") or "auditor.yaml")
        return _items((name for source in sources for name in source(path)), typed)

    return offered


def offer_runs(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """For an argument: what `diff` compares by name, and the bundles of the reports folder; else any file."""
    from auditor.cli.bundles import LAST_GREEN, NEWEST, REPORTS, bundles

    there = (str(bundle) for bundle in bundles(Path(context.params.get("reports") or REPORTS)))
    return _items((LAST_GREEN, NEWEST, *there), typed) or [CompletionItem(typed, type="file")]


FLAGS: dict[str, Offers] = {
    "--pack": offer(packs),
    "--framework": offer(frameworks),
    "--world": offer(worlds),
    "--fault": offer(faults),
    "--incident": offer(incidents),
    "--workload": offer_declared(workloads),
    "--expect": offer_declared(workloads),
}
"""What follows a flag, in whichever command it stands."""


def _items(names: Iterable[str], typed: str) -> list[CompletionItem[str]]:
    found = sorted({name for name in names if name.startswith(typed) and _PLAIN.fullmatch(name)})
    return [CompletionItem(name) for name in found]


def _workloads(path: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        found = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        declared = found.get("workloads") if isinstance(found, dict) else None
    except (OSError, ValueError, yaml.YAMLError):
        declared = None
    return [one for one in declared if isinstance(one, dict)] if isinstance(declared, list) else []
