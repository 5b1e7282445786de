"""What one read brought: the raw pages of a list or the raw body of a thing, checked for their shape as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from pydantic_core import from_json, to_json

from auditor.record import JsonObject

MAX_PAGES = 1_000
"""More pages than this are taken for a loop."""


NEXT_LINKS = frozenset({"nextlink", "@odata.nextlink", "nextpagelink"})
"""Where a page says that there is a further one: as Resource Manager, queries in OData and the price list do; in lower
case, since one that is spelled otherwise than the client expects must not be taken for the end."""


class MalformedBodyError(Exception):
    """An answer that says 200 and is not what its API promises."""


class ForeignOriginError(Exception):
    """A request was about to go, with our token, to another origin than the cloud's own."""


@dataclass(frozen=True)
class Row:
    """One element and the reading that it came from."""

    body: JsonObject
    reading: str


@dataclass(frozen=True)
class Rows:
    """A list that was read whole, as far as it was to be kept, and the readings of all its pages."""

    rows: tuple[Row, ...]
    readings: tuple[str, ...]


class Exchange:
    """Follows one read through all its requests; given to the client, filled by the recording policy.

    `paged` says whether a page `{"value": […], "nextLink": …}` is expected, or one object. Of a page's elements only
    those that `keep` holds for stay in memory, so that a list which is mostly about other things costs no more.
    A `secret` answer is for the caller alone: its body is neither kept nor hashed. `page_of` makes such a page of what
    comes in another form, and raises MalformedBodyError where it can't.
    """

    def __init__(
        self,
        *,
        paged: bool,
        keep: Callable[[JsonObject], bool] = lambda _: True,
        secret: bool = False,
        rows_in: str = "value",
        page_of: Callable[[JsonObject], JsonObject] = lambda body: body,
    ) -> None:
        self._paged = paged
        self.secret = secret
        self._keep = keep
        self._rows_in = rows_in
        self._page_of = page_of
        self._links: set[str] = set()
        self.rows: list[Row] = []
        self.readings: list[str] = []
        self.status: int | None = None
        """Of the last answer; None before one, and after a request that got none."""
        self.error_body = b""
        """Of the last answer, when it was an error."""
        self.finished = False
        """Whether the last good answer had no further page."""
        self.next_link: str | None = None
        """Where the last page said that the next one is."""

    def unanswered(self, reading: str) -> None:
        """Notes a request that got no answer."""
        self.status = None
        self.readings.append(reading)

    def answered(self, reading: str, status: int, content_type: str, body: bytes) -> None:
        """Notes an answer; raises MalformedBodyError when it says 200 and can't be what was asked for."""
        self.status = status
        self.readings.append(reading)
        if status != HTTPStatus.OK:
            self.error_body = body
            return
        if self._paged:
            self._add_page(reading, self._page_of(json_object(body, content_type)))
        else:
            self.rows.append(Row(json_object(body, content_type), reading))
            self.finished = True

    def _add_page(self, reading: str, page: JsonObject) -> None:
        if self._rows_in not in page:
            raise MalformedBodyError(f"a page without `{self._rows_in}`")
        elements = page[self._rows_in]
        if not isinstance(elements, list):
            raise MalformedBodyError(f"`{self._rows_in}` is {_kind(elements)} instead of a list")
        self.rows.extend(Row(element, reading) for element in _objects(elements) if self._keep(element))
        self.next_link = None
        links = (value for name, value in page.items() if name.lower() in NEXT_LINKS and value is not None)
        link = next(links, None)
        if link is None or link == "":
            self.finished = True
            return
        if not isinstance(link, str):
            raise MalformedBodyError(f"`nextLink` is {_kind(link)} instead of a string")
        if link in self._links:
            raise MalformedBodyError("`nextLink` leads back to a page that was already read")
        self._links.add(link)
        self.next_link = link
        if len(self._links) >= MAX_PAGES:
            raise MalformedBodyError(f"more than {MAX_PAGES} pages")


def table_page(body: JsonObject) -> JsonObject:
    """The page of a query that answers with a table: each row an object by the names of the columns.

    https://learn.microsoft.com/rest/api/cost-management/query/usage
    """
    table = body.get("properties")
    table = table if isinstance(table, dict) else {}
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise MalformedBodyError("a table without `columns` or `rows`")
    names = [one.get("name") if isinstance(one, dict) else None for one in columns]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise MalformedBodyError("a table with a column that has no name of its own")
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        raise MalformedBodyError("a table with a row that has not a value for each column")
    return {"value": [dict(zip(names, row, strict=True)) for row in rows], "nextLink": table.get("nextLink")}


def json_object(body: bytes, content_type: str) -> JsonObject:
    """The JSON object in a body; raises MalformedBodyError with what it is instead."""
    try:
        value = json.loads(body, parse_constant=_not_json)
        from_json(to_json(value))  # as snapshots hold it: no half characters, nothing nested without end
    except (ValueError, RecursionError) as error:
        if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
            raise MalformedBodyError("HTML instead of JSON, as a proxy or a captive portal answers") from error
        raise MalformedBodyError(f"{len(body)} bytes that are not JSON") from error
    if not isinstance(value, dict):
        raise MalformedBodyError(f"{_kind(value)} instead of an object")
    if isinstance(value.get("error"), dict):
        raise MalformedBodyError("an error in the place of an answer, or beside a part of it")
    return value


def _not_json(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _objects(elements: list[object]) -> Iterable[JsonObject]:
    for element in elements:
        if not isinstance(element, dict):
            raise MalformedBodyError(f"an element of `value` is {_kind(element)} instead of an object")
        yield element


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return "null" if value is None else names[type(value)]
