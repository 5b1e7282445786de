"""What a deployment's content policy filters, and what of it nobody told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, Estate, content_filter, content_policy, estate, resource

CHAT = f"{ACCOUNT}/deployments/chat"
EXAMPLES = Path(__file__).parents[3] / "shared" / "arm-examples" / "cognitiveservices-2024-10-01"
LEVELS = ("Low", "Medium", "High")
DEFAULT = "Microsoft.DefaultV2"


def with_policies(*policies: Resource, name: str | None = "own") -> Estate:
    """The estate with these policies and no other, and one of them named by the deployment `chat`."""
    return estate().without("content_policy").plus(*policies).with_deployment(raiPolicyName=name)


def told(*policies: Resource, name: str | None = "own") -> Any:
    return with_policies(*policies, name=name).deployment()["content"]


def own(*filters: JsonObject, **properties: Any) -> Resource:
    """A policy with these filters and no other."""
    return content_policy("own", **{"contentFilters": list(filters), **properties})


def harm(content: Any, name: str) -> Any:
    return next(one for one in content["harms"] if one["name"] == name)


def test_the_official_example_is_read_as_it_stands() -> None:
    """Hate is off on prompts, two harms wait for high severity; Indirect Attack hangs on a base policy not listed."""
    if not EXAMPLES.is_dir():
        pytest.skip("the service's published examples are not beside this repository")
    for name in ("ListRaiPolicies.json", "GetRaiPolicy.json"):
        body = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))["responses"]["200"]["body"]
        (policy,) = body.get("value", [body])
        content = told(
            resource("content_policy", f"{ACCOUNT}/raiPolicies/raiPolicyName", ACCOUNT, policy), name="raipolicyname"
        )
        assert (content["listed"], content["mode"]) == (True, "Asynchronous_filter")
        assert content["missing"] == ["Hate on Prompt"]
        assert harm(content, "Hate on Prompt")["blocks"] == []
        assert harm(content, "Sexual on Prompt")["blocks"] == ["High"]
        assert harm(content, "Selfharm on Completion")["blocks"] == ["Medium", "High"]
        assert (content["jailbreak"], content["protected_material"]) == (True, True)
        assert "indirect_attack" not in content
        assert content["filters"][0] == {
            "name": "Hate",
            "source": "Prompt",
            "enabled": False,
            "blocking": False,
            "severity": "High",
        }


def test_no_policy_named_is_the_services_default() -> None:
    """The note says so and cites the page."""
    content = told(content_policy(DEFAULT), name=None)
    assert (content["policy"], content["listed"], content["missing"]) == (DEFAULT, True, [])
    assert (content["jailbreak"], content["indirect_attack"], content["protected_material"]) == (True, False, True)
    note, page = with_policies(name=None).of("deployment", CHAT).notes["deployment.content.policy"]
    assert "default policy" in note
    assert page.endswith("/default-safety-policies")
    assert told(content_policy(DEFAULT), name="") == content


def test_names_compare_without_case() -> None:
    """Azure's names do."""
    assert told(content_policy("Contoso-Guarded"), name="contoso-GUARDED")["listed"] is True


def test_a_named_policy_that_a_whole_list_lacks_does_not_exist() -> None:
    """Nothing more is known of it."""
    assert told(content_policy(DEFAULT)) == {"policy": "own", "listed": False, "root": ""}


def test_a_policy_of_the_system_that_is_not_shown_is_not_known_to_be_missing() -> None:
    """The system manages it, whatever an account's list shows."""
    newer = "Microsoft.DefaultV3"
    assert told(content_policy("own"), name=newer) == {"policy": newer, "root": newer}
    assert told(content_policy("own"), name=None) == {"policy": DEFAULT, "root": DEFAULT}


def test_a_gap_hides_all_but_the_name() -> None:
    """And each key that is absent leads to it; a policy of the system stands on itself."""
    facts = estate().hidden("content_policy", ACCOUNT).of("deployment", CHAT)
    assert facts.variables["deployment"]["content"] == {"policy": DEFAULT, "root": DEFAULT}
    shields = ("jailbreak", "indirect_attack", "spotlighting", "protected_material", "profanity", "blocklists")
    for key in ("listed", "mode", "filters", "harms", "missing", *shields):
        assert facts.absences[f"deployment.content.{key}"] == f"gap content_policy {ACCOUNT}"


def test_a_name_that_is_no_text_is_no_policy() -> None:
    """Neither the default nor a missing one."""
    assert "content" not in estate().with_deployment(raiPolicyName=7).deployment()


@pytest.mark.parametrize(
    ("members", "blocks"),
    [
        ({}, ["Medium", "High"]),
        ({"enabled": False}, []),
        ({"blocking": False}, []),
        ({"severityThreshold": "low"}, ["Low", "Medium", "High"]),
        ({"severityThreshold": "High"}, ["High"]),
        ({"severityThreshold": "Extreme"}, None),
        ({"severityThreshold": None}, None),
        ({"enabled": "true"}, None),
        ({"enabled": "true", "blocking": False}, []),
        ({"enabled": None}, None),
    ],
)
def test_a_filter_blocks_from_its_threshold_up(members: JsonObject, blocks: list[str] | None) -> None:
    """Off or only annotating is nothing; what nobody understands is not known."""
    content = told(own({**content_filter("hate", "prompt", "Medium"), **members}))
    assert harm(content, "Hate on Prompt").get("blocks") == blocks
    assert ("missing" in content) == (blocks is not None)


@pytest.mark.parametrize("enabled", [True, False])
def test_documents_are_marked_where_the_filter_is_on(enabled: bool) -> None:
    """It blocks nothing by itself."""
    marked = content_filter("Indirect Attack Spotlighting", "Prompt", enabled=enabled, blocking=False)
    assert told(own(marked))["spotlighting"] is enabled
    assert told(own())["spotlighting"] is False


def test_what_a_policy_leaves_out_is_off_where_there_is_no_base() -> None:
    """So that all eight harms are missing from an empty one."""
    content = told(own())
    assert len(content["missing"]) == 8
    assert (content["jailbreak"], content["indirect_attack"], content["protected_material"]) == (False, False, False)


def test_what_a_policy_leaves_out_and_its_base_has_is_not_known() -> None:
    """No page tells whether the base policy's filter applies; where that is off too, it is off."""
    bent = with_policies(own(basePolicyName="microsoft.defaultv2"), content_policy(DEFAULT))
    facts = bent.of("deployment", CHAT)
    content = facts.variables["deployment"]["content"]
    assert "missing" not in content
    assert all("blocks" not in one for one in content["harms"])
    assert "jailbreak" not in content
    assert content["indirect_attack"] is False
    assert "base policy" in facts.notes["deployment.content.jailbreak"][0]


def test_base_policies_that_name_each_other_end() -> None:
    """A circle is not known, and is left."""
    other = content_policy("other", contentFilters=[], basePolicyName="own")
    assert "jailbreak" not in told(own(basePolicyName="other"), other)


def test_a_filter_said_twice_and_differently_is_not_known() -> None:
    """The same said twice is said once."""
    on, off = content_filter("Jailbreak", "Prompt"), content_filter("Jailbreak", "Prompt", enabled=False)
    assert "jailbreak" not in told(own(on, off))
    assert told(own(on, on))["jailbreak"] is True


@pytest.mark.parametrize("member", ["name", "source"])
def test_a_filter_without_a_name_or_a_source_may_be_any(member: str) -> None:
    """It may be the jailbreak shield, on prompts."""
    assert "jailbreak" not in told(own({**content_filter("Jailbreak", "Prompt"), member: None}))


def test_filters_elsewhere_than_on_prompts_and_completions_are_others() -> None:
    """Agents have tool calls that are filtered too."""
    assert told(own(content_filter("Jailbreak", "PreToolCall")))["jailbreak"] is False


@given(
    threshold=st.sampled_from(LEVELS), stricter=st.sampled_from(LEVELS), enabled=st.booleans(), blocking=st.booleans()
)
def test_a_stricter_filter_never_blocks_less(threshold: str, stricter: str, enabled: bool, blocking: bool) -> None:
    """Turning a filter on, letting it block, or lowering its threshold only adds to what it blocks."""
    if LEVELS.index(stricter) > LEVELS.index(threshold):
        threshold, stricter = stricter, threshold
    weak = content_filter("Hate", "Prompt", threshold, enabled=enabled, blocking=blocking)
    strong = content_filter("Hate", "Prompt", stricter)
    less, more = (set(harm(told(own(one)), "Hate on Prompt")["blocks"]) for one in (weak, strong))
    assert less <= more


@pytest.mark.parametrize(
    ("base", "more", "root"),
    [
        (None, (), ""),
        (DEFAULT, (), DEFAULT),
        ("Microsoft.Nil", (), "Microsoft.Nil"),  # hidden, and still the system's
        ("other", (), None),
        ("other", (content_policy("other", basePolicyName="Microsoft.Nil"),), "Microsoft.Nil"),
        ("other", (content_policy("other"),), ""),
        (7, (), None),
    ],
)
def test_the_root_is_the_systems_policy_at_the_end_of_the_chain(
    base: Any, more: tuple[Resource, ...], root: str | None
) -> None:
    """Empty where there is none, and not known where the chain leads out of sight."""
    assert told(own(basePolicyName=base), content_policy(DEFAULT), *more).get("root") == root


def blocklist(name: Any, **members: Any) -> JsonObject:
    return {"blocklistName": name, "blocking": True, "source": "Prompt", **members}


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (None, []),
        ([], []),
        ([blocklist("words")], [{"name": "words", "source": "Prompt", "blocking": True}]),
        ([blocklist("words", blocking=None)], [{"name": "words", "source": "Prompt"}]),
        ([blocklist("words", blocking="true")], [{"name": "words", "source": "Prompt"}]),
        (["words"], None),
        ("words", None),
        ([blocklist(7)], [{"source": "Prompt", "blocking": True}]),
    ],
)
def test_blocklists_are_told_with_where_they_are_looked_for(said: Any, rows: list[JsonObject] | None) -> None:
    """None said is none; what is not understood is left out."""
    assert told(own(customBlocklists=said)).get("blocklists") == rows


def test_blocklists_that_a_base_policy_may_add_are_not_known() -> None:
    """The system's policies have none."""
    own_list = [blocklist("words")]
    assert told(own(customBlocklists=own_list, basePolicyName=DEFAULT))["blocklists"] != []
    other = content_policy("other", customBlocklists=own_list)
    assert "blocklists" not in told(own(basePolicyName="other"), other)
    assert "blocklists" not in told(own(basePolicyName="gone"))


def test_profanity_is_told_for_prompts_and_for_completions() -> None:
    """Only annotating is not blocking."""
    filters = (content_filter("profanity", "Completion"), content_filter("Profanity", "Prompt", blocking=False))
    expected = [{"source": "Prompt", "blocked": False}, {"source": "Completion", "blocked": True}]
    assert told(own(*filters))["profanity"] == expected
    assert told(own(basePolicyName="gone"))["profanity"] == [{"source": "Prompt"}, {"source": "Completion"}]
