"""The Responses API of every account: plain and streamed, stored and forgotten."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.answers import said
from auditor.sandbox.asked import Asked, RefusedError, prompt
from auditor.sandbox.bad_answers import cut_json
from auditor.sandbox.blocklists import refused_prompt
from auditor.sandbox.containers import containers
from auditor.sandbox.files import files
from auditor.sandbox.ledger import Ledger, Turn
from auditor.sandbox.refused_tools import refused as tools_refused
from auditor.sandbox.regions import display_name
from auditor.sandbox.response_access import account_of_key, refusal
from auditor.sandbox.response_background import queued
from auditor.sandbox.response_body import response
from auditor.sandbox.response_stored import stored
from auditor.sandbox.response_stream import stream
from auditor.sandbox.router import choice
from auditor.sandbox.troubles import ModelTrouble
from auditor.sandbox.vector_stores import vector_stores
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, Ask, answer_json
from auditor.sandbox.world import World

PATH = re.compile(
    r"(?P<api>/openai/v1|/api/projects/(?P<project>[^/]+)/openai/v1|/openai)/(?P<room>[a-z_]+)(?P<rest>(?:/[A-Za-z0-9_.-]+)*)",
    re.IGNORECASE,
)

LEGACY_FROM = "2025-03-01-preview"
"""First api-version of the path without `v1` that serves Responses."""

LEAST_TOKENS = 16

TOO_NEW_SECONDS = 300
"""For how long a new deployment may be unknown to its endpoint: the 404's own words."""

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
    if match["project"] is not None and not _has_project(world, account, ask.host, match["project"]):
        return said("project-not-found")
    outdated = _outdated(ask) if match["api"].lower() == "/openai" else None
    if outdated is not None:
        return outdated
    found = room(Visit(world, ledger, account, ask, tuple(match["rest"].split("/")[1:])))
    return replace(said("path-not-found"), unknown=True) if found is None else found


def _responses(visit: Visit) -> Answer | None:
    """`/responses`: asked anew, or one that is stored."""
    if visit.rest:
        return stored(visit, visit.rest[0], visit.rest[1:])
    if visit.ask.method != "POST":
        return None
    request = visit.ask.json()
    if request is None:
        return said("no-json")
    return _Creation(visit.world, visit.ledger, visit.account, visit.ask, request).answer()


ROOMS: Mapping[str, Callable[[Visit], Answer | None]] = {
    "responses": _responses,
    "files": files,
    "vector_stores": vector_stores,
    "containers": containers,
}
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


def _has_project(world: World, account: Account, host: str, name: str) -> bool:
    """Whether the account has a Foundry project of that name; projects are called on their own host name alone."""
    ending = f"/accounts/{account.name}/projects/{name}".lower()
    foundry = ".services.ai." in host
    return foundry and any(one.id.lower().endswith(ending) for one in world.stored.values())


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
            or deployment.made_minutes * 60 < TOO_NEW_SECONDS
        ):
            return said("deployment-not-found")
        whole = self._respond(deployment, trouble)
        if trouble is None or (trouble.way == "late-text" and self.request.get("stream") is not True):
            return whole
        return replace(whole, seconds=trouble.seconds)

    def _deployment(self, name: str) -> Deployment | None:
        deployments = self.account.deployments.items()
        return next((one for key, one in deployments if key.lower() == name.lower()), None)

    def _trouble(self, name: str) -> ModelTrouble | None:
        """The first that holds for this deployment."""
        for trouble in self.world.model_troubles:
            here = trouble.account == self.account.name and trouble.deployment in {None, name}
            here = here and (trouble.tool is None or trouble.tool in self._tools)
            if here and self.ledger.meets(trouble, f"{self.account.name}/{name}"):
                return trouble
        return None

    @property
    def _tools(self) -> list[object]:
        """The types of the tools that the request offers."""
        tools = self.request.get("tools")
        return [one.get("type") for one in tools if isinstance(one, dict)] if isinstance(tools, list) else []

    def _troubled(self, trouble: ModelTrouble, deployment: Deployment | None) -> Answer:
        if trouble.way == "answer" and trouble.answer:
            return said(trouble.answer, parameter="temperature", tool=trouble.tool, **self._words(deployment))
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
            choice(self.world, self.account, deployment, prompt(self.request)),
            self.account.name,
            self.ledger,
            self.ask.headers,
            self.world.pictures,
            trouble.way if trouble is not None else None,
        )
        refused = (
            _parameters_refused(asked)
            or tools_refused(self.world, self.account, asked)
            or refused_prompt(self.world, self.account, deployment, asked.text)
            or self._throttled(deployment)
        )
        if refused is not None:
            return refused
        try:
            whole = response(asked)
        except RefusedError as refusal_:
            return refusal_.answer
        if self.request.get("store", True) or asked.way == "keeps-all":
            key = (self.account.name, whole["id"])
            self.ledger.responses[key] = whole
            previous = self.request.get("previous_response_id")
            self.ledger.conversations[key] = Turn((*asked.given, *whole["output"]), previous, len(asked.given))
            if self.request.get("background") is True:
                return answer_json(200, queued(self.ledger, key, never_done=asked.way == "stuck"))
        streams = self.request.get("stream") is True
        headers = {
            **self._limits(deployment),
            "azureai-fe-is-streaming": str(streams),
            "x-ms-deployment-name": deployment.name,
        }
        if streams:
            return stream(whole, asked, headers)
        told = answer_json(200, whole, headers)
        return replace(told, body=cut_json(whole)) if asked.way == "broken-json" else told

    def _limits(self, deployment: Deployment) -> dict[str, str]:
        """Rate-limit headers, which deployments without rate limits do not send."""
        headers: dict[str, str] = {}
        for name, most in self._rates(deployment).items():
            left, _ = self._take(deployment, name, most, 0)
            headers |= {
                f"x-ratelimit-limit-{name}": str(most),
                f"x-ratelimit-remaining-{name}": str(left),
                f"x-ratelimit-reset-{name}": str(math.ceil((most - left) * 60 / most)),
            }
        return headers

    def _throttled(self, deployment: Deployment) -> Answer | None:
        """Why a call exceeds the rate; None where it does not, and is counted.

        The prompt is estimated and the most that may be answered counts, whatever is:
        https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
        """
        limit = self.request.get("max_output_tokens")
        needed = {
            "requests": 1,
            "tokens": len(str(self.request.get("input", ""))) // 4 + (limit if isinstance(limit, int) else 0),
        }
        for name, most in self._rates(deployment).items():
            _, wait = self._take(deployment, name, most, min(needed[name], most))
            if wait is not None:
                refused = said("rate", kind=name.removesuffix("s"), wait=wait, **self._words(deployment))
                return replace(refused, headers={**refused.headers, **self._limits(deployment)})
        return None

    def _rates(self, deployment: Deployment) -> dict[str, int]:
        """How many requests and tokens a minute it may use; empty for what has no rate limits."""
        words = self._words(deployment)
        return {name: int(str(words[name])) for name in ("requests", "tokens") if words[name]}

    def _take(self, deployment: Deployment, name: str, most: int, needed: int) -> tuple[int, int | None]:
        return self.ledger.take(f"{self.account.name}/{deployment.name}/{name}", most, needed)

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


def _parameters_refused(asked: Asked) -> Answer | None:
    request = asked.request
    if "input" not in request:
        return said("missing-parameter", parameter="input")
    if request.get("background") is True and request.get("store", True) is not True:
        return said("background-not-stored")
    if asked.limit is not None and asked.limit < LEAST_TOKENS:
        return said("too-few-tokens", given=asked.limit)
    if asked.model.reasoning is not None:
        for name in UNSUPPORTED:
            if name in request:
                return said("bad-parameter", parameter=name)
    return None
