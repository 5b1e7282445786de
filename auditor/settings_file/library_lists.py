"""Which versions of the client libraries a project's own files name; pure, and wary of what such a file may hold."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from xml.parsers import expat

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "pypi": ("openai", "semantic-kernel", "azure-ai-projects"),
    "npm": ("openai",),
    "nuget": ("OpenAI", "Azure.AI.OpenAI", "Microsoft.SemanticKernel", "Azure.AI.Projects"),
}
"""Registry → the libraries by which applications call the models, as it spells them."""

LONGEST: Final = 120
"""Of a version or a range; nothing longer is one."""

ELSEWHERE: Final = "(another place than the registry)"
"""Stands for a URL, a path or a repository, which may hold a secret and tells no version."""

_VERSION = r"v?\d{1,6}[A-Za-z0-9.+_-]{0,60}"
"""Nothing in it repeats within a repetition: a hostile file costs no more than its length."""

_WHOLE = re.compile(_VERSION)
_PIN = re.compile(rf"={{2,3}}\s*({_VERSION})")
_BOUND = re.compile(rf"(>=|>|~=|\^|~|==|<=|<)?\s*(?<![\w.-])({_VERSION})")
_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,100})\s*(?:\[[^\]]{0,200}\])?\s*(.*)", re.DOTALL)


class UnreadableListError(ValueError):
    """The file is not what its name says; the words say how."""


@dataclass(frozen=True, slots=True)
class Library:
    """One entry of a file."""

    ecosystem: str
    name: str
    spec: str
    """As written, bounded."""
    version: str | None = None
    """The one version that is named."""
    least: str | None = None
    """The least that a range allows, where it says one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file names of the watched libraries."""

    libraries: tuple[Library, ...]
    includes: tuple[str, ...] = ()
    """Further files that it draws in and that were not followed."""


def libraries_in(name: str, text: str) -> Found:
    """The watched libraries of a file, read by its name; raises UnreadableListError for one of no known kind."""
    read = _reader(PurePosixPath(name).name.lower())
    try:
        return read(text)
    except (ValueError, RecursionError, expat.ExpatError) as error:
        raise UnreadableListError(f"is not what its name says: {type(error).__name__}") from error


def _reader(name: str) -> Callable[[str], Found]:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.endswith((".csproj", ".props")):
        return _project_file
    if name.endswith((".txt", ".in")):
        return _requirements
    raise UnreadableListError("is of no kind that is known: " + ", ".join((*_BY_NAME, "*.csproj", "requirements*.txt")))


def _requirements(text: str) -> Found:
    """https://pip.pypa.io/en/stable/reference/requirements-file-format/"""
    found: list[Library] = []
    includes: list[str] = []
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        entry = re.sub(r"(^|\s)#.*", "", line).strip()
        if entry.startswith(("-r", "--requirement")):
            includes.append(_bounded(re.sub(r"^(-r|--requirement)[\s=]*", "", entry)))
        elif entry and not entry.startswith("-"):
            found += _python(entry)
    return Found(tuple(found), tuple(includes))


def _pyproject(text: str) -> Found:
    """https://packaging.python.org/en/latest/specifications/pyproject-toml/, and Poetry's own tables."""
    data = tomllib.loads(text)
    entries = [*_list(_at(data, "project", "dependencies"))]
    for groups in (_at(data, "project", "optional-dependencies"), _at(data, "dependency-groups")):
        entries += [entry for group in _object(groups).values() for entry in _list(group)]
    found = [library for entry in entries if isinstance(entry, str) for library in _python(entry)]
    poetry = _object(_at(data, "tool", "poetry"))
    tables = [
        poetry.get("dependencies"),
        *(_at(group, "dependencies") for group in _object(poetry.get("group")).values()),
    ]
    for table in tables:
        for name, told in _object(table).items():
            spec = told if isinstance(told, str) else _object(told).get("version")
            found += _python(f"{name} {_poetry(spec)}" if isinstance(spec, str) else f"{name} @ x")
    return Found(tuple(found))


def _poetry(spec: str) -> str:
    """A bare version is a caret range: https://python-poetry.org/docs/dependency-specification/"""
    return f"^{spec}" if _WHOLE.fullmatch(spec.strip()) else spec


def _toml_lock(text: str) -> Found:
    """poetry.lock and uv.lock: [[package]] with name and version."""
    packages = (_object(one) for one in _list(tomllib.loads(text).get("package")))
    return Found(tuple(_locked("pypi", ((one.get("name"), one.get("version")) for one in packages))))


def _pipfile_lock(text: str) -> Found:
    data = _object(json.loads(text))
    entries = [pair for group in ("default", "develop") for pair in _object(data.get(group)).items()]
    return Found(
        tuple(library for name, one in entries for library in _python(f"{name} {_object(one).get('version')}"))
    )


def _package_json(text: str) -> Found:
    """https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies"""
    data = _object(json.loads(text))
    groups = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
    entries = [pair for group in groups for pair in _object(data.get(group)).items()]
    return Found(tuple(_npm(spec) for name, spec in entries if name in WATCHED["npm"] and isinstance(spec, str)))


def _npm(spec: str) -> Library:
    spec = spec.strip()
    if spec.startswith("npm:") or "/" in spec or ":" in spec:
        return Library("npm", "openai", ELSEWHERE)
    if _WHOLE.fullmatch(spec.lstrip("=")) and spec.lstrip("=v").count(".") >= 2:  # noqa: PLR2004 - major.minor.patch
        return Library("npm", "openai", _bounded(spec), version=spec.lstrip("=v"))
    return Library("npm", "openai", _bounded(spec), least=_least(spec))


def _package_lock(text: str) -> Found:
    """https://docs.npmjs.com/cli/configuring-npm/package-lock-json"""
    data = _object(json.loads(text))
    newer = [(name.removeprefix("node_modules/"), one) for name, one in _object(data.get("packages")).items()]
    entries = newer or [*_object(data.get("dependencies")).items()]
    return Found(tuple(_locked("npm", ((name, _object(one).get("version")) for name, one in entries))))


def _project_file(text: str) -> Found:
    """PackageReference and PackageVersion of an MSBuild file.

    https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files
    """
    found: dict[str, str] = {}
    open_: list[str] = []
    inside: list[str] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        open_.append(tag)
        if tag in {"PackageReference", "PackageVersion"}:
            name = attributes.get("Include") or attributes.get("Update") or ""
            inside[:] = [name]
            told = attributes.get("VersionOverride") or attributes.get("Version") or found.get(name, "")
            found[name] = told

    def words(data: str) -> None:
        if inside and open_[-2:] in (["PackageReference", "Version"], ["PackageVersion", "Version"]):
            found[inside[0]] = (found[inside[0]] + data)[:LONGEST]

    def refuse(*_: object) -> None:
        raise UnreadableListError("declares a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: open_.pop()
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(text, True)
    return Found(tuple(_nuget(name, spec.strip()) for name, spec in found.items() if _watched("nuget", name)))


def _nuget(name: str, spec: str) -> Library:
    """A bare version is the least, and the one that is restored.

    https://learn.microsoft.com/nuget/concepts/package-versioning#version-ranges
    """
    called, exact = _watched("nuget", name) or name, spec.strip("[]") if re.fullmatch(r"\[[^,]*\]", spec) else spec
    if _WHOLE.fullmatch(exact):
        return Library("nuget", called, _bounded(spec), version=exact)
    least = re.match(rf"[\[(]\s*({_VERSION})", spec)
    return Library("nuget", called, _bounded(spec), least=least.group(1) if least else None)


def _python(entry: str) -> Iterator[Library]:
    """https://packaging.python.org/en/latest/specifications/dependency-specifiers/"""
    head = _ENTRY.match(entry.strip()[:2000])
    name = _watched("pypi", re.sub(r"[-_.]+", "-", head.group(1))) if head else None
    if head is None or name is None:
        return
    spec = head.group(2).partition(";")[0].partition(" --hash")[0].strip().strip("()")
    if spec.startswith("@") or "://" in spec:
        yield Library("pypi", name, ELSEWHERE)
        return
    pin = _PIN.fullmatch(spec)
    if pin:
        yield Library("pypi", name, _bounded(spec), version=pin.group(1))
    else:
        yield Library("pypi", name, _bounded(spec), least=_least(spec))


def _least(spec: str) -> str | None:
    """The lower bound of a range; None where it has none, or offers a choice of ranges."""
    if "||" in spec or len(spec) > LONGEST:
        return None
    bounds = [match.group(2) for match in _BOUND.finditer(spec) if match.group(1) not in {"<", "<="}]
    return re.sub(r"(\.[xX])*\.?$", "", bounds[0]) if len(bounds) == 1 else None


def _locked(ecosystem: str, entries: Iterator[tuple[Any, Any]]) -> Iterator[Library]:
    for name, version in entries:
        called = _watched(ecosystem, name) if isinstance(name, str) else None
        if called is not None and isinstance(version, str) and _WHOLE.fullmatch(version):
            yield Library(ecosystem, called, version, version=version)


def _watched(ecosystem: str, name: str) -> str | None:
    """The registry's own spelling of a watched library; None for any other."""
    return next((one for one in WATCHED[ecosystem] if one.lower() == name.lower()), None)


def _bounded(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:LONGEST]).strip()


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = _object(value).get(step)
    return value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_BY_NAME: Final[Mapping[str, Callable[[str], Found]]] = {
    "pyproject.toml": _pyproject,
    "poetry.lock": _toml_lock,
    "uv.lock": _toml_lock,
    "pipfile.lock": _pipfile_lock,
    "package.json": _package_json,
    "package-lock.json": _package_lock,
}
