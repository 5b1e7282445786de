"""`auditor permissions`: the role holds what a run asks for and nothing more, and says what each action is for."""

from __future__ import annotations

import json
import shlex
from functools import cache
from pathlib import Path

import pytest

from auditor.finding import Outcome
from auditor.policy.dependencies import dependents, load_dependencies
from auditor.policy.pack import load_policy
from auditor.probe import PROBES
from auditor.probe.permission import in_project
from auditor.record import JsonObject
from auditor.sandbox import Seen
from auditor.sandbox.response_access import action_of as action_of_call
from auditor.sandbox.wire import Ask
from auditor.settings import ExpectedDeployment, Settings
from tests import docs
from tests.cli.conftest import invoked
from tests.cli.test_help import SDKS, loaded
from tests.conftest import Done
from tests.dependencies import NO_CALLS
from tests.stage import WHOLE, made, run

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
LIST_KEYS = "Microsoft.CognitiveServices/accounts/listKeys/action"
RESPONSES = "Microsoft.CognitiveServices/accounts/OpenAI/responses/write"
CHECKS = load_policy(("regulated",), {}, docs.ROOT).checks
"""Those of a whole audit; what judges a plan is in a pack of its own."""


def role(*arguments: str) -> JsonObject:
    done = invoked("permissions", "--format", "json", *arguments)
    assert done.exit_code == 0, done.stderr
    printed: JsonObject = json.loads(done.stdout)
    return printed


def action_of(seen: Seen) -> str:
    """The action of a read of Resource Manager, from its path: provider, then each type; a POST is an action."""
    _, found, rest = seen.path.rpartition("/providers/")
    parts = rest.split("/")
    if not found:
        below = "resources/" if seen.path.endswith("/resources") else ""
        return f"Microsoft.Resources/subscriptions/{below}read"
    if len(parts) == 1:
        return "Microsoft.Resources/subscriptions/providers/read"
    reads = seen.method == "GET" or parts == ["Microsoft.CostManagement", "query"]  # asked by POST, and a read
    return "/".join([parts[0], *parts[1::2], "read" if reads else "action"])


def test_the_role_covers_every_request_and_nothing_more() -> None:
    """Each request of a healthy run is allowed by an action, and each action is asked for by a request.

    Its settings ask for keys (probes.negative) and call by a project's endpoint; what that needs is in the role where
    it is wanted, and only there.
    """
    seen = [one for one in everything_asked().sandbox.requests if one.host == "management.azure.com"]
    assert {one.path.rpartition("/")[2] for one in seen if one.method != "GET"} == {"query", "queryResults", "listKeys"}
    asked = {action_of(one) for one in seen}
    assert asked - {LIST_KEYS} == set(role()["Actions"])
    assert asked == set(role("--with", "keys")["Actions"])
    calls = [one for one in everything_asked().sandbox.requests if one.host.endswith(MODELS)]
    called = {action_of_call(Ask(one.method, one.host, one.path)) for one in calls}
    own, of_project = (set(role(*more)["DataActions"]) for more in ((), ("--with", "project")))
    assert called == of_project
    assert {one for one in called if "/AIServices/" not in one} == own
    assert RESPONSES in own


MODELS = (".openai.azure.com", ".services.ai.azure.com")


@cache
def everything_asked() -> Done:
    """The healthy world, with what is stored asked for by a project's endpoint too."""
    return made(WHOLE, amend=stores_by_project)


def stores_by_project(settings: Settings) -> Settings:
    def grown(one: ExpectedDeployment) -> ExpectedDeployment:
        return one.model_copy(update={"features": (*one.features, "file_search")}) if one.project else one

    workloads = tuple(
        one.model_copy(update={"deployments": tuple(map(grown, one.deployments))}) for one in settings.workloads
    )
    return settings.model_copy(update={"workloads": workloads})


def test_what_settings_ask_for_is_named_with_the_setting() -> None:
    """Whoever sets one of them sees which action it needs, and which checks judge it."""
    shown = invoked("permissions").stdout.split("Where settings ask for it")[1].split("Commands")[0]
    keys = shown.split(f"  {LIST_KEYS}\n")[1].split("Microsoft.")[0]
    assert "asked for by: authentication: keys-allowed of a workload, or probes.negative" in keys
    assert "probes: text_key, key_refused" in keys
    assert "key-call-failed" in keys
    assert "key-not-refused" in keys
    for name in ("responses/read", "responses/write", "responses/delete", "assets/write", "assets/read"):
        told = shown.split(f"accounts/AIServices/{name}\n")[1].split("Microsoft.")[0]
        assert "asked for by: surfaces: [project] of a deployment" in told
    assert "other-surface-fails" in shown


def test_no_action_is_asked_for_without_a_check_that_needs_it() -> None:
    """What nothing needs would be more than the least."""
    assert "needed by 0" not in invoked("permissions").stdout


def test_the_description_says_whether_the_role_reads_keys() -> None:
    assert "reads no keys" in role()["Description"]
    assert "reads keys" in role("--with", "keys", "--with", "project")["Description"]


def test_every_data_action_of_a_probe_is_known_of_projects_too() -> None:
    """A probe that needs another one must say what that is at a project's endpoint."""
    for action in sorted({action for probe in PROBES for action in probe.actions}):
        assert "/AIServices/" in in_project(action)
    with pytest.raises(LookupError):
        in_project("Microsoft.CognitiveServices/accounts/OpenAI/fine-tunes/write")


def test_each_data_action_names_the_probes_that_need_it() -> None:
    """Whoever leaves one out of the role sees which proofs are lost with it."""
    shown = invoked("permissions").stdout.split("Data actions")[1].split("Where settings")[0]
    for action in sorted({action for probe in PROBES for action in probe.actions}):
        told = shown.split(f"  {action}\n")[1].split("needed by")[0]
        named = {word.strip(", ") for word in told.split("probes:")[1].split()}
        assert named == {probe.name for probe in PROBES if action in probe.actions}


def test_the_role_is_what_azure_takes() -> None:
    """All members of a custom role, with each subscription once as a scope."""
    made = role("--name", "Release gate", "--subscription", SUBSCRIPTION, "--subscription", SUBSCRIPTION.upper())
    assert list(made) == [
        "Name",
        "IsCustom",
        "Description",
        "Actions",
        "NotActions",
        "DataActions",
        "NotDataActions",
        "AssignableScopes",
    ]
    assert (made["Name"], made["IsCustom"]) == ("Release gate", True)
    assert made["AssignableScopes"] == [f"/subscriptions/{SUBSCRIPTION}"]
    assert not [action for action in made["Actions"] + made["DataActions"] if "*" in action]


def test_the_commands_can_be_pasted() -> None:
    """A shell reads from them the same role, and an assignment of it in each subscription."""
    other = SUBSCRIPTION.replace("a1", "a2")
    named = ("--name", "Bob's gate; rm", "--subscription", SUBSCRIPTION, "--subscription", other)
    create, *assign = invoked("permissions", "--format", "az", *named).stdout.splitlines()
    words = shlex.split(create)
    assert words[:-1] == ["az", "role", "definition", "create", "--role-definition"]
    assert json.loads(words[-1]) == role(*named)
    for line, subscription in zip(assign, (SUBSCRIPTION, other), strict=True):
        assert shlex.split(line) == [
            *("az", "role", "assignment", "create", "--assignee", "PRINCIPAL_ID"),
            *("--role", "Bob's gate; rm", "--scope", f"/subscriptions/{subscription}"),
        ]


def test_without_a_subscription_it_says_what_is_missing() -> None:
    """The scope is a placeholder, and the conversation says so; stdout stays a role definition."""
    done = invoked("permissions", "--format", "json")
    assert json.loads(done.stdout)["AssignableScopes"] == ["/subscriptions/SUBSCRIPTION_ID"]
    assert "--subscription" in done.stderr
    assert invoked("permissions", "--subscription", "prod").exit_code == 2


def test_the_page_names_kinds_and_checks() -> None:
    """Each action stands with what it reads and with the checks of the pack that need it."""
    shown = invoked("permissions", "--pack", "regulated").stdout
    assert (
        "Microsoft.CognitiveServices/skus/read\n    reads: resource sku\n    needed by 1: account-sku-not-offered"
        in shown
    )
    assert f"{RESPONSES}\n    probes: text, " in shown
    narrowed = invoked("permissions", "--pack", "baseline").stdout
    assert "account-sku-not-offered" not in narrowed
    assert set(role()["Actions"]) - set(role("--pack", "baseline")["Actions"]) >= {
        "Microsoft.CognitiveServices/skus/read",
        "Microsoft.Insights/diagnosticSettings/read",
    }


def test_it_tells_of_a_users_own_check(tmp_path: Path) -> None:
    """A check that no shipped pack holds stands with the actions that its rule's facts need."""
    pack = tmp_path / "own"
    assert invoked("policy", "new", "own-quota", "--folder", str(pack), "--subject", "quota").exit_code == 0
    done = invoked("permissions", "--pack", str(pack))
    usages = done.stdout.split("locations/usages/read")[1].split("Microsoft.")[0]
    assert "own-quota" in usages
    assert "own-quota" not in done.stdout.split("deletedAccounts/read")[1].split("Microsoft.")[0]


def test_it_loads_no_sdk() -> None:
    """Printing the role loads no SDK."""
    assert loaded("permissions") & set(SDKS) == set()


def test_every_check_that_judges_calls_is_told() -> None:
    """Without the data action exactly the checks that need it change."""
    before, after = outcomes(), outcomes(NO_CALLS)
    changed = {check for (check, who), outcome in before.items() if after[check, who] is not outcome}
    told = set(dependents(CHECKS, load_dependencies()["probe"]))
    # no deployment of the healthy world declares a budget for the slowest of many calls
    assert changed == told - {"latency-p95-over-budget"}


def outcomes(*faults: str) -> dict[tuple[str, str], Outcome]:
    return {(one.check, one.subject.id): one.outcome for one in run(WHOLE, *faults).audit.run.findings}
