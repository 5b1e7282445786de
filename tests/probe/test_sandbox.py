"""Every way in which a model call fails is told apart over the wire: proxy, TLS, sign-in and the real client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.collect import Collected, collect
from auditor.policy.failure import Failure, failure_of
from auditor.policy.failure.context import failure_context
from auditor.probe import probe
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.snapshot import Gap, Principal, Resource

ENVIRONMENT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Probed:
    """What the probes of one world saw."""

    resources: tuple[Resource, ...]
    gaps: tuple[Gap, ...]
    principal: Principal
    recorder: Recorder
    unknown_routes: list[str]
    collected: Collected

    def body(self, deployment: str) -> dict[str, Any]:
        """The probe of a deployment."""
        (found,) = (one.body for one in self.resources if one.id.endswith(f"/deployments/{deployment}/probes/text"))
        return found

    def failure(self, deployment: str, settings: Settings) -> Failure | None:
        """Its failure, with all that is known around it."""
        kinds: Mapping[str, list[Resource]] = {"account": [], "deployment": []}
        for one in self.collected.resources:
            if one.kind in kinds:
                kinds[one.kind].append(one)
        (account_id,) = {
            one.id.partition("/deployments/")[0] for one in self.resources if f"/deployments/{deployment}/" in one.id
        }
        account = next(one for one in kinds["account"] if one.id.lower() == account_id.lower())
        context = failure_context(
            account,
            [one for one in kinds["deployment"] if (one.parent or "").lower() == account_id.lower()],
            deployment,
            principal=self.principal,
            now=self.recorder.readings[0].sent_at,
            tenant=settings.tenant,
            host=f"{account.body['properties']['customSubDomainName']}.openai.azure.com",
        )
        return failure_of(self.body(deployment), context)


def settings_of(world: str, **probes: Any) -> Settings:
    """The settings that are shipped with a world."""
    settings = load_settings(settings_path(world), {}, {})
    return settings.model_copy(update={"probes": settings.probes.model_copy(update=probes)})


def smoke_only(settings: Settings) -> Settings:
    """The same, in which no application uses more than text."""
    told = settings.model_dump(mode="json")
    told["probes"]["negative"] = False
    for workload in told["workloads"]:
        for deployment in workload["deployments"]:
            deployment["features"] = ["text"]
    return Settings.model_validate(told)


async def look(
    monkeypatch: pytest.MonkeyPatch,
    faults: Sequence[str],
    settings: Settings,
    collected: Collected | None = None,
    only: str | None = None,
) -> Probed:
    """The probes of the healthy world with faults in it; of one deployment alone, if it is named."""
    with Sandbox(load_world("healthy", faults)) as sandbox:
        for name in ENVIRONMENT:
            monkeypatch.setenv(name, sandbox.environment[name])
        settings = settings.model_copy(update={"resolver": sandbox.resolver})
        recorder = Recorder()
        async with open_cloud(settings, {**os.environ, **sandbox.environment}, recorder) as cloud:
            seen = collected or await collect(cloud, settings, lambda _: None)
            wanted = [
                one for one in seen.resources if only is None or one.kind != "deployment" or one.id.endswith(only)
            ]
            resources, gaps = await probe(cloud, settings, wanted, lambda _: None)
            principal = cloud.principal
    return Probed(resources, gaps, principal, recorder, sandbox.unknown_routes, seen)


@pytest.fixture(scope="module")
def healthy() -> Probed:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return asyncio.run(look(monkeypatch, (), settings_of("healthy")))


def test_every_deployment_of_the_healthy_world_answers(healthy: Probed) -> None:
    """Text models answer with their own name and usage; an embeddings model is not asked; nothing is missing."""
    smoke = [one for one in healthy.resources if one.body["probe"] == "text"]
    outcomes = {one.parent.rpartition("/")[2]: one.body["outcome"] for one in smoke if one.parent}
    assert outcomes == {
        "matter-chat": "completed",
        "matter-chat-reserved": "completed",
        "matter-analysis": "completed",
        "support-chat": "completed",
        "support-router": "completed",
        "support-embed": "not_applicable",
        "support-pictures": "not_applicable",
        "search-embed": "not_applicable",
    }
    assert (healthy.gaps, healthy.unknown_routes) == ((), [])
    body = healthy.body("matter-chat")
    assert body["responded_model"] == "gpt-5.4-2026-03-05"
    assert body["output_characters"] > 0
    assert body["input_tokens"] > 0
    assert body["endpoint"] == "https://contoso-matter-swc.openai.azure.com/openai/v1/"
    assert body["scope"] == "https://ai.azure.com/.default"
    assert body["region"] == "Sweden Central"
    assert body["rate_limit"]["x-ratelimit-limit-tokens"] == "100000"
    assert healthy.recorder.notices == ("sandbox: not evidence",)


def test_each_call_is_a_reading(healthy: Probed) -> None:
    """The provenance of each probe stands among the readings, with the hash of the raw body."""
    known = {reading.id: reading for reading in healthy.recorder.readings}
    for one in healthy.resources:
        for reading in one.readings:
            assert "/openai/" in known[reading].url
            assert known[reading].body_sha256
    assert all(one.readings for one in healthy.resources if one.body["sent"])


FAILURES = {
    "call-wrong-audience": ("refused", "wrong-audience", "ours"),
    "call-wrong-key": ("refused", "wrong-key", "ours"),
    "call-no-role": ("refused", "missing-data-role", "ours"),
    "call-wrong-tenant": ("refused", "wrong-tenant", "ours"),
    "call-keys-disabled": ("refused", "keys-disabled", "ours"),
    "call-firewall": ("refused", "firewall", "network"),
    "call-blocked": ("refused", "abuse-block", "ours"),
    "call-deployment-not-found": ("refused", "deployment-not-reached", "azure"),
    "call-path-not-found": ("refused", "wrong-path", "ours"),
    "call-region-not-enabled": ("refused", "region-not-supported", "azure"),
    "call-bad-parameter": ("refused", "parameter-refused", "ours"),
    "call-no-subdomain": ("refused", "subdomain-missing", "ours"),
    "call-api-version-too-old": ("refused", "api-version", "ours"),
    "call-content-filter": ("refused", "content-filter", "ours"),
    "call-timeout": ("unreachable", "timeout", "azure"),
    "call-request-timeout-408": ("refused", "request-timeout", "azure"),
    "call-model-retired": ("refused", "model-retired", "ours"),
    "call-quota-429": ("refused", "rate-limit", "ours"),
    "call-capacity-429": ("refused", "service-capacity", "azure"),
    "call-reduced": ("refused", "rate-reduced", "azure"),
    "call-server-error": ("refused", "service-error", "azure"),
    "call-service-unavailable": ("refused", "service-error", "azure"),
    "call-gateway-error": ("refused", "gateway-error", "azure"),
    "call-body-failed": ("failed", "answer-failed", "azure"),
    "call-body-incomplete": ("incomplete", "answer-incomplete", "ours"),
    "call-html": ("failed", "not-the-service", "network"),
    "call-reset": ("unreachable", "connection-reset", "network"),
    "call-stall": ("failed", "timeout", "azure"),
    "call-empty-output": ("completed", "empty-answer", "azure"),
    "call-proxy-refused": ("unreachable", "proxy-refused", "network"),
    "call-tls": ("unreachable", "tls", "network"),
    "call-connection-cut": ("unreachable", "proxy-refused", "network"),
    "call-connect-timeout": ("unreachable", "connect-timeout", "network"),
    "call-wrong-model": ("completed", None, None),
}
"""Fault → outcome, class and owner at the deployment support-chat."""


@pytest.mark.parametrize("fault", FAILURES)
async def test_each_fault_is_told_apart(monkeypatch: pytest.MonkeyPatch, healthy: Probed, fault: str) -> None:
    """The outcome, the class and whose it is."""
    slow = fault in {"call-timeout", "call-stall", "call-connect-timeout"}
    settings = smoke_only(settings_of("healthy", **({"seconds": 2.0} if slow else {})))
    probed = await look(monkeypatch, (fault,), settings, healthy.collected, "/support-chat")
    body = probed.body("support-chat")
    failure = probed.failure("support-chat", settings)
    shown = (failure.failure_class, failure.whose) if failure else (None, None)
    assert (body["outcome"], *shown) == FAILURES[fault], body
    assert probed.gaps == ()


async def test_the_older_audience_is_found_and_recorded(monkeypatch: pytest.MonkeyPatch, healthy: Probed) -> None:
    """The probe's body tells which scope worked, and both attempts are readings."""
    settings = settings_of("healthy")
    probed = await look(monkeypatch, ("older-audience-only",), settings, healthy.collected, "/support-chat")
    (found,) = (one for one in probed.resources if one.id.endswith("/support-chat/probes/text"))
    assert (found.body["outcome"], found.body["scope"]) == ("completed", "https://cognitiveservices.azure.com/.default")
    assert len(found.readings) == 2


@pytest.mark.parametrize(
    ("fault", "deployment", "failure_class"),
    [
        ("call-ptu-full", "matter-chat-reserved", "ptu-full"),
        ("call-model-unsupported", "matter-analysis", "model-not-supported"),
        ("call-public-access-disabled", "matter-chat", "public-access-disabled"),
    ],
)
async def test_faults_of_other_deployments(
    monkeypatch: pytest.MonkeyPatch, healthy: Probed, fault: str, deployment: str, failure_class: str
) -> None:
    """Provisioned throughput, a model without Responses, and an account behind a private endpoint."""
    settings = settings_of("healthy")
    probed = await look(monkeypatch, (fault,), settings, healthy.collected, f"/{deployment}")
    failure = probed.failure(deployment, settings)
    assert failure is not None
    assert failure.failure_class == failure_class
    if failure_class == "public-access-disabled":
        assert "1 approved private endpoint(s)" in failure.cause


async def test_a_model_name_in_place_of_the_deployment_is_found_by_calling_it(
    monkeypatch: pytest.MonkeyPatch, healthy: Probed
) -> None:
    """The commonest mistake of all is called once, refused with the service's 404, and explained by the right name."""
    settings = settings_of("healthy")
    workload = settings.workloads[1]
    named = workload.deployments[0].model_copy(update={"name": "gpt-5.4-mini"})
    settings = settings.model_copy(update={"workloads": (workload.model_copy(update={"deployments": (named,)}),)})
    probed = await look(monkeypatch, (), settings, healthy.collected, "/support-chat")
    assert (probed.body("gpt-5.4-mini")["outcome"], probed.body("gpt-5.4-mini")["http_status"]) == ("refused", 404)
    failure = probed.failure("gpt-5.4-mini", settings)
    assert failure is not None
    assert (failure.failure_class, failure.next_step) == ("model-name-used", "pass support-chat as model")


def test_a_paused_deployment_is_said_so(healthy: Probed) -> None:
    """The 404 of a deployment that exists and is paused names the pause."""
    missing = {"outcome": "refused", "error": {"phase": "http", "http_status": 404, "code": "DeploymentNotFound"}}
    account = next(one for one in healthy.collected.resources if one.kind == "account")
    context = failure_context(account, [], "x", principal=healthy.principal, now=healthy.recorder.readings[0].sent_at)
    failure = failure_of(missing, replace(context, paused=True))
    assert failure is not None
    assert failure.failure_class == "deployment-paused"
