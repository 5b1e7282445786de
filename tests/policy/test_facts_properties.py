"""What holds of every join: gaps only take away, strange shapes never raise, unknown members change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import (
    ACCOUNT,
    ENDPOINT,
    PLACE,
    PROVIDER,
    SUB,
    Estate,
    deployment,
    estate,
    gap,
    model,
    resource,
    sku,
)
from tests.policy.monitoring import KINDS as MONITORING
from tests.policy.monitoring import all_watched
from tests.policy.test_defaults import JSON
from tests.policy.test_foundry_facts import connection, foundry, project

CHAT = f"{ACCOUNT}/deployments/chat"
EXPLANATION = "failure"
"""The words that explain a failed probe name its cause the better the more is known: the one exception."""

READS = (
    ("subscription", SUB),
    ("provider", PROVIDER),
    ("permission", SUB),
    ("required_actions", "/required-actions"),
    ("account", SUB),
    ("account", ACCOUNT),
    ("deleted_account", SUB),
    ("resource_sku", SUB),
    ("deployment", ACCOUNT),
    ("content_policy", ACCOUNT),
    ("blocklist", ACCOUNT),
    ("project", ACCOUNT),
    ("connection", ACCOUNT),
    ("capability_host", ACCOUNT),
    ("project_connection", f"{ACCOUNT}/projects/agents"),
    ("project_capability_host", f"{ACCOUNT}/projects/agents"),
    ("diagnostic_setting", ACCOUNT),
    ("private_endpoint", ENDPOINT),
    ("private_dns_zone_group", ENDPOINT),
    ("model", PLACE),
    ("usage", PLACE),
    ("probe", CHAT),
    *((kind, SUB) for kind in MONITORING),
)
"""Every read that a collector or a probe makes: kind and scope."""


def _estates() -> tuple[Estate, ...]:
    """Estates in which different things hang on each read."""
    base = estate()
    refused = {"outcome": "refused", "error": {"phase": "http", "http_status": 404, "code": "DeploymentNotFound"}}
    other_kinds = model("MaaS", "gpt-4.1-mini", "2025-04-14", [sku("GlobalStandard", "AIServices.other")])
    deleted = resource("deleted_account", f"{SUB}/deletedAccounts/aif-chat", SUB, {"name": "aif-chat"})
    second = model("AIServices", "gpt-4.1", "2026-04-14", [sku("GlobalStandard", "OpenAI.GlobalStandard.gpt4.1")])
    far = {"name": "chat", "model": "gpt-4.1-mini", "capacity": 50}
    workload = {**base.settings["workloads"][0], "name": "new", "account": "aif-new", "location": "swedencentral"}
    return (
        base,
        base.plus(deleted, other_kinds, second).expecting(far, {"name": "x", "model": "gpt-4.1", "capacity": 5}),
        all_watched(),
        base.expecting(account=ACCOUNT),
        base.expecting(account="aif-gone", location="swedencentral"),
        base.changed("probe", f"{CHAT}/probes/text", lambda body: body.update(refused)),
        base.with_account(customSubDomainName=None, disableLocalAuth=None, networkAcls=None),
        foundry(project(), connection("files", ACCOUNT), connection("traces", category="AppInsights")),
        replace(base, settings={**base.settings, "workloads": [*base.settings["workloads"], workload]}),
        base.plus(
            deployment("new", {"name": "gpt-4.1", "version": "2024-01-01"}, {"name": "GlobalStandard", "capacity": 1}),
        ).expecting(
            {"name": "new", "model": "gpt-4.1", "version": "2025-04-14", "sku": "GlobalStandard", "capacity": 9}
        ),
    )


ESTATES = _estates()
FULL = [bent.join() for bent in ESTATES]


def _hide(bent: Estate, kind: str, scope: str, kept: int) -> Estate:
    """A read that failed after `kept` of its resources: those stay, the rest is a gap."""
    of_it = [one for one in bent.resources if one.kind == kind and scope in {one.parent, one.id}]
    lost = {one.id for one in of_it[kept:]}
    return replace(
        bent,
        resources=tuple(one for one in bent.resources if one.kind != kind or one.id not in lost),
        listings=tuple(one for one in bent.listings if (one.kind, one.scope) != (kind, scope)),
        gaps=(*bent.gaps, gap(kind, scope)),
    )


def _differences(now: Any, before: Any, path: str = "") -> Iterator[str]:
    """Paths whose value is present and different."""
    if isinstance(now, dict) and isinstance(before, dict):
        for name, value in now.items():
            if name == EXPLANATION:
                continue
            if name not in before:
                yield f"{path}.{name} appeared"
            else:
                yield from _differences(value, before[name], f"{path}.{name}")
    elif now != before:
        yield f"{path}: {before!r} became {now!r}"


@settings(max_examples=400, deadline=None)
@given(
    number=st.integers(0, len(ESTATES) - 1),
    hidden=st.lists(st.tuples(st.sampled_from(READS), st.integers(0, 2)), min_size=1, max_size=6),
)
def test_a_gap_takes_facts_away_and_changes_none(number: int, hidden: list[tuple[tuple[str, str], int]]) -> None:
    """Whatever could not be read: each fact is what it was, or it is absent."""
    bent = ESTATES[number]
    for (kind, scope), kept in hidden:
        bent = _hide(bent, kind, scope, kept)
    for key, facts in bent.join().items():
        if key in FULL[number]:
            assert list(_differences(facts.variables, FULL[number][key].variables)) == []


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, len(ESTATES) - 1), read=st.sampled_from(READS))
def test_what_a_gap_took_away_names_it(number: int, read: tuple[str, str]) -> None:
    """Each fact that is missing because of a gap is covered by an absence that leads to it."""
    bent = _hide(ESTATES[number], *read, kept=0)
    for key, facts in bent.join().items():
        if key not in FULL[number]:
            continue
        for root, before in FULL[number][key].variables.items():
            for path in _lost(facts.variables[root], before, root):
                covering = [told for told in facts.absences if path == told or path.startswith(told + ".")]
                assert covering or read[0] == "required_actions", f"{key}: {path}"


def _lost(now: Any, before: Any, path: str) -> Iterator[str]:
    if isinstance(now, dict) and isinstance(before, dict):
        for name, value in before.items():
            if name not in now:
                yield f"{path}.{name}"
            else:
                yield from _lost(now[name], value, f"{path}.{name}")


@settings(max_examples=300, deadline=None)
@given(data=st.data(), number=st.integers(0, len(ESTATES) - 1))
def test_no_body_of_any_shape_raises(data: st.DataObject, number: int) -> None:
    """Any member of any body may be anything."""
    bent = ESTATES[number]
    place = data.draw(st.integers(0, len(bent.resources) - 1))
    one = bent.resources[place]
    body = deepcopy(one.body)
    if data.draw(st.booleans()):
        body = data.draw(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
    else:
        holder, name = data.draw(st.sampled_from(list(_members(body))))
        holder[name] = data.draw(JSON)
    changed = one.model_copy(update={"body": body})
    resources = (*bent.resources[:place], changed, *bent.resources[place + 1 :])
    assert replace(bent, resources=resources).join()


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_id_of_any_shape_raises(data: st.DataObject) -> None:
    """Ids and parents are the service's words too."""
    ids = st.text(max_size=12) | st.sampled_from(
        [SUB, ACCOUNT, f"{ACCOUNT}/", "/", "", "/subscriptions/", f"{CHAT}//x"]
    )
    changed = [
        one.model_copy(update={"id": data.draw(ids), "parent": data.draw(st.none() | ids)})
        if data.draw(st.booleans())
        else one
        for one in ESTATES[0].resources
    ]
    assert replace(ESTATES[0], resources=tuple(changed)).join()


@settings(max_examples=200, deadline=None)
@given(data=st.data(), number=st.integers(0, len(ESTATES) - 1))
def test_an_unknown_member_changes_nothing_but_the_raw_copy(data: st.DataObject, number: int) -> None:
    """The service answers with more than its description lists."""
    bent = ESTATES[number]
    places = [place for place, one in enumerate(bent.resources) if one.kind != "required_actions"]
    place = data.draw(st.sampled_from(places))
    body = deepcopy(bent.resources[place].body)
    holders: list[JsonObject] = [
        body,
        *(value for holder, name in _members(body) if isinstance(value := holder[name], dict)),
    ]
    data.draw(st.sampled_from(holders))["xNew"] = data.draw(JSON)
    changed: Resource = bent.resources[place].model_copy(update={"body": body})
    resources = (*bent.resources[:place], changed, *bent.resources[place + 1 :])
    after = replace(bent, resources=resources).join()
    for key, facts in FULL[number].items():
        assert _without(after[key].variables, "xNew") == facts.variables


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each holder and the name or place of what it holds."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in list(steps):
        yield value, name
        yield from _members(below)


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, name) for key, item in value.items() if key != name}
    return [_without(item, name) for item in value] if isinstance(value, list) else value


def test_the_estates_differ() -> None:
    """Else the properties would prove less than they seem to."""
    assert len({repr([sorted(one.variables) for one in full.values()]) + repr(list(full)) for full in FULL}) >= 4
