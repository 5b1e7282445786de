"""What a look tells, over pretended Azures in which something is wrong."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from auditor.diagnosis import StageName, Triage, Verdict
from auditor.difference import Side
from auditor.errors import SettingsError
from auditor.report.triage import render
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.sandbox.incident import world_of
from auditor.sandbox.world import World
from auditor.settings_file import load_settings
from auditor.snapshot import Snapshot
from auditor.triage.asked import Asked, narrowed
from auditor.triage.look import look
from auditor.triage.told import told
from tests.conftest import Done, environment


@dataclass(frozen=True)
class Looked:
    triage: Triage
    snapshot: Snapshot
    sandbox: Sandbox


def looked(
    world: str,
    faults: Sequence[str] = (),
    *,
    name: str | None = None,
    before: Side | None = None,
    deadline: float = 20,
    cancel_after: float | None = None,
    world_: World | None = None,
    **changed: str,
) -> Looked:
    """Triage of a world with its own settings; `changed` are variables of the environment."""

    async def looking(settings: Any, asked: Asked) -> Snapshot:
        said: list[str] = []
        task = asyncio.create_task(
            look(settings, asked, environ=dict(os.environ), progress=said.append, announce=said.append)
        )
        if cancel_after is not None:
            await asyncio.sleep(cancel_after)
            task.cancel()
        return await task

    with Sandbox(world_ or load_world(world, faults)) as sandbox, environment({**sandbox.environment, **changed}):
        settings = load_settings(settings_path(world), dict(os.environ), {})
        asked = Asked(since=timedelta(hours=2), deadline=deadline, name=name, before=before)
        settings, asked = narrowed(settings, asked)
        snapshot = asyncio.run(looking(settings, asked))
        return Looked(told(snapshot, settings, asked), snapshot, sandbox)


def _green(healthy: Done) -> Side:
    return Side(healthy.audit.run, healthy.audit.snapshot, "last")


def test_where_all_is_well_each_stage_of_each_call_is_timed() -> None:
    """Seven stages in their order, each with its time or why it has none; the verdict says well, as far as seen."""
    done = looked("healthy")
    assert done.triage.verdict is Verdict.WELL
    called = [one for one in done.triage.traces if one.outcome == "completed"]
    assert len(called) == 5
    for one in called:
        assert [stage.name for stage in one.stages] == list(StageName)
        assert {stage.outcome for stage in one.stages} <= {"ok", "not_measured"}
        assert next(stage for stage in one.stages if stage.name == "request").ms is not None
    assert done.sandbox.unknown_routes == []
    assert "last green bundle" in {one.what.removeprefix("the ") for one in done.triage.not_seen}


def test_a_refused_call_fails_in_its_request_and_rules_out_what_worked(healthy: Done) -> None:
    """The trace shows the stage, the class and the request id; network and sign-in are said to work."""
    done = looked("healthy", ["call-no-role"], before=_green(healthy), name="support-chat")
    assert done.triage.verdict is Verdict.WRONG
    assert [one.deployment for one in done.triage.traces] == ["support-chat"]
    (trace,) = done.triage.traces
    assert next(stage.name for stage in trace.stages if stage.outcome == "failed") == "request"
    assert trace.http_status == 401
    assert done.triage.support.request_ids
    assert done.triage.support.endpoint == "contoso-support-weu.openai.azure.com"
    words = " ".join(done.triage.not_whose)
    assert "not the network" in words
    assert "not sign-in" in words


def test_where_resource_manager_refuses_everything_the_calls_go_out_all_the_same() -> None:
    """The host is known from the settings alone: what the data plane says is told, and what could not be read."""
    done = looked("denied")
    assert {one.http_status for one in done.triage.traces if one.outcome == "refused"} == {401}
    assert any("account" in one.what and one.why == "not permitted" for one in done.triage.not_seen)


def test_without_a_token_it_says_so_of_each_call() -> None:
    """Signing in fails: each call fails in the stage `token`, and the names are resolved nevertheless."""
    done = looked("healthy", AZURE_CLIENT_SECRET="wrong", name="support-chat")
    (trace,) = done.triage.traces
    by_name = {stage.name: stage.outcome for stage in trace.stages}
    assert (by_name[StageName.TOKEN], by_name[StageName.RESOLVE]) == ("failed", "ok")
    assert by_name[StageName.REQUEST] == "not_reached"
    assert trace.failure_class == "sign-in"


def test_what_is_not_back_by_the_deadline_is_said_to_be_missing() -> None:
    """A control plane that hangs takes nothing from the data plane, and the look ends in time."""
    done = looked("healthy", ["arm-slow", "call-timeout"], deadline=3)
    assert done.triage.seconds < 30, "what hangs does so for a minute"
    assert {one.outcome for one in done.triage.traces} >= {"completed"}
    slow = next(one for one in done.triage.traces if one.deployment == "support-chat")
    assert slow.outcome in ("unreachable", "skipped")


def test_an_interrupted_look_tells_what_was_seen_until_then() -> None:
    """Ctrl-C is no crash: the snapshot is marked, and what was not back is among the gaps."""
    done = looked("healthy", ["call-timeout", "arm-slow"], cancel_after=1.5)
    assert done.triage.interrupted
    assert done.snapshot.interrupted
    assert "INTERRUPTED" in render(done.triage, 80, color=False)


def test_what_changed_since_the_last_green_is_told_with_both_values(healthy: Done) -> None:
    """A setting that the world moved stands there with what it was; how the resolver is called does not."""
    done = looked("healthy", ["public-network-access"], before=_green(healthy))
    assert any(
        "publicNetworkAccess" in one.what and '"Disabled" → "Enabled"' in one.what for one in done.triage.happened
    )
    assert not any("resolver" in one.what for one in done.triage.happened)


def test_what_was_done_lately_is_read_of_all_that_an_account_hangs_on() -> None:
    """The deletion of a private DNS zone's link, by whom; and metrics by five minutes."""
    done = looked("healthy", world_=world_of("zone-unlinked"), name="matter-assistant")
    deleted = next(one for one in done.triage.happened if "deleted" in one.what)
    assert (deleted.who, deleted.source) == ("network-team@contoso.com", "activity log")
    assert "privatelink.openai.azure.com" in deleted.on
    assert {one.body.get("interval") for one in done.snapshot.resources if one.kind == "metric"} == {"PT5M"}


@pytest.mark.parametrize("fault", ["clock-ahead", "clock-behind"])
def test_a_clock_that_is_hours_off_ends_nothing(fault: str) -> None:
    """The calls are made and told all the same; the clock is told beside them, and blamed for nothing."""
    done = looked("healthy", [fault], name="support-desk")
    assert {one.outcome for one in done.triage.traces} >= {"completed"}
    assert done.triage.verdict is Verdict.WELL
    assert "clock-skew" not in {one.id for one in done.triage.causes}
    (note,) = done.triage.notes
    assert "clock is" in note
    assert "This machine's clock is" in render(done.triage, 80, color=False)


def test_of_accounts_that_nobody_asks_about_nothing_is_missed(healthy: Done) -> None:
    """One workload alone is looked at: other accounts are not said to be gone, nor their roles to be new."""
    done = looked("healthy", before=_green(healthy), name="support-desk")
    assert [one.what for one in done.triage.happened if one.source == "last green"] == []


def test_a_name_that_nothing_bears_is_an_error_with_the_nearest() -> None:
    """A deployment, a workload, and neither."""
    settings = load_settings(settings_path("healthy"), {}, {})
    asked = Asked(since=timedelta(hours=1), deadline=5)
    about, of = narrowed(settings, Asked(asked.since, asked.deadline, name="support-desk"))
    assert ([one.name for one in about.workloads], of.deployment) == (["support-desk"], None)
    about, of = narrowed(settings, Asked(asked.since, asked.deadline, name="Matter-Chat"))
    assert ([one.name for one in about.workloads], of.deployment) == (["matter-assistant"], "matter-chat")
    with pytest.raises(SettingsError) as raised:
        narrowed(settings, Asked(asked.since, asked.deadline, name="mater-chat"))
    assert raised.value.next_step == "did you mean matter-chat?"
