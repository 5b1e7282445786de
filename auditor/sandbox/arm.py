"""Azure Resource Manager: who may ask, in which version, how often, and page by page."""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import replace
from urllib.parse import urlencode

from auditor.record import JsonObject
from auditor.sandbox import arm_errors as errors
from auditor.sandbox.arm_call import Call, Route
from auditor.sandbox.arm_routes import route_of
from auditor.sandbox.arm_subscriptions import clouds
from auditor.sandbox.arm_twists import instead, twisted
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import bearer, claims_of
from auditor.sandbox.troubles import ArmTrouble
from auditor.sandbox.wildcards import matches_any
from auditor.sandbox.wire import Answer, Ask, answer_json
from auditor.sandbox.world import World

AUDIENCES = {
    "management.azure.com": ("https://management.azure.com", "https://management.core.windows.net"),
    "management.usgovcloudapi.net": (
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net",
    ),
    "management.chinacloudapi.cn": ("https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"),
}
"""Host → what a token for it may be made for."""

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z]+)?", re.IGNORECASE)

READS = 250
GLOBAL_FACTOR = 15
"""The whole subscription may read fifteen times what one principal may.

https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """What Resource Manager says."""
    whole, left = _answer(world, ledger, ask)
    limits = {
        "x-ms-ratelimit-remaining-subscription-reads": str(left),
        "x-ms-ratelimit-remaining-subscription-global-reads": str(left * GLOBAL_FACTOR),
    }
    return replace(whole, headers={**limits, **whole.headers})


def _answer(world: World, ledger: Ledger, ask: Ask) -> tuple[Answer, int]:
    """The answer, and how many more reads are allowed."""
    version = ask.query.get("api-version", "")
    if ask.path.lower() == "/metadata/endpoints" and ask.method == "GET":
        return (answer_json(200, clouds(ask.host, version)) if version else errors.version_missing()), READS
    found = route_of(ask.method, ask.path.rstrip("/"))
    if found is None:
        return errors.not_served(ask.path), READS
    route, names = found
    refused = _unauthenticated(world, ask) or _version_refused(world, route, names, version)
    if refused is not None:
        return refused, READS
    left = READS
    if world.bucket is not None:
        wait, left = ledger.wait(world.bucket, names.get("subscription", ""))
        if wait is not None:
            return errors.throttled(wait), 0
    return _told(Call(world, ledger, ask, names, version), route), left


def _told(call: Call, route: Route) -> Answer:
    world, ask = call.world, call.ask
    subscription = call.names.get("subscription", "").lower()
    if subscription and subscription not in world.subscriptions:
        return errors.subscription_not_found(call.names["subscription"])
    if route.action and not may(world, route.action):
        return errors.authorization_failed(world, route.action, _scope(ask.path))
    troubles = [one for one in world.arm_troubles if one.kind == route.kind and call.ledger.meets(one, ask.path)]
    for trouble in troubles:
        other = instead(trouble)
        if other is not None:
            return other
    found = route.find(call)
    if found is None:
        return errors.resource_not_found(ask.path)
    if isinstance(found, Answer):
        return found
    body = _page(found, route, ask, world.page_size, troubles) if isinstance(found, list) else found
    for trouble in troubles:
        body = twisted(body, trouble, ask)
    whole = answer_json(200, body)
    for trouble in troubles:
        whole = replace(whole, seconds=whole.seconds + trouble.seconds) if trouble.way == "slow" else whole
        whole = replace(whole, cut="truncated") if trouble.way == "truncated" else whole
    return whole


def may(world: World, action: str) -> bool:
    """Whether the caller's role assignments, added up, allow an action."""
    granted = any(matches_any(permission.actions, action) for permission in world.identity.permissions)
    return granted and not matches_any(world.denied_actions, action)


def _page(rows: list[JsonObject], route: Route, ask: Ask, size: int, troubles: list[ArmTrouble]) -> JsonObject:
    """One page of a list, with a link to the next on the request's own host."""
    if not route.paged:
        return {"value": rows}
    least = max((trouble.pages for trouble in troubles if trouble.way == "many-pages"), default=1)
    pages = max(least, -(-len(rows) // size))
    number = _page_number(ask.query.get("$skipToken", ""))
    page: JsonObject = {"value": rows[number * size : (number + 1) * size]}
    if number + 1 < pages:
        token = base64.urlsafe_b64encode(f"page {number + 1}".encode()).decode().rstrip("=")
        query = urlencode({**ask.query, "$skipToken": token}, safe="$")
        page[route.next_link] = f"https://{ask.host}{ask.path}?{query}"
    return page


def _page_number(token: str) -> int:
    try:
        words = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return 0
    number = words.removeprefix("page ")
    return int(number) if number.isdecimal() else 0


def _unauthenticated(world: World, ask: Ask) -> Answer | None:
    tenant = world.tenant
    token = bearer(ask.headers.get("authorization", ""))
    if not token:
        words = "Authentication failed. The 'Authorization' header is missing."
        return errors.unauthorized("AuthenticationFailed", words, tenant)
    claims = claims_of(token)
    if claims is None:
        return errors.unauthorized("InvalidAuthenticationToken", "The access token is invalid.", tenant)
    if claims.get("tid") != tenant:
        words = (
            f"The access token is from the wrong issuer '{claims.get('iss')}'. It must match the tenant "
            f"'https://sts.windows.net/{tenant}/' associated with this subscription."
        )
        return errors.unauthorized("InvalidAuthenticationTokenTenant", words, tenant)
    if str(claims.get("aud", "")).rstrip("/") not in AUDIENCES.get(ask.host, ()):
        words = (
            "The access token has been obtained for wrong audience or resource "
            f"'{claims.get('aud')}'. It should exactly match with one of the allowed audiences."
        )
        return errors.unauthorized("InvalidAuthenticationTokenAudience", words, tenant)
    if float(claims.get("exp", 0)) < time.time():
        return errors.unauthorized(
            "ExpiredAuthenticationToken", "The access token expiry UTC time is in the past.", tenant
        )
    return None


def _version_refused(world: World, route: Route, names: object, version: str) -> Answer | None:
    if not version:
        return errors.version_missing()
    if not VERSION.fullmatch(version):
        return errors.version_invalid(version)
    if route.provider == "Microsoft.CognitiveServices" and version.lower() not in world.api_versions:
        kind = "/".join(word for word in route.path.partition(route.provider)[2].split("/") if word and "{" not in word)
        location = names.get("location", "") if isinstance(names, dict) else ""
        return errors.version_refused(version, world.api_versions, kind, location)
    return None


def _scope(path: str) -> str:
    """The scope that a refusal names: the subscription for its lists, the parent for a list, else the thing."""
    segments = path.strip("/").split("/")
    if len(segments) <= 2 or segments[2].lower() == "providers":  # noqa: PLR2004 - subscriptions, its id
        return "/" + "/".join(segments[:2])
    after = [index for index, word in enumerate(segments) if word.lower() == "providers"]
    whole = bool(after) and (len(segments) - after[-1]) % 2 == 0
    return "/" + "/".join(segments if whole else segments[:-1])
