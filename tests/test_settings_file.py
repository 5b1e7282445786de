"""auditor.yaml, the environment and the flags: what wins, and what is said of what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from auditor.errors import ExitCode, SettingsError
from auditor.settings import Settings
from auditor.settings_file import SMALLEST, load_settings
from auditor.settings_file.overrides import VARIABLES

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
TENANT = "00000000-0000-4000-8000-0000000000f1"

WHOLE = f"""\
scope:
  subscriptions: [{SUBSCRIPTION}]
workloads:
  - name: shop
    owner: team-shop
    account: shop-openai
    models: [gpt-5.4]
    deployments:
      - {{name: chat, model: gpt-5.4, version: 2026-03-05}}
"""

TEN_MISTAKES = f"""\
scope:
  subscriptions: [{SUBSCRIPTION}, not-an-id]
workloads:
  - name: shop
    account: shop-openai
    network: privat
    deployments:
      - {{name: chat, model: gpt-5.4, version: 0613}}
      - {{name: chat, model: gpt-5.4, capacity: 0}}
  - name: shop
    owner: team-two
    acount: two-openai
    account: two-openai
    deployments: []
probes:
  money: 5
gate:
  fail_on: severe
packs: production
"""

AN_ID = "must be an id such as 00000000-0000-0000-0000-000000000000"
A_SEVERITY = "must be 'critical', 'high', 'medium', 'low' or 'info'"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def into(text: str) -> Path:
        Path("auditor.yaml").write_text(text, encoding="utf-8")
        return Path("auditor.yaml")

    return into


def problems(path: Path, environ: dict[str, str] | None = None, **flags: object) -> list[str]:
    named = {f"--{name.replace('_', '-')}": value for name, value in flags.items()}
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {}, named)
    assert caught.value.exit_code == ExitCode.USAGE
    return list(caught.value.problems)


def test_smallest_settings(write: Write) -> None:
    """The smallest settings that messages offer are settings."""
    assert load_settings(write(SMALLEST), {}, {}).workloads[0].deployments[0].model == "gpt-5.4"


def test_ten_mistakes(write: Write) -> None:
    """Ten mistakes and more are told in one run, each with file, line, column and path, in the order of the file."""
    assert problems(write(TEN_MISTAKES)) == [
        f'auditor.yaml:2:57: scope.subscriptions[1]: {AN_ID}; found "not-an-id"',
        "auditor.yaml:4:5: workloads[0].owner: is missing",
        "auditor.yaml:6:14: workloads[0].network: must be 'private', 'restricted' or 'public'; found \"privat\"",
        'auditor.yaml:8:47: workloads[0].deployments[0].version: must be text; write it in quotes: "0613"',
        'auditor.yaml:9:16: workloads[0].deployments[1].name: "chat" is given twice',
        "auditor.yaml:9:48: workloads[0].deployments[1].capacity: must be at least 1; found 0",
        'auditor.yaml:10:11: workloads[1].name: "shop" is given twice',
        "auditor.yaml:12:5: workloads[1].acount: unknown key; account is probably meant",
        "auditor.yaml:14:18: workloads[1].deployments: must name at least one; found an empty list",
        "auditor.yaml:16:10: probes.money: needs probes.prices: the price of a million tokens of each model",
        f'auditor.yaml:18:12: gate.fail_on: {A_SEVERITY}; found "severe"',
        'auditor.yaml:19:8: packs: must be a list; found "production"',
    ]


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


def test_outside_mistakes_say_where_they_come_from(write: Write) -> None:
    """What the environment and the flags get wrong is told after the file's mistakes, by the name that was used."""
    environ = {"AUDITOR_FAIL_ON": "bad", "AUDITOR_PROBES": "maybe", "AUDITOR_FAILON": "x", "AUDITOR_CONCURRENCY": "999"}
    assert problems(write(WHOLE + "colour: red\n"), environ, pack=("a", ""), deadline=-1.0) == [
        f"auditor.yaml:10:1: colour: unknown key; known here: {', '.join(sorted(Settings.model_fields))}",
        "environment AUDITOR_FAILON: unknown; AUDITOR_FAIL_ON is probably meant",
        f'environment AUDITOR_FAIL_ON: gate.fail_on: {A_SEVERITY}; found "bad"',
        "environment AUDITOR_PROBES: probes.enabled: must be on or off",
        "environment AUDITOR_CONCURRENCY: concurrency: must be at most 256; found 999",
        'flag --pack: packs[1]: must not be empty; found ""',
        "flag --deadline: deadline_seconds: must be more than 0; found -1.0",
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "auditor.yaml: is empty"),
        ("# nothing yet\n", "auditor.yaml: is empty"),
        ("- a\n", "auditor.yaml:1:1: must be a mapping; found a list"),
        ("scope: [1\n", "auditor.yaml:2:1: no YAML"),
        ("scope: &a [*a]\n", "auditor.yaml:1:8: an alias stands inside of what it names"),
        ("[" * 100_000, "auditor.yaml:1:41: more than 40 levels deep"),
        ("a: 1\n---\nb: 2\n", "auditor.yaml:2:1: no YAML"),
        ("a: " + "x" * 1_048_576, "auditor.yaml: more than 1048576 bytes"),
        ("a: \x00", "auditor.yaml: no YAML"),
    ],
)
def test_unreadable_files(write: Write, text: str, said: str) -> None:
    """What is no YAML mapping, or too much of it, is refused with the place."""
    [problem] = problems(write(text))
    assert problem.startswith(said)


def test_alias_bomb(write: Write) -> None:
    """A few lines of aliases can't unfold into millions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert problems(write("\n".join(lines))) == ["auditor.yaml: its aliases unfold to more than 100000 values"]


def test_aliases_are_read(write: Write) -> None:
    """An anchor that is used again is the same value in both places."""
    text = WHOLE.replace("models: [gpt-5.4]", "models: &approved [gpt-5.4]\n    tags: *approved")
    assert load_settings(write(text), {}, {}).workloads[0].tags == ("gpt-5.4",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("gate: {fail_on: high}\ngate: {}\n", "auditor.yaml:11:1: gate: the key stands already in line 10"),
        ("resolver: !!python/name:os.system x\n", "auditor.yaml:10:11: resolver: the tag "),
        ("deadline_seconds: .inf\n", "auditor.yaml:10:19: deadline_seconds: must be a finite number"),
        ("<<: {}\n", "auditor.yaml:10:1: merge keys (<<) are not read; write the members out"),
        ("? [a]\n: b\n", "auditor.yaml:10:3: a key must be text"),
        ("concurrency: yes\n", "auditor.yaml:10:14: concurrency: must be a whole number; found true"),
        ("concurrency: '4'\n", 'auditor.yaml:10:14: concurrency: must be a whole number; found "4"'),
        ("cloud: azure\n", "auditor.yaml:10:8: cloud: must be 'public', 'us-government' or 'china'; found \"azure\""),
        ("cloud: {nam: x}\n", "auditor.yaml:10:8: cloud.authority: is missing"),
        ("gate: \n", "auditor.yaml:10:6: gate: must be a mapping; found nothing"),
        ("resolver: 10.0.0.4\n", "auditor.yaml:10:11: resolver: must be host:port, such as 10.0.0.4:53; found "),
        ("resolver: a:99999\n", "auditor.yaml:10:11: resolver: must be host:port"),
        ("packs: [baseline, Baseline]\n", 'auditor.yaml:10:19: packs[1]: "Baseline" is given twice'),
        ("probes: {money: 1, prices: {gpt-4.1: 2}}\n", 'auditor.yaml:10:28: probes.prices: has no price for "gpt-5.4"'),
        ("probes: {prices: {x: -1}}\n", "auditor.yaml:10:22: probes.prices.x: must not be negative"),
        ("'a b': 1\n", 'auditor.yaml:10:1: ["a b"]: unknown key'),
    ],
)
def test_single_mistakes(write: Write, more: str, said: str) -> None:
    """Each kind of mistake is told where it stands."""
    assert problems(write(WHOLE + more))[0].startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "model: gpt-5.4",
            "model: gpt-4o",
            'deployments[0].model: "gpt-4o" is not among the workload\'s approved models',
        ),
        ("models:", "regions: [Sweden Central]\n    location: westus\n    models:", 'location: "westus" is not among'),
        ("models:", "skus: [Standard]\n    models:", None),
        (
            "account: shop-openai",
            f"account: /subscriptions/{TENANT}/x/y",
            f'account: "{TENANT}" is outside of scope.sub',
        ),
        ("version: 2026-03-05", "latency_budget_ms: 120001", "latency_budget_ms: is more than all probes may take"),
    ],
)
def test_contradictions(write: Write, old: str, new: str, said: str | None) -> None:
    """A workload that contradicts its own lists, or lies outside of the scope, is refused before anything is read."""
    path = write(WHOLE.replace(old, new, 1))
    if said is None:
        assert load_settings(path, {}, {}).workloads
    else:
        [problem] = problems(path)
        assert said in problem


def test_account_out_of_named_accounts(write: Write) -> None:
    """An account that the scope's own list leaves out is refused: it would be called missing."""
    text = WHOLE.replace("scope:\n", "scope:\n  accounts: [other]\n")
    assert problems(write(text)) == [
        'auditor.yaml:7:14: workloads[0].account: "shop-openai" is outside of scope.accounts'
    ]


def test_dates_and_byte_order_mark(write: Write) -> None:
    """A model version that looks like a date stays text, and a byte order mark is passed over."""
    path = write("\ufeff" + WHOLE)
    assert load_settings(path, {}, {}).workloads[0].deployments[0].version == "2026-03-05"


def test_wrong_values_are_quoted_short_and_harmless(write: Write) -> None:
    """A message quotes little of a wrong value, without its control characters."""
    [problem] = problems(write(WHOLE + 'cloud: "\\e[31m' + "x" * 5000 + '"\n'))
    assert "\x1b" not in problem
    assert len(problem) < 250


def test_another_encoding(write: Write) -> None:
    """A file that is not UTF-8 is refused by saying so."""
    path = write("")
    path.write_bytes(b"a: \xff\xfe")
    assert problems(path) == ["auditor.yaml: is not UTF-8 text"]


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_KEYS = (
    st.sampled_from([*Settings.model_fields, "name", "account", "subscriptions", "deployments", "money"]) | st.text()
)
_TREES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner), max_leaves=30)


@tuned(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(tree=_TREES)
def test_any_yaml_is_settings_or_problems(write: Write, tree: object) -> None:
    """Whatever YAML stands in the file, the answer is settings or a list of problems, never a crash."""
    try:
        load_settings(write(yaml.safe_dump(tree)), {}, {})
    except SettingsError as error:
        said = error.problems
    else:
        said = ("none",)
    assert all(said)
