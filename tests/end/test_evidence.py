"""Everything that an auditor asks of evidence is in evidence.json, whatever the world was like."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from azure.identity import EnvironmentCredential
from jsonschema import Draft202012Validator

from auditor.cli.schema import schema_of
from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.finding import Outcome
from auditor.policy.attestations import CONTROLS
from auditor.report import FORMATS
from auditor.run import Run, load_run
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.snapshot import Principal
from tests.cli.process import command
from tests.cli.process import environment as clean_environment
from tests.conftest import Done, audit_world, environment

WORLDS = ("healthy", "release", "denied")
WORLD = load_world("healthy")
ACCOUNTS = ("contoso-matter-swc", "contoso-search-uks", "contoso-support-weu")


@cache
def done(world: str, *faults: str) -> Done:
    return audit_world(world, faults)


@pytest.fixture(params=WORLDS)
def ran(request: pytest.FixtureRequest) -> Done:
    return done(request.param)


def test_the_evidence_fits_its_schema_and_comes_back_the_same(ran: Done, tmp_path: Path) -> None:
    text = FORMATS["json"].render(ran.audit.run)
    assert list(Draft202012Validator(schema_of("evidence")).iter_errors(json.loads(text))) == []
    (tmp_path / "evidence.json").write_text(text, encoding="utf-8")
    assert load_run(tmp_path / "evidence.json") == ran.audit.run


def test_the_numbers_of_the_checks_add_up_to_the_findings(ran: Done) -> None:
    run = ran.audit.run
    total: Counter[Outcome] = Counter()
    for check in run.policy.checks:
        mine = Counter(finding.outcome for finding in run.findings if finding.check == check.id)
        assert check.counts == dict(mine)
        total.update(mine)
    assert {outcome: total[outcome] for outcome in Outcome} == run.counts
    assert sum(total.values()) == len(run.findings)
    assert sum(check.waived for check in run.policy.checks) == run.waived


def test_every_reading_that_is_named_is_there_with_clock_and_request_ids(ran: Done) -> None:
    run = ran.audit.run
    readings = {reading.id: reading for reading in run.readings}
    named = {one for finding in run.findings for one in finding.readings}
    named |= {one for gap in run.gaps for one in gap.readings}
    named |= {one for kind in run.population if kind.second for one in kind.second.readings}
    assert named <= readings.keys()
    assert {gap for finding in run.findings for gap in finding.gaps} <= {gap.id for gap in run.gaps}
    answered = [one for one in readings.values() if one.status is not None and "management.azure.com" in one.url]
    assert all(one.service_date and one.request_ids and one.api_version for one in answered)


def test_the_population_is_what_was_seen_and_says_how(ran: Done) -> None:
    seen = ran.audit.snapshot
    kept = Counter(resource.kind for resource in seen.resources)
    asked = {one.kind for kept_ in (seen.resources, seen.listings, seen.gaps) for one in kept_ if one.readings}
    for kind in ran.audit.run.population:
        assert kind.count == kept[kind.kind]
        assert kind.gaps == sum(gap.kind == kind.kind for gap in seen.gaps)
        assert bool(kind.found_by) == (kind.kind in asked), kind
        assert not any("0000-" in shape or "contoso" in shape for shape in kind.found_by), "ids are replaced"


def test_accounts_are_counted_by_two_sources_where_both_could_be_read() -> None:
    told = {world: {one.kind: one for one in done(world).audit.run.population}["account"] for world in WORLDS}
    assert (told["healthy"].reconciled, told["release"].reconciled, told["denied"].reconciled) == (True, True, None)
    assert told["healthy"].second is not None
    assert told["healthy"].second.count == told["healthy"].count == len(ACCOUNTS)
    assert "GET /subscriptions/{id}/providers/Microsoft.CognitiveServices/accounts" in told["healthy"].found_by


def test_sources_that_differ_are_told_and_fail() -> None:
    run = done("healthy", "population-not-reconciled").audit.run
    (accounts,) = (one for one in run.population if one.kind == "account")
    assert accounts.reconciled is False
    (finding,) = (one for one in run.findings if one.check == "population-not-reconciled")
    assert finding.outcome is Outcome.FAIL
    assert "contoso-search-uks" in finding.message
    assert len(finding.readings) >= 2, "both lists"


def test_a_list_that_is_refused_leaves_the_comparison_unknown() -> None:
    run = done("healthy", "arm-denied-arm-resource").audit.run
    (finding,) = (one for one in run.findings if one.check == "population-not-reconciled")
    assert finding.outcome is Outcome.UNKNOWN
    assert "Microsoft.Resources/subscriptions/resources/read" in finding.message


@pytest.mark.parametrize(("fault", "hours"), [("clock-ahead", -2), ("clock-behind", 2)])
def test_the_services_clock_stands_beside_ours(fault: str, hours: int) -> None:
    well, wrong = done("healthy").audit.run.clock, done("healthy", fault).audit.run.clock
    assert well is not None
    assert wrong is not None
    assert not well.differs
    assert wrong.skew_seconds == pytest.approx(hours * 3600, abs=5)
    assert wrong.differs
    assert wrong.reading in {reading.id for reading in done("healthy", fault).audit.run.readings}


def test_the_inventory_has_every_deployment_and_every_pool_that_it_draws_on(ran: Done) -> None:
    run = ran.audit.run
    deployments = {one.id.lower() for one in ran.audit.snapshot.resources if one.kind == "deployment"}
    assert {one.id.lower() for one in run.deployments} == deployments
    assert {one.quota for one in run.deployments if one.quota} <= {one.id for one in run.quota}
    if deployments:
        assert all(one.model and one.sku and one.state and one.location for one in run.deployments)
        assert any(one.retires for one in run.deployments)
        assert all(one.limit is not None for one in run.quota)


def test_what_people_state_is_told_apart_from_what_was_seen(ran: Done) -> None:
    run = ran.audit.run
    assert {one.control for one in run.attestations} == CONTROLS.keys() - {"key-custody"}
    assert all(one.owner and one.evidence and one.statement for one in run.attestations)
    today = run.started_at.date()
    assert all(one.in_force is (one.stated <= today <= one.expires) for one in run.attestations)


def test_every_check_tells_the_controls_that_others_publish_for_it(ran: Done) -> None:
    checks = {check.id: check for check in ran.audit.run.policy.checks}
    told = checks["api-keys-accepted"].controls
    assert {mapping.framework for mapping in told} >= {"mcsb-v1"}
    assert all(mapping.source.startswith("https://") and mapping.item for mapping in told)
    assert ran.audit.run.frameworks == (), "none was asked for"
    assert ran.audit.run.policy.pack_digests.keys() == set(ran.audit.run.policy.packs)


def narrowed(settings: Settings) -> Settings:
    """No more in scope than one account, and no calls."""
    scope = settings.scope.model_copy(update={"accounts": ACCOUNTS[:1]})
    probes = settings.probes.model_copy(update={"calls": 2})
    return settings.model_copy(update={"scope": scope, "probes": probes, "packs": ("baseline",)})


def test_what_was_left_out_is_named_with_its_reason() -> None:
    run = audit_world("healthy", packs=["baseline"], amend=narrowed).audit.run
    left: dict[str, list[tuple[str, str]]] = {}
    for one in run.excluded:
        left.setdefault(one.kind, []).append((one.id.rpartition("/")[2], one.reason))
    outside = "Left out by scope.accounts of the settings."
    assert left["account"] == [(name, outside) for name in ACCOUNTS[1:]]
    assert all("probes.calls" in reason for _, reason in left["probe"]), left["probe"]
    assert left["budget"] == [
        ("budget", "No check of the packs in use needs it with these settings, so it was not read.")
    ]
    (accounts,) = (one for one in run.population if one.kind == "account")
    assert accounts.reconciled is True, "within the scope that both share"


def principal_by(sandbox: Sandbox, variables: dict[str, str]) -> Principal:
    """Who looked, as the evidence would have it."""

    async def signed_in() -> Principal:
        settings = load_settings(settings_path("healthy"), dict(os.environ), {})
        async with open_cloud(settings, dict(os.environ), Recorder(None)) as cloud:
            return cloud.principal

    kept = {name: value for name, value in sandbox.environment.items() if not name.startswith("AZURE_")}
    with environment({**kept, **variables}):
        for name in set(os.environ) & {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"} - variables.keys():
            del os.environ[name]
        return asyncio.run(signed_in())


@pytest.mark.parametrize("credential", ["environment", "github-oidc", "workload-identity", "managed-identity"])
def test_who_looked_is_told_by_kind_tenant_object_and_application(credential: Any) -> None:
    with Sandbox(WORLD) as sandbox:
        found = principal_by(sandbox, {**sandbox.signed_in_by(credential), "AUDITOR_CREDENTIALS": credential})
    assert found == Principal(
        credential=credential,
        tenant_id=WORLD.tenant,
        object_id=WORLD.identity.object_id,
        app_id=WORLD.identity.app_id,
        name="contoso-release-gate",
    )


def test_who_looked_through_the_azure_cli_is_told_too(tmp_path: Path) -> None:
    """By an `az` that gives out the token of whoever signed in."""
    with Sandbox(WORLD) as sandbox, environment(sandbox.environment), EnvironmentCredential() as who:
        token = who.get_token("https://management.azure.com/.default")
        told = {"accessToken": token.token, "expires_on": token.expires_on, "tokenType": "Bearer"}
        (tmp_path / "token.json").write_text(json.dumps(told))
        az = tmp_path / "az"
        az.write_text(f"#!/bin/sh\ncat '{tmp_path}/token.json'\n")
        az.chmod(0o755)
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        found = principal_by(sandbox, {"AUDITOR_CREDENTIALS": "azure-cli", "PATH": path})
    assert (found.credential, found.tenant_id) == ("azure-cli", WORLD.tenant)
    assert (found.object_id, found.app_id) == (WORLD.identity.object_id, WORLD.identity.app_id)


CI = {
    "GITHUB_ACTOR": "mona",
    "GITHUB_WORKFLOW_REF": "contoso/app/.github/workflows/release.yml@refs/heads/main",
    "GITHUB_WORKFLOW_SHA": "a" * 40,
    "GITHUB_SHA": "79e4acd",
    "GITHUB_RUN_ID": "1",
    "GITHUB_RUN_ATTEMPT": "2",
    "RUNNER_NAME": "vnet-7",
}
SIGNED = "https://store.blob.core.windows.net/x?sv=2024&sig=abcdefghijklmnopqrstuvwxyz0123456789abcdefg%3D"


def test_where_it_was_started_and_how_is_kept_without_secrets(tmp_path: Path) -> None:
    """The real command, with waivers, in a pretended CI."""
    shipped = settings_path("healthy")
    entry = "- {{check: {check}, subject: '*', owner: platform, reason: r, ticket: {ticket}, expires: {expires}}}\n"
    waivers = [("api-keys-accepted", "OPS-1", "2035-12-31"), ("api-keys-accepted", "OPS-2", "2020-01-01")]
    waivers += [("account-missing", "OPS-3", "2035-12-31")]
    text = "".join(entry.format(check=check, ticket=ticket, expires=day) for check, ticket, day in waivers)
    (tmp_path / "waivers.yaml").write_text(text)
    for beside in shipped.parent.glob("healthy.*"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    settings = tmp_path / "auditor.yaml"
    settings.write_text(shipped.read_text(encoding="utf-8") + "\nwaivers: waivers.yaml\n")
    words = command("run", "--settings", str(settings), "--output", str(tmp_path / "run"), "--format", "json")
    with Sandbox(load_world("healthy", ["api-keys-accepted"])) as sandbox:
        env = clean_environment({**sandbox.environment, **CI, "BUILD_REQUESTEDFOR": SIGNED})
        subprocess.run(words, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)
    run: Run = load_run(tmp_path / "run" / "evidence.json")
    assert {name: run.context[name] for name in CI} == CI
    assert "sig=abc" not in run.model_dump_json()
    assert run.command[-6:-1] == ("--settings", str(settings), "--output", str(tmp_path / "run"), "--format")
    assert {(one.ticket, one.state, len(one.findings)) for one in run.waivers} == {
        ("OPS-1", "in_force", 1),
        ("OPS-2", "expired", 1),
        ("OPS-3", "not_needed", 0),
    }
    (check,) = (one for one in run.policy.checks if one.id == "api-keys-accepted")
    assert (check.waived, run.waived) == (1, 1)
    assert {one.id for one in run.findings if one.waiver} == {one for each in run.waivers for one in each.findings}
