"""Each deployment is asked once, within the budgets, and what was not asked can't pass."""

from __future__ import annotations

import asyncio
from typing import Any

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, CallError, Surface
from auditor.probe import CALLS_PER_REGION, probe
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Resource
from tests.cloud.endpoint import ANSWER
from tests.probe.pretend import PretendCloud, PretendModels, account, answered, deployment, settings


def fine(_: JsonObject) -> Answer:
    return answered(200, ANSWER)


async def run(
    resources: list[Resource], wanted: Settings, cloud: PretendCloud | None = None
) -> tuple[tuple[Resource, ...], tuple[Gap, ...], PretendCloud]:
    cloud = cloud or PretendCloud(PretendModels(fine))
    seen, gaps = await probe(cloud, wanted, resources, lambda _: None)
    return seen, gaps, cloud


async def test_every_deployment_is_asked_once_under_its_name() -> None:
    """A resource of kind probe stands below each deployment, with the readings of its call."""
    one = account()
    seen, gaps, cloud = await run([one, deployment(one, "b"), deployment(one, "a")], settings())
    assert [resource.id for resource in seen] == [f"{one.id}/deployments/{name}/probes/text" for name in "ab"]
    assert {resource.kind for resource in seen} == {"probe"}
    assert [resource.parent for resource in seen] == [f"{one.id}/deployments/{name}" for name in "ab"]
    assert [resource.readings for resource in seen] == [("reading",)] * 2
    assert [resource.body["requested_model"] for resource in seen] == ["a", "b"]
    assert (gaps, len(cloud.models.asked)) == ((), 2)


async def test_a_declared_deployment_that_is_missing_is_called_all_the_same() -> None:
    """The 404 that the application would get is evidence."""
    told = {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}}
    cloud = PretendCloud(PretendModels(lambda _: answered(404, told)))
    seen, gaps, _ = await run([account()], settings({"name": "gpt-4.1", "model": "gpt-4.1"}), cloud)
    assert [(one.body["outcome"], one.body["error"]["code"]) for one in seen] == [("refused", "DeploymentNotFound")]
    assert gaps == ()


async def test_a_model_for_something_else_is_not_applicable_and_no_gap() -> None:
    """There was nothing to ask."""
    one = account()
    seen, gaps, cloud = await run(
        [one, deployment(one, "e", "text-embedding-3", capabilities={"embeddings": "true"})], settings()
    )
    assert [(probed.body["outcome"], probed.body["sent"]) for probed in seen] == [("not_applicable", False)]
    assert "embeddings" in seen[0].body["reason"]
    assert (gaps, cloud.models.asked) == ((), [])


async def test_probes_that_are_off_send_nothing_and_leave_a_gap_each() -> None:
    """A question that was not put is unknown, never a pass."""
    one = account()
    wanted = settings({"name": "missing", "model": "gpt-4.1"}, probes={"enabled": False})
    seen, gaps, cloud = await run([one, deployment(one, "a")], wanted)
    assert cloud.models.asked == []
    assert [gap.scope for gap in gaps] == [f"{one.id}/deployments/{name}/probes/text" for name in ("a", "missing")]
    assert {(gap.kind, gap.reason, gap.detail) for gap in gaps} == {
        ("probe", GapReason.NOT_OFFERED, "probes are off in settings (probes.enabled)")
    }
    assert {probed.body["outcome"] for probed in seen} == {"skipped"}


async def test_a_budget_asks_declared_deployments_first_and_leaves_gaps_for_the_rest() -> None:
    """The order is fixed, so that the same settings always ask the same deployments."""
    one = account()
    wanted = settings({"name": "z", "model": "gpt-4.1"}, probes={"calls": 2})
    seen, gaps, cloud = await run([one, *(deployment(one, name) for name in "abz")], wanted)
    assert sorted(request["model"] for _, request, _ in cloud.models.asked) == ["a", "z"]
    assert [(gap.scope, gap.reason) for gap in gaps] == [(f"{one.id}/deployments/b/probes/text", GapReason.FAILED)]
    skipped = next(probed for probed in seen if probed.parent == f"{one.id}/deployments/b")
    assert (skipped.body["outcome"], skipped.body["sent"]) == ("skipped", False)
    assert "probes.calls" in skipped.body["reason"]


async def test_an_account_without_an_endpoint_leaves_a_gap() -> None:
    """Where nothing can be called, nothing is known."""
    one = account(customSubDomainName=None)
    _, gaps, cloud = await run([one, deployment(one, "a")], settings())
    assert [(gap.reason, gap.detail) for gap in gaps] == [
        (GapReason.NOT_OFFERED, "the account names no model endpoint")
    ]
    assert cloud.models.asked == []


async def test_a_passed_deadline_skips_what_is_left() -> None:
    """Time that ran out is a gap of its own reason."""
    one = account()
    cloud = PretendCloud(PretendModels(fine), deadline=Deadline.after(0))
    seen, gaps, _ = await run([one, deployment(one, "a")], settings(), cloud)
    assert [gap.reason for gap in gaps] == [GapReason.TIMED_OUT]
    assert [probed.body["outcome"] for probed in seen] == ["skipped"]


async def test_a_call_that_our_own_time_ended_blames_nobody() -> None:
    """With less time left than a call may take, a time-out is ours; with all of it, the service's."""
    one = account()
    error = CallError(phase="timeout", during="answer", message="no complete answer in time")
    late = Answer(endpoint="e", scope="s", error=error, readings=("r",))
    resources, models = [one, deployment(one, "a")], PretendModels(lambda _: late)
    hurried, gaps, _ = await run(resources, settings(), PretendCloud(models, deadline=Deadline.after(20)))
    assert [(probed.body["outcome"], probed.body["sent"], probed.readings) for probed in hurried] == [
        ("skipped", True, ("r",))
    ]
    assert [gap.reason for gap in gaps] == [GapReason.TIMED_OUT]
    patient, none, _ = await run(resources, settings(), PretendCloud(models))
    assert [probed.body["outcome"] for probed in patient] == ["unreachable"]
    assert none == ()


async def test_one_answer_may_take_half_of_the_time_of_all() -> None:
    """A minute at most, and less where the settings leave less."""
    one = account()
    for seconds, patience in ((300, 60), (4, 2)):
        _, _, cloud = await run([one, deployment(one, "a")], settings(probes={"seconds": seconds}))
        assert [asked for _, _, asked in cloud.models.asked] == [patience]


async def test_a_probe_that_crashes_leaves_a_gap_and_the_others_go_on() -> None:
    """A defect of ours is said, and costs one deployment its answer."""

    def reply(request: JsonObject) -> Answer:
        if request["model"] == "a":
            raise RuntimeError("boom")
        return fine(request)

    one = account()
    seen, gaps, _ = await run(
        [one, deployment(one, "a"), deployment(one, "b")], settings(), PretendCloud(PretendModels(reply))
    )
    assert [(probed.body["requested_model"], probed.body["outcome"]) for probed in seen] == [
        ("a", "skipped"),
        ("b", "completed"),
    ]
    assert [(gap.scope, gap.reason) for gap in gaps] == [(f"{one.id}/deployments/a/probes/text", GapReason.CRASHED)]
    assert "boom" in gaps[0].detail


class Counting(PretendModels):
    """Counts how many calls are under way at once."""

    now = most = 0

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.now -= 1
        return await super().do(surface, operation, request, seconds=seconds, key=key)


async def under_way(regions: int, **more: Any) -> int:
    accounts = [account(f"a{number}", location=f"region{number}") for number in range(regions)]
    resources = [*accounts, *(deployment(one, f"d{number}") for one in accounts for number in range(20))]
    models = Counting(fine)
    _, gaps, _ = await run(resources, settings(**more), PretendCloud(models))
    assert gaps == ()
    return models.most


async def test_calls_of_one_region_and_of_the_run_are_bounded() -> None:
    """One region bears eight calls at once; the whole run what the settings say."""
    assert await under_way(1) == CALLS_PER_REGION
    assert await under_way(3) == 3 * CALLS_PER_REGION
    assert await under_way(3, concurrency=5) == 5


class Stuck(PretendModels):
    """Answers deployment `a` and lets the others wait."""

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        if request["model"] != "a":
            await asyncio.Event().wait()
        return await super().do(surface, operation, request, seconds=seconds, key=key)


async def test_an_interruption_keeps_what_was_seen() -> None:
    """What was answered stays, what was not is a gap, and the cancellation is taken as answered."""
    one = account()
    resources = [one, deployment(one, "a"), deployment(one, "b")]
    task = asyncio.create_task(run(resources, settings(), PretendCloud(Stuck(fine))))
    await asyncio.sleep(0.01)
    task.cancel()
    seen, gaps, _ = await task
    assert {probed.body["requested_model"]: probed.body["outcome"] for probed in seen} == {
        "a": "completed",
        "b": "skipped",
    }
    assert [(gap.scope, gap.reason) for gap in gaps] == [(f"{one.id}/deployments/b/probes/text", GapReason.INTERRUPTED)]
