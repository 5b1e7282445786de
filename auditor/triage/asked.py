"""What a look is asked for: which deployments, how far back, how long it may take, and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from auditor.difference import Side
from auditor.errors import SettingsError
from auditor.settings import Settings, Workload
from auditor.snapshot import Resource, Snapshot


@dataclass(frozen=True)
class Asked:
    """One question to triage."""

    since: timedelta
    deadline: float
    """Seconds."""
    name: str | None = None
    """As it was given: a workload's or a deployment's."""
    deployment: str | None = None
    """The one that is asked for, in lower case; None: each of the settings."""
    before: Side | None = None
    """The last green one, where there is one."""
    declares: bool = False
    """Whether the settings declare any workload."""

    @property
    def remembered(self) -> Snapshot | None:
        """What the last green one saw."""
        return self.before.snapshot if self.before is not None else None

    @property
    def age(self) -> timedelta:
        """How long ago that was; nothing where there is none."""
        seen = self.remembered
        return timedelta(0) if seen is None else max(timedelta(0), datetime.now(UTC) - seen.taken_at)

    def wants(self, name: str, *, declared: bool) -> bool:
        """Whether a deployment is to be called: the one that is asked for, else what settings declare."""
        if self.deployment is not None:
            return name.lower() == self.deployment
        return declared or not self.declares


def narrowed(settings: Settings, asked: Asked) -> tuple[Settings, Asked]:
    """The settings about what is asked for, and the question with what its name means.

    A workload's name goes before a deployment's. A deployment that no workload declares is looked for in the whole
    scope, unless what is remembered shows that there is none. Raises SettingsError for a name that nothing bears.
    """
    asked = replace(asked, declares=bool(settings.workloads))
    if asked.name is None:
        return settings, asked
    workloads = tuple(one for one in settings.workloads if one.name == asked.name)
    if workloads:
        return _about(settings, workloads, asked)
    wanted = asked.name.lower()
    owners = tuple(one for one in settings.workloads if any(each.name.lower() == wanted for each in one.deployments))
    asked = replace(asked, deployment=wanted)
    if owners:
        return _about(settings, owners, asked)
    known = _names(settings, asked)
    if wanted not in {name.lower() for name in known}:
        near = get_close_matches(str(asked.name), known, n=1)
        raise SettingsError(
            (f"no workload or deployment of the settings is named {asked.name!r}",),
            next_step=f"did you mean {near[0]}?" if near else f"name one of {', '.join(known) or 'those in settings'}",
        )
    return settings, asked


def _about(settings: Settings, workloads: tuple[Workload, ...], asked: Asked) -> tuple[Settings, Asked]:
    """Both about these workloads: of the other accounts nothing is read, so nothing of them may be missed either."""
    about = settings.about(workloads)
    names = {name.lower() for name in about.scope.accounts}
    if asked.before is None or asked.before.snapshot is None:
        return about, asked
    kept = tuple(
        one for one in asked.before.snapshot.resources if (name := _owner(one)) is None or name.lower() in names
    )
    snapshot = asked.before.snapshot.model_copy(update={"resources": kept})
    return about, replace(asked, before=replace(asked.before, snapshot=snapshot))


def _owner(one: Resource) -> str | None:
    """The account that it is, or with which it was read; what is read of the whole subscription has none."""
    id_ = one.id if one.kind == "account" else one.parent or ""
    _, found, below = id_.lower().partition("/providers/microsoft.cognitiveservices/accounts/")
    return below.partition("/")[0] if found else None


def _names(settings: Settings, asked: Asked) -> list[str]:
    """Workloads, declared deployments, and those that the last green one saw."""
    declared = [name for one in settings.workloads for name in (one.name, *(each.name for each in one.deployments))]
    seen = asked.remembered.resources if asked.remembered else ()
    return list(dict.fromkeys((*declared, *(one.id.rpartition("/")[2] for one in seen if one.kind == "deployment"))))
