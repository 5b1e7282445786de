"""Whatever stands under `credentials` is taken out of a body, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.credentials import without_credentials
from auditor.cloud.redaction import redact

KEY = "plain words that no form of a secret tells"


@pytest.mark.parametrize(
    "credentials",
    [
        {"key": KEY},
        {"accessKeyId": KEY, "secretAccessKey": KEY},
        {"pat": KEY},
        {"sas": KEY},
        {"username": KEY, "password": KEY, "securityToken": KEY},
        {"keys": {"anything": KEY, "more": {"deep": [KEY]}}},
        {"key": f'{KEY} with "quotes" and {{braces}} and \\ \n'},
        KEY,
        [KEY],
    ],
)
def test_every_kind_of_credential_is_taken_out(credentials: Any) -> None:
    """Those of each way to sign in, and of shapes never seen; the body stays JSON and says that it was changed."""
    body = json.dumps({"value": [{"name": "c", "properties": {"credentials": credentials, "category": "x"}}]}).encode()
    masked, changed = redact(body)
    assert changed
    assert KEY.encode() not in masked
    properties = json.loads(masked)["value"][0]["properties"]
    assert properties == {"credentials": "***", "category": "x"}


@pytest.mark.parametrize("spelled", ['"Credentials" : \n {"key": "%s"}', '"CREDENTIALS":{"key":"%s"}'])
def test_names_compare_without_case(spelled: str) -> None:
    """As the members of Resource Manager's bodies do."""
    assert KEY not in without_credentials("{" + spelled % KEY + "}")


def test_a_body_that_breaks_off_leaves_nothing_behind() -> None:
    """Nobody knows where the value would have ended."""
    whole = json.dumps({"a": 1, "credentials": {"key": KEY}, "b": 2})
    for length in range(len(whole)):
        assert "plain words" not in without_credentials(whole[:length]), length


def test_nothing_is_left_alone_and_so_is_what_was_masked() -> None:
    """Resource Manager answers with null."""
    for body in (b'{"credentials": null}', b'{"credentials":"***"}', b'{"name": "credentials"}', b'{"value": []}'):
        assert redact(body) == (body, False)
    once = without_credentials(json.dumps({"credentials": {"key": KEY}}))
    assert without_credentials(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda below: (
            st.lists(below, max_size=3)
            | st.dictionaries(st.sampled_from(("credentials", "name", "a b")), below, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_all_else_stays_as_it_was(value: Any) -> None:
    """Taken as data, the result is the body with each such member masked."""

    def masked(told: Any) -> Any:
        if isinstance(told, list):
            return [masked(one) for one in told]
        if isinstance(told, dict):
            return {
                name: one if name == "credentials" and one is None else "***" if name == "credentials" else masked(one)
                for name, one in told.items()
            }
        return told

    assert json.loads(without_credentials(json.dumps(value))) == masked(value)
