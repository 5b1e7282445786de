"""The beginning of a user's own check: a file that loads, whose examples pass, and that says what goes where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from pydantic import TypeAdapter, ValidationError

from auditor.errors import PolicyError
from auditor.policy.check import OWN_ROOT, Kebab
from auditor.policy.library import OWN_AREA, PACK_FILE, pack_files, shipped_library
from auditor.policy.shipped import shipped_folder

_FACTS: dict[str, tuple[str, str, str]] = {
    "account": ("sku.name", "S0", "F0"),
    "deployment": ("sku.name", "DataZoneStandard", "GlobalStandard"),
    "expectation": ("sku", "DataZoneStandard", "GlobalStandard"),
    "quota": ("status", "Included", "Blocked"),
    "subscription": ("state", "Enabled", "PastDue"),
    "workload": ("network", "private", "public"),
}
"""Subject → a fact that each has, a good value of it, a bad one."""

_CHECK = Template("""\
# The id names the bad state; it equals the file's name and is never reused.
id: $id
# The bad state in a few words, in the present tense.
title: The $subject has a value of $fact that is not allowed
severity: medium  # critical, high, medium, low or info; a pack may change it
since: 0.1.0
# One finding for each subject of this kind.
subject: $subject
# What a pack or the settings may change; rules read it as params.NAME.
parameters: {allowed: [$good]}
# Where it does not apply; false gives not_applicable, and `unless` says why:
#   applies_when: workload.environment == 'production'
#   unless: the workload is not in production
# True where all is well, in CEL (https://cel.dev). Do not ask whether a fact is there: a missing one gives unknown.
passes_when: $root.$fact in params.allowed
# The facts quoted as evidence.
shows: [$root.$fact]
# The failure as a sentence, with the facts in it.
says: "{{ $root.name }} has $fact {{ $root.$fact }}."
why: Say what goes wrong in the bad state, and for whom.
fix:
  text: Say what mends it; `cli` and `bicep` may stand beside it.
# The pages that say so.
references: [https://learn.microsoft.com/azure/foundry/]
# The check's own tests: each is the subject's object; other variables, params and now stand under `with`.
examples:
  pass:
    - $passing
    - $otherwise
  fail:
    - $failing
  unknown:
    - {}  # never read
""")

_PACK = Template("""\
name: $name
title: Checks of our own
description: What we ask of every workload beside what is shipped.
# What it adds to; leave it out for our own checks alone.
extends: production
# Check id: what is not as the check says, such as {severity: high, parameters: {…}}.
checks:
  $id: {}
""")


@dataclass(frozen=True)
class Begun:
    """What was written."""

    written: tuple[Path, ...]
    pack: Path | None
    """A pack file that was there before and does not name the check yet."""


def begin(check_id: str, folder: Path, area: str, subject: str) -> Begun:
    """Writes the check below the folder, and a pack.yaml where the folder has no pack.

    Raises PolicyError for an id or area that is not in kebab case, an id that is taken, and a folder that can't be
    written.
    """
    _refuse_name("an id", check_id)
    _refuse_name("an area", area)
    _refuse_taken(check_id, folder)
    packs = pack_files(folder)
    files = {folder / "checks" / area / f"{check_id}.yaml": check_text(check_id, subject)}
    if not packs:
        files[folder / PACK_FILE] = _PACK.substitute(name=_pack_name(folder), id=check_id)
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise PolicyError(f"{path}: can't be written: {error.strerror}", next_step="name another --folder") from error
    return Begun(tuple(files), packs[0] if packs else None)


def check_text(check_id: str, subject: str) -> str:
    """The file of a check about a kind of subject."""
    fact, good, bad = _FACTS[subject]
    return _CHECK.substitute(
        id=check_id,
        subject=subject,
        root=OWN_ROOT[subject],
        fact=fact,
        good=good,
        passing=_example(fact, good),
        failing=_example(fact, bad),
        otherwise=_example(fact, bad, allowed=bad),
    )


def _example(fact: str, value: str, *, allowed: str | None = None) -> str:
    """A subject with this fact alone, on one line of YAML."""
    inner = json.dumps(value)
    for step in reversed(fact.split(".")):
        inner = f"{{{step}: {inner}}}"
    return inner if allowed is None else f"{inner[:-1]}, with: {{params: {{allowed: [{allowed}]}}}}}}"


def _refuse_name(what: str, name: str) -> None:
    try:
        TypeAdapter(Kebab).validate_python(name)
    except ValidationError as error:
        step = "use lower-case words joined by single hyphens, at most 64 characters"
        raise PolicyError(f"{name!r} is no name for {what}", next_step=step) from error


def _refuse_taken(check_id: str, folder: Path) -> None:
    step = "choose another id; an id is never reused"
    if shipped_library().find(check_id) is not None:
        raise PolicyError(f"{check_id!r} is the id or an alias of a shipped check", next_step=step)
    there = sorted((folder / "checks").rglob(f"{check_id}.y*ml"))
    if there:
        raise PolicyError(f"{there[0]}: is there already", next_step=step)


def _pack_name(folder: Path) -> str:
    """The folder's name as a pack may be called that is no shipped one."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower())[:48].strip("-") or OWN_AREA
    shipped = {path.stem for path in pack_files(shipped_folder())}
    return f"own-{name}" if name in shipped else name
