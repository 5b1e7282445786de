"""Ids and people's names are masked wherever they stand, the same each time; what is public stays, JSON stays JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.recorder import Recorder
from auditor.redact_ids import PUBLIC, Bodies, mask, mask_for, mask_id, mask_name
from auditor.snapshot import Principal, Reading, Snapshot
from tests.report.sample import sample_run

ROOT = Path(__file__).parents[2]
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CUSTOM = "7c2f1f0e-3f64-4d8e-9a3c-0d6e5a1b2c3d"
SUBSCRIPTION = "3f6b9e1a-52c7-4d0e-8a41-b7d2c6e5f901"
ADDRESS = "ada.lovelace_contoso.com#EXT#@contoso.onmicrosoft.com"

GUIDS = st.uuids().map(str).filter(lambda one: one not in PUBLIC)
PLACES = st.sampled_from(
    [
        "/subscriptions/{}/resourceGroups/x",
        "{}",
        "object id '{}' has",
        "x{}y",
        "DefaultWorkspace-{}-WEU",
        '{{"principalId":"{}"}}',
        "https://sts.windows.net/{}/",
        "\n{}\t",
    ]
)


@given(st.lists(st.tuples(GUIDS, PLACES, st.booleans())), st.text(max_size=9))
def test_no_id_is_left_and_json_keeps_its_shape(said: list[tuple[str, str, bool]], between: str) -> None:
    """Wherever it stands, in whatever case, also in JSON within JSON; what is masked stays as it is."""
    texts = [place.format(guid.upper() if loud else guid) + between for guid, place, loud in said]
    whole = json.dumps({"texts": texts, "deeper": json.dumps(texts), **dict.fromkeys(texts, 1)})
    once = mask(whole)
    assert not {guid for guid, _, _ in said} & {found.lower() for found in GUID.findall(once)}
    assert len(GUID.findall(once)) == len(GUID.findall(whole)), "each id is still one"
    told = json.loads(once)
    assert [len(text) for text in told["texts"]] == [len(text) for text in texts]
    assert json.loads(told["deeper"]) == told["texts"]
    assert mask(once) == once


@given(GUIDS)
def test_the_same_id_has_the_same_mask(guid: str) -> None:
    """Whatever its case; a mask is valid where an id is asked for, and stays."""
    assert mask_id(guid) == mask_id(guid.upper()) == mask(guid)
    assert GUID.fullmatch(mask_id(guid))
    assert mask_id(mask_id(guid)) == mask_id(guid)


@given(st.from_regex(r"[a-z][a-z.#+-]{0,20}@[a-z]{2,9}(\.[a-z]{2,5}){1,2}", fullmatch=True), st.text(max_size=9))
def test_an_address_is_masked_and_json_stays_json(address: str, before: str) -> None:
    """Whatever stands before it, also what JSON writes as an escape."""
    for ascii_alone in (True, False):
        text = json.dumps({"note": f"{before}\n{address} x", "a": [f"<{address}>"]}, ensure_ascii=ascii_alone)
        once = mask(text)
        assert address not in once
        assert json.loads(once)["a"] == [f"<{mask(address)}>"]
        assert mask(once) == once


@given(st.recursive(st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_what_names_nobody_stays(value: object) -> None:
    """Texts without ids and addresses."""
    text = json.dumps(value)
    if "@" not in text and not GUID.search(text):
        assert mask(text) == text


def test_what_is_public_stays() -> None:
    """Roles and policies by their ids, those of the tenant too, and what the service calls a request."""
    request = "0f1e2d3c-4b5a-4968-8776-655443322110"
    role = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{CUSTOM}"
    body = {"id": role, "name": CUSTOM, "roles": [OWNER, CUSTOM], "x-ms-request-id": request, "say": f"id {request}"}
    told = json.loads(mask(json.dumps(body)))
    assert told == {**body, "id": role.replace(SUBSCRIPTION, mask_id(SUBSCRIPTION))}
    assert mask(CUSTOM) != CUSTOM, "by itself it may be anybody"


def test_who_somebody_is_stays_nowhere() -> None:
    """Neither an id that stands in a public place too, nor one without dashes, nor a name, nor where a list goes on."""
    body = {
        "principalId": CUSTOM,
        "id": f"/roleDefinitions/{CUSTOM}",
        "compact": CUSTOM.replace("-", ""),
        "caller": "Ada Lovelace",
        "createdBy": ADDRESS,
        "nextLink": "https://management.azure.com/x?$skiptoken=b64ids&a=1",
    }
    told = json.loads(mask(json.dumps(body)))
    masked = mask_id(CUSTOM)
    assert told == {
        "principalId": masked,
        "id": f"/roleDefinitions/{masked}",
        "compact": masked.replace("-", ""),
        "caller": mask_name("Ada Lovelace"),
        "createdBy": mask_name(ADDRESS),
        "nextLink": "https://management.azure.com/x?$skiptoken=***&a=1",
    }
    assert mask_name(mask_name("Ada Lovelace")) == mask_name("Ada Lovelace")
    assert mask_name(CUSTOM) == masked
    assert "Ada" not in mask("looking as Ada Lovelace of tenant x (azure-cli), cloud public")


@pytest.mark.parametrize("text", ["actions/checkout@v4.1", "x.yml@refs/heads/main", "azurerm@~>4", "a@b", "@x.com"])
def test_what_is_no_address_stays(text: str) -> None:
    """Versions and references that hold the same sign."""
    assert mask(text) == text


def test_every_id_that_shipped_checks_name_is_public() -> None:
    """A masked role would make a command that mends something else; examples may name anybody."""
    shipped = [*ROOT.glob("policies/frameworks/*.yaml"), *ROOT.glob("auditor/policy/**/*.py")]
    texts = [path.read_text(encoding="utf-8") for path in shipped]
    checks = ROOT.glob("policies/checks/**/*.yaml")
    texts += [path.read_text(encoding="utf-8").partition("\nexamples:")[0] for path in checks]
    named = {found.lower() for text in texts for found in GUID.findall(text) if not found.startswith("00000000-")}
    assert named
    assert named <= PUBLIC


def test_a_record_is_masked_whole() -> None:
    """A run keeps its shape and its verdict; who looked has no name."""
    run = sample_run().model_copy(update={"principal": Principal(credential="x", object_id=SUBSCRIPTION, name="Ada")})
    made = mask_for(run.model_dump_json()).record(run)
    assert made.principal == Principal(credential="x", object_id=mask_id(SUBSCRIPTION), name=mask_name("Ada"))
    assert [one.outcome for one in made.findings] == [one.outcome for one in run.findings]
    assert made.verdict == run.verdict


def test_a_raw_body_is_kept_masked_under_its_new_hash() -> None:
    """Whatever its bytes; the readings name what is kept, and say that it was changed."""
    kept: dict[str, bytes] = {}
    bodies = Bodies(kept.__setitem__)
    body = f'\xff{{"id":"/subscriptions/{SUBSCRIPTION}"}}'.encode("latin-1")
    seen = [_reading(bodies, body), _reading(bodies, body), _reading(bodies, b"{}"), _reading(bodies, None)]
    when = seen[0].sent_at
    principal = Principal(credential="x")
    snapshot = Snapshot(
        cloud="public", taken_at=when, ended_at=when, principal=principal, settings={}, readings=tuple(seen)
    )
    first, second, same, none = bodies.in_place_of(snapshot).readings
    assert first.body_sha256 == second.body_sha256 != seen[0].body_sha256
    assert kept[str(first.body_sha256)] == body.replace(SUBSCRIPTION.encode(), mask_id(SUBSCRIPTION).encode())
    assert (first.redacted, same.redacted, none) == (True, False, seen[3])
    assert len(kept) == 2


def _reading(bodies: Bodies, body: bytes | None) -> Reading:
    recorder = Recorder(bodies.keep)
    now = datetime.now(UTC)
    return recorder.record(
        method="GET", url="https://x/y", status=200, headers={}, body=body, sent_at=now, duration_ms=1
    )
