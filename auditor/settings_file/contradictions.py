"""What a value's type can't show: names given twice, parts that contradict each other, secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

from auditor.cloud.arm_id import ACCOUNT_TYPE, names_account
from auditor.cloud.redaction import mask, secrets_in
from auditor.settings import ProbeSettings
from auditor.settings_file.located import Where
from auditor.settings_file.mcp_server import mcp_server

Contradiction = tuple[Where, str]
"""Where it is seen, and what is wrong there."""

RESPONSES_SINCE = "2025-03-01-preview"
"""The first api-version of the legacy API that serves Responses, in its own words:
https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle"""

LEAST_SECONDS = 10
"""For all live calls: one may take half of it, and what takes longer counts as unanswered."""

_DATED = re.compile(r"20\d\d-\d\d-\d\d(-preview)?$")
_LAST_PORT = 65535
_PICTURE = re.compile(r"https://[^\s/?#@]+/[^\s?#]*")
_RESOLVER = re.compile(r"^(\[[0-9a-fA-F:]+\]|[^:\s\[\]]+):(\d{1,5})$")


def contradictions(data: Any) -> Iterator[Contradiction]:
    """All of them, in raw settings that may be wrong in any other way too; what has the wrong shape is passed over."""
    for rule in _RULES:
        yield from rule(data)


def _repeated_names(data: Any) -> Iterator[Contradiction]:
    yield from _twice(((*path, "name"), workload.get("name")) for path, workload in _workloads(data))
    for path, workload in _workloads(data):
        yield from _twice(((*at, "name"), deployment.get("name")) for at, deployment in _deployments(path, workload))


def _repeated_items(data: Any) -> Iterator[Contradiction]:
    for path in (("scope", "subscriptions"), ("packs",), ("credentials",)):
        items = _at(data, *path)
        yield from _twice(((*path, index), item) for index, item in enumerate(items if isinstance(items, list) else ()))


def _money_without_prices(data: Any) -> Iterator[Contradiction]:
    prices = _at(data, "probes", "prices")
    prices = prices if isinstance(prices, dict) else {}
    for model, price in prices.items():
        if isinstance(price, int | float) and price < 0:
            yield ("probes", "prices", model), "must not be negative"
    if _at(data, "probes", "money") is None or _at(data, "cloud") in (None, "public"):
        return  # Azure's price list is asked for what is not said
    if not prices:
        yield ("probes", "money"), "needs probes.prices outside of the public cloud: of a million tokens of each model"
        return
    relied = {one["model"]: None for _, one in _every_deployment(data) if _is_text(one.get("model"))}
    for model in relied:
        if model not in prices:
            yield ("probes", "prices"), f"has no price for {_quoted(model)}, which probes.money needs"


def _latency_beyond_probes(data: Any) -> Iterator[Contradiction]:
    seconds = _at(data, "probes", "seconds")
    seconds = seconds if isinstance(seconds, int | float) else ProbeSettings().seconds
    for at, deployment in _every_deployment(data):
        budget = deployment.get("latency_budget_ms")
        if isinstance(budget, int) and budget > seconds * 1000:
            yield (
                (*at, "latency_budget_ms"),
                f"is more than all probes may take (probes.seconds: {seconds:g})",
            )


def _least_above_most(data: Any) -> Iterator[Contradiction]:
    for at, deployment in _every_deployment(data):
        least, most = deployment.get("capacity"), deployment.get("capacity_max")
        if isinstance(least, int) and isinstance(most, int) and most < least:
            yield (*at, "capacity_max"), f"is less than capacity, which is the least: {least}"


def _no_time_for_calls(data: Any) -> Iterator[Contradiction]:
    """With less time an endpoint that works would be called silent."""
    seconds = _at(data, "probes", "seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < LEAST_SECONDS:
        yield (
            ("probes", "seconds"),
            (
                f"is less than {LEAST_SECONDS}: one call may take half of it, and a working endpoint would be called"
                " silent; to make no calls say probes.enabled: false"
            ),
        )


def _drawing_without_image_model(data: Any) -> Iterator[Contradiction]:
    """Azure chooses no image model by itself: the application names its deployment in a header."""
    for at, deployment in _every_deployment(data):
        features = deployment.get("features")
        features = features if isinstance(features, list) else []
        if "image_generation" in features and not deployment.get("image_deployment"):
            yield (
                (*at, "features", features.index("image_generation")),
                "image_generation needs image_deployment: the name of the image model's deployment",
            )


def _unapproved_by_itself(data: Any) -> Iterator[Contradiction]:
    """A workload that expects what its own lists do not approve."""
    for path, workload in _workloads(data):
        for member, listed in (("model", "models"), ("sku", "skus")):
            approved = _texts(workload.get(listed))
            for at, deployment in _deployments(path, workload):
                value = deployment.get(member)
                if approved and _is_text(value) and value.lower() not in {name.lower() for name in approved}:
                    yield (*at, member), f"{_quoted(value)} is not among the workload's approved {listed}"
        regions = {_region(name) for name in _texts(workload.get("regions"))}
        location = workload.get("location")
        if regions and _is_text(location) and _region(location) not in regions:
            yield (*path, "location"), f"{_quoted(location)} is not among the workload's approved regions"


def _surfaces_without_ground(data: Any) -> Iterator[Contradiction]:
    """A surface that lacks what it is called by, or that serves no Responses at all."""
    for at, deployment in _every_deployment(data):
        surfaces = deployment.get("surfaces")
        named = [one for one in enumerate(surfaces if isinstance(surfaces, list) else ()) if _is_text(one[1])]
        yield from _twice(((*at, "surfaces", index), name) for index, name in named)
        for index, name in named:
            if name == "project" and not deployment.get("project"):
                yield (*at, "surfaces", index), "needs project: the name of the Foundry project that is called"
            if _DATED.match(name) and name < RESPONSES_SINCE:
                yield (
                    (*at, "surfaces", index),
                    f"{_quoted(name)} has no Responses API; the first api-version that has is {RESPONSES_SINCE}",
                )
        if deployment.get("project") and "project" not in [name for _, name in named]:
            yield (*at, "project"), "is not called: surfaces does not name project"


def _account_shape(data: Any) -> Iterator[Contradiction]:
    """What no account can be called is not looked for: it would be found missing."""
    for path, workload in _workloads(data):
        account = workload.get("account")
        if _is_text(account) and not names_account(account):
            yield (
                (*path, "account"),
                (
                    f"{_quoted(account)} is neither the name of an account nor its id, such as"
                    f" /subscriptions/<id>/resourceGroups/<group>/providers/{ACCOUNT_TYPE}/<name>"
                ),
            )


def _account_out_of_scope(data: Any) -> Iterator[Contradiction]:
    """An account that the scope shuts out would be called missing."""
    for path, account in _accounts(data):
        parts = account.strip("/").split("/")
        named = {parts[i].lower(): parts[i + 1] for i in range(0, len(parts) - 1, 2)} if len(parts) > 1 else {}
        for value, limit in (
            (parts[-1], "accounts"),
            (named.get("subscriptions"), "subscriptions"),
            (named.get("resourcegroups"), "resource_groups"),
        ):
            allowed = {text.lower() for text in _texts(_at(data, "scope", limit))}
            if value and allowed and value.lower() not in allowed:
                yield path, f"{_quoted(value)} is outside of scope.{limit}"


def _accounts(data: Any) -> Iterator[tuple[Where, str]]:
    """Every account that a workload lives on or turns to, and where it is named."""
    for path, workload in _workloads(data):
        account, standby = workload.get("account"), workload.get("standby")
        if _is_text(account):
            yield (*path, "account"), account
        for index, name in enumerate(standby if isinstance(standby, list) else ()):
            if _is_text(name):
                yield (*path, "standby", index), name


def _standby_of_itself(data: Any) -> Iterator[Contradiction]:
    for path, workload in _workloads(data):
        account, names = workload.get("account"), workload.get("standby")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if _is_text(name) and _is_text(account) and name.lower() == account.lower():
                yield (*path, "standby", index), "is the workload's own account; one in another region is meant"


def _caps_of_one_account(data: Any) -> Iterator[Contradiction]:
    """An account is billed in one currency: of two caps in different ones, one would never be judged."""
    first: dict[str, str] = {}
    for path, workload in _workloads(data):
        account, currency = workload.get("account"), _at(workload, "monthly_cap", "currency")
        if _is_text(account) and _is_text(currency):
            before = first.setdefault(account.rpartition("/")[2].lower(), currency)
            if before != currency:
                yield (
                    (*path, "monthly_cap", "currency"),
                    f"another workload of the account caps it in {_quoted(before)}; it is billed in one currency",
                )


def _resolver_shape(data: Any) -> Iterator[Contradiction]:
    resolver = _at(data, "resolver")
    if _is_text(resolver):
        match = _RESOLVER.match(resolver)
        if not match or not 0 < int(match[2]) <= _LAST_PORT:
            yield ("resolver",), f"must be host:port, such as 10.0.0.4:53; found {_quoted(resolver)}"


def _pictures(data: Any) -> Iterator[Contradiction]:
    """A picture that nobody looks at, or at an address that not everybody may read."""
    for at, deployment in _every_deployment(data):
        picture = deployment.get("picture")
        if picture is not None and "vision" not in _texts(deployment.get("features")):
            yield (*at, "picture"), "is of no use without the feature vision among the features"
        url = picture.get("url") if isinstance(picture, dict) else None
        if _is_text(url) and not _PICTURE.fullmatch(url):
            yield (
                (*at, "picture", "url"),
                (
                    "must be an https address without user, query or fragment, such as"
                    " https://documents.contoso.com/circle.png; a signature would stand in every report"
                ),
            )


def _mcp_servers(data: Any) -> Iterator[Contradiction]:
    """What the feature mcp needs, and what of an MCP server says nothing without another part."""
    for at, deployment in _every_deployment(data):
        server, features = deployment.get("mcp"), _texts(deployment.get("features"))
        if server is None:
            if "mcp" in features:
                yield (*at, "features"), "the feature mcp needs the server that the application names (mcp)"
            continue
        if "mcp" not in features:
            yield (*at, "mcp"), "is of no use without the feature mcp among the features"
        if isinstance(server, dict):
            yield from mcp_server((*at, "mcp"), server)


def _secrets(data: Any) -> Iterator[Contradiction]:
    for path in secrets_in(data):
        yield path, "holds what looks like a secret, and every report copies the settings; take it out"


_RULES: tuple[Callable[[Any], Iterator[Contradiction]], ...] = (
    _repeated_names,
    _repeated_items,
    _money_without_prices,
    _latency_beyond_probes,
    _least_above_most,
    _no_time_for_calls,
    _drawing_without_image_model,
    _unapproved_by_itself,
    _surfaces_without_ground,
    _account_shape,
    _account_out_of_scope,
    _standby_of_itself,
    _caps_of_one_account,
    _resolver_shape,
    _pictures,
    _mcp_servers,
    _secrets,
)


def _twice(named: Iterable[tuple[Where, Any]]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for path, name in named:
        if not _is_text(name):
            continue
        if name.lower() in seen:
            yield path, f"{_quoted(name)} is given twice"
        seen.add(name.lower())


def _workloads(data: Any) -> Iterator[tuple[Where, dict[str, Any]]]:
    yield from _mappings(("workloads",), _at(data, "workloads"))


def _deployments(path: Where, workload: dict[str, Any]) -> Iterator[tuple[Where, dict[str, Any]]]:
    yield from _mappings((*path, "deployments"), workload.get("deployments"))


def _every_deployment(data: Any) -> Iterator[tuple[Where, dict[str, Any]]]:
    for path, workload in _workloads(data):
        yield from _deployments(path, workload)


def _mappings(path: Where, items: Any) -> Iterator[tuple[Where, dict[str, Any]]]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (*path, index), item


def _at(data: Any, *path: str) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _texts(items: Any) -> tuple[str, ...]:
    return tuple(item for item in items if _is_text(item)) if isinstance(items, list) else ()


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _region(name: str) -> str:
    return name.replace(" ", "").lower()


def _quoted(value: str) -> str:
    return json.dumps(mask(value)[:80])
