"""The shapes that Azure publishes: every key path that its specifications, examples and recorded answers show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / ".." / "shared"
EXAMPLES = SHARED / "arm-examples"

Paths = set[str]
"""Key paths such as `value[].properties.model.name`; `*` for a key of an open map."""

COMMON = {
    "systemData": ["createdBy", "createdByType", "createdAt", "lastModifiedBy", "lastModifiedByType", "lastModifiedAt"],
    "ProxyResource": ["id", "name", "type"],
    "AzureEntityResource": ["id", "name", "type", "etag"],
    "PrivateEndpoint": ["id"],
    "PrivateLinkServiceConnectionState": ["status", "description", "actionsRequired"],
    "Resource": ["id", "name", "type"],
}
"""What the specification takes from files that are shared by all services."""


def need_shared() -> None:
    """Skips, and says so, where the official material is not there."""
    if not EXAMPLES.is_dir():
        pytest.skip(f"the official examples are not at {EXAMPLES.resolve()}: shapes were NOT held against them")


def key_paths(value: Any, at: str = "") -> Iterator[str]:
    """Every key path in a body."""
    if isinstance(value, list):
        for item in value:
            yield from key_paths(item, f"{at}[]")
    elif isinstance(value, dict):
        for key, item in value.items():
            path = f"{at}.{key}" if at else key
            yield path
            yield from key_paths(item, path)


def example_paths(folder: str, *names: str) -> Paths:
    """Every key path in the example answers of those names."""
    found: Paths = set()
    for name in names:
        told = json.loads((EXAMPLES / folder / name).read_text(encoding="utf-8"))
        found |= set(key_paths(told["responses"]["200"]["body"]))
    return found


def recorded_paths(name: str) -> Paths:
    """Every key path in a recorded list."""
    told = json.loads((SHARED / "recorded" / "arm" / name).read_text(encoding="utf-8"))
    return set(key_paths({"value": told["value"]}))


def cognitive_paths(path: str, method: str = "get") -> Paths:
    """Every key path that the service's own description allows in the answer of an operation."""
    found: Paths = set()
    _walk(_openapi()["paths"][path][method]["responses"]["200"]["schema"], "", found, ())
    return found


def unknown(body: Any, known: Paths) -> list[str]:
    """Key paths of a body that are not known; below an open map everything is."""
    open_maps = [re.escape(path.removesuffix(".*")) for path in known if path.endswith(".*")]
    inside = re.compile(rf"(?:{'|'.join(open_maps)})\.") if open_maps else None
    return sorted({path for path in key_paths(body) if path not in known and not (inside and inside.match(path))})


def _walk(schema: dict[str, Any], at: str, found: Paths, seen: tuple[str, ...]) -> None:
    reference = schema.get("$ref", "")
    name = reference.rpartition("/")[2]
    if reference and not reference.startswith("#"):
        found.update(f"{at}.{key}" if at else key for key in COMMON.get(name, ()))
        return
    if reference:
        if seen.count(name) > 1:
            return
        _walk(_openapi()["definitions"][name], at, found, (*seen, name))
        for key, inner in _newer().get(name, {}).items():
            path = f"{at}.{key}" if at else key
            if path not in found:
                found.add(path)
                _newer_walk(inner, path, found)
        return
    for part in schema.get("allOf", ()):
        _walk(part, at, found, seen)
    for key, inner in schema.get("properties", {}).items():
        path = f"{at}.{key}" if at else key
        found.add(path)
        _walk(inner, path, found, seen)
    if "items" in schema:
        _walk(schema["items"], f"{at}[]", found, seen)
    if schema.get("additionalProperties"):
        found.add(f"{at}.*")


def _newer_walk(kind: str, at: str, found: Paths) -> None:
    """Adds the members of a type that only the newest version has."""
    for key, inner in _newer().get(kind.removesuffix("[]"), {}).items():
        path = f"{at}{'[]' if kind.endswith('[]') else ''}.{key}"
        found.add(path)
        _newer_walk(inner, path, found)


@cache
def _openapi() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        (EXAMPLES / "cognitiveservices-2024-10-01.openapi.json").read_text(encoding="utf-8")
    )
    return told


@cache
def _newer() -> dict[str, dict[str, str]]:
    """Type → member → its type, of the newest stable version."""
    text = (EXAMPLES / "cognitiveservices-2026-07-01.types.md").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name = section.partition("\n")[0].strip()
        members = re.findall(r"^\* \*\*(\w+)\*\*: (?:\[(\w+)\]\([^)]*\)(\[\])?)?", section, re.MULTILINE)
        found.setdefault(name, {}).update({key: f"{kind}{many}" for key, kind, many in members})
    return found
