"""auditor.yaml with the environment and the flags laid over it, or everything that is wrong with them at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.errors import SettingsError
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.settings_file.complaints import Complaint, complaints, dotted
from auditor.settings_file.contradictions import contradictions
from auditor.settings_file.located import Located, Place, UnreadableError, Where, read_yaml
from auditor.settings_file.overrides import TENANT_FALLBACK, Said, said_outside

DEFAULT_PATH = Path("auditor.yaml")

SMALLEST = """\
scope:
  subscriptions: [00000000-0000-0000-0000-000000000000]
workloads:
  - name: my-application
    owner: my-team
    account: my-openai-account
    deployments:
      - {name: chat, model: gpt-5.4}
"""
"""Settings with nothing in them that could be left out."""

NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""Stands where settings must name a subscription and nothing does."""

Origins = dict[Where, tuple[int, str]]
"""Path → the rank and the name of what was said there outside of the file."""


@dataclass(frozen=True, slots=True, order=True)
class _Problem:
    group: int
    """0 for the file, then 1: what was said outside, in its order."""
    place: Place
    text: str


def load_settings(path: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings of the file (default: auditor.yaml in the working folder), the environment over it, flags on top.

    `flags` maps a flag's name, such as `--fail-on`, to its value. Raises SettingsError with every problem at once:
    those of the file as `auditor.yaml:12:5: workloads[0].owner: is missing`, those from outside as
    `environment AUDITOR_FAIL_ON: gate.fail_on: …`.
    """
    path = path or DEFAULT_PATH
    located = _read(path)
    said = said_outside(environ, flags)
    data, origins = _lay_over(located.data, said, environ.get(TENANT_FALLBACK, "").strip())
    settings, wrong = _validated(data, located)
    problems = [*_misread(path, located), *_misspoken(said)]
    unread = {trouble.path for trouble in located.troubles}
    problems += [_blamed(path, complaint, located, origins) for complaint in wrong if complaint.path not in unread]
    if problems or settings is None:
        raise SettingsError(
            tuple(dict.fromkeys(problem.text for problem in sorted(problems))),
            next_step="correct them and run again; every key is described by: auditor schema settings",
        )
    return settings


def settings_without_file(
    subscriptions: Sequence[str], accounts: Sequence[str], environ: Mapping[str, str]
) -> Settings:
    """Settings that say no more than what to look at, the environment over them but for the scope.

    Raises SettingsError with every problem at once.
    """
    said = tuple(one for one in said_outside(environ, {}) if one.path[:1] != ("scope",))
    return _said_alone(subscriptions, accounts, said, environ)


def said_settings(environ: Mapping[str, str]) -> Settings:
    """What the environment alone says, on settings that name no subscription but NO_SUBSCRIPTION.

    Raises SettingsError with every problem at once.
    """
    return _said_alone((NO_SUBSCRIPTION,), (), said_outside(environ, {}), environ)


def _said_alone(
    subscriptions: Sequence[str], accounts: Sequence[str], said: tuple[Said, ...], environ: Mapping[str, str]
) -> Settings:
    bare: JsonObject = {"scope": {"subscriptions": list(subscriptions), "accounts": list(accounts)}}
    data, origins = _lay_over(bare, said, environ.get(TENANT_FALLBACK, "").strip())
    settings, wrong = _validated(data, Located())
    problems = [*_misspoken(said), *(_blamed_outside(complaint, origins) for complaint in wrong)]
    if problems or settings is None:
        raise SettingsError(
            tuple(dict.fromkeys(problem.text for problem in sorted(problems))),
            next_step="correct the variables and run again",
        )
    return settings


def saved_settings(saved: JsonObject, flags: Mapping[str, object]) -> Settings:
    """The settings that a snapshot was taken with, and flags over them; the environment had its say when it was taken.

    Raises SettingsError with every problem at once.
    """
    said = said_outside({}, flags)
    data, origins = _lay_over(saved, said, "")
    settings, wrong = _validated(data, Located())
    if wrong or settings is None:
        raise SettingsError(
            tuple(_without_place(complaint, origins) for complaint in wrong),
            next_step="correct the flag, or name settings with --settings",
        )
    return settings


def _read(path: Path) -> Located:
    try:
        located = read_yaml(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(
            (f"{path}: there is no such file",),
            next_step=(
                f"name another with --settings, make it of what is there with auditor init, or begin {path} with the"
                f" smallest that works:\n\n{SMALLEST}"
            ),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        words = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"can't be read: {error.strerror}"
        raise SettingsError((f"{path}: {words}",), next_step="name a readable file with --settings") from error
    except UnreadableError as error:
        at = f":{error.place.line}:{error.place.column}" if error.place else ""
        raise SettingsError((f"{path}{at}: {error}",), next_step="mend the YAML there and run again") from error
    if located.data is None:
        raise SettingsError((f"{path}: is empty",), next_step=f"the smallest that works:\n\n{SMALLEST}")
    return located


def _lay_over(data: Any, said: tuple[Said, ...], tenant: str) -> tuple[Any, Origins]:
    """The data with all that was said put in (file < environment < flags), and path → (rank, origin) of what was."""
    if not isinstance(data, dict):
        return data, {}
    origins: Origins = {}
    for rank, item in enumerate(said, start=1):
        if item.problem is None and (put := _put(data, item.path, item.value)) is not None:
            data = put
            origins[item.path] = (rank, item.origin)
    if tenant and data.get("tenant") is None:
        data = {**data, "tenant": tenant}
        origins["tenant",] = (len(said) + 1, f"environment {TENANT_FALLBACK}")
    return data, origins


def _put(data: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any] | None:
    """A copy with the value at the path; None where the file has something else than a mapping on the way."""
    first, *rest = path
    if not rest:
        return {**data, first: value}
    below = data.get(first)
    if not isinstance(below, dict | None):
        return None
    inner = _put(below or {}, tuple(rest), value)
    return None if inner is None else {**data, first: inner}


def _validated(data: Any, located: Located) -> tuple[Settings | None, tuple[Complaint, ...]]:
    crossed = tuple(Complaint(path, message) for path, message in contradictions(data))
    try:
        return Settings.model_validate_json(json.dumps(data), strict=True), crossed
    except ValidationError as error:
        return None, (*complaints(error, data, located.raw), *crossed)


def _misread(path: Path, located: Located) -> Iterator[_Problem]:
    for trouble in located.troubles:
        yield _in_file(path, trouble.place, trouble.path, trouble.message)


def _misspoken(said: Iterable[Said]) -> Iterator[_Problem]:
    for rank, item in enumerate(said, start=1):
        if item.problem is not None:
            yield _outside(rank, item.origin, item.path, item.problem)


def _blamed(path: Path, complaint: Complaint, located: Located, origins: Origins) -> _Problem:
    """The complaint with the place it comes from: what was said outside, else the key or the value in the file."""
    for depth in range(len(complaint.path), 0, -1):
        origin = origins.get(complaint.path[:depth])
        if origin:
            return _outside(*origin, complaint.path, complaint.message)
    if complaint.about_key and complaint.path in located.keys:
        place = located.keys[complaint.path]
    else:
        place = located.nearest(complaint.path)
    return _in_file(path, place, complaint.path, complaint.message)


def _blamed_outside(complaint: Complaint, origins: Origins) -> _Problem:
    return _Problem(0, Place(0, 0), _without_place(complaint, origins).removeprefix("saved settings: "))


def _without_place(complaint: Complaint, origins: Origins) -> str:
    origin = next((name for path, (_, name) in origins.items() if path == complaint.path[: len(path)]), None)
    return f"{origin or 'saved settings'}: {dotted(complaint.path)}: {complaint.message}"


def _in_file(path: Path, place: Place, at: Where, message: str) -> _Problem:
    where = f"{dotted(at)}: " if at else ""
    return _Problem(0, place, f"{path}:{place.line}:{place.column}: {where}{message}")


def _outside(rank: int, origin: str, at: Where, message: str) -> _Problem:
    where = f"{dotted(at)}: " if at else ""
    return _Problem(rank, Place(0, 0), f"{origin}: {where}{message}")
