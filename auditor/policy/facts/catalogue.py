"""The models that a region offers, found by what an account of a kind could deploy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.part import Note
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "model"

PAGE: Final = "https://learn.microsoft.com/rest/api/aiservices/accountmanagement/models/list"

_Name = tuple[str, str, str]
"""Kind of account, format and name, in lower case: one region lists the same model under several kinds, by one id."""

_SERVED_FOR_FOUNDRY: Final = "maas"
"""The kind under which some partners' models are listed that Foundry resources (kind AIServices) deploy."""


@dataclass(frozen=True)
class Entry:
    """One version of a model as a region lists it for one kind of account."""

    resource: Resource

    @cached_property
    def _filled(self) -> tuple[JsonObject, dict[str, Note]]:
        return fill(KIND, self.resource.body)

    @property
    def model(self) -> JsonObject:
        """The model's own object, without what nobody understands."""
        found = dig(self._filled[0], "model")
        return found if isinstance(found, dict) else {}

    def understood(self, *path: str) -> bool:
        """Whether that member says something, or nothing, rather than something that nobody understands."""
        return not any(".".join(("model", *path[:depth])) in self._filled[1] for depth in range(len(path) + 1))

    @property
    def version(self) -> str:
        """As listed."""
        return text(self.model.get("version")) or ""

    @property
    def is_default(self) -> bool | None:
        """Whether a deployment that names no version gets this one."""
        found = self.model.get("isDefaultVersion")
        return found if isinstance(found, bool) else None

    @cached_property
    def skus(self) -> dict[str, JsonObject] | None:
        """SKU name in lower case → the SKU; None where they are not told."""
        found = objects(self.model.get("skus"))
        names = [text(sku.get("name")) for sku in found or ()]
        if found is None or None in names:
            return None
        return {name.lower(): sku for name, sku in zip(reversed(names), reversed(found), strict=True) if name}

    def sku(self, name: str | None) -> JsonObject | None:
        """The SKU of that name, if this version is offered with it."""
        return (self.skus or {}).get(name.lower()) if name is not None else None


@dataclass(frozen=True)
class Lookup:
    """What came of looking for a model; no entry and not `certain` means that nobody knows."""

    entry: Entry | None = None
    certain: bool = False
    gap: str | None = None
    note: Note | None = None
    readings: tuple[str, ...] = ()
    of_base: bool = False
    """Whether the entry is that of the base of a fine-tuned model, which no region lists itself."""


@dataclass(frozen=True)
class Catalogue:
    """The models of one region; `whole` only if the list was read to its end."""

    whole: bool
    gap: str | None
    readings: tuple[str, ...]
    versions: dict[_Name, tuple[Entry, ...]]

    def find(self, kinds: tuple[str, ...], model_format: str, name: str, version: str | None) -> Lookup:
        """The entry for the first of those kinds of account that lists the model.

        Without a version: the one that is the default, or the only one. What is not found is certain not to be offered
        only if the list was read whole.
        """
        for kind in kinds:
            listed = self.versions.get((kind.lower(), model_format.lower(), name.lower()), ())
            entry = self._choose(listed, version)
            if entry is not None:
                return Lookup(entry=entry, certain=True, readings=entry.resource.readings or self.readings)
            if not self.whole or (listed and version is None):
                return Lookup(gap=self.gap)
        return self._nowhere(kinds, model_format, name)

    def default_of(self, entry: Entry) -> str | None:
        """The version of the entry's model that is marked as the default; None where not just one is known to be."""
        name = _name(entry.resource.body)
        marked = {other.version for other in self.versions.get(name, ()) if other.is_default} if name else set()
        return marked.pop() if self.whole and len(marked) == 1 else None

    def _choose(self, listed: tuple[Entry, ...], version: str | None) -> Entry | None:
        if version is not None:
            return next((entry for entry in listed if entry.version.lower() == version.lower()), None)
        marked = [entry for entry in listed if entry.is_default] or list(listed)
        return marked[0] if self.whole and len(marked) == 1 else None

    def _nowhere(self, kinds: tuple[str, ...], model_format: str, name: str) -> Lookup:
        elsewhere = (_SERVED_FOR_FOUNDRY, model_format.lower(), name.lower())
        if "aiservices" in {kind.lower() for kind in kinds} and elsewhere in self.versions:
            note = ("not known: the region lists it under the kind MaaS only, not under the account's", PAGE)
            return Lookup(note=note, readings=self.readings)
        return Lookup(certain=True, readings=self.readings)


def catalogues(seen: Seen) -> dict[str, Catalogue]:
    """Location scope, folded → its catalogue, for each region of which any model was read, or the whole empty list."""
    found: dict[str, dict[_Name, list[Entry]]] = {}
    for resource in seen.all_of(KIND):
        entry = Entry(resource)
        name = _name(resource.body)
        if name is not None and resource.parent is not None:
            found.setdefault(fold(resource.parent), {}).setdefault(name, []).append(entry)
    for kind, scope in seen.listings:
        if kind == KIND:
            found.setdefault(scope, {})
    return {scope: _catalogue(scope, versions, seen) for scope, versions in found.items()}


def catalogue_of(scope: str, read: dict[str, Catalogue], seen: Seen) -> Catalogue:
    """The catalogue of a location scope; where nothing of it was read, one of which nothing is known."""
    return read.get(fold(scope)) or Catalogue(whole=False, gap=seen.gap(KIND, scope), readings=(), versions={})


def _catalogue(scope: str, versions: dict[_Name, list[Entry]], seen: Seen) -> Catalogue:
    listing = seen.listing(KIND, scope)
    return Catalogue(
        whole=listing is not None,
        gap=None if listing is not None else seen.gap(KIND, scope),
        readings=listing.readings if listing is not None else (),
        versions={name: tuple(entries) for name, entries in versions.items()},
    )


def _name(body: JsonObject) -> _Name | None:
    parts = (text(dig(body, "kind")), text(dig(body, "model", "format")), text(dig(body, "model", "name")))
    kind, model_format, name = parts
    if kind is None or model_format is None or name is None:
        return None
    return kind.lower(), model_format.lower(), name.lower()
