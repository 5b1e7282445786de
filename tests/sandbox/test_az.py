"""The Azure CLI, unmodified, sees the sandbox as Azure, with nothing changed but the environment."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.sandbox import Sandbox, load_world, settings_path
from tests.cli.process import command
from tests.cli.process import environment as clean_environment

if shutil.which("az") is None:
    pytest.skip(
        "`az` is not on PATH: the sandbox was NOT held against the Azure CLI (pip install azure-cli)",
        allow_module_level=True,
    )

GROUPS = "/subscriptions/00000000-0000-4000-8000-0000000000a1/resourceGroups"
ACCOUNT = f"{GROUPS}/rg-matter-prod/providers/Microsoft.CognitiveServices/accounts/contoso-matter-swc"
MATTER = ("-n", "contoso-matter-swc", "-g", "rg-matter-prod")
SEARCH = ("-n", "contoso-search-uks", "-g", "rg-search-prod")
ENDPOINT = ("--endpoint-name", "pe-matter-swc", "-g", "rg-network-hub")
NAMES = ["contoso-matter-swc", "contoso-search-uks", "contoso-support-weu"]

Az = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def azure() -> Iterator[Sandbox]:
    """A world in which one account accepts keys and the others do not."""
    with Sandbox(load_world("healthy", ["api-keys-accepted"])) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def environment(azure: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the sandbox says, and a folder for the CLI's own memory; telemetry is off."""
    folder = str(tmp_path_factory.mktemp("az"))
    ours = {"AZURE_CONFIG_DIR": folder, "AZURE_CORE_COLLECT_TELEMETRY": "false"}
    return clean_environment({**azure.environment, **ours})


@pytest.fixture(scope="module")
def az(environment: dict[str, str]) -> Az:
    """The CLI, signed in by a client secret."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [shutil.which("az") or "az", *arguments, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    who = {"-u": "AZURE_CLIENT_ID", "-p": "AZURE_CLIENT_SECRET", "--tenant": "AZURE_TENANT_ID"}
    given = [word for flag, name in who.items() for word in (flag, environment[name])]
    done = run("login", "--service-principal", *given)
    assert done.returncode == 0, done.stderr
    assert [one["name"] for one in json.loads(done.stdout)] == ["Contoso AI Production"]
    return run


def names(told: Any) -> list[str]:
    return sorted(one["name"] for one in told)


@pytest.mark.parametrize(
    ("arguments", "expected", "seen"),
    [
        (("account", "list"), NAMES, names),
        (("account", "show", *MATTER), True, lambda told: told["properties"]["disableLocalAuth"]),
        (
            ("account", "deployment", "list", *MATTER),
            ["matter-analysis", "matter-chat", "matter-chat-reserved"],
            names,
        ),
        (
            ("account", "deployment", "show", *MATTER, "--deployment-name", "matter-chat"),
            {"capacity": 100, "name": "DataZoneStandard"},
            lambda told: {name: told["sku"][name] for name in ("capacity", "name")},
        ),
        (("account", "list-skus", *MATTER), ["S0"], lambda told: [one["sku"]["name"] for one in told["value"]]),
        (("account", "list-skus", "--kind", "OpenAI", "--location", "swedencentral"), ["S0"], names),
        (("account", "list-kinds"), ["AIServices", "OpenAI"], sorted),
        (("account", "list-deleted"), [], names),
        (("account", "list-models", *MATTER), True, lambda told: "gpt-5.4" in names(told)),
        (("account", "list-usage", *MATTER), {"Count"}, lambda told: {one["unit"] for one in told}),
        (("account", "keys", "list", *SEARCH), ["key1", "key2"], sorted),
        (
            ("usage", "list", "-l", "swedencentral"),
            100,
            lambda told: {one["name"]["value"]: one for one in told}["OpenAI.DataZoneStandard.gpt-5.4"]["currentValue"],
        ),
        (
            ("model", "list", "-l", "swedencentral"),
            {"OpenAI", "AIServices"},
            lambda told: {one["kind"] for one in told if one["model"]["name"] == "gpt-5.4"},
        ),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, tuple) else "",
)
def test_cognitive_services(az: Az, arguments: tuple[str, ...], expected: Any, seen: Callable[[Any], Any]) -> None:
    done = az("cognitiveservices", *arguments)
    assert done.returncode == 0, done.stderr
    assert seen(json.loads(done.stdout)) == expected


def test_keys_are_the_sandboxs_own_and_refused_where_they_are_disabled(az: Az, azure: Sandbox) -> None:
    told = json.loads(az("cognitiveservices", "account", "keys", "list", *SEARCH).stdout)
    assert (told["key1"], told["key2"]) == azure.keys_of("contoso-search-uks")
    refused = az("cognitiveservices", "account", "keys", "list", *MATTER)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "(BadRequest) Failed to list key. disableLocalAuth is set to be true" in refused.stderr


def test_an_account_that_is_not_there_is_not_found(az: Az) -> None:
    done = az("cognitiveservices", "account", "show", "-n", "no-such-account", "-g", "rg-matter-prod")
    assert done.returncode == 3
    assert "(ResourceNotFound)" in done.stderr


def test_private_endpoints(az: Az) -> None:
    done = az("network", "private-endpoint", "list")
    assert done.returncode == 0, done.stderr
    assert names(json.loads(done.stdout)) == ["pe-matter-swc", "pe-search-uks"]
    (group,) = json.loads(az("network", "private-endpoint", "dns-zone-group", "list", *ENDPOINT).stdout)
    assert len(group["privateDnsZoneConfigs"]) == 3


def test_diagnostic_settings(az: Az) -> None:
    done = az("monitor", "diagnostic-settings", "list", "--resource", ACCOUNT)
    assert done.returncode == 0, done.stderr
    (setting,) = json.loads(done.stdout)
    assert setting["name"] == "to-audit-workspace"
    assert {log["category"] for log in setting["logs"] if log["enabled"]} == {"Audit", "RequestResponse"}


def test_what_a_check_tells_people_to_run(az: Az) -> None:
    registered = az("provider", "show", "-n", "Microsoft.CognitiveServices", "--query", "registrationState")
    assert json.loads(registered.stdout) == "Registered"
    assert len(json.loads(az("account", "list", "--all").stdout)) == 1
    whole = az("rest", "--url", f"https://management.azure.com{ACCOUNT}?api-version=2026-07-01", "--query", "name")
    assert json.loads(whole.stdout) == "contoso-matter-swc"


def test_the_auditor_signs_in_as_whoever_az_signed_in(az: Az, environment: dict[str, str], tmp_path: Path) -> None:
    """With nothing in the environment that names an identity, the chain comes to the CLI."""
    assert json.loads(az("account", "get-access-token", "--query", "tokenType").stdout) == "Bearer"
    named = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
    kept = {name: value for name, value in environment.items() if name not in named}
    given = ("run", "--settings", str(settings_path("healthy")), "--output", str(tmp_path / "run"), "--no-probes")
    done = subprocess.run(
        command(*given),
        env={**kept, "AUDITOR_CREDENTIALS": "environment,azure-cli"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "environment: not configured" in done.stderr
    assert "azure-cli: signed in" in done.stderr
    assert "contoso-release-gate" in done.stderr, "the one who az signed in"


def test_nothing_was_asked_that_the_sandbox_does_not_serve(az: Az, azure: Sandbox) -> None:
    """The last of this file: no command met a path that is missing here."""
    assert az("account", "show").returncode == 0
    assert azure.unknown_routes == []
