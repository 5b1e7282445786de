"""File, environment and flags: which wins."""

from __future__ import annotations

import pytest

from auditor.errors import SettingsError
from auditor.settings_file import SMALLEST, load_settings
from auditor.settings_file.overrides import VARIABLES
from tests.settings_file.conftest import SUBSCRIPTION, TENANT, WHOLE, Write, problems


def test_smallest_settings(write: Write) -> None:
    """The smallest settings that messages offer are settings."""
    assert load_settings(write(SMALLEST), {}, {}).workloads[0].deployments[0].model == "gpt-5.4"


def test_file_then_environment_then_flags(write: Write) -> None:
    """The environment wins over the file, and a flag over both."""
    path = write(WHOLE + "gate: {fail_on: low}\n")
    environ = {"AUDITOR_FAIL_ON": "medium", "AUDITOR_INCOMPLETE": "allow"}
    assert load_settings(path, {}, {}).gate.fail_on == "low"
    assert load_settings(path, environ, {}).gate.fail_on == "medium"
    settings = load_settings(path, environ, {"--fail-on": "critical"})
    assert (settings.gate.fail_on, settings.gate.incomplete) == ("critical", "allow")


def test_each_variable_and_flag_lands(write: Write) -> None:
    """Every documented variable and flag changes the setting that it names."""
    said = {
        "AUDITOR_CLOUD": ("china", "china"),
        "AUDITOR_TENANT": (TENANT, TENANT),
        "AUDITOR_SUBSCRIPTIONS": (f" {TENANT}, {SUBSCRIPTION} ", (TENANT, SUBSCRIPTION)),
        "AUDITOR_PACKS": ("baseline,regulated", ("baseline", "regulated")),
        "AUDITOR_FAIL_ON": ("info", "info"),
        "AUDITOR_INCOMPLETE": ("allow", "allow"),
        "AUDITOR_PROBES": ("off", False),
        "AUDITOR_REPEAT": ("20", 20),
        "AUDITOR_CREDENTIALS": ("azure-cli", ("azure-cli",)),
        "AUDITOR_RESOLVER": ("10.0.0.4:53", "10.0.0.4:53"),
        "AUDITOR_CONCURRENCY": ("7", 7),
        "AUDITOR_DEADLINE_SECONDS": ("12.5", 12.5),
    }
    assert set(said) == {variable.name for variable in VARIABLES}
    settings = load_settings(write(WHOLE), {name: text for name, (text, _) in said.items()}, {}).model_dump(
        mode="python"
    )
    flagged = load_settings(
        write(WHOLE),
        {},
        {
            "--pack": ("baseline", "regulated"),
            "--fail-on": "info",
            "--allow-incomplete": "allow",
            "--no-probes": False,
            "--repeat": 20,
            "--deadline": 12.5,
        },
    ).model_dump(mode="python")
    for variable in VARIABLES:
        for dump in (settings, *([flagged] if variable.flag else [])):
            value = dump
            for part in variable.path:
                value = value[part]
            assert value == said[variable.name][1], variable


def test_empty_variables_say_nothing(write: Write) -> None:
    """An empty variable, as CI systems set for an input that was left out, changes nothing."""
    environ = {variable.name: "" for variable in VARIABLES} | {"AZURE_TENANT_ID": ""}
    assert load_settings(write(WHOLE), environ, {"--pack": (), "--fail-on": None}) == load_settings(
        write(WHOLE), {}, {}
    )


def test_tenant_of_azure_tools(write: Write) -> None:
    """AZURE_TENANT_ID is the tenant only where nothing else names one."""
    assert load_settings(write(WHOLE), {"AZURE_TENANT_ID": TENANT}, {}).tenant == TENANT
    named = load_settings(write(WHOLE), {"AZURE_TENANT_ID": TENANT, "AUDITOR_TENANT": SUBSCRIPTION}, {})
    assert named.tenant == SUBSCRIPTION
    assert problems(write(WHOLE), {"AZURE_TENANT_ID": "x"}) == [
        'environment AZURE_TENANT_ID: tenant: must be an id such as 00000000-0000-0000-0000-000000000000; found "x"'
    ]


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("AUDITOR_DEADLINE_SECONDS", "soon", "deadline_seconds: must be a number"),
        ("AUDITOR_DEADLINE_SECONDS", "inf", "deadline_seconds: must be a number"),
        ("AUDITOR_CONCURRENCY", "4.5", "concurrency: must be a whole number"),
        ("AUDITOR_CREDENTIALS", "azure-cli,azure-cli", 'credentials[1]: "azure-cli" is given twice'),
    ],
)
def test_unusable_variables(write: Write, variable: str, text: str, said: str) -> None:
    """A variable whose text is of another kind is refused by its name."""
    assert problems(write(WHOLE), {variable: text}) == [f"environment {variable}: {said}"]


def test_no_file(write: Write) -> None:
    """Without auditor.yaml the error shows how to begin one."""
    with pytest.raises(SettingsError, match=r"auditor\.yaml: there is no such file") as caught:
        load_settings(None, {}, {})
    assert SMALLEST in caught.value.next_step


def test_a_cloud_without_a_name(write: Write) -> None:
    """A cloud can be said by its addresses, and what is wrong inside of it is told there."""
    cloud = """\
cloud:
  name: air-gapped
  resource_manager: https://management.example
  authority: https://login.example
  openai_suffix: openai.example
  foundry_suffix: ai.example
  resource_manager_scope: https://management.example/.default
  model_scopes: [https://ai.example/.default]
"""
    assert load_settings(write(cloud + WHOLE), {}, {}).cloud != "public"
    said = problems(write(cloud.replace("[https://ai.example/.default]", "[]") + WHOLE))
    assert said == ["auditor.yaml:8:17: cloud.model_scopes: must name at least one; found an empty list"]
