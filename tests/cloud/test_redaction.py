"""Secrets are masked wherever they stand, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.redaction import MASK, SECRET_MEMBERS, bounded, redact

ROOT = Path(__file__).parents[2]
KEY = "A" * 52 + "JQQJ99BAACYeBjFXJ3w3AAABACOGabcd"


@pytest.mark.parametrize("name", SECRET_MEMBERS)
def test_a_member_that_is_a_secret_is_masked_whatever_its_value(name: str) -> None:
    """By its name, in any case, with escapes in it, and the body stays JSON."""
    body, redacted = redact(json.dumps({name.upper(): 'PLAN"TED\\', "key": "token"}).encode())
    assert redacted
    assert json.loads(body) == {name.upper(): MASK, "key": "token"}


@pytest.mark.parametrize(
    "text",
    [
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=PLANTED==;EndpointSuffix=core.windows.net",
        "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=PLANTED=",
        "https://a.blob.core.windows.net/c?sv=2024&sp=r&sig=PLANTED%3D&se=x",
        "Authorization: Bearer PLANTED.PLANTED.PLANTED",
        "token eyJPLANTEDPLANTED.eyJPLANTEDPLANTED.PLANTED here",
        KEY.replace("AAAAAAA", "PLANTED", 1),
    ],
)
def test_a_secret_within_a_text_is_masked(text: str) -> None:
    """Connection strings, signatures, bearer headers, tokens and marked keys, in bodies and in messages."""
    body, redacted = redact(json.dumps({"note": text}).encode())
    assert redacted
    assert b"PLANTED" not in body
    assert "PLANTED" not in bounded(text)
    json.loads(body)


def test_recorded_answers_are_kept_byte_for_byte_but_for_the_throttling_key() -> None:
    """Real bodies hold one secret, and it is the only thing that changes."""
    folder = ROOT / ".." / "shared" / "recorded" / "arm"
    if not folder.exists():
        pytest.skip(f"{folder} is absent: the recorded traffic is not part of this repository")
    changed = {path.name for path in folder.iterdir() if redact(path.read_bytes())[1]}
    with_key = {path.name for path in folder.iterdir() if b"_H_azureml-throttling-key" in path.read_bytes()}
    assert changed == with_key


@given(st.dictionaries(st.sampled_from(["key", "name", "count", "keyName", "keyVersion"]), st.text(max_size=40)))
def test_facts_that_only_sound_like_secrets_stay(facts: dict[str, str]) -> None:
    """A rate limit's `key` is `token`, a key vault key has a name: neither is a secret."""
    body = json.dumps(facts).encode()
    if not any(word in body.lower() for word in (b"bearer ", b"eyj", b"key=", b"sig=", b"password=")):
        assert redact(body) == (body, False)


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_bounded_text_is_one_printable_line(text: str, limit: int) -> None:
    """No line break, no terminal escape, no more than asked."""
    line = bounded(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
