"""What the rows say of a way, a sign-in, rights and a clock: the state and the command that mends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.cloud.anteroom import TokenTold
from auditor.cloud.names import NameAnswer
from auditor.cloud.ports import PortAnswer
from auditor.cloud.problems import Problem
from auditor.doctor.checkup import Checkup, Row, State
from auditor.doctor.examine import clock_row
from auditor.doctor.rights import Need, calls_row, lacked, lacked_data, reads_row
from auditor.doctor.sign_in import refused, tokens, who
from auditor.doctor.way import resolver, way
from auditor.errors import SignInError
from auditor.population import Clock
from auditor.snapshot import GapReason, Principal

HOST = "contoso.openai.azure.com"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
NAME = NameAnswer(HOST, ("203.0.113.9",), "system")
PORT = PortAnswer(
    HOST, 443, proxied=False, reachable=True, version="TLSv1.3", verified=True, issuer="CN=x,O=Microsoft Corporation"
)
OPENED = replace(PORT, issuer="O=Proxy Ltd")
PROBLEM = Problem(GapReason.UNREACHABLE, "no answer", "try again")


@pytest.mark.parametrize(
    ("name", "port", "options", "state", "step"),
    [
        (NAME, PORT, {}, State.OK, None),
        (NAME, replace(PORT, reachable=False, phase="dns", error="no such name"), {}, State.FAIL, "nslookup"),
        (NAME, replace(PORT, reachable=False, phase="connect", error="refused"), {}, State.FAIL, "nc -vz"),
        (NAME, replace(PORT, reachable=False, phase="tls", error="closed"), {}, State.FAIL, "openssl s_client"),
        (NAME, replace(PORT, reachable=False, phase="proxy", error="403"), {}, State.FAIL, "NO_PROXY"),
        (NAME, replace(OPENED, verified=False, verify_error="self-signed"), {}, State.FAIL, "SSL_CERT_FILE"),
        (NAME, OPENED, {}, State.WARN, "it reads tokens"),
        (NAME, OPENED, {"own_trust": True}, State.OK, None),
        (NAME, PORT, {"private": True}, State.WARN, "private DNS zones"),
        (replace(NAME, addresses=("10.0.0.4",)), PORT, {"private": True}, State.OK, None),
        (replace(NAME, addresses=(), resolver="10.0.0.2:53"), PORT, {}, State.WARN, "nslookup"),
        (PROBLEM, PORT, {}, State.OK, None),
        (NAME, PROBLEM, {}, State.UNKNOWN, "try again"),
    ],
)
def test_ways(name: Any, port: Any, options: dict[str, bool], state: State, step: str | None) -> None:
    """Each place where a way ends has its own command, and a certificate of nobody we know is never just ok."""
    row = way(HOST, name, port, **{"own_trust": False, **options})
    assert row.state is state, row
    assert row.next_step is None if step is None else step in str(row.next_step)


def test_resolvers() -> None:
    """No address is a failure, unless a proxy is what resolves."""
    nothing = replace(NAME, addresses=())
    assert resolver(HOST, NAME, proxied=False).state is State.OK
    assert resolver(HOST, nothing, proxied=False).state is State.FAIL
    assert resolver(HOST, nothing, proxied=True).state is State.WARN
    assert resolver(HOST, PROBLEM, proxied=True).state is State.FAIL


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("AADSTS90002: Tenant 'x' not found", "AZURE_TENANT_ID"),
        ("AADSTS7000215: Invalid client secret provided", "az ad app credential reset"),
        ("AADSTS700016: Application with identifier 'x' was not found", "AZURE_CLIENT_ID"),
        ("AADSTS700213: No matching federated identity record found", "federated-credential list"),
        ("AADSTS70043: The refresh token has expired", "az login"),
        ("Cannot connect to host login.microsoftonline.com:443", "network first"),
        ("something else", "the default"),
    ],
)
def test_refused_sign_ins(words: str, step: str) -> None:
    """What mends a sign-in follows from the words of the link that failed, not of those that were never tried."""
    text = f"no credential\n  github-oidc: not configured (AADSTS90002)\n  environment: failed ({words})"
    row = refused(SignInError(text, next_step="the default"))
    assert row.state is State.FAIL
    assert step in str(row.next_step)
    assert "github-oidc: not configured" in row.says
    assert words in row.says


def test_who_signed_in() -> None:
    """The winner is named with what became of those before it; another tenant than the settings' is a failure."""
    principal = Principal(credential="azure-cli", tenant_id="t-1", object_id="o-1", name="ann")
    signed: Any = SimpleNamespace(principal=principal, tried=("environment: failed (x)", "azure-cli: signed in"))
    credential, told = who(signed, "T-1")
    assert (credential.state, told.state) == (State.WARN, State.OK)
    assert "before it: environment: failed (x)" in credential.says
    assert told.says == "ann, object o-1, tenant t-1"
    other = list(who(signed, "t-2"))[1]
    assert (other.state, other.next_step) == (State.FAIL, "az login --tenant t-2, or correct `tenant` in settings")


def test_tokens() -> None:
    """One audience of the model endpoints suffices; a token that ends soon is said."""
    principal = Principal(credential="azure-cli")
    good = TokenTold("x", NOW + timedelta(hours=1), principal)
    short = TokenTold("x", NOW + timedelta(minutes=3), principal)
    scopes = ("https://arm/.default", "https://ai/.default", "https://cog/.default")

    def states(*told: TokenTold | Problem) -> list[State]:
        return [row.state for row in tokens(scopes, told, NOW)]

    assert states(good, good, good) == [State.OK] * 3
    assert states(short, good, PROBLEM) == [State.WARN, State.OK, State.WARN]
    assert states(PROBLEM, PROBLEM, PROBLEM) == [State.FAIL] * 3


NEEDS = (
    Need("Microsoft.A/x/read", ("account",), ("check-a", "check-b")),
    Need("Microsoft.B/y/action", ("usage",), ("check-b",), optional=True),
)


def test_rights_that_reader_has() -> None:
    """Reader sees all but what is optional, and nobody sees nothing; the command names who and where."""
    reader = lacked("/s", NEEDS, [{"actions": ["*/read"], "notActions": []}])
    assert [one.action for one in reader] == ["Microsoft.B/y/action"]
    row = reads_row("s", "/s", reader, 2, "me")
    assert (row.state, str(row.next_step)[:19]) == (State.WARN, "auditor permissions")
    nobody = reads_row("s", "/s", lacked("/s", NEEDS, []), 2, "me")
    assert nobody.state is State.FAIL
    assert nobody.next_step == "az role assignment create --assignee me --role Reader --scope /s"
    assert "checks unknown: 2" in nobody.says
    everything = lacked("/s", NEEDS, [{"actions": ["*"], "notActions": []}])
    assert reads_row("s", "/s", everything, 2, "me").state is State.OK


def test_data_rights() -> None:
    """An action of Resource Manager is no data action: Owner may not call."""
    owner = [{"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}]
    unseen = lacked_data("/a", NEEDS[:1], owner)
    row = calls_row("a", "/a b", unseen, 1, None)
    assert row.state is State.FAIL
    assert str(row.next_step).endswith("--assignee PRINCIPAL_ID --role 'Cognitive Services OpenAI User' --scope '/a b'")
    assert calls_row("a", "/a", lacked_data("/a", NEEDS[:1], [{"dataActions": ["*"]}]), 1, None).state is State.OK


@pytest.mark.parametrize(
    ("skew", "state", "says"),
    [
        (0.0, State.OK, "within 1 s"),
        (-45.0, State.WARN, "45 s behind"),
        (200.0, State.WARN, "3 min ahead of"),
        (7200.0, State.FAIL, "2.0 h ahead of"),
        (-7200.0, State.FAIL, "2.0 h behind"),
    ],
)
def test_clocks(skew: float, state: State, says: str) -> None:
    """A skew that tokens survive is a warning, a greater one a failure, and no date is unknown."""
    told = Clock(
        ours=NOW, service=NOW - timedelta(seconds=skew), reading="r", skew_seconds=skew, largest_seconds=abs(skew)
    )
    row = clock_row(told)
    assert (row.state, says in row.says) == (state, True), row
    assert clock_row(None).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("states", "code"),
    [((), 0), ((State.OK, State.WARN), 0), ((State.OK, State.UNKNOWN), 3), ((State.UNKNOWN, State.FAIL), 1)],
)
def test_exit_codes(states: tuple[State, ...], code: int) -> None:
    """A failure outweighs what is unknown, and a warning is no reason to stop."""
    rows = tuple(Row(area="Network", name="x", state=state, says="x") for state in states)
    assert Checkup(taken_at=NOW, seconds=0, version="1", rows=rows).exit_code == code
