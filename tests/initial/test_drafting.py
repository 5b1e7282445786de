"""Settings made from snapshots: what is stated reads back, whatever things are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.initial.budget import budgeted
from auditor.initial.draft import Choice, Draft
from auditor.initial.drafting import drafted
from auditor.initial.rendering import rendered
from auditor.initial.scalar import statable
from auditor.record import JsonObject
from auditor.settings import Scope, Settings
from auditor.settings_file import load_settings
from auditor.snapshot import Gap, GapReason, Listing, Principal, Resource, Snapshot

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
ROOT = f"/subscriptions/{SUBSCRIPTION}"
ASKED = Settings(scope=Scope(subscriptions=(SUBSCRIPTION,)))
CHOICES = (Choice("text", "Text", 1, 100), Choice("stream", "Streaming", 1, 100))

NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/?#"), min_size=1, max_size=30)


def account(name: str, group: str = "rg", kind: str = "AIServices", **body: object) -> Resource:
    id_ = f"{ROOT}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"
    told = {"id": id_, "name": name, "kind": kind, "location": "westeurope", "sku": {"name": "S0"}, **body}
    return Resource(kind="account", id=id_, parent=ROOT, body=told, readings=("r",))


def deployment(of: Resource, name: str, model: str = "gpt-5.4", responses: str = "true") -> Resource:
    id_ = f"{of.id}/deployments/{name}"
    properties: JsonObject = {
        "model": {"format": "OpenAI", "name": model, "version": "2026-03-05"},
        "capabilities": {"responses": responses},
        "provisioningState": "Succeeded",
    }
    body = {"id": id_, "name": name, "sku": {"name": "GlobalStandard", "capacity": 10}, "properties": properties}
    return Resource(kind="deployment", id=id_, parent=of.id, body=body, readings=("r",))


def snapshot(resources: Sequence[Resource], gaps: Sequence[Gap] = (), *, listed: bool = True) -> Snapshot:
    accounts = [one for one in resources if one.kind == "account"]
    hidden = {(gap.kind, gap.scope) for gap in gaps}
    listings = [Listing(kind="account", scope=ROOT, count=len(accounts))] if listed else []
    listings += [
        Listing(kind="deployment", scope=one.id, count=0) for one in accounts if ("deployment", one.id) not in hidden
    ]
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return Snapshot(
        cloud="public",
        taken_at=now,
        ended_at=now,
        principal=Principal(credential="environment"),
        settings={},
        resources=tuple(resources),
        listings=tuple(listings),
        gaps=tuple(gaps),
    )


def made(*resources: Resource, gaps: Sequence[Gap] = (), listed: bool = True) -> Draft:
    return drafted(snapshot(resources, gaps, listed=listed), ASKED)


def read_back(draft: Draft, folder: Path) -> Settings:
    path = folder / "auditor.yaml"
    path.write_text(rendered(draft, CHOICES), encoding="utf-8", newline="\n")
    return load_settings(path, {}, {})


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(
    names=st.lists(NAME, min_size=1, max_size=3, unique_by=str.lower),
    below=st.lists(NAME, min_size=1, max_size=2, unique_by=str.lower),
    tags=st.dictionaries(st.sampled_from(["owner", "workload", "azd-env-name", "env"]) | NAME, NAME, max_size=4),
)
def test_any_name_and_tag_reads_back(
    tmp_path: Path, names: list[str], below: list[str], tags: Mapping[str, str]
) -> None:
    """The text is valid settings that name the same accounts, deployments, owners and tags."""
    resources = []
    for name in names:
        home = account(name, tags=dict(tags))
        resources += [home, *(deployment(home, one, model=one) for one in below)]
    draft = made(*resources)
    stated = read_back(draft, tmp_path)
    assert {one.account.rpartition("/")[2] for one in stated.workloads} == {
        name for name in names if statable("account", name) and any(statable("name", one) for one in below)
    }
    for one in stated.workloads:
        assert {each.name for each in one.deployments} == {name for name in below if statable("name", name)}
        assert set(one.tags) <= set(tags)
        assert one.owner == "unknown" or one.owner in tags.values()


def test_a_secret_in_a_tag_is_nowhere_in_the_file(tmp_path: Path) -> None:
    """What looks like a key is neither stated nor quoted; the owner is then not known."""
    key = "AccountKey=" + "A" * 86 + "=="
    home = account("chat", tags={"owner": key, "workload": key, key: "x"})
    draft = made(home, deployment(home, "gpt"))
    assert "A" * 20 not in rendered(draft, CHOICES)
    assert read_back(draft, tmp_path).workloads[0].owner == "unknown"


def test_names_that_repeat_are_told_apart(tmp_path: Path) -> None:
    """An account whose name another group has too is named by its id, and no workload's name stands twice."""
    twins = [account("chat", group) for group in ("rg-a", "rg-b")]
    stated = read_back(made(*twins, *(deployment(one, "gpt") for one in twins)), tmp_path)
    assert [one.account for one in stated.workloads] == [one.id for one in twins]
    assert [one.name for one in stated.workloads] == ["chat", "rg-b/chat"]


def test_what_belongs_together_stands_together(tmp_path: Path) -> None:
    """Accounts that share a tag of their application are next to each other under its name; a lone one takes it."""
    homes = [
        account("a", tags={"azd-env-name": "checkout"}),
        account("b", tags={"workload": "search"}),
        account("c", tags={"azd-env-name": "checkout"}),
    ]
    draft = made(*homes, *(deployment(one, "gpt") for one in homes))
    assert [one.name for one in read_back(draft, tmp_path).workloads] == ["search", "a", "c"]
    assert "# ==== checkout (tag azd-env-name)" in rendered(draft, CHOICES)


def test_an_open_door_is_not_taken_for_meant(tmp_path: Path) -> None:
    """Keys that are taken and a network that is open stand as comments; the settings expect the opposite."""
    home = account("chat", properties={"disableLocalAuth": False, "publicNetworkAccess": "Enabled"})
    draft = made(home, deployment(home, "gpt"))
    text = rendered(draft, CHOICES)
    assert "    # authentication: keys-allowed" in text
    assert "    # network: public" in text
    (one,) = read_back(draft, tmp_path).workloads
    assert (one.authentication, one.network) == ("entra-only", "restricted")


def test_a_closed_door_is_stated(tmp_path: Path) -> None:
    """What is guarded is expected to stay so."""
    home = account("chat", properties={"disableLocalAuth": True, "publicNetworkAccess": "Disabled"})
    (one,) = read_back(made(home, deployment(home, "gpt")), tmp_path).workloads
    assert (one.authentication, one.network) == ("entra-only", "private")


def test_what_could_not_be_read_is_said_and_not_invented(tmp_path: Path) -> None:
    """An account whose deployments are hidden is no workload; the file says what is missing, and what would show it."""
    home = account("chat", tags={"owner": "me"})
    gap = Gap(
        id="g", kind="deployment", scope=home.id, reason=GapReason.DENIED, detail="no", permission="x/read",
        next_step="ask",
    )  # fmt: skip
    draft = made(home, gaps=(gap,))
    text = rendered(draft, CHOICES)
    assert draft.blind
    assert "could not be seen: deployment of chat (denied: x/read)" in text
    assert read_back(draft, tmp_path).workloads == ()


def test_an_account_without_deployments_stands_as_a_comment(tmp_path: Path) -> None:
    """It is no workload until it has one, and what it would say stands ready."""
    draft = made(account("chat"))
    assert "#   - name: chat" in rendered(draft, CHOICES)
    assert read_back(draft, tmp_path).workloads == ()
    assert not draft.blind


def test_other_kinds_of_accounts_are_left_out_by_name(tmp_path: Path) -> None:
    """An account that no model with the Responses API lives on is named and not stated."""
    chat = account("chat")
    draft = made(chat, deployment(chat, "gpt"), account("forms", kind="FormRecognizer"))
    assert "rg/forms: an account of kind FormRecognizer" in rendered(draft, CHOICES)
    assert [one.name for one in read_back(draft, tmp_path).workloads] == ["chat"]


@pytest.mark.parametrize(("environment", "pack"), [("dev", "development"), ("prod", "production"), ("?", "production")])
def test_the_pack_fits_the_environment(tmp_path: Path, environment: str, pack: str) -> None:
    """Development alone is judged as such; what is not certain is judged as production."""
    home = account("chat", tags={"env": environment})
    assert read_back(made(home, deployment(home, "gpt")), tmp_path).packs == (pack,)


def test_a_subscription_without_accounts_gives_an_example_of_a_plan(tmp_path: Path) -> None:
    """It says that it is one; where the accounts could not be listed there is none."""
    draft = made()
    assert draft.empty
    assert "an example of a plan" in rendered(draft, CHOICES)
    assert len(read_back(draft, tmp_path).workloads) == 1
    assert read_back(made(listed=False), tmp_path).workloads == ()


def test_two_hundred_accounts_get_a_budget_that_proves_them(tmp_path: Path) -> None:
    """Every one is a workload, and the calls that the usual budget would leave out are allowed for."""
    homes = [account(f"chat-{number:03d}") for number in range(200)]
    draft = budgeted(made(*homes, *(deployment(one, "gpt") for one in homes)), CHOICES)
    stated = read_back(draft, tmp_path)
    assert len(stated.workloads) == 200
    assert stated.probes.calls == 250


def test_a_model_without_responses_declares_no_feature(tmp_path: Path) -> None:
    """It is expected to be there, and not to answer."""
    home = account("search")
    (one,) = read_back(made(home, deployment(home, "embed", responses="false")), tmp_path).workloads
    assert one.deployments[0].features == ()
