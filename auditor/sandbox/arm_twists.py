"""How Resource Manager's answers go wrong on the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.record import JsonObject
from auditor.sandbox.arm_errors import server_error, throttled
from auditor.sandbox.troubles import ArmTrouble
from auditor.sandbox.wire import Answer, Ask

PORTAL = (
    b"<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Sign in to continue.</body></html>"
)
"""What a captive portal says in anybody's name."""

FOREIGN_HOST = "management.azure.com.example.net"


def instead(trouble: ArmTrouble) -> Answer | None:
    """An answer that stands in place of the real one."""
    match trouble.way:
        case "html":
            return Answer(200, PORTAL, {"content-type": "text/html; charset=utf-8"})
        case "server-error":
            return server_error()
        case "throttled":
            return throttled(max(1, round(trouble.seconds)))
        case "reset":
            return Answer(200, cut="reset")
    return None


def twisted(body: JsonObject, trouble: ArmTrouble, ask: Ask) -> JsonObject:
    """The body gone wrong in the way of the trouble; `body` is one page or one thing."""
    twist = _TWISTS.get(trouble.way)
    return twist(body, ask) if twist else body


def _each(body: JsonObject, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    rows = body.get("value")
    return {**body, "value": [change(row) for row in rows]} if isinstance(rows, list) else change(body)


def _wrong_types(body: JsonObject, _: Ask) -> JsonObject:
    rows = body.get("value")
    if isinstance(rows, list):
        return {**body, "value": {str(index): row for index, row in enumerate(rows)}}
    return {name: [value] for name, value in body.items()}


def _wrong_members(body: JsonObject, _: Ask) -> JsonObject:
    def scramble(value: Any) -> Any:
        return {"was": value} if isinstance(value, str) else "0" if isinstance(value, int | float) else value

    def members(row: JsonObject) -> JsonObject:
        told = row.get("properties")
        inner = {name: scramble(value) for name, value in told.items()} if isinstance(told, dict) else told
        return {**row, "properties": inner, "sku": "S0", "tags": ["owner"]}

    return _each(body, members)


def _null_properties(body: JsonObject, _: Ask) -> JsonObject:
    return _each(body, lambda row: {**row, "properties": None})


def _missing_value(body: JsonObject, _: Ask) -> JsonObject:
    return {"values" if name == "value" else name: value for name, value in body.items()}


def _loop(body: JsonObject, ask: Ask) -> JsonObject:
    version = ask.query.get("api-version", "")
    return {**body, "nextLink": f"https://{ask.host}{ask.path}?api-version={version}&$skipToken=again"}


def _foreign_host(body: JsonObject, ask: Ask) -> JsonObject:
    version = ask.query.get("api-version", "")
    return {**body, "nextLink": f"https://{FOREIGN_HOST}{ask.path}?api-version={version}&$skipToken=1"}


_TWISTS: dict[str, Callable[[JsonObject, Ask], JsonObject]] = {
    "wrong-types": _wrong_types,
    "wrong-members": _wrong_members,
    "missing-value": _missing_value,
    "null-properties": _null_properties,
    "nextlink-loop": _loop,
    "nextlink-foreign-host": _foreign_host,
}
