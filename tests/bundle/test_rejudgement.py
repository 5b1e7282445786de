"""Findings that do not follow from what lies beside them are found, though every hash is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.bundle.public_key import PublicKey
from auditor.bundle.rejudgement import Follows
from auditor.bundle.signature import SignatureState
from auditor.bundle.verification import State
from tests.bundle.conftest import verified
from tests.bundle.test_alterations import edited, sealed


def first_passed(body: Any) -> Any:
    return next(one for one in body["findings"] if one["outcome"] == "pass")


def test_a_finding_that_was_turned_is_named(copy: Path) -> None:
    """With its id, what is recorded, and what follows."""
    edited(copy / "evidence.json", lambda body: first_passed(body).update(outcome="not_applicable"))
    sealed(copy)
    found = verified(copy)
    assert (found.state, found.exit_code, found.alterations) == (State.FINDINGS, 1, ())
    (one,) = found.judgement.differences
    assert one.what.startswith("findings ")
    assert (one.recorded or "").startswith("not_applicable ")
    assert (one.derived or "").startswith("pass ")


def test_a_finding_that_was_taken_out_or_put_in_is_named(copy: Path) -> None:
    def changed(body: Any) -> None:
        taken = body["findings"].pop(0)
        body["findings"].append({**taken, "id": "0" * 16})

    edited(copy / "evidence.json", changed)
    sealed(copy)
    told = verified(copy).judgement.differences
    assert [(one.recorded is None, one.derived is None) for one in told] == [(False, True), (True, False)]


@pytest.mark.parametrize("member", ["reasons", "gaps", "readings", "counts", "notices", "population", "api_versions"])
def test_every_other_member_must_follow_too(copy: Path, member: str) -> None:
    def changed(body: Any) -> None:
        told = body[member]
        if isinstance(told, dict):
            told.popitem()
        elif member in ("reasons", "notices"):
            told.append("All is well.")
        elif told:
            told.pop()
        else:
            gap = {"id": "x", "kind": "account", "scope": "/", "reason": "failed", "detail": "", "next_step": ""}
            told.append(gap)

    edited(copy / "evidence.json", changed)
    sealed(copy)
    assert [one.what for one in verified(copy).judgement.differences] == [member]


@pytest.mark.parametrize("part", ["snapshot.json", "settings.json", "judgement.json"])
def test_what_it_is_judged_from_decides(copy: Path, part: str) -> None:
    """To change the snapshot, the settings or a rule changes what follows."""

    def changed(body: Any) -> None:
        if part == "snapshot.json":
            next(one for one in body["resources"] if one["kind"] == "account")["body"]["properties"].update(
                disableLocalAuth=False
            )
        elif part == "settings.json":
            body["gate"]["fail_on"] = "critical"
        else:
            body["checks"][0]["severity"] = "info"

    edited(copy / part, changed)
    sealed(copy)
    found = verified(copy)
    assert (found.state, found.judgement.state) == (State.FINDINGS, Follows.NO)


@pytest.mark.parametrize(
    ("part", "text"),
    [("judgement.json", "{}"), ("settings.json", "[]"), ("snapshot.json", '{"schema_version":"1"}')],
)
def test_what_can_not_be_judged_does_not_follow(copy: Path, part: str, text: str) -> None:
    (copy / part).write_text(text, encoding="utf-8")
    sealed(copy)
    found = verified(copy)
    assert (found.state, found.judgement.detail != "") == (State.FINDINGS, True)


def test_a_rule_that_does_not_compile_does_not_follow(copy: Path) -> None:
    edited(copy / "judgement.json", lambda body: body["checks"][0]["check"].update(passes_when="((("))
    sealed(copy)
    assert "does not compile" in verified(copy).judgement.detail


def test_another_version_is_its_own_state(copy: Path, public: PublicKey) -> None:
    """What another version made is proven where it comes to the same; else it is not proven, which is not altered."""
    edited(copy / "evidence.json", lambda body: body["tool"].update(version="0.0.1"))
    sealed(copy)
    same = verified(copy)
    assert (same.state, same.judgement.state, same.judgement.made_by) == (State.INTACT, Follows.YES, "0.0.1")
    edited(copy / "evidence.json", lambda body: first_passed(body).update(message="In other words."))
    sealed(copy)
    other = verified(copy)
    assert (other.state, other.exit_code, other.judgement.state) == (State.NOT_PROVEN, 3, Follows.OTHER_VERSION)
    assert verified(copy, public).signature.state is SignatureState.MISSING


def test_a_run_of_another_schema_contradicts(copy: Path) -> None:
    edited(copy / "evidence.json", lambda body: body.update(schema_version="7"))
    sealed(copy)
    (one,) = verified(copy).alterations
    assert one.path == "evidence.json"
    assert "schema version '7'" in one.detail


def test_waivers_and_frameworks_are_kept(whole: Path) -> None:
    """judgement.json is enough to judge by: it names every check whole, the day, waivers and frameworks."""
    kept = json.loads((whole / "judgement.json").read_text(encoding="utf-8"))
    assert set(kept) == {"schema_version", "packs", "checks", "waivers", "today", "frameworks"}
    assert {"id", "passes_when", "examples", "why", "fix"} <= set(kept["checks"][0]["check"])
