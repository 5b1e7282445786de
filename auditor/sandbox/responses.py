"""The Responses API of every account: plain and streamed, stored and forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.answers import said
from auditor.sandbox.asked import Asked
from auditor.sandbox.bad_answers import cut_json, disordered
from auditor.sandbox.ledger import Ledger, Turn
from auditor.sandbox.regions import display_name
from auditor.sandbox.response_access import account_of_key, refusal
from auditor.sandbox.response_body import response
from auditor.sandbox.response_events import events
from auditor.sandbox.troubles import ModelTrouble
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, Ask, answer_json
from auditor.sandbox.world import World

PATH = re.compile(
    r"(?P<api>/openai/v1|/api/projects/[^/]+/openai/v1|/openai)/(?P<room>[a-z_]+)(?P<rest>(?:/[A-Za-z0-9_.-]+)*)",
    re.IGNORECASE,
)

LEGACY_FROM = "2025-03-01-preview"
"""First api-version of the path without `v1` that serves Responses."""

LEAST_TOKENS = 16

UNSUPPORTED = (
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "logit_bias",
)
"""What reasoning models refuse: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning#not-supported"""


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """What a model endpoint says."""
    account = _account(world, ledger, ask)
    whole = _answer(world, ledger, ask, account)
    region = display_name(account.region) if account else ""
    return replace(whole, headers={"x-ms-region": region, **whole.headers}) if region else whole


def _account(world: World, ledger: Ledger, ask: Ask) -> Account | None:
    name, _, suffix = ask.host.partition(".")
    if suffix == "api.cognitive.microsoft.com":
        return account_of_key(world, ledger, ask)
    return world.by_subdomain.get(name)


def _answer(world: World, ledger: Ledger, ask: Ask, account: Account | None) -> Answer:
    refused = refusal(world, ledger, ask, account)
    if refused is not None or account is None:
        return refused or said("wrong-key")
    if _penalty(account) == "Block":
        return said("blocked")
    match = PATH.fullmatch(ask.path.rstrip("/"))
    room = ROOMS.get(match["room"].lower()) if match is not None else None
    if match is None or room is None:
        return replace(said("path-not-found"), unknown=True)
    outdated = _outdated(ask) if match["api"].lower() == "/openai" else None
    if outdated is not None:
        return outdated
    found = room(Visit(world, ledger, account, ask, tuple(match["rest"].split("/")[1:])))
    return replace(said("path-not-found"), unknown=True) if found is None else found


def _responses(visit: Visit) -> Answer | None:
    """`/responses`: asked anew, or one that is stored."""
    if visit.rest:
        return _stored(visit, visit.rest[0]) if len(visit.rest) == 1 else None
    if visit.ask.method != "POST":
        return None
    request = visit.ask.json()
    if request is None:
        return said("no-json")
    return _Creation(visit.world, visit.ledger, visit.account, visit.ask, request).answer()


ROOMS: Mapping[str, Callable[[Visit], Answer | None]] = {"responses": _responses}
"""What stands after the API's base path → who answers there; None is said for a path that is not served."""


def _outdated(ask: Ask) -> Answer | None:
    """Why the path without `v1` does not serve the request's api-version."""
    version = ask.query.get("api-version", "")
    if not version:
        return said("path-not-found")
    return said("api-version-too-old") if version[:1].isdigit() and version < LEGACY_FROM else None


def _penalty(account: Account) -> str:
    penalty = account.properties.get("abusePenalty")
    return str(penalty.get("action", "")) if isinstance(penalty, dict) else ""


def _stored(visit: Visit, name: str) -> Answer:
    ledger, ask, key = visit.ledger, visit.ask, (visit.account.name, name)
    if key not in ledger.responses or ask.method not in {"GET", "DELETE"}:
        return said("response-not-found", id=name)
    if ask.method == "DELETE":
        del ledger.responses[key]
        return answer_json(200, {"id": name, "object": "response", "deleted": True})
    return answer_json(200, ledger.responses[key])


@dataclass(frozen=True, slots=True)
class _Creation:
    """One `POST /responses` that was let in."""

    world: World
    ledger: Ledger
    account: Account
    ask: Ask
    request: JsonObject

    def answer(self) -> Answer:
        """A response, or why there is none."""
        name = self.request.get("model")
        if not isinstance(name, str) or not name:
            return said("missing-parameter", parameter="model")
        deployment = self._deployment(name)
        trouble = self._trouble(name)
        if trouble is not None and trouble.way in {"answer", "reset", "hang", "stall"}:
            return self._troubled(trouble, deployment)
        if (
            deployment is None
            or deployment.properties.get("deploymentState") == "Paused"
            or deployment.state == "Disabled"
        ):
            return said("deployment-not-found")
        whole = self._respond(deployment, trouble)
        return replace(whole, seconds=trouble.seconds) if trouble is not None else whole

    def _deployment(self, name: str) -> Deployment | None:
        deployments = self.account.deployments.items()
        return next((one for key, one in deployments if key.lower() == name.lower()), None)

    def _trouble(self, name: str) -> ModelTrouble | None:
        """The first that holds for this deployment."""
        for trouble in self.world.model_troubles:
            here = trouble.account == self.account.name and trouble.deployment in {None, name}
            if here and self.ledger.meets(trouble, f"{self.account.name}/{name}"):
                return trouble
        return None

    def _troubled(self, trouble: ModelTrouble, deployment: Deployment | None) -> Answer:
        if trouble.way == "answer" and trouble.answer:
            return said(trouble.answer, parameter="temperature", **self._words(deployment))
        if trouble.way == "stall" and deployment is not None:
            return replace(self._respond(deployment, None), cut="stall")
        return Answer(200, cut="reset" if trouble.way == "reset" else "hang")

    def _respond(self, deployment: Deployment, trouble: ModelTrouble | None) -> Answer:
        model = self.world.model_of(deployment)
        if model is None or not model.responds:
            return said("model-unsupported", model=deployment.model)
        asked = Asked(
            self.request,
            model,
            self._answering(deployment),
            self.account.name,
            self.ledger,
            self.ask.headers,
            trouble.way if trouble is not None else None,
        )
        refused = _parameters_refused(asked)
        if refused is not None:
            return refused
        whole = response(asked)
        if self.request.get("store", True) or asked.way == "keeps-all":
            key = (self.account.name, whole["id"])
            self.ledger.responses[key] = whole
            previous = self.request.get("previous_response_id")
            self.ledger.conversations[key] = Turn((*asked.given, *whole["output"]), previous)
        streams = self.request.get("stream") is True
        headers = {
            **self._limits(deployment),
            "azureai-fe-is-streaming": str(streams),
            "x-ms-deployment-name": deployment.name,
        }
        if asked.way == "broken-json" and not streams:
            return Answer(200, headers={"content-type": "application/json", **headers}, body=cut_json(whole))
        if not streams:
            return answer_json(200, whole, headers)
        return Answer(
            200,
            headers={"content-type": "text/event-stream; charset=utf-8", **headers},
            events=_arriving(events(whole), asked),
        )

    def _answering(self, deployment: Deployment) -> str:
        """The model and version that answers: a router's first choice, else what is deployed."""
        routing = deployment.properties.get("routing")
        chosen = routing.get("models") if isinstance(routing, dict) else None
        if chosen:
            return f"{chosen[0]['name']}-{chosen[0]['version']}"
        return f"{deployment.model}-{deployment.version}"

    def _limits(self, deployment: Deployment) -> dict[str, str]:
        """Rate-limit headers, which deployments without rate limits do not send."""
        words = self._words(deployment)
        if not words["tokens"]:
            return {}
        tokens, requests = int(str(words["tokens"])), int(str(words["requests"]))
        return {
            "x-ratelimit-limit-requests": str(requests),
            "x-ratelimit-limit-tokens": str(tokens),
            "x-ratelimit-remaining-requests": str(max(0, requests - 1)),
            "x-ratelimit-remaining-tokens": str(max(0, tokens - 512)),
            "x-ratelimit-reset-requests": "0",
            "x-ratelimit-reset-tokens": "30",
        }

    def _words(self, deployment: Deployment | None) -> dict[str, object]:
        sku = self.world.sku_of(deployment) if deployment is not None else None
        units = deployment.capacity if deployment is not None else 0
        tokens = units * (sku.tokens or 0) if sku is not None else 0
        return {
            "deployment": deployment.name if deployment is not None else "",
            "model": deployment.model if deployment is not None else "",
            "region": display_name(self.account.region),
            "tokens": tokens,
            "requests": units * (sku.requests or 0) if sku is not None else 0,
            "reduced": tokens // 10,
        }


def _arriving(sent: tuple[bytes, ...], asked: Asked) -> tuple[bytes, ...]:
    """The events as they arrive; some lose one on their way, or overtake each other."""
    if asked.way == "events-disordered":
        return disordered(sent)
    middle = len(sent) // 2
    return (*sent[:middle], *sent[middle + 1 :]) if asked.way == "lost-event" else sent


def _parameters_refused(asked: Asked) -> Answer | None:
    request = asked.request
    if "input" not in request:
        return said("missing-parameter", parameter="input")
    if asked.limit is not None and asked.limit < LEAST_TOKENS:
        return said("too-few-tokens", given=asked.limit)
    if asked.model.reasoning is not None:
        for name in UNSUPPORTED:
            if name in request:
                return said("bad-parameter", parameter=name)
    return None
