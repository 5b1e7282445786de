"""Keys that must work, keys and paths that must be refused: what counts as proof, and what decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from auditor.cloud.clouds import PUBLIC
from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, CallError, Surface
from auditor.probe.content_filter import CANARY, CONTENT_FILTER, with_canary
from auditor.probe.keys import KEY_REFUSED, TEXT_KEY, keys_off, with_key
from auditor.probe.public_path import PUBLIC_PATH, put
from auditor.probe.question import Probe, Question, Seen
from auditor.probe.secrets import Secrets
from auditor.probe.target import Door, Target, targets
from auditor.record import JsonObject
from auditor.settings import Canary
from auditor.snapshot import Resource
from tests.probe.pretend import PretendKeys, account, answered, deployment, settings
from tests.probe.pretend_turns import SURFACE, response, target

OWN = "0123456789abcdef" * 4
WORD = Canary(text_from_environment="WORD", category="custom_blocklists")


@dataclass
class Service:
    """Gives one answer to all, and remembers who asked what."""

    reply: Answer
    asked: list[tuple[str | None, JsonObject]] = field(default_factory=list)

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        assert (surface, operation) == (SURFACE, "responses.create")
        assert seconds > 0
        self.asked.append((key, request))
        return self.reply


def behind(**door: Any) -> Target:
    """A deployment behind a door that is shut."""
    told = {"keys_allowed": False, "keys_off": True, "public_off": True, "addresses": ("203.0.113.9",)}
    shut = Door(**{"account": "/a", "first": True, "negative": True, **told, **door})
    return replace(target("gpt-4.1", "content_filter"), door=shut)


async def seen(probe: Probe, service: Service, of: Target, keys: PretendKeys | None = None, **environ: str) -> Seen:
    """What became of the question."""
    question = Question(probe, of, SURFACE)
    secrets = Secrets(keys or PretendKeys(), environ)
    return await question.asked(service, patience=5, deadline=Deadline.after(60), secrets=secrets)


def body(found: Seen) -> JsonObject:
    assert found.resource is not None
    return found.resource.body


def refusal(status: int, code: str, message: str = "no") -> Answer:
    return answered(status, {"error": {"code": code, "message": message}})


DISABLED = refusal(403, "AuthenticationTypeDisabled", "Key based authentication is disabled for this resource.")


async def test_a_key_is_fetched_for_the_call_and_stands_nowhere_after_it() -> None:
    """The answer to it proves that keys work."""
    service = Service(answered(200, response("OK")))
    keys = PretendKeys({"/a": OWN})
    found = await seen(TEXT_KEY, service, behind(keys_allowed=True, keys_off=False), keys)
    assert (body(found)["outcome"], body(found)["proven"]) == ("completed", True)
    assert [key for key, _ in service.asked] == [OWN]
    assert keys.asked == ["/a"]
    assert OWN not in repr(found)


async def test_a_key_that_nobody_may_fetch_is_a_gap() -> None:
    """Nothing is sent, and nothing is proven."""
    service = Service(answered(200, response("OK")))
    found = await seen(TEXT_KEY, service, behind(keys_allowed=True, keys_off=False), PretendKeys(refusal="denied"))
    assert body(found)["outcome"] == "skipped"
    assert found.gap is not None
    assert "no key could be fetched" in found.gap.detail
    assert service.asked == []


async def test_a_key_that_is_refused_is_told_in_the_services_words() -> None:
    found = await seen(
        TEXT_KEY, Service(refusal(401, "401")), behind(keys_allowed=True, keys_off=False), PretendKeys({"/a": OWN})
    )
    assert (body(found)["outcome"], body(found)["error"]["http_status"]) == ("refused", 401)


async def test_keys_that_are_refused_as_such_are_proof() -> None:
    """By a made-up key, where the account lists none."""
    service = Service(DISABLED)
    found = await seen(KEY_REFUSED, service, behind())
    assert (body(found)["proven"], body(found)["keys_listed"]) == (True, False)
    assert body(found)["refused_with"] == "AuthenticationTypeDisabled"
    ((key, _),) = service.asked
    assert key
    assert key not in repr(found)


@pytest.mark.parametrize("reply", [answered(200, response("OK")), refusal(404, "DeploymentNotFound")])
async def test_a_key_that_is_let_in_is_a_failure(reply: Answer) -> None:
    """Whether it is the account's own or made up, and whether there is such a deployment."""
    made_up = await seen(KEY_REFUSED, Service(reply), behind())
    assert (body(made_up)["proven"], body(made_up)["shortfall"]) == (False, "a call with a made-up key was let in")
    own = await seen(KEY_REFUSED, Service(reply), behind(), PretendKeys({"/a": OWN}))
    assert body(own)["shortfall"] == "a call with one of the account's own keys was let in"


CUT = Answer(endpoint="x", scope="key", error=CallError(phase="connect", message="connection refused"))


@pytest.mark.parametrize(
    "reply", [refusal(401, "401", "invalid subscription key"), refusal(500, "x"), refusal(403, "AccessDenied"), CUT]
)
async def test_any_other_refusal_of_a_key_decides_nothing(reply: Answer) -> None:
    """A made-up key is wrong too, and a closed network refuses everybody."""
    found = await seen(KEY_REFUSED, Service(reply), behind())
    assert body(found)["outcome"] == "skipped"
    assert found.gap is not None
    assert "something else than the refusal of keys" in found.gap.detail


async def test_a_closed_public_path_is_proof_and_an_open_one_is_a_failure() -> None:
    closed = await seen(
        PUBLIC_PATH, Service(refusal(403, "AccessDenied", "Public access is disabled. Please …")), behind()
    )
    assert (body(closed)["proven"], body(closed)["addresses"]) == (True, ["203.0.113.9"])
    for reply in (answered(200, response("OK")), refusal(400, "OperationNotSupported")):
        opened = await seen(PUBLIC_PATH, Service(reply), behind())
        assert (body(opened)["proven"], body(opened)["shortfall"]) == (
            False,
            "a call to the public address was let in",
        )


@pytest.mark.parametrize("reply", [refusal(401, "PermissionDenied"), refusal(403, "403", "Firewall rules"), CUT])
async def test_any_other_refusal_of_the_path_decides_nothing(reply: Answer) -> None:
    assert body(await seen(PUBLIC_PATH, Service(reply), behind()))["outcome"] == "skipped"


async def test_a_name_that_was_not_looked_up_decides_nothing() -> None:
    """Nothing is sent either."""
    service = Service(answered(200, response("OK")))
    assert body(await seen(PUBLIC_PATH, service, behind(addresses=None)))["outcome"] == "skipped"
    assert service.asked == []


def test_from_inside_there_is_no_public_path_to_try() -> None:
    assert "private address" in str(PUBLIC_PATH.inapplicable(behind(addresses=("10.20.1.4",))))
    assert PUBLIC_PATH.inapplicable(behind(addresses=("10.20.1.4", "203.0.113.9"))) is None
    assert PUBLIC_PATH.inapplicable(behind(addresses=None)) is None


SAFE = {"filtered": False, "severity": "safe"}


def annotated(**results: Any) -> list[JsonObject]:
    return [{"source_type": "prompt", "content_filter_results": {"hate": SAFE, **results}}]


async def test_a_harmless_question_must_pass_and_be_annotated() -> None:
    passed = await seen(CONTENT_FILTER, Service(answered(200, response("Blue", content_filters=annotated()))), behind())
    assert (body(passed)["proven"], body(passed)["annotated"]) == (True, True)
    silent = await seen(CONTENT_FILTER, Service(answered(200, response("Blue"))), behind())
    assert (body(silent)["proven"], body(silent)["annotated"]) == (False, False)


@pytest.mark.parametrize(
    "found", [{"filtered": False, "severity": "low"}, {"filtered": True}, {"filtered": False, "detected": True}]
)
async def test_a_harmless_question_in_which_something_is_found_is_a_failure(found: JsonObject) -> None:
    reply = answered(200, response("Blue", content_filters=annotated(violence=found)))
    assert body(await seen(CONTENT_FILTER, Service(reply), behind()))["flagged"] == ["violence"]


@pytest.mark.parametrize("filters", [None, 5, ["x"], [{"content_filter_results": 3}], {"a": 1}])
async def test_annotations_of_another_shape_are_none(filters: object) -> None:
    reply = answered(200, response("Blue", content_filters=filters))
    assert body(await seen(CONTENT_FILTER, Service(reply), behind()))["annotated"] is False


def blocked(**results: Any) -> Answer:
    error = {"code": "content_filter", "message": "filtered", "content_filters": annotated(**results)}
    return answered(400, {"error": error})


async def test_a_canary_must_be_filtered_by_its_category() -> None:
    """And its text stands in nothing that is told."""
    service = Service(blocked(custom_blocklists={"filtered": True, "details": []}))
    found = await seen(CANARY, service, behind(canaries=(WORD,)), WORD="zephyr-canary")
    assert (body(found)["proven"], body(found)["categories"]) == (True, ["custom_blocklists"])
    assert [request["input"] for _, request in service.asked] == ["zephyr-canary"]
    assert "zephyr" not in repr(found)


async def test_an_answer_that_the_filter_cut_counts_too() -> None:
    cut = response(
        "",
        status="incomplete",
        incomplete_details={"reason": "content_filter"},
        content_filters=annotated(custom_blocklists={"filtered": True}),
    )
    found = await seen(CANARY, Service(answered(200, cut)), behind(canaries=(WORD,)), WORD="zephyr")
    assert body(found)["proven"] is True


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answered(200, response("OK", content_filters=annotated())), "the canary was not filtered"),
        (blocked(jailbreak={"filtered": True, "detected": True}), "was filtered, but not as custom_blocklists"),
    ],
)
async def test_a_canary_that_passes_or_is_taken_for_something_else_is_a_failure(reply: Answer, why: str) -> None:
    found = await seen(CANARY, Service(reply), behind(canaries=(WORD,)), WORD="zephyr")
    assert body(found)["proven"] is False
    assert why in body(found)["shortfall"]


async def test_a_canary_that_is_not_in_the_environment_is_a_gap() -> None:
    """It says which variable is missing, and nothing is sent."""
    service = Service(answered(200, response("OK")))
    found = await seen(CANARY, service, behind(canaries=(WORD,)))
    assert found.gap is not None
    assert "WORD" in found.gap.detail
    assert service.asked == []


def test_what_is_asked_follows_from_what_the_owner_and_the_account_say() -> None:
    """Nothing that must be refused is tried unless it is asked for."""
    assert (with_key(behind()), with_key(behind(keys_allowed=True, keys_off=False))) == (False, True)
    assert not with_key(behind(keys_allowed=True))
    for one in (keys_off, put, with_canary):
        assert one(behind(canaries=(WORD,)))
        assert not one(behind(canaries=(WORD,), negative=False))
        assert not one(replace(behind(), door=None))
    assert not keys_off(behind(first=False))
    assert not keys_off(behind(keys_allowed=True))
    assert not put(behind(public_off=False))


def test_a_door_is_told_by_settings_account_and_resolver() -> None:
    """Only the first declared deployment of an account tries the account itself."""
    home = account(publicNetworkAccess="disabled", disableLocalAuth=True)
    names = Resource(
        kind="host_name",
        id=f"{home.id}/hosts/x",
        parent=home.id,
        body={"host": "contoso.openai.azure.com", "addresses": ["10.0.0.4"]},
    )
    wanted = settings({"name": "b", "model": "gpt-4.1"}, {"name": "a", "model": "gpt-4.1"}, probes={"negative": True})
    found = targets(wanted, [home, deployment(home, "a"), deployment(home, "b"), deployment(home, "c"), names], PUBLIC)
    doors = {one.name: one.door for one in found}
    assert doors["a"] == Door(
        account=home.id,
        keys_allowed=False,
        keys_off=True,
        public_off=True,
        addresses=("10.0.0.4",),
        first=True,
        negative=True,
    )
    assert doors["b"] is not None
    assert not doors["b"].first
    assert doors["c"] is None
