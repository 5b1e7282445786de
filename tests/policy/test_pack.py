"""Checks and packs from folders: what is accepted, what wins, and how everything that is wrong is told."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from auditor.errors import EmptyAuditError, PolicyError
from auditor.finding import Severity
from auditor.policy.document import ProblemsError
from auditor.policy.expression import Unknown, bind, compile_rule
from auditor.policy.library import OWN_AREA, load_library, shipped_library
from auditor.policy.pack import load_policy
from auditor.policy.shipped import shipped_folder
from tests.policy.sample import KEYS, folder, write

DAYS: dict[str, Any] = {
    **KEYS,
    "id": "days-short",
    "parameters": {"days": 60, "share": 0.5, "names": ["a"], "strict": True},
    "passes_when": "account.days > params.days && account.name in params.names",
    "aliases": ["days-few"],
}


def pack(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "title": "T", "description": "D", **members}


def problems(packs: tuple[str, ...], base: Path, parameters: dict[str, dict[str, Any]] | None = None) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        load_policy(packs, parameters or {}, base)
    return [line.replace(str(base) + "/", "") for line in str(refused.value).splitlines()]


def test_a_folder_is_a_pack(tmp_path: Path) -> None:
    """A folder with checks and packs judges like the shipped ones, its areas named by its folders."""
    folder(tmp_path / "own", KEYS, DAYS)
    policy = load_policy(("own",), {}, tmp_path)
    assert policy.packs == ("mine",)
    assert [(each.check.id, each.check.area, each.severity) for each in policy.checks] == [
        ("days-short", "identity", Severity.HIGH),
        ("keys-accepted", "identity", Severity.HIGH),
    ]
    assert policy.checks[0].parameters == DAYS["parameters"]


def test_a_file_is_a_pack_over_shipped_checks(tmp_path: Path) -> None:
    """A single file extends a shipped pack, changes one check and leaves another out."""
    shipped = load_policy(("baseline",), {}, tmp_path)
    changed, left_out = shipped.checks[0].check.id, shipped.checks[1].check.id
    members = {"extends": "baseline", "checks": {changed: {"severity": "info"}}, "exclude": [left_out]}
    write(tmp_path / "strict.yaml", pack("strict", **members))
    policy = load_policy(("./strict.yaml",), {}, tmp_path)
    assert {each.check.id for each in policy.checks} == {each.check.id for each in shipped.checks} - {left_out}
    assert next(each for each in policy.checks if each.check.id == changed).severity is Severity.INFO


def test_pack_yaml_is_the_folders_pack(tmp_path: Path) -> None:
    """Where a folder has a pack.yaml, that one is meant, and it may extend those beside it."""
    own = folder(
        tmp_path / "own", KEYS, DAYS, packs=(pack("base", checks={"days-short": {"parameters": {"days": 90}}}),)
    )
    write(own / "pack.yaml", pack("whole", extends=["base"], checks={"keys-accepted": None}))
    policy = load_policy(("own",), {}, tmp_path)
    assert policy.packs == ("whole",)
    assert {each.check.id: each.parameters.get("days") for each in policy.checks} == {
        "days-short": 90,
        "keys-accepted": None,
    }


def test_what_wins(tmp_path: Path) -> None:
    """The settings over the later pack over the earlier, each only in what it says; a former id means the check."""
    packs = (
        pack("one", checks={"days-short": {"severity": "low", "parameters": {"days": 1, "share": 1}}}),
        pack("two", extends="one", checks={"days-few": {"parameters": {"days": 2}}}),
    )
    folder(tmp_path / "own", DAYS, packs=packs)
    found = load_policy(("own/packs/two.yaml",), {"days-short": {"strict": False}}, tmp_path).checks[0]
    assert found.severity is Severity.LOW
    assert found.parameters == {"days": 2, "share": 1, "names": ["a"], "strict": False}


def test_later_pack_wins(tmp_path: Path) -> None:
    """Of two selected packs the later decides, and one's exclusion does not take the other's check away."""
    packs = (
        pack("one", checks={"keys-accepted": {"severity": "low"}}),
        pack("two", extends="one", exclude=["keys-accepted"], checks={"days-short": None}),
        pack("three", checks={"keys-accepted": {"severity": "critical"}}),
    )
    own = tmp_path / "own"
    folder(own, KEYS, DAYS, packs=packs)
    names = tuple(f"own/packs/{name}.yaml" for name in ("one", "two", "three"))
    policy = load_policy(names, {}, tmp_path)
    assert policy.packs == ("one", "two", "three")
    assert [(each.check.id, each.severity.value) for each in policy.checks] == [
        ("days-short", "high"),
        ("keys-accepted", "critical"),
    ]


def test_digest_follows_what_judges(tmp_path: Path) -> None:
    """The digest changes with a rule, a severity or a parameter, and with nothing else."""
    folder(tmp_path / "own", KEYS, DAYS)
    digest = load_policy(("own",), {}, tmp_path).digest
    assert load_policy(("own",), {"days-short": {"days": 60}}, tmp_path).digest == digest
    assert load_policy(("own",), {"days-short": {"days": 61}}, tmp_path).digest != digest
    everything = {"keys-accepted": {"severity": "low"}, "days-short": None}
    write(tmp_path / "own" / "packs" / "mine.yaml", pack("mine", checks=everything))
    assert load_policy(("own",), {}, tmp_path).digest != digest
    write(tmp_path / "own" / "packs" / "mine.yaml", pack("mine", title="Other", checks=dict.fromkeys(everything)))
    assert load_policy(("own",), {}, tmp_path).digest == digest


def test_all_problems_together(tmp_path: Path) -> None:
    """Everything that is wrong with the checks of a folder is told at once, with file, line and column."""
    broken = {
        **KEYS,
        "id": "other-id",
        "passes_when": "acount.on && params.nope == 1",
        "applies_when": "params.nope == 1",
        "shows": ["acount.on", "account.a == 1"],
        "says": "{{ nope }}",
        "fix": {"cli": "{% set x = 1 %}"},
    }
    write(tmp_path / "own" / "checks" / "identity" / "file-name.yaml", broken)
    write(tmp_path / "own" / "checks" / "top.yaml", {**KEYS, "id": "top", "sevrity": "high", "severity": None})
    write(tmp_path / "own" / "checks" / "wrong.yml", KEYS)
    write(tmp_path / "own" / "packs" / "mine.yaml", pack("other", checks={}))
    told = problems(("own",), tmp_path)
    identity = "own/checks/identity/file-name.yaml"
    for expected in (
        f"{identity}:1:5: id 'other-id' is not the file's name 'file-name'",
        f"{identity}:6:14: passes_when: line 1, column 1 of the rule: unknown variable 'acount'",
        "applies_when: the check has no parameter 'nope'",
        "unknown variable 'acount'; did you mean 'account'?",
        "'account.a == 1' is no dotted path",
        "says: line 1 of the template: unknown variable 'nope'",
        "fix.cli: line 1 of the template: no Assign here",
        "own/checks/top.yaml:23:1: unknown key 'sevrity'; did you mean 'severity'?",
        "own/checks/wrong.yml: the name of a check or a pack ends with .yaml",
        "own/packs/mine.yaml:1:7: name 'other' is not the file's name 'mine'",
    ):
        assert any(expected in line for line in told), (expected, told)


@pytest.mark.parametrize(
    ("packs", "expected"),
    [
        (
            (pack("mine", checks={"keys-acepted": None}),),
            "own/packs/mine.yaml:5:3: unknown check 'keys-acepted'; did you mean 'keys-accepted'?",
        ),
        (
            (pack("mine", exclude=["nope-nope"], checks={"days-short": None}),),
            "own/packs/mine.yaml:5:3: unknown check 'nope-nope'",
        ),
        (
            (pack("mine", extends=["bseline"]),),
            "own/packs/mine.yaml:5:3: unknown pack 'bseline'; did you mean 'baseline'?",
        ),
        ((pack("mine", extends="other"), pack("other", extends="mine")), "extends in a circle: mine → other → mine"),
        ((pack("mine", extends=["mine"]),), "extends in a circle: mine → mine"),
        (
            (pack("mine", checks={"days-short": {"parameters": {"dys": 1}}}),),
            "own/packs/mine.yaml:7:12: days-short has no parameter 'dys'; did you mean 'days'?",
        ),
        (
            (pack("mine", checks={"days-short": {"parameters": {"days": "60"}}}),),
            "days of days-short must be of the same type as its default 60",
        ),
        (
            (pack("mine", checks={"days-short": {"parameters": {"days": True}}}),),
            "days of days-short must be of the same type",
        ),
        (
            (pack("mine", checks={"days-short": {"parameters": {"days": 1.5}}}),),
            "days of days-short must be of the same type",
        ),
        (
            (pack("mine", checks={"days-short": {"parameters": {"names": [1]}}}),),
            "names of days-short must be of the same type",
        ),
        (
            (pack("mine", checks={"days-short": {"parameters": {"strict": 1}}}),),
            "strict of days-short must be of the same type",
        ),
    ],
)
def test_refused_packs(tmp_path: Path, packs: tuple[dict[str, Any], ...], expected: str) -> None:
    """A pack that names what is not there, turns in a circle or changes a parameter's type is refused."""
    folder(tmp_path / "own", KEYS, DAYS, packs=packs)
    told = problems(("own/packs/mine.yaml",), tmp_path)
    assert any(expected in line for line in told), told


def test_refused_settings(tmp_path: Path) -> None:
    """The settings' parameters name known checks and parameters, with values of the right type."""
    folder(tmp_path / "own", DAYS)
    told = problems(("own",), tmp_path, {"day-short": {}, "days-short": {"dys": 1, "days": "x"}})
    assert told == [
        "settings: parameters.day-short: unknown check 'day-short'; did you mean 'days-short'?",
        "settings: parameters.days-short.dys: days-short has no parameter 'dys'; did you mean 'days'?",
        "settings: parameters.days-short.days: days of days-short must be of the same type as its default 60",
    ]


def test_parameters_of_a_check_that_is_not_applied_change_nothing(tmp_path: Path) -> None:
    """A parameter of a known check that no selected pack applies is no error and applies nothing."""
    folder(tmp_path / "own", KEYS, DAYS, packs=(pack("mine", checks={"keys-accepted": None}),))
    policy = load_policy(("own",), {"days-short": {"days": 1}}, tmp_path)
    assert [each.check.id for each in policy.checks] == ["keys-accepted"]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("baselin", "no pack 'baselin'; did you mean 'baseline'?"),
        ("./none", "no pack './none'"),
        ("empty", "nothing says which checks apply"),
    ],
)
def test_packs_that_are_not_there(tmp_path: Path, reference: str, expected: str) -> None:
    """A name or a path without a pack is refused, with the nearest name."""
    (tmp_path / "empty").mkdir()
    assert any(expected in line for line in problems((reference,), tmp_path))


def test_ids_are_taken_once(tmp_path: Path) -> None:
    """A check can't take the id or a former id of another, a shipped one included; nor a pack another's name."""
    shipped = min(shipped_library().checks)
    folder(
        tmp_path / "own",
        {**KEYS, "id": shipped},
        {**KEYS, "aliases": ["days-few"]},
        DAYS,
        packs=(pack("baseline", checks={}),),
    )
    told = "\n".join(problems(("own",), tmp_path))
    assert f"{shipped!r} is already the id or an alias of" in told
    assert "'days-few' is already the id or an alias of" in told
    assert "'baseline' is already the name of" in told


def test_what_is_shipped_is_right_by_the_rules_for_a_strangers(tmp_path: Path) -> None:
    """What is not looked for in shipped checks, since nobody else writes them, is proven here."""
    copytree(shipped_folder(), tmp_path / "policies")
    assert set(load_library([tmp_path / "policies"]).checks) == set(shipped_library().checks)


def test_empty_pack(tmp_path: Path) -> None:
    """Packs without a check are an error, not a pass."""
    folder(tmp_path / "own", KEYS, packs=(pack("mine", checks={"keys-accepted": None}, exclude=["keys-accepted"]),))
    with pytest.raises(EmptyAuditError):
        load_policy(("own",), {}, tmp_path)


def test_checks_of_no_area_are_the_users_own(tmp_path: Path) -> None:
    """A check that lies in no area's folder is of the area `custom`."""
    write(tmp_path / "checks" / "keys-accepted.yaml", KEYS)
    assert load_library([tmp_path]).checks["keys-accepted"].check.area == OWN_AREA


def test_a_hostile_folder_is_refused_and_not_run(tmp_path: Path) -> None:
    """Bombs of every kind in a stranger's pack end as problems."""
    base = tmp_path / "own" / "checks"
    write(base / "alias.yaml", "a: &a [1]\nb: [*a, *a]")
    write(base / "deep.yaml", "[" * 50_000)
    write(base / "rule.yaml", {**KEYS, "id": "rule", "passes_when": "true || " * 12_500 + "true"})
    write(base / "huge.yaml", "x: " + "y" * 300_000)
    write(base / "template.yaml", {**KEYS, "id": "template", "says": "{{ ''.__class__.__mro__[1].__subclasses__() }}"})
    (base / "folder.yaml").mkdir()
    write(tmp_path / "own" / "pack.yaml", pack("mine"))
    told = "\n".join(problems(("own",), tmp_path))
    for name in ("alias", "deep", "rule", "huge", "template", "folder"):
        assert f"own/checks/{name}.yaml" in told


def test_a_packs_digest_is_that_of_its_files_one_after_the_other(tmp_path: Path) -> None:
    """Of one file what sha256sum says; of one that extends others, its own text and then theirs, each once."""
    shipped = shipped_folder() / "packs"
    baseline, production = (shipped / f"{name}.yaml" for name in ("baseline", "production"))
    own = write(tmp_path / "own.yaml", pack("own", extends=["production", "baseline"]))
    digests = load_policy(("baseline", "./own.yaml"), {}, tmp_path).pack_digests
    assert digests == {
        "baseline": sha256(baseline.read_bytes()).hexdigest(),
        "own": sha256(own.read_bytes() + production.read_bytes() + baseline.read_bytes()).hexdigest(),
    }


def test_a_link_out_of_the_folder_is_refused_unread(tmp_path: Path) -> None:
    """Neither another file's content nor whether it is YAML is told; a link within the folder is a file like others."""
    own = folder(tmp_path / "own", KEYS, packs=(pack("mine", checks={"keys-accepted": None}),))
    secret = tmp_path / "secret.yaml"
    secret.write_text("hush: hush", encoding="utf-8")
    checks = own / "checks" / "identity"
    (own / "real.yaml").write_text((checks / "keys-accepted.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (checks / "keys-accepted.yaml").unlink()
    (checks / "keys-accepted.yaml").symlink_to(own / "real.yaml")
    assert [each.check.id for each in load_policy(("own",), {}, tmp_path).checks] == ["keys-accepted"]
    (checks / "other.yaml").symlink_to(secret)
    (checks / "circle.yaml").symlink_to(checks / "circle.yaml")
    (checks / "nowhere.yaml").symlink_to(tmp_path / "none.yaml")
    (own / "checks" / "more").symlink_to(tmp_path, target_is_directory=True)
    (own / "packs" / "zero.yaml").symlink_to("/dev/zero")
    told = problems(("own",), tmp_path)
    for name in (
        "checks/identity/other",
        "checks/identity/circle",
        "checks/identity/nowhere",
        "checks/more",
        "packs/zero",
    ):
        assert any(line.startswith(f"own/{name}") for line in told), (name, told)
    assert "hush" not in "\n".join(told)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"passes_when": "(" * 900 + "true" + ")" * 900}, "passes_when"),
        ({"passes_when": "account.l.all(a, " * 40 + "true" + ")" * 40}, "passes_when"),
        ({"passes_when": "account" + "[0]" * 1_000 + " == 1"}, "passes_when"),
        ({"passes_when": "x" * 100_000}, "at most 4000 characters"),
        ({"applies_when": "true && " * 12_500 + "true", "unless": "never"}, "at most 4000 characters"),
        ({"says": "{{ account.__class__ }}"}, "no member '__class__'"),
        ({"says": "{{ account | attr('__class__') }}"}, "unknown filter 'attr'"),
        ({"fix": {"cli": "{% import 'os' as os %}{{ os.system('id') }}"}}, "no Import here"),
        ({"fix": {"text": "{% for a in account.l %}" * 200}}, "fix.text"),
        ({"id": "../../etc/passwd"}, "id"),
        ({"title": "x" * 100_000}, "title"),
        ({"shows": ["account" + ".a" * 5_000]}, "shows"),
    ],
)
def test_a_hostile_check_is_a_problem_with_its_place(tmp_path: Path, members: dict[str, Any], expected: str) -> None:
    """Whatever it tries, it is one line that says which part of which file is refused."""
    write(tmp_path / "checks" / "keys-accepted.yaml", {**KEYS, **members})
    with pytest.raises(ProblemsError) as refused:
        load_library([tmp_path])
    told = refused.value.problems
    assert any("checks/keys-accepted.yaml:" in line and expected in line for line in told), told
    assert sum(map(len, told)) < 20_000


def test_a_rule_that_would_never_end_is_unknown() -> None:
    """Loops within loops over a long list: the number of turns is bounded."""
    rule = "account.l.all(a, account.l.all(b, account.l.all(c, account.l.all(d, a + b + c + d >= 0))))"
    answer = compile_rule(rule, ("account",)).evaluate(bind({"account": {"l": [*range(3_000)]}}))
    assert isinstance(answer, Unknown)
