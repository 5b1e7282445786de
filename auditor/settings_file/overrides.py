"""What the environment and the command line may say over auditor.yaml; flags win over the environment."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass


def _text(value: str) -> str:
    return value.strip()


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.replace("\n", ",").split(",") if part.strip()]


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("must be a number")
    return number


def _whole(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("must be a whole number") from None


def _switch(value: str) -> bool:
    answers = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
    if value.strip().lower() not in answers:
        raise ValueError("must be on or off")
    return answers[value.strip().lower()]


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting that can be said outside of the file: by a variable of the environment, some by a flag too."""

    name: str
    flag: str | None
    path: tuple[str, ...]
    """Where it stands in the settings."""
    accepts: str
    parse: Callable[[str], object] = _text
    """From the variable's text; raises ValueError with what it must be."""

    @property
    def meaning(self) -> str:
        """The setting and what the variable may say of it, as Markdown."""
        return f"`{'.'.join(self.path)}`: {self.accepts}"


VARIABLES: tuple[Variable, ...] = (
    Variable("AUDITOR_CLOUD", None, ("cloud",), "public, us-government or china"),
    Variable("AUDITOR_TENANT", None, ("tenant",), "an id; where nothing says one, `AZURE_TENANT_ID` does"),
    Variable("AUDITOR_SUBSCRIPTIONS", None, ("scope", "subscriptions"), "ids, by comma", _list),
    Variable("AUDITOR_PACKS", "--pack", ("packs",), "names or paths, by comma", _list),
    Variable("AUDITOR_FAIL_ON", "--fail-on", ("gate", "fail_on"), "critical, high, medium, low or info"),
    Variable("AUDITOR_INCOMPLETE", "--allow-incomplete", ("gate", "incomplete"), "block or allow"),
    Variable("AUDITOR_PROBES", "--no-probes", ("probes", "enabled"), "on or off", _switch),
    Variable("AUDITOR_REPEAT", "--repeat", ("probes", "repeat"), "how often each declared deployment is asked", _whole),
    Variable("AUDITOR_CREDENTIALS", None, ("credentials",), "names, by comma, in the order in which to try", _list),
    Variable("AUDITOR_RESOLVER", None, ("resolver",), "host:port of a DNS server"),
    Variable("AUDITOR_CONCURRENCY", None, ("concurrency",), "requests in flight", _whole),
    Variable("AUDITOR_DEADLINE_SECONDS", "--deadline", ("deadline_seconds",), "seconds for the whole run", _number),
)
"""Every variable and flag that changes a setting; what is not here only the file can say."""

TENANT_FALLBACK = "AZURE_TENANT_ID"
"""The variable of Azure's own tools; read only where nothing else names a tenant."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value that was said outside of the file, or why it can't be used."""

    path: tuple[str, ...]
    origin: str
    """`environment AUDITOR_FAIL_ON` or `flag --fail-on`."""
    value: object = None
    problem: str | None = None


def said_outside(environ: Mapping[str, str], flags: Mapping[str, object]) -> tuple[Said, ...]:
    """All that the environment says, then all that the flags say; empty variables, None and () say nothing.

    `flags` maps a flag's name, such as `--fail-on`, to its value as the settings have it.
    """
    return (*_misspelt(environ), *_from_environment(environ), *_from_flags(flags))


def _from_environment(environ: Mapping[str, str]) -> Iterator[Said]:
    for variable in VARIABLES:
        text = environ.get(variable.name, "")
        if not text.strip():
            continue
        origin = f"environment {variable.name}"
        try:
            yield Said(variable.path, origin, variable.parse(text))
        except ValueError as error:
            yield Said(variable.path, origin, problem=str(error))


def _from_flags(flags: Mapping[str, object]) -> Iterator[Said]:
    known = {variable.flag: variable for variable in VARIABLES if variable.flag}
    for name, value in flags.items():
        if value is not None and value != ():
            said = list(value) if isinstance(value, tuple) else value
            yield Said(known[name].path, f"flag {name}", said)


def _misspelt(environ: Mapping[str, str]) -> Iterator[Said]:
    known = [variable.name for variable in VARIABLES]
    for name in sorted(environ):
        if name.startswith("AUDITOR_") and name not in known:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            if meant:
                yield Said((), f"environment {name}", problem=f"unknown; {meant[0]} is probably meant")
