"""Any answer is either rows or malformed, and never a surprise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.pages import MAX_PAGES, Exchange, MalformedBodyError, json_object, table_page

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "nextLink", "id", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.one_of(st.binary(max_size=40), json_values.map(lambda value: json.dumps(value).encode())))
def test_a_page_is_rows_or_malformed(body: bytes) -> None:
    """Whatever a server sends with 200, nothing but MalformedBodyError is raised, and what is kept can be written."""
    exchange = Exchange(paged=True)
    try:
        exchange.answered("r", 200, "application/json", body)
    except MalformedBodyError:
        assert not exchange.finished
        return
    assert exchange.finished is (exchange.next_link is None)
    json.dumps([row.body for row in exchange.rows], ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize("paged", [True, False])
def test_an_error_that_says_200_is_no_answer(paged: bool) -> None:
    """Not even beside a part of the list, which would then be called whole; `error: null` is none."""
    for body in ({"error": {"code": "x"}}, {"value": [], "error": {"code": "x", "message": "partial"}}):
        with pytest.raises(MalformedBodyError):
            Exchange(paged=paged).answered("r", 200, "application/json", json.dumps(body).encode())
    exchange = Exchange(paged=paged)
    exchange.answered("r", 200, "application/json", json.dumps({"value": [], "error": None}).encode())
    assert exchange.finished


def test_endless_pages_end() -> None:
    """A list that always has another page is a loop in disguise."""
    exchange = Exchange(paged=True)

    def turn(number: int) -> None:
        page = json.dumps({"value": [], "nextLink": f"https://x/{number}"}).encode()
        exchange.answered("r", 200, "application/json", page)

    for number in range(MAX_PAGES - 1):
        turn(number)
    with pytest.raises(MalformedBodyError, match="pages"):
        turn(MAX_PAGES)


def test_a_query_in_odata_names_its_next_page_otherwise() -> None:
    """The link of either manner is followed, and null or nothing in both is the end."""
    exchange = Exchange(paged=True)
    for link, expected in (("https://x/1", "https://x/1"), (None, None)):
        page = {"value": [], "nextLink": None, "@odata.nextLink": link}
        exchange.answered("r", 200, "application/json", json.dumps(page).encode())
        assert (exchange.next_link, exchange.finished) == (expected, expected is None)


def test_a_table_is_rows_by_the_names_of_its_columns() -> None:
    exchange = Exchange(paged=True, page_of=table_page)
    columns = [{"name": "Cost", "type": "Number"}, {"name": "Currency"}]
    for link in ("https://x/2", None):
        page = {"properties": {"columns": columns, "rows": [[1.5, "EUR"]], "nextLink": link}}
        exchange.answered("r", 200, "application/json", json.dumps(page).encode())
        assert (exchange.next_link, exchange.finished) == (link, link is None)
    assert [row.body for row in exchange.rows] == [{"Cost": 1.5, "Currency": "EUR"}] * 2


@pytest.mark.parametrize(
    "table",
    [
        None,
        [],
        {},
        {"columns": [], "rows": None},
        {"columns": [{"name": "Cost"}], "rows": [[1, 2]]},
        {"columns": [{"name": "Cost"}], "rows": [{"Cost": 1}]},
        {"columns": [{"name": "Cost"}, {"name": "Cost"}], "rows": []},
        {"columns": ["Cost"], "rows": []},
        {"columns": [{"name": 4}], "rows": []},
    ],
    ids=str,
)
def test_what_is_no_table_is_malformed(table: object) -> None:
    """A value must not slip under another column's name."""
    exchange = Exchange(paged=True, page_of=table_page)
    with pytest.raises(MalformedBodyError, match="a table"):
        exchange.answered("r", 200, "application/json", json.dumps({"properties": table}).encode())
    assert not exchange.finished


@pytest.mark.parametrize("name", ["NextLink", "nextlink", "@odata.nextlink"])
def test_a_next_page_in_another_casing_is_not_the_end(name: str) -> None:
    """Where the client does not follow it, the list was not read whole."""
    exchange = Exchange(paged=True)
    exchange.answered("r", 200, "application/json", json.dumps({"value": [], name: "https://x/2"}).encode())
    assert (exchange.finished, exchange.next_link) == (False, "https://x/2")


def test_only_what_is_to_be_kept_stays() -> None:
    """The page is checked whole all the same."""
    exchange = Exchange(paged=True, keep=lambda element: element["id"] > 1)
    exchange.answered("r", 200, "application/json", b'{"value": [{"id": 1}, {"id": 2}]}')
    assert [row.body for row in exchange.rows] == [{"id": 2}]
    with pytest.raises(MalformedBodyError, match="an element"):
        Exchange(paged=True, keep=lambda _: False).answered("r", 200, "application/json", b'{"value": [1]}')


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 201 + b"1" + b"}" * 201,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
    ],
)
def test_json_that_can_not_be_written_again_is_malformed(body: bytes) -> None:
    """Lone surrogates, bottomless nesting, endless numbers and foreign encodings."""
    with pytest.raises(MalformedBodyError):
        json_object(body, "application/json")
