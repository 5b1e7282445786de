"""What is said of settings that are wrong: all of it, and where."""

from __future__ import annotations

import pytest

from auditor.errors import SettingsError
from auditor.settings import Settings
from auditor.settings_file import load_settings
from tests.settings_file.conftest import SUBSCRIPTION, TENANT, WHOLE, Write, problems

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

ACCOUNTS = "providers/Microsoft.CognitiveServices/accounts"

A_SEVERITY = "must be 'critical', 'high', 'medium', 'low' or 'info'"


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
        f'auditor.yaml:18:12: gate.fail_on: {A_SEVERITY}; found "severe"',
        'auditor.yaml:19:8: packs: must be a list; found "production"',
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


def test_a_deadline_that_never_comes_is_refused(write: Write) -> None:
    """Evidence could not hold it: JSON has no such number."""
    with pytest.raises(
        SettingsError, match="flag --deadline: deadline_seconds: must be a finite number; found Infinity"
    ):
        load_settings(write(WHOLE), {}, {"--deadline": float("inf")})


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
        (
            "cloud: china\nprobes: {money: 1, prices: {x: 2}}\n",
            'auditor.yaml:11:28: probes.prices: has no price for "gpt-5.4"',
        ),
        ("cloud: china\nprobes: {money: 1}\n", "auditor.yaml:11:17: probes.money: needs probes.prices outside"),
        ("probes: {prices: {x: -1}}\n", "auditor.yaml:10:22: probes.prices.x: must not be negative"),
        (
            "probes: {seconds: 9.5}\n",
            "auditor.yaml:10:19: probes.seconds: is less than 10: one call may take half of it",
        ),
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
            f"account: /subscriptions/{TENANT}/resourceGroups/x/{ACCOUNTS}/shop-openai",
            f'account: "{TENANT}" is outside of scope.sub',
        ),
        (
            "version: 2026-03-05",
            "surfaces: [v1, project]",
            "surfaces[1]: needs project: the name of the Foundry project",
        ),
        ("version: 2026-03-05", "project: shop", "project: is not called: surfaces does not name project"),
        (
            "version: 2026-03-05",
            "surfaces: [2024-10-21, v1]",
            'surfaces[0]: "2024-10-21" has no Responses API; the first api-version that has is 2025-03-01-preview',
        ),
        ("version: 2026-03-05", "surfaces: [v1, 2025-01-01-preview]", "has no Responses API"),
        ("version: 2026-03-05", "surfaces: [2025-04-01-preview, 2025-04-01-preview]", "is given twice"),
        ("version: 2026-03-05", "surfaces: [v1, project, 2025-04-01-preview], project: shop", None),
        ("account: shop-openai", "account: ' shop-openai '", "is neither the name of an account nor its id"),
        ("account: shop-openai", "account: https://shop-openai.openai.azure.com/", "is neither the name of an account"),
        (
            "account: shop-openai",
            f"account: /subscriptions/{SUBSCRIPTION}/resourceGroups/x/{ACCOUNTS}/shop-openai/",
            "is neither the name of an account",
        ),
        (
            "account: shop-openai",
            f"account: /subscriptions/{SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.Search/searchServices/shop",
            "is neither the name of an account",
        ),
        ("version: 2026-03-05", "latency_budget_ms: 120001", "latency_budget_ms: is more than all probes may take"),
        ("version: 2026-03-05", "capacity: 20, capacity_max: 10", "capacity_max: is less than capacity"),
        (
            "version: 2026-03-05",
            "features: [text, image_generation]",
            "deployments[0].features[1]: image_generation needs image_deployment",
        ),
        ("version: 2026-03-05", "features: [image_generation], image_deployment: pictures", None),
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


@pytest.mark.parametrize(
    ("currency", "account", "refused"),
    [("USD", "SHOP-openai", True), ("EUR", "shop-openai", False), ("USD", "other-openai", False)],
)
def test_caps_of_one_account_are_in_one_currency(write: Write, currency: str, account: str, refused: bool) -> None:
    """Else one of them would never be judged, and its check would pass all the same."""
    cap = "monthly_cap: {{amount: 5, currency: {}}}"
    first = WHOLE.replace("account: shop-openai", f"account: shop-openai\n    {cap.format('EUR')}", 1)
    second = (
        f"  - {{name: second, owner: team, account: {account}, {cap.format(currency)},"
        " deployments: [{name: chat, model: gpt-5.4}]}\n"
    )
    path = write(first.replace("workloads:\n", f"workloads:\n{second}", 1))
    if refused:
        [problem] = problems(path)
        assert 'monthly_cap.currency: another workload of the account caps it in "USD"' in problem
    else:
        assert len(load_settings(path, {}, {}).workloads) > 1


def test_identities_are_object_ids(write: Write) -> None:
    """A name in the place of an id is told where it stands, and so is one id outside of a list."""
    path = write(WHOLE.replace("    models:", f"    identities: [{TENANT}, shop-identity]\n    models:"))
    assert problems(path) == [f'auditor.yaml:7:56: workloads[0].identities[1]: {AN_ID}; found "shop-identity"']
    path = write(WHOLE.replace("    models:", f"    identities: {TENANT}\n    models:"))
    assert problems(path) == [f'auditor.yaml:7:17: workloads[0].identities: must be a list; found "{TENANT}"']


def test_account_out_of_named_accounts(write: Write) -> None:
    """An account that the scope's own list leaves out is refused: it would be called missing."""
    text = WHOLE.replace("scope:\n", "scope:\n  accounts: [other]\n")
    assert problems(write(text)) == [
        'auditor.yaml:7:14: workloads[0].account: "shop-openai" is outside of scope.accounts'
    ]


def test_wrong_values_are_quoted_short_and_harmless(write: Write) -> None:
    """A message quotes little of a wrong value, without its control characters."""
    [problem] = problems(write(WHOLE + 'cloud: "\\e[31m' + "x" * 5000 + '"\n'))
    assert "\x1b" not in problem
    assert len(problem) < 250


MCP = """\
scope: {subscriptions: [00000000-0000-4000-8000-0000000000a1]}
workloads:
  - name: shop
    owner: team
    account: shop-openai
    deployments:
      - name: chat
        model: gpt-5.4
        features: FEATURES
        mcp: SERVER
"""

A_SERVER = "label: files, url: https://tools.contoso.com/mcp, tool: find, expects: x"


def mcp(server: str, features: str = "[text, mcp]") -> str:
    """Settings of one deployment with this server and these features."""
    return MCP.replace("SERVER", server).replace("FEATURES", features)


@pytest.mark.parametrize(
    "server",
    [
        f"{{{A_SERVER}}}",
        f"{{{A_SERVER}, authentication: entra, scope: 'api://x/.default'}}",
        f"{{{A_SERVER}, authentication: key, key_from: TOOLS_KEY}}",
        f"{{{A_SERVER}, authentication: key, key_from: TOOLS_KEY, header: x-functions-key}}",
        f"{{{A_SERVER.replace('https://tools.contoso.com', 'http://127.0.0.1:8080')}}}",
    ],
)
def test_an_mcp_server_is_said_in_each_way(write: Write, server: str) -> None:
    """Without a sign-in, with a token, with a key that the environment holds; in the clear on this machine alone."""
    settings = load_settings(write(mcp(server)), {}, {})
    named = settings.workloads[0].deployments[0].mcp
    assert named is not None
    assert named.label == "files"


def picture(url: str, features: str = "[text, vision]") -> str:
    """Settings of one deployment with a picture at this address."""
    return mcp(f"null\n        picture: {{url: '{url}', shape: circle, colour: blue}}", features)


def test_a_public_picture_is_taken(write: Write) -> None:
    settings = load_settings(write(picture("https://documents.contoso.com/circle.png")), {}, {})
    named = settings.workloads[0].deployments[0].picture
    assert named is not None
    assert (named.shape, named.colour) == ("circle", "blue")


@pytest.mark.parametrize(
    ("url", "features", "expected"),
    [
        ("https://documents.contoso.com/circle.png", "[text]", "picture: is of no use without the feature vision"),
        ("http://documents.contoso.com/circle.png", "[vision]", "picture.url: must be an https address"),
        ("https://x.blob.core.windows.net/c.png?sv=2024", "[vision]", "picture.url: must be an https address"),
        ("https://me@documents.contoso.com/c.png", "[vision]", "picture.url: must be an https address"),
    ],
)
def test_a_picture_that_nobody_may_fetch_or_looks_at_is_refused(
    write: Write, url: str, features: str, expected: str
) -> None:
    """Its address holds no signature, since every report copies the settings."""
    (problem,) = problems(write(picture(url, features)))
    assert expected in problem
    assert "sv=2024" not in problem


@pytest.mark.parametrize(
    ("server", "features", "expected"),
    [
        ("null", "[text, mcp]", "9:19: …features: the feature mcp needs the server that the application names (mcp)"),
        (f"{{{A_SERVER}}}", "[text]", "10:14: …mcp: is of no use without the feature mcp among the features"),
        (f"{{{A_SERVER}, authentication: entra}}", "[mcp]", "10:105: …mcp.authentication: entra needs scope: "),
        (f"{{{A_SERVER}, authentication: key}}", "[mcp]", "10:105: …mcp.authentication: key needs key_from: "),
        (f"{{{A_SERVER}, scope: 'api://x'}}", "[mcp]", "10:96: …mcp.scope: is of no use with authentication: none"),
        (f"{{{A_SERVER}, key_from: KEY}}", "[mcp]", "10:99: …mcp.key_from: is of no use with authentication: none"),
        (f"{{{A_SERVER}, header: x-key}}", "[mcp]", "10:97: …mcp.header: is of no use without authentication: key"),
        (f"{{{A_SERVER.replace('https', 'http')}}}", "[mcp]", "10:34: …mcp.url: must be an https address"),
        (f"{{{A_SERVER.replace('/mcp', '/mcp?code=1')}}}", "[mcp]", "10:34: …mcp.url: must be an https address"),
        (f"{{{A_SERVER.replace('tools.', 'me@tools.')}}}", "[mcp]", "10:34: …mcp.url: must be an https address"),
        (
            f"{{{A_SERVER}, authentication: key, key_from: 4f-1c}}",
            "[mcp]",
            "10:120: …mcp.key_from: must be the name of an environment variable",
        ),
        (f"{{{A_SERVER.replace('files', 'my files')}}}", "[mcp]", "10:22: …mcp.label: must be a letter, then"),
    ],
)
def test_an_mcp_server_that_contradicts_itself_is_told_where(
    write: Write, server: str, features: str, expected: str
) -> None:
    """With line and column; a key that stands in an address is refused too."""
    told = problems(write(mcp(server, features)))
    place, _, words = expected.partition("…")
    assert len(told) == 1
    assert told[0].startswith(f"auditor.yaml:{place}workloads[0].deployments[0].{words}")
