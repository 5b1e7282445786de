"""Secrets are masked wherever they stand, and nothing else is touched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.redaction import MASK, bounded, bounded_member, redact, secrets_in

ROOT = Path(__file__).parents[2]
SECRET_MEMBERS = (
    "_H_azureml-throttling-key",
    "accessKey",
    "accountKey",
    "apiKey",
    "access_token",
    "clientSecret",
    "client_secret",
    "connectionString",
    "instrumentationKey",
    "key1",
    "key2",
    "migrationToken",
    "password",
    "primaryConnectionString",
    "primaryKey",
    "qnaAzureSearchEndpointKey",
    "refresh_token",
    "sasToken",
    "sasUri",
    "secondaryConnectionString",
    "secondaryKey",
    "sharedAccessKey",
    "sharedKey",
    "storageAccountConnectionString",
)
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
        "eyJPLANTEDPLANTED.eyJPLANTEDPLANTED",
        KEY.replace("AAAAAAA", "PLANTED", 1),
        "abc8Q~PLANTEDPLANTEDPLANTEDPLANTEDPLANTE",
        "Incorrect API key provided: sk-proj-PLANTEDPLANTEDPLANTED.",
        f"{'PLANTED' * 12}AB==",
        "api-key: PLANTEDPLANTEDPLANTED",
        "{'client_secret': 'PLANTED-PLANTED'}",
        "grant_type=client_credentials&client_secret=PLANTED-PLANTED&scope=x",
        "via http://proxy-user:PLANTED@10.0.0.1:3128/",
        '{"error":"{\\"key1\\":\\"PLANTEDPLANTEDPLANTED\\",\\"x\\":1}"}',
        "said {\\u0022accessKey\\u0022:\\u0022PLANTEDPLANTEDPLANTED\\u0022}",
    ],
)
@pytest.mark.parametrize("before", ["", "\n", "\u00e9 ", '"'])
def test_a_secret_within_a_text_is_masked(text: str, before: str) -> None:
    """Connection strings, signatures, headers, tokens, keys by form and by name, in bodies and in messages."""
    body, redacted = redact(json.dumps({"note": f"{before}{text}"}).encode())
    assert redacted
    assert b"PLANTED" not in body
    assert "PLANTED" not in bounded(f"{before}{text}")
    json.loads(body)


BEFORE_KEY = (
    *("access", "account", "admin", "api", "auth", "endpoint", "function", "host", "instrumentation", "master"),
    *("primary", "private", "query", "search", "secondary", "service", "shared", "signing", "storage"),
    *("subscription", "throttling"),
)


@pytest.mark.parametrize("word", BEFORE_KEY)
@pytest.mark.parametrize("between", ["", "_", "-"])
def test_a_key_is_known_by_the_word_before_it(word: str, between: str) -> None:
    """However short in a member of JSON, and where it is long in any text; `projectKey` may be anything."""
    name = f"{word}{between}key"
    assert json.loads(redact(json.dumps({name: "PLANTED"}).encode())[0]) == {name: MASK}
    assert bounded(f"{name}=PLANTEDPLANTEDPLANTED;x") == f"{name}=***;x"
    assert bounded(f"project{between}Key=PLANTEDPLANTEDPLANTED") == f"project{between}Key=PLANTEDPLANTEDPLANTED"


@pytest.mark.parametrize(
    "text",
    [
        "Server=x;Uid=u; Pwd=PLANTED;",
        "Server=x;Password=PLANTED;",
        "sv=2024\\u0026sig=PLANTED",
        "next=https%3A%2F%2Fa%3Fsig%3DPLANTED%26se",
        "sv=2024;sig=PLANTED",
        f"/api/run?code={'PLANTED' * 6}",
        f"a&code={'PLANTED' * 6}",
        "Authorization=Basic PLANTEDPLANTED",
        "'authorization': 'Basic PLANTEDPLANTED'",
        f"https://{'PLANTED' * 3}@dev.azure.com/x",
        "https:\\/\\/u:PLANTED@x/",
        "-----BEGIN RSA PRIVATE KEY-----\nPLANTED",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nPLANTED",
        f"abc7Q~{'PLANTED' * 5}"[: 6 + 31],
        f"{'PLANTED' * 6}AzSeABCDEF",
        f"{('PLANTED' * 11)[:76]}AZDOABCD",
        *(f"gh{kind}_{'PLANTED' * 6}" for kind in "opsur"),
        f"github_pat_{'PLANTED' * 4}",
        f"{'PLANTED' * 12}AB\\u003d\\u003d",
        f"projectKey: {'PLANTED' * 5}",
        "sessionToken=PLANTEDPLANTEDPLANTED",
        "passwd: PLANTEDPLANTED",
        "Connection String = PLANTEDPLANTED",
        "sasUrl: PLANTEDPLANTED",
    ],
    ids=str.lower,
)
def test_each_form_of_a_secret_is_masked(text: str) -> None:
    """What Azure and its neighbours give out, as a message may quote it."""
    assert "PLANTED" not in bounded(text)
    assert b"PLANTED" not in redact(text.encode())[0]


@pytest.mark.parametrize("escape", ["\\u003d", "\\u003D", "\\u000a", "\\u000A", "\\n", "\\t"])
@pytest.mark.parametrize(
    "secret",
    ["eyJPLANTEDPLANTED.eyJPLANTEDPLANTED.x", f"sk-{'PLANTED' * 4}", f"ghp_{'PLANTED' * 6}", f"{'PLANTED' * 12}AB=="],
    ids=["jwt", "openai", "github", "storage"],
)
def test_a_secret_begins_after_an_escape_of_json(escape: str, secret: str) -> None:
    """In capitals too, as .NET writes the digits of an escape."""
    assert redact(f'{{"note":"x{escape}{secret}"}}'.encode()) == (f'{{"note":"x{escape}{MASK}"}}'.encode(), True)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("digits", ["02x", "02X"])
def test_a_secret_that_is_percent_encoded_whole_is_masked(layers: int, digits: str) -> None:
    """Each of its characters, as often as addresses stand within addresses."""
    text = "AccountKey=PLANTED0189/+"
    for _ in range(layers):
        text = "".join(f"%{format(ord(char), digits)}" for char in text)
    assert bounded(f"https://x/?a={text}") == "https://x/?a=AccountKey=***"


def test_what_was_decoded_to_be_masked_acts_no_more_than_before() -> None:
    """Line ends, quotes and brackets beside the secret stay encoded, so that the body stays JSON."""
    text = "AccountKey%3DPLANTED%22%00%1F%0A%20%27%3C%3E%5C%7F%21%41"
    assert redact(text.encode()) == (b"AccountKey=***%22%00%1F%0A%20%27%3C%3E%5C%7F!A", True)
    assert redact(b"a%3Db%22 AccountKey=x") == (b"a%3Db%22 AccountKey=***", True)


@pytest.mark.parametrize(
    "text",
    ["{}", "key {}", "Key: {}.", "Incorrect API key provided: {}.", "a\n{}\nb", "Ocp-Apim-Subscription-Key={}", '"{}"'],
)
@pytest.mark.parametrize("digits", ["0123456789abcdef" * 2, "0123456789ABCDEF" * 2])
def test_32_digits_by_themselves_are_a_key(text: str, digits: str) -> None:
    """As keys were until 2024; the body stays JSON."""
    body, redacted = redact(json.dumps({"note": text.format(digits)}).encode())
    assert redacted
    assert json.loads(body) == {"note": text.format(MASK)}
    assert bounded(text.format(digits)) == " ".join(text.format(MASK).split())


@pytest.mark.parametrize(
    "text",
    [
        '{"internalId": "HEX"}',
        '{"keyVersion":"HEX"}',
        '{"keyIdentifier":"https://x.vault.azure.net/keys/foundry/HEX"}',
        '{"model":"gpt-4o-mini.ft-HEX"}',
        '{"etag":"W/\\"HEX\\""}',
        '{"nextLink":"https://management.azure.com/x?$skipToken=HEX"}',
        "Please include the request ID HEX in your message.",
        "x-request-id: HEX",
        "traceparent: 00-HEX-00f067aa0ba902b7-01",
        "Ref A: HEX Ref B: CH1EDGE0210",
    ],
)
def test_32_digits_that_name_something_stay(text: str) -> None:
    """What a word before them calls an identifier, and what is part of a longer name."""
    digits = text.replace("HEX", "0123456789abcdef" * 2)
    assert redact(digits.encode()) == (digits.encode(), False)


IDENTIFIED = (
    *(f"{word}ID" for word in ("activity", "client", "correlation", "internal", "object", "operation", "principal")),
    *(f"{word}id" for word in ("request", "session", "tenant", "trace", "tracking")),
    *("account", "CHECKSUM", "digest", "ETag", "hash", "md5", "model", "name", "print", "skiptoken", "version"),
    *("id", "IDs", "thingId", "thingIDs", "Ref A", "Ref B", "Ref C"),
)


@pytest.mark.parametrize("word", IDENTIFIED)
@pytest.mark.parametrize(
    "between", [": ", '":"', "\\u0022:\\u0022", "=W/"], ids=["said", "json", "escaped", "weak tag"]
)
def test_each_word_that_calls_32_digits_an_identifier(word: str, between: str) -> None:
    """Directly before them, whatever marks stand between; letters between make them a key again."""
    digits = "0123456789abcdef" * 2
    assert bounded(f"{word}{between}{digits}") == f"{word}{between}{digits}"
    assert bounded(f"{word} is not {digits}") == f"{word} is not {MASK}"


@pytest.mark.parametrize("before", ["", "x ", '"', "\\n", "\\u000a", "\\u000A", "(", "="])
@pytest.mark.parametrize("after", ["", " x", '"', ". X", "-", "/", "\\n"])
def test_where_32_digits_begin_and_end(before: str, after: str) -> None:
    """After a blank, a mark or an escape of JSON; a dot, a dash or a slash ends them unless a word goes on there."""
    digits = "0123456789abcdef" * 2
    assert redact(f"{before}{digits}{after}".encode()) == (f"{before}{MASK}{after}".encode(), True)


@pytest.mark.parametrize(
    "text", ["{}0", "{}g", "{}_x", "{}.json", "{}-east", "{}/x", "g{}", "_{}", "a.{}", "a-{}", "a/{}"]
)
def test_32_digits_within_a_longer_name_stay(text: str) -> None:
    name = text.format("0123456789abcdef" * 2)
    assert redact(name.encode()) == (name.encode(), False)


def test_an_endpoint_and_a_count_are_no_token() -> None:
    """Members of real answers that are named like secrets."""
    body = b'{"Token":"https://x.cognitiveservices.azure.com/","maxContextToken":"1047576","key":"openai.threads.list"}'
    assert redact(body) == (body, False)


@pytest.mark.parametrize(
    "body",
    [
        '{"a":{"output_tokens":1234567890123456},"b":[1]}',
        '{"x":"{\\"max_tokens\\":12345678901234567}"}',
        '{"secrets":[12345678,null]}',
        '{"a":[{"secret":false}]}',
        '{"tokens": 1234567890123456\n}',
    ],
)
def test_what_is_no_text_is_no_secret(body: str) -> None:
    """Counts, switches and lists under names of secrets; masked, they would take a bracket along."""
    json.loads(body)
    assert redact(body.encode()) == (body.encode(), False)


def test_a_number_for_a_password_is_masked_as_a_text() -> None:
    """So that the body stays JSON."""
    body, redacted = redact(b'{"password": 12345678, "clientSecret":"87654321"}')
    assert redacted
    assert json.loads(body) == {"password": MASK, "clientSecret": MASK}


@pytest.mark.parametrize("name", ["password", "passwd", "clientSecret"])
def test_a_number_alone_is_a_secret_by_its_name(name: str) -> None:
    assert json.loads(redact(json.dumps({name: -12345.5}).encode())[0]) == {name: MASK}
    assert redact(json.dumps({name: 123}).encode())[1] is False


def test_paths_of_secrets() -> None:
    """Each text in plain data that holds one, by its path; the member's name tells what 32 digits are."""
    digits = "0123456789abcdef" * 2
    data = {"a": [{"id": digits}, {"note": digits}, "x"], "b": {"password": "short"}, "c": [f"?sig={digits}"], "d": 1}
    assert list(secrets_in(data)) == [("a", 1, "note"), ("b", "password"), ("c", 0)]


def test_a_name_that_is_a_secret_is_told_and_an_items_name_is_its_lists() -> None:
    """A list's items are called as the list is, however deep."""
    digits = "0123456789abcdef" * 2
    planted = f"sk-{'PLANTED' * 4}"
    assert {*secrets_in({digits: 1, "x": {planted: "y"}})} == {(digits,), ("x", planted)}
    assert list(secrets_in({"ids": [[digits]], "keys": [["x", digits]]})) == [("keys", 0, 1)]


def test_a_text_of_just_the_limit_is_whole() -> None:
    assert bounded("x" * 500) == "x" * 500
    assert bounded("x" * 501) == "x" * 499 + "…"
    assert bounded_member("name", "x" * 200) == "x" * 200
    assert bounded_member("name", "x" * 201) == "x" * 199 + "…"


def test_a_headers_name_tells_an_identifier_from_a_key() -> None:
    """The same digits under two names."""
    digits = "0123456789abcdef" * 2
    assert bounded_member("x-request-id", digits) == digits
    assert bounded_member("x-note", f"{digits} {'y' * 300}", 10) == "*** yyyyy…"
    assert bounded_member("x-note", "") == ""


def test_recorded_answers_are_kept_byte_for_byte_but_for_keys_and_credentials() -> None:
    """Real bodies hold a throttling key and a connection's credentials, and these are the only things that change."""
    folder = ROOT / ".." / "shared" / "recorded" / "arm"
    if not folder.exists():
        pytest.skip(f"{folder} is absent: the recorded traffic is not part of this repository")
    changed = {path.name for path in folder.iterdir() if redact(path.read_bytes())[1]}
    secret = re.compile(rb'_H_azureml-throttling-key|"credentials": \{')
    assert changed == {path.name for path in folder.iterdir() if secret.search(path.read_bytes())}


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


SECRETS = st.sampled_from(
    [
        '{"max_tokens":1234567890123456}',
        '{"password":123456}',
        "x?a=AccountKey%3Dabc%2B&b=1",
        "%2525sig%253D",
        "Authorization: Basic cm9ib3Q6eA==",
        "-----BEGIN PRIVATE KEY-----\nMIIE/x==\n-----END PRIVATE KEY-----",
        "AccountKey=abc+/=",
        "?sig=a%2Fb",
        "Bearer abcdefghijklmnopqrst",
        "eyJhbGciOiJub25l.eyJzdWIiOiJ4",
        "0123456789abcdef" * 2,
        "https://u:p@x/",
        '{"key1":"0123456789"}',
        "api_key: 0123456789abcdefgh",
        KEY,
        "A" * 86 + "==",
        "abc8Q~" + "x" * 33,
    ]
)
TEXTS = st.lists(SECRETS | st.text(max_size=6) | st.sampled_from(["\\", '"', "\b", "\f", "\n", "/", "&"])).map("".join)


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=5))
def test_a_masked_body_is_json_of_the_same_shape_and_has_nothing_left_to_mask(value: object) -> None:
    """Whatever stands around a secret, however it is escaped, also as JSON within JSON."""
    for body in (json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps({"inner": json.dumps(value)})):
        once, _ = redact(body.encode("utf-8"))
        assert _shape(json.loads(once)) == _shape(json.loads(body))
        assert redact(once) == (once, False)


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return [_shape(item) for item in value.values()]
    return [_shape(item) for item in value] if isinstance(value, list) else type(value)
