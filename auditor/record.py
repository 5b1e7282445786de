"""The one shape that everything kept has: frozen, closed to unknown keys, written as JSON in a fixed order."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
"""Any value that JSON can hold."""

JsonObject = dict[str, Any]
"""A JSON object as the service sent it; its members are not ours to type."""


class Record(BaseModel):
    """A frozen value; to change one is to make another (`record.model_copy(update=…)`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float")
