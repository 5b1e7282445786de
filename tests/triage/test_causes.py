"""What explains a fault: over worlds in which something happened, and over each cause's own examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.diagnosis import NOTHING_WRONG, Cause, Standing
from auditor.difference import Side
from auditor.policy.document import ProblemsError
from auditor.policy.failure import rows
from auditor.policy.shipped import shipped_folder
from auditor.sandbox import settings_path
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.snapshot import Gap, GapReason, Snapshot
from auditor.triage.case import Case
from auditor.triage.cases import cases
from auditor.triage.causes import causes, judge, ranked
from auditor.triage.exercise import lies
from auditor.triage.reason import EVERYTHING, FOLDER, CompiledReason, load_reasons, reasons
from auditor.triage.symptoms import ACCOUNT_MISSING, DEPLOYMENT_MISSING
from tests.conftest import audit_world

VOCABULARY = (
    "zone-unlinked",
    "zone-record-wrong",
    "private-endpoint-removed",
    "private-endpoint-not-approved",
    "public-access-switched-off",
    "firewall-changed",
    "role-removed",
    "role-expired",
    "role-not-yet-effective",
    "keys-switched-off",
    "key-rotated",
    "deployment-deleted",
    "deployment-renamed",
    "deployment-too-new",
    "model-upgraded",
    "model-retired",
    "content-policy-tightened",
    "quota-taken-by-neighbour",
    "capacity-lowered",
    "traffic-grew",
    "ptu-full-without-spillover",
    "ptu-full-spilling",
    "regional-incident",
    "resource-unhealthy",
    "intercepted-by-proxy",
    "proxy-refuses",
    "dns-broken",
    "subscription-disabled",
    "account-deleted",
    "account-moved-or-renamed",
    "arm-throttled",
    "clock-skew",
    "service-slow",
    "prompts-grew",
    "wrong-endpoint",
    "wrong-api-version",
    "mcp-server-down",
    "resolver-stale",
    "network-rules-changed",
    "role-definition-changed",
    "encryption-key-unusable",
    "others-refused",
    "bad-requests",
    "traffic-stopped",
)

FAULTS = ("call-no-role", "call-firewall", "deployment-missing", "call-ptu-full", "call-server-error")


@lru_cache(maxsize=1)
def world_settings() -> Settings:
    return load_settings(settings_path("healthy"), {}, {})


@lru_cache(maxsize=16)
def seen(*faults: str) -> Snapshot:
    return audit_world("healthy", faults, packs=["baseline"], probe_seconds=4).audit.snapshot


@lru_cache(maxsize=1)
def green() -> Side:
    done = audit_world("healthy", (), packs=["baseline"], probe_seconds=4)
    return Side(done.audit.run, done.audit.snapshot, "green")


def told(snapshot: Snapshot, before: Side | None = None) -> tuple[Cause, ...]:
    return causes(snapshot, world_settings(), before)


def amended(snapshot: Snapshot, kind: str, name: str, **properties: object) -> Snapshot:
    """The snapshot with properties of one thing changed."""
    kept = []
    for one in snapshot.resources:
        if one.kind == kind and one.id.endswith(f"/{name}"):
            body = {**one.body, "properties": {**one.body["properties"], **properties}}
            kept.append(one.model_copy(update={"body": body}))
        else:
            kept.append(one)
    return snapshot.model_copy(update={"resources": tuple(kept)})


@pytest.mark.parametrize("compiled", reasons(), ids=lambda one: one.reason.id)
def test_examples_come_out_as_they_say(compiled: CompiledReason) -> None:
    """Each cause's own examples: confirmed, suspected, and silent where another thing is the matter."""
    assert list(lies(compiled)) == []
    assert compiled.reason.examples.confirmed or compiled.reason.examples.suspected


def test_what_is_shipped_is_right_by_the_rules_for_a_strangers() -> None:
    """What is not looked for in shipped causes at each start, since nobody else writes them, is proven here."""
    assert [one.reason for one in load_reasons(shipped_folder() / FOLDER)] == [one.reason for one in reasons()]


def test_every_cause_of_the_vocabulary_is_told() -> None:
    """No cause that triage promises is missing."""
    assert set(VOCABULARY) <= {compiled.reason.id for compiled in reasons()}


def test_causes_name_only_classes_and_causes_that_exist() -> None:
    """What a cause explains is a class of failures; what it resembles or brings about is a cause or a class."""
    classes = {row.failure_class for row in rows()} | {DEPLOYMENT_MISSING, ACCOUNT_MISSING, EVERYTHING, "unclassified"}
    known = {compiled.reason.id for compiled in reasons()}
    for reason in (compiled.reason for compiled in reasons()):
        assert set(reason.explains) <= classes, reason.id
        assert {*reason.like, *reason.over} <= known | classes, reason.id


def test_nothing_can_be_known_of_nothing() -> None:
    """Without any fact no cause is confirmed or suspected."""
    assert [compiled.reason.id for compiled in reasons() if judge(compiled, {}) is not None] == []


def test_all_is_well_is_said_with_what_was_asked() -> None:
    """In a healthy world the one cause says so, and names who answered."""
    (only,) = told(green().snapshot or seen(), green())
    assert only.id == NOTHING_WRONG
    assert "answered" in only.evidence[0].says
    assert "support-chat" in only.evidence[0].says


def test_a_change_is_named_where_all_answers() -> None:
    """What was changed since the last green run speaks against that nothing is wrong."""
    changed = amended(seen(), "account", "contoso-support-weu", disableLocalAuth=False)
    (only,) = told(changed, green())
    assert only.id == NOTHING_WRONG
    assert any("disableLocalAuth" in one.says for one in only.against)
    assert only.standing is not Standing.CONFIRMED


def test_a_subscription_that_azure_warns_is_named_where_all_answers() -> None:
    """Though nothing was seen before with which to compare it."""
    kept = seen()
    warned = [
        one.model_copy(update={"body": {**one.body, "state": "Warned"}}) if one.kind == "subscription" else one
        for one in kept.resources
    ]
    (only,) = told(kept.model_copy(update={"resources": tuple(warned)}))
    assert only.id == NOTHING_WRONG
    assert any("in state Warned" in one.says for one in only.against)


def test_one_cause_explains_all_that_fails() -> None:
    """A class that several deployments fail with is one cause with all of them."""
    first = told(seen("call-no-role"))[0]
    assert first.id == "data-role-not-counted"
    assert {"matter-chat", "support-chat"} <= set(first.explains)


def test_who_still_answers_speaks_against() -> None:
    """A deployment beside it that answers is told."""
    first = told(seen("call-server-error"))[0]
    assert first.id == "service-error"
    assert "support-router" in first.against[0].says


def test_the_deleted_deployment_is_made_again_as_it_was() -> None:
    """With a last green run the command holds the model, version, SKU and capacity that were there."""
    first = told(seen("deployment-missing"), green())[0]
    assert (first.id, first.standing) == ("deployment-deleted", Standing.CONFIRMED)
    command = first.next_steps[0].command or ""
    assert "--deployment-name support-router" in command
    assert "--model-version 2025-11-18" in command


def test_without_a_last_green_run_deletion_is_not_confirmed() -> None:
    """That it was there once is not known then; the base cause says what is known."""
    first = told(seen("deployment-missing"))[0]
    assert first.standing is not Standing.CONFIRMED
    assert first.explains == ("support-router",)


def test_a_changed_firewall_takes_the_place_of_the_refusal() -> None:
    """The refusal is folded into the change that brought it about, with both values as evidence."""
    rules = {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.9"}], "virtualNetworkRules": []}
    changed = amended(seen("call-firewall"), "account", "contoso-support-weu", networkAcls=rules)
    found = told(changed, green())
    assert found[0].id == "firewall-changed"
    assert found[0].standing is Standing.CONFIRMED
    assert "firewall" not in {one.id for one in found}
    assert any("203.0.113.9" in one.says for one in found[0].evidence)


def test_a_new_model_version_is_told_though_all_answers() -> None:
    """A deployment of another version than at the last green run is an answer that nobody ordered."""
    model = {"format": "OpenAI", "name": "gpt-5.4-mini", "version": "2026-09-01"}
    found = told(amended(seen(), "deployment", "support-chat", model=model), green())
    assert (found[0].id, found[0].standing) == ("model-upgraded", Standing.CONFIRMED)
    assert "2026-03-17" in (found[0].next_steps[0].command or "")


def test_a_clock_that_is_off_is_told_beside_and_breaks_nothing() -> None:
    """Two hours off with all answering explains no call, and is still no reason to fail."""
    ahead = tuple(one.model_copy(update={"sent_at": one.sent_at + timedelta(hours=2)}) for one in seen().readings)
    found = told(seen().model_copy(update={"readings": ahead}))
    assert NOTHING_WRONG in {one.id for one in found} or found[0].explains == ()


def test_throttling_of_resource_manager_is_not_the_models() -> None:
    """Reads refused with 429 are told as such, though nothing else could be read."""
    gap = Gap(
        id="g1",
        kind="account",
        scope="/subscriptions/00000000-0000-4000-8000-0000000000a1",
        reason=GapReason.THROTTLED,
        detail="HTTP 429 SubscriptionRequestsThrottled",
        next_step="wait",
    )
    bare = seen().model_copy(update={"resources": (), "listings": (), "gaps": (gap,)})
    assert [one.id for one in told(bare)] == ["arm-throttled"]


def test_nothing_called_is_no_answer() -> None:
    """Where nothing was called and nothing is known, no cause is given, not even that all is well."""
    bare = seen().model_copy(update={"resources": (), "listings": (), "gaps": ()})
    assert told(bare) == ()


def test_hostile_names_stay_within_their_quotation_marks() -> None:
    """A command is left out rather than filled with a name that ends it."""
    of = cases(seen("deployment-missing"), world_settings(), green())
    evil = "x'; rm -rf ~ #"

    def renamed(case: Case) -> Case:
        expected = {**case.variables["expected"], "name": evil}  # type: ignore[dict-item]
        return replace(case, variables={**case.variables, "expected": expected})

    made = ranked(replace(of, all=tuple(renamed(one) for one in of.all)), reasons())
    assert all("rm -rf" not in (step.command or "") for one in made for step in one.next_steps)


def test_a_cause_that_says_nothing_right_is_refused(tmp_path: Path) -> None:
    """A file whose id is not its name, or whose rule does not compile, is named."""
    text = "id: other\ntitle: t\nwhose: ours\nconfirmed: call.x ==\nsteps: [{text: t}]\napart: a\n"
    (tmp_path / "wrong.yaml").write_text(text + "examples: {silent: [{}]}\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        load_reasons(tmp_path)
    assert any("not the file's name" in one for one in caught.value.problems)


def without(snapshot: Snapshot, reading: str) -> Snapshot:
    """The snapshot as it would be had this one exchange failed."""
    lost = [(one.kind, one.id) for one in snapshot.resources if reading in one.readings]
    lost += [(one.kind, one.scope) for one in snapshot.listings if reading in one.readings]
    gaps = tuple(
        Gap(id=f"lost-{at}", kind=kind, scope=scope, reason=GapReason.FAILED, detail="HTTP 500", next_step="look again")
        for at, (kind, scope) in enumerate(lost)
    )
    return snapshot.model_copy(
        update={
            "readings": tuple(one for one in snapshot.readings if one.id != reading),
            "resources": tuple(one for one in snapshot.resources if reading not in one.readings),
            "listings": tuple(one for one in snapshot.listings if reading not in one.readings),
            "gaps": (*snapshot.gaps, *gaps),
        }
    )


@settings(max_examples=20, deadline=None)
@given(fault=st.sampled_from(FAULTS), compared=st.booleans(), data=st.data())
def test_less_evidence_confirms_nothing(fault: str, compared: bool, data: st.DataObject) -> None:
    """A reading taken away never confirms a cause that was not confirmed with it."""
    snapshot, before = seen(fault), green() if compared else None
    reading = data.draw(st.sampled_from([one.id for one in snapshot.readings]))
    sure = {one.id for one in told(snapshot, before) if one.standing is Standing.CONFIRMED}
    later = {one.id for one in told(without(snapshot, reading), before) if one.standing is Standing.CONFIRMED}
    assert later <= sure
