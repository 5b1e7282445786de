"""A deployment of a fine-tuned model, and when the service stops to serve what was trained on the same base."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from auditor.policy.facts.catalogue import Catalogue, Lookup
from auditor.policy.facts.lifecycle import day
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject

PAGE: Final = "https://learn.microsoft.com/azure/foundry/openai/concepts/model-retirement-schedule"

_NAME: Final = re.compile(r"(.+)-(\d{4}(?:-\d{2}-\d{2})?)\.ft-.+")
"""`gpt-4.1-mini-2025-04-14.ft-…`: base, its version and the job that trained it.

https://learn.microsoft.com/azure/foundry/openai/how-to/fine-tuning-deploy
"""

_UNLISTED: Final[Note] = ("not known: the region lists no base model of that name and version", PAGE)


_BY_BASE: Final[Note] = ("of the model that it was trained on: regions list no fine-tuned models", PAGE)


def served(found: Catalogue, kinds: tuple[str, ...], model_format: str, name: str, version: str | None) -> Lookup:
    """What a region lists of a model; of a fine-tuned one what it lists of its base, with a note that says so."""
    base = _NAME.fullmatch(name)
    if base is None:
        return found.find(kinds, model_format, name, version)
    told = found.find(kinds, model_format, base[1], base[2])
    if told.entry is None:
        return replace(told, certain=False, note=_UNLISTED if told.certain else told.note, of_base=True)
    return replace(told, note=_BY_BASE, of_base=True)


def fine_tuning(model: JsonObject, kind: str | None, catalogue: Catalogue | None, now: datetime) -> Part:
    """`deployment.fine_tuning`; `model` is what is deployed, `catalogue` what its region offers, `now` in UTC.

    Regions list base models alone, so the end is that which the base announces for what was trained on it
    (deprecation.fineTune); it is not the end of the base itself.
    """
    told = Telling()
    name, model_format = text(model.get("name")), text(model.get("format"))
    parts = _NAME.fullmatch(name) if name is not None else None
    told.tell("used", None if name is None else ".ft-" in name)
    if parts is None or model_format is None:
        return told.done()
    told.tell("base", f"{parts[1]} {parts[2]}")
    found = catalogue.find((kind,), model_format, parts[1], parts[2]) if catalogue is not None and kind else None
    if found is None or found.entry is None:
        gap = found.gap if found is not None else None
        told.tell("announced", None, because=gap, note=_UNLISTED if found is not None and found.certain else None)
        return told.done()
    end = day(dig(found.entry.model, "deprecation", "fineTune"))
    if end.known:
        told.tell("announced", end.day is not None)
    if end.day is not None:
        told.tell("ends", end.day.isoformat())
        told.tell("days_left", (end.day - now.date()).days)
    told.read("", found.readings)
    return told.done()
