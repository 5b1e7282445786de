"""The one shape that everything kept has: frozen, closed to unknown keys, written as JSON in a fixed order."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
"""Any value that JSON can hold."""

JsonObject = dict[str, Any]
"""A JSON object as the service sent it; its members are not ours to type."""


class Record(BaseModel):
    """A frozen value; to change one is to make another (`record.model_copy(update=…)`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float")

    @classmethod
    def trusted(cls, members: dict[str, Any]) -> Self:
        """One made of all its members, which are right already and are not looked at again; for very many of them."""
        made = cls.__new__(cls)
        for name, value in members.items():  # one by one, they share their names with all others: half the memory
            object.__setattr__(made, name, value)
        object.__setattr__(made, "__pydantic_fields_set__", _members(cls))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


@cache
def _members(shape: type[Record]) -> set[str]:
    """Their names, one set for all that is made of them: no smaller than such a record itself."""
    return set(shape.model_fields)
