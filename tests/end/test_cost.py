"""What live calls cost and take, over the sandbox: planned, capped, paced, told, and judged by the slowest."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from auditor.audit import rehearsal
from auditor.cli.pretend import inside
from auditor.finding import Outcome
from auditor.judgement import judge
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.settings import Settings
from auditor.settings_file import load_settings
from tests.cli.conftest import invoked
from tests.conftest import Done, audit_world

MATTER = "matter-chat"
CHECK = "latency-p95-over-budget"


def matter(settings: Settings, **probes: object) -> Settings:
    """The settings with one workload that declares one deployment, by one API and for text alone."""
    workload = settings.workloads[0]
    chat = next(one for one in workload.deployments if one.name == MATTER)
    plain = {"features": ("text",), "surfaces": ("v1",), "project": None, "mcp": None}
    chat = chat.model_copy(update={"p95_budget_ms": 90, **plain})
    workload = workload.model_copy(update={"deployments": (chat,)})
    told = settings.probes.model_copy(update={"negative": False, **probes})
    return settings.about((workload,)).model_copy(update={"probes": told})


def silent(_: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def twenty() -> Done:
    """A run that asks one slow deployment twenty times, with prices from the list."""
    return audit_world(
        "healthy",
        [CHECK],
        packs=["production"],
        amend=lambda settings: matter(settings, repeat=20, retail_prices=True),
    )


def test_the_slowest_calls_are_judged_by_their_own_check(twenty: Done) -> None:
    """Every time is kept, p95 is one of them, and p99 is not known from twenty."""
    found = {one.check: one for one in twenty.audit.run.findings if one.subject.id.endswith(f"/{MATTER}")}
    assert found[CHECK].outcome is Outcome.FAIL
    call = next(one for one in twenty.audit.run.calls if (one.deployment, one.probe) == (MATTER, "text"))
    assert call.latency is not None
    assert len(call.latency.samples_ms) == 20
    assert call.latency.p95 == sorted(call.latency.samples_ms)[18]
    assert call.latency.p99 is None


def test_one_call_tells_no_p95(twenty: Done) -> None:
    """A budget for the slowest that was not measured is unknown, never passed by an average."""
    snapshot = twenty.audit.snapshot
    once = tuple(
        one.model_copy(update={"body": {name: value for name, value in one.body.items() if name != "samples"}})
        for one in snapshot.resources
    )
    policy = load_policy(("production",), {}, settings_path("healthy").parent)
    settings = Settings.model_validate(snapshot.settings)
    run = judge(snapshot.model_copy(update={"resources": once}), settings, policy, NO_WAIVERS, run_id="test")
    found = next(one for one in run.findings if one.check == CHECK and one.subject.id.endswith(f"/{MATTER}"))
    assert found.outcome is Outcome.UNKNOWN


def test_what_was_spent_is_told_with_the_prices_date(twenty: Done) -> None:
    """Tokens as the service counted them, by the meters of this deployment's kind and no other's."""
    spend = twenty.audit.run.spend
    assert spend is not None
    prices = [one for one in twenty.audit.snapshot.resources if one.kind == "price"]
    assert {one.body["meterName"] for one in prices} >= {"5.4 inp Dz 1M Tokens", "5.4 opt Dz 1M Tokens"}
    assert all(one.readings for one in prices)
    priced = [one.body for one in twenty.audit.snapshot.resources if one.kind == "probe" and one.body.get("sent")]
    chat = next(body for body in priced if body["requested_model"] == MATTER)
    assert (chat["price"]["input"], chat["price"]["output"], chat["price"]["date"]) == (2.75, 16.5, "2026-03-01")
    assert spend.calls == sum(body["calls"] for body in priced) + 19
    assert spend.money is None, "the reserved deployment is paid by the hour"
    assert "ProvisionedManaged" in str(spend.unpriced)


def test_money_bounds_what_is_called_and_is_told_after() -> None:
    """Where money is capped, Azure's list is asked, and what has no price is not called."""
    done = audit_world("healthy", packs=["production"], amend=lambda settings: matter(settings, money=0.05))
    bodies = {one.body["requested_model"]: one.body for one in done.audit.snapshot.resources if one.kind == "probe"}
    assert bodies[MATTER]["outcome"] == "completed"
    assert bodies["matter-chat-reserved"]["outcome"] == "skipped"
    assert "not paid by the token" in bodies["matter-chat-reserved"]["reason"]
    spend = done.audit.run.spend
    assert spend is not None
    assert spend.money is not None
    assert 0 < spend.money < 0.05
    assert (spend.currency, spend.price_date, spend.price_source) == ("USD", "2026-03-01", "retail")


def test_a_deployment_that_is_nearly_used_up_is_waited_for_or_left() -> None:
    """With room for one call a minute the second is not sent, nothing is refused, and nobody is blamed."""
    done = audit_world("healthy", ["deployment-nearly-full"], packs=["production"], probe_seconds=20)
    bodies = [
        one.body
        for one in done.audit.snapshot.resources
        if one.kind == "probe" and one.body["requested_model"] == "support-chat"
    ]
    assert {body["outcome"] for body in bodies} == {"completed", "skipped"}
    assert not [seen for seen in done.sandbox.requests if seen.status == 429]
    failed = {one.check for one in done.audit.run.findings if one.outcome is Outcome.FAIL}
    assert "call-throttled" not in failed


@pytest.mark.parametrize("money", [None, 0.2])
def test_the_run_puts_what_the_dry_run_planned(money: float | None) -> None:
    """Question by question, negative ones too, and where the money ends in both."""

    def with_money(settings: Settings) -> Settings:
        return settings.model_copy(update={"probes": settings.probes.model_copy(update={"money": money})})

    with Sandbox(load_world("healthy")) as sandbox, inside(sandbox):
        settings = with_money(load_settings(settings_path("healthy"), dict(os.environ), {}))
        plan = asyncio.run(rehearsal(settings, environ=dict(os.environ), progress=silent, announce=silent))
    done = audit_world("healthy", packs=["production"], amend=with_money)
    bodies = [one.body for one in done.audit.snapshot.resources if one.kind == "probe"]
    assert {(row.deployment, row.probe, row.surface) for row in plan.planned if row.put} == {
        (body["requested_model"], body["probe"], body["surface"]) for body in bodies if body["sent"]
    }


def test_the_dry_run_calls_nobody() -> None:
    """It collects, asks for the prices, prints the plan, and ends with 0."""
    with Sandbox(load_world("healthy")) as sandbox, inside(sandbox):
        path = str(settings_path("healthy"))
        shown = invoked("run", "--settings", path, "--dry-run")
        told = invoked("run", "--settings", path, "--dry-run", "--repeat", "3", "--json")
    assert (shown.exit_code, told.exit_code) == (0, 0)
    assert "none of them was made" in shown.stdout
    assert "of 400" in shown.stdout, "what the settings allow"
    assert not [seen for seen in sandbox.requests if seen.host.endswith((".openai.azure.com", ".ai.azure.com"))]
    plan = json.loads(told.stdout)
    rows = {(row["deployment"], row["probe"]): row for row in plan["planned"] if row["surface"] == "v1"}
    others = [row for row in plan["planned"] if row["surface"] != "v1" and row["probe"] == "text"]
    assert [row["calls"] for row in others] == [1, 1], "the further surfaces of matter-chat are timed by one call each"
    assert rows["matter-chat", "text"]["calls"] == 3
    assert rows["matter-chat", "text"]["money"] == pytest.approx(rows["matter-chat", "text"]["tokens"] * 16.5 / 1e6)
    assert rows["search-embed", "text"]["put"] is False
    assert "features" in rows["search-embed", "text"]["why"]
    assert plan["money"] is None
    assert plan["unseen"] == []
    assert sandbox.unknown_routes == []


def test_a_dry_run_of_wrong_settings_is_a_settings_error() -> None:
    """Exit code 2, before anybody signs in."""
    assert invoked("run", "--settings", "nowhere.yaml", "--dry-run").exit_code == 2
    assert invoked("run", "--before-provision", "--dry-run").exit_code == 2
