"""The model endpoints answer, refuse and fail as Azure's do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.sandbox import FAULTS, load_world, responses
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import access_token
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import World
from tests.sandbox.asking import ask_model, body
from tests.sandbox.official import SHARED, key_paths

ASK = {"model": "support-chat", "input": "Reply with OK", "max_output_tokens": 512, "store": False}
SUPPORT, MATTER = "contoso-support-weu", "contoso-matter-swc"


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("healthy")


def refusal(answer: Answer) -> tuple[int, str | None, str]:
    error = body(answer)["error"]
    return answer.status, error.get("code"), error["message"]


def ask(world: World, account: str = SUPPORT, **request: Any) -> Answer:
    return ask_model(world, account, {**ASK, **request})


def test_the_name_of_the_deployment_is_asked_and_the_model_and_version_answer(world: World) -> None:
    told = body(ask(world))
    assert (told["status"], told["model"]) == ("completed", "gpt-5.4-mini-2026-03-17")
    assert told["output"][0]["content"][0]["text"] == "OK"
    assert told["usage"]["total_tokens"] == told["usage"]["input_tokens"] + told["usage"]["output_tokens"]


def test_an_answer_has_the_members_of_recorded_ones(world: World) -> None:
    recorded = SHARED / "recorded" / "dataplane" / "azure-text.1.json"
    if not recorded.is_file():
        pytest.skip(f"no recorded answer at {recorded.resolve()}: the shape was NOT held against it")
    theirs = set(key_paths(json.loads(recorded.read_text(encoding="utf-8"))))
    assert set(key_paths(body(ask(world)))) == theirs


def test_a_streams_events_are_those_of_a_recorded_one(world: World) -> None:
    recorded = SHARED / "recorded" / "dataplane" / "azure-text.1.chunks.txt"
    if not recorded.is_file():
        pytest.skip(f"no recorded stream at {recorded.resolve()}: the shape was NOT held against it")
    theirs = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
    answer = ask(world, stream=True)
    ours = [json.loads(event.decode().partition("data: ")[2]) for event in answer.events]
    assert [event["type"] for event in ours] == [event["type"] for event in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert set(key_paths(our)) == set(key_paths(their)) - {"obfuscation"}, our["type"]
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_reasoning_model_thinks_first_and_needs_room_for_it(world: World) -> None:
    told = body(ask(world, MATTER, model="matter-analysis"))
    assert [item["type"] for item in told["output"]] == ["reasoning", "message"]
    assert told["usage"]["output_tokens_details"]["reasoning_tokens"] > 0
    short = body(ask(world, MATTER, model="matter-analysis", max_output_tokens=64))
    assert (short["status"], short["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert [item["type"] for item in short["output"]] == ["reasoning"]
    assert short["usage"]["output_tokens"] == 64
    quick = body(ask(world, MATTER, model="matter-analysis", max_output_tokens=64, reasoning={"effort": "none"}))
    assert quick["status"] == "completed"


def test_parameters_are_checked_as_the_service_checks_them(world: World) -> None:
    assert refusal(ask(world, max_output_tokens=8)) == (
        400,
        "integer_below_min_value",
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 8 instead.",
    )
    assert refusal(ask(world, temperature=0)) == (
        400,
        "unsupported_parameter",
        "Unsupported parameter: 'temperature' is not supported with this model.",
    )
    assert refusal(ask(world, model=""))[:2] == (400, "missing_required_parameter")
    assert refusal(ask(world, model="gpt-5.4-mini"))[:2] == (404, "DeploymentNotFound")
    assert refusal(ask(world, "contoso-search-uks", model="search-embed"))[:2] == (400, "OperationNotSupported")


def test_an_older_path_needs_a_version_that_knows_responses(world: World) -> None:
    def older(**query: str) -> Answer:
        return ask_model(
            world, SUPPORT, ASK, path="/openai/responses", query={k.replace("_", "-"): v for k, v in query.items()}
        )

    assert older(api_version="2025-04-01-preview").status == 200
    assert refusal(older(api_version="2024-10-21"))[2].endswith("only for api-version 2025-03-01-preview and later")
    assert refusal(older())[:2] == (404, "404")


def test_a_path_that_is_not_served_is_remembered(world: World) -> None:
    answer = ask_model(world, SUPPORT, ASK, path="/openai/v1/chat/completions")
    assert (answer.status, answer.unknown) == (404, True)


def test_tokens_of_either_audience_are_taken_and_no_other(world: World) -> None:
    for audience in ("https://ai.azure.com", "https://cognitiveservices.azure.com"):
        assert ask_model(world, SUPPORT, ASK, audience=audience).status == 200
    refused = refusal(ask_model(world, SUPPORT, ASK, audience="https://management.azure.com"))
    assert refused == (
        401,
        "401",
        "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired.",
    )
    older = load_world("healthy", ["older-audience-only"])
    assert ask_model(older, SUPPORT, ASK, audience="https://ai.azure.com").status == 401
    assert ask_model(older, SUPPORT, ASK, audience="https://cognitiveservices.azure.com").status == 200


def test_a_sovereign_cloud_takes_its_own_audience(world: World) -> None:
    host = "contoso-support-weu.openai.azure.us"
    assert ask_model(world, SUPPORT, ASK, audience="https://cognitiveservices.azure.us", host=host).status == 200
    assert ask_model(world, SUPPORT, ASK, audience="https://cognitiveservices.azure.com", host=host).status == 401


def test_a_missing_role_is_a_401_that_names_principal_and_action() -> None:
    world = load_world("healthy", ["call-no-role"])
    status, code, message = refusal(ask(world))
    assert (status, code) == (401, "PermissionDenied")
    assert f"The principal `{world.identity.object_id}` lacks the required data action" in message
    assert "`Microsoft.CognitiveServices/accounts/OpenAI/responses/write`" in message


def test_keys_are_taken_where_they_are_accepted() -> None:
    world, ledger = load_world("release"), Ledger()
    first, second = ledger.keys_of(world.accounts[SUPPORT])
    asked = {**ASK, "model": "support-chat"}
    for headers in ({"api-key": first}, {"authorization": f"Bearer {second}"}):
        assert ask_model(world, SUPPORT, asked, ledger=ledger, headers=headers).status == 200
    assert refusal(ask_model(world, SUPPORT, asked, ledger=ledger, headers={"api-key": "guess"}))[:2] == (401, "401")
    assert refusal(ask_model(world, SUPPORT, asked, ledger=ledger, headers={}))[:2] == (401, "401")
    refused = refusal(ask_model(world, MATTER, asked, ledger=ledger, headers={"api-key": first}))
    assert refused[:2] == (403, "AuthenticationTypeDisabled")


def test_a_regional_endpoint_takes_keys_and_no_tokens() -> None:
    world, ledger = load_world("release"), Ledger()
    host = "westeurope.api.cognitive.microsoft.com"
    assert refusal(ask_model(world, SUPPORT, ASK, host=host))[2].startswith("Please provide a custom subdomain")
    key = ledger.keys_of(world.accounts[SUPPORT])[0]
    assert ask_model(world, SUPPORT, ASK, host=host, ledger=ledger, headers={"api-key": key}).status == 200


def test_networks_decide_before_anything_else() -> None:
    outside = load_world("healthy", ["call-public-access-disabled"])
    refused = ask(outside, MATTER, model="matter-chat")
    assert refusal(refused) == (403, "AccessDenied", "Public access is disabled. Please configure private endpoint.")
    assert refused.headers["policy-id"] == "ThrowExceptionDueToTrafficDenied"
    assert ask(outside).status == 200, "its address is among the rules"
    elsewhere = load_world("healthy", ["call-firewall"])
    assert refusal(ask(elsewhere))[::2] == (403, "Access denied due to Virtual Network/Firewall rules.")
    assert ask(elsewhere, MATTER, model="matter-chat").status == 200, "it comes by the private endpoint"


EXPECTED: dict[str, tuple[int, str]] = {
    "call-blocked": (403, "temporarily blocked"),
    "call-wrong-key": (401, "invalid subscription key"),
    "call-wrong-tenant": (400, "Token tenant does not match resource tenant"),
    "call-keys-disabled": (403, "Key based authentication is disabled"),
    "call-deployment-not-found": (404, "The API deployment for this resource does not exist"),
    "call-path-not-found": (404, "Resource not found"),
    "call-region-not-enabled": (404, "not enabled in this region"),
    "call-bad-parameter": (400, "Unsupported parameter: 'temperature'"),
    "call-no-subdomain": (400, "Please provide a custom subdomain"),
    "call-api-version-too-old": (400, "2025-03-01-preview and later"),
    "call-content-filter": (400, "content management policy"),
    "call-request-timeout-408": (408, "timeout"),
    "call-model-retired": (410, "gpt-5.4-mini has been retired"),
    "call-quota-429": (
        429,
        "Your requests to support-chat for gpt-5.4-mini in West Europe have exceeded the token rate limit",
    ),
    "call-capacity-429": (429, "temporarily unable to process"),
    "call-reduced": (429, "have been limited"),
    "call-server-error": (500, "The server had an error"),
    "call-service-unavailable": (503, "temporarily unavailable"),
}


@pytest.mark.parametrize("fault", EXPECTED)
def test_each_refusal_has_its_status_and_its_words(fault: str) -> None:
    answer = ask(load_world("healthy", [fault]))
    status, words = EXPECTED[fault]
    assert answer.status == status
    assert words in refusal(answer)[2]
    told = [*answer.headers.values(), refusal(answer)[2]]
    assert not [text for text in told if "{" in text], "every word is filled in"


def test_the_other_faults_of_calls_are_what_they_are_called() -> None:
    full = ask(load_world("healthy", ["call-ptu-full"]), MATTER, model="matter-chat-reserved")
    assert (full.status, full.headers["retry-after-ms"]) == (429, "1870")
    reduced = ask(load_world("healthy", ["call-reduced"]))
    assert reduced.headers["x-ratelimit-limit-tokens"] == "20000", "a tenth of what the deployment is for"
    assert ask(load_world("healthy", ["call-model-unsupported"]), MATTER, model="matter-analysis").status == 400
    assert b"blocked by your organization" in ask(load_world("healthy", ["call-html"])).body
    assert ask(load_world("healthy", ["call-gateway-error"])).status == 502
    assert ask(load_world("healthy", ["call-timeout"])).cut == "hang"
    assert ask(load_world("healthy", ["call-reset"])).cut == "reset"
    assert ask(load_world("healthy", ["call-stall"])).cut == "stall"
    filtered = body(ask(load_world("healthy", ["call-content-filter"])))
    assert filtered["error"]["content_filters"][0]["content_filter_results"]["jailbreak"]["detected"] is True


def test_a_200_can_hold_a_response_that_is_none() -> None:
    failed = body(ask(load_world("healthy", ["call-body-failed"])))
    assert (failed["status"], failed["error"]["code"], failed["usage"]) == ("failed", "server_error", None)
    assert body(ask(load_world("healthy", ["call-body-incomplete"])))["status"] == "incomplete"
    empty = body(ask(load_world("healthy", ["call-empty-output"])))
    assert (empty["status"], empty["output"]) == ("completed", [])
    assert body(ask(load_world("healthy", ["call-wrong-model"])))["model"] == "gpt-4o-2024-05-13"
    assert "usage" not in body(ask(load_world("healthy", ["usage-not-reported"])))
    assert ask(load_world("healthy", ["latency-over-budget"])).seconds == 3.2


def test_a_brief_throttle_passes() -> None:
    world, ledger = load_world("throttled"), Ledger()
    answers = [ask_model(world, SUPPORT, ASK, ledger=ledger) for _ in range(2)]
    assert [answer.status for answer in answers] == [429, 200]
    assert answers[0].headers["retry-after"] == "1"


def test_every_fault_of_a_call_is_met_by_somebody() -> None:
    tried = [(SUPPORT, "support-chat"), (MATTER, "matter-chat-reserved"), (MATTER, "matter-analysis")]
    tried += [(MATTER, "matter-chat")]

    def met(fault: str) -> bool:
        world = load_world("healthy", [fault])
        streams = fault.startswith("call-stream-")
        answers = [ask(world, account, model=name, stream=streams) for account, name in tried]
        plain = [ask(load_world("healthy"), account, model=name, stream=streams) for account, name in tried]
        return bool(world.connect_troubles) or any(
            _shown(one) != _shown(other) for one, other in zip(answers, plain, strict=True)
        )

    streams = {"call-events-disordered"}
    assert [name for name in FAULTS if name.startswith("call-") and name not in streams and not met(name)] == []


def _shown(answer: Answer) -> object:
    try:
        told = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    except ValueError:
        return "no JSON"
    return (
        told.get("usage"),
        [part.get("text") for item in told.get("output") or () for part in item.get("content") or ()],
        answer.status,
        answer.cut,
        answer.headers.get("content-type"),
        told.get("status"),
        told.get("model"),
        len(told.get("output") or ()),
        [event.partition(b"\n")[0] for event in answer.events],
    )


def room(world: World, ledger: Ledger, method: str, below: str) -> Answer:
    """What an account says of a response that it keeps."""
    signed = {"authorization": f"Bearer {access_token(world, 'login.microsoftonline.com', 'https://ai.azure.com')}"}
    ask = Ask(method, f"{SUPPORT}.openai.azure.com", f"/openai/v1/responses/{below}", {}, signed)
    return responses.answer(world, ledger, ask)


def test_a_background_response_is_done_by_and_by(world: World) -> None:
    ledger = Ledger()
    first = body(ask_model(world, SUPPORT, {**ASK, "background": True, "store": True}, ledger=ledger))
    assert (first["status"], first["background"], first["output"], first["usage"]) == ("queued", True, [], None)
    told = [body(room(world, ledger, "GET", first["id"]))["status"] for _ in range(3)]
    assert told == ["in_progress", "completed", "completed"]
    assert body(room(world, ledger, "GET", first["id"]))["output"][0]["content"][0]["text"] == "OK"
    refused = ask_model(world, SUPPORT, {**ASK, "background": True}, ledger=ledger)
    assert refusal(refused)[:2] == (400, "invalid_value")


def test_only_a_background_response_can_be_cancelled_and_only_until_it_is_done(world: World) -> None:
    ledger = Ledger()
    running, done = (
        body(ask_model(world, SUPPORT, {**ASK, "background": True, "store": True}, ledger=ledger))["id"]
        for _ in range(2)
    )
    plain = body(ask_model(world, SUPPORT, {**ASK, "store": True}, ledger=ledger))["id"]
    assert [body(room(world, ledger, "POST", f"{running}/cancel"))["status"] for _ in range(2)] == ["cancelled"] * 2
    assert body(room(world, ledger, "GET", running))["status"] == "cancelled"
    for _ in range(2):
        room(world, ledger, "GET", done)
    assert body(room(world, ledger, "POST", f"{done}/cancel"))["status"] == "completed"
    assert refusal(room(world, ledger, "POST", f"{plain}/cancel"))[0] == 400
    assert refusal(room(world, ledger, "POST", "resp_none/cancel"))[0] == 404
    for one in (running, done, plain):
        assert body(room(world, ledger, "DELETE", one))["deleted"] is True
    assert (ledger.responses, ledger.running) == ({}, {})


def test_the_items_of_an_input_are_given_back_newest_first_and_nothing_of_the_output(world: World) -> None:
    ledger = Ledger()
    given = [{"role": "user", "content": "first"}, {"role": "user", "content": "second"}]
    kept = body(ask_model(world, SUPPORT, {**ASK, "input": given, "store": True}, ledger=ledger))
    listed = body(room(world, ledger, "GET", f"{kept['id']}/input_items"))
    assert [item["content"] for item in listed["data"]] == ["second", "first"]
    assert (listed["first_id"], listed["has_more"]) == (listed["data"][0]["id"], False)
    assert room(world, ledger, "GET", f"{kept['id']}/input_item").unknown
    assert room(world, ledger, "POST", kept["id"]).unknown


def test_a_project_is_called_on_its_own_host_and_only_where_it_stands(world: World) -> None:
    def called(project: str, account: str = SUPPORT, suffix: str = "services.ai.azure.com") -> Answer:
        path, host = f"/api/projects/{project}/openai/v1/responses", f"{account}.{suffix}"
        model = {SUPPORT: "support-chat", MATTER: "matter-chat"}[account]
        return ask_model(world, account, {**ASK, "model": model}, path=path, host=host)

    assert called("support-desk").status == called("Matter-Review", MATTER).status == 200
    for refused in (called("matter-review"), called("support-desk", suffix="openai.azure.com")):
        assert refusal(refused) == (404, "NotFound", "Project not found")
