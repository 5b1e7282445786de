"""Every way in which a live call fails: told apart over TLS and the openai SDK, explained by what was seen around it.

Each row is a world with one thing wrong. The whole audit looks at it; nothing is put into the snapshot by hand.
"""

from __future__ import annotations

import html
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.rcode
import pytest
import yaml
from pydantic import TypeAdapter

from auditor.finding import Outcome
from auditor.policy.facts import join
from auditor.record import JsonObject, Record
from auditor.report import FORMATS, terminal
from auditor.run import Run, Verdict
from auditor.sandbox import FAULTS, Sandbox, load_world
from auditor.sandbox.dns import resolve
from auditor.sandbox.hosts import service_of
from auditor.settings import Settings
from tests.stage import WHOLE, made

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-0000000000a1"
SUPPORT = (
    f"{SUBSCRIPTION}/resourceGroups/rg-support-prod/providers/Microsoft.CognitiveServices/accounts/contoso-support-weu"
)
MATTER = (
    f"{SUBSCRIPTION}/resourceGroups/rg-matter-prod/providers/Microsoft.CognitiveServices/accounts/contoso-matter-swc"
)
HOST = "contoso-support-weu.openai.azure.com"
MATTER_HOST = "contoso-matter-swc.openai.azure.com"


NAMES = {
    "support": SUPPORT,
    "chat": f"{SUPPORT}/deployments/support-chat",
    "matter": MATTER,
    "host": HOST,
    "matter_host": MATTER_HOST,
    "gate": "00000000-0000-4000-8000-0000000000d1",
    "health": f"az rest --method get --url {SUPPORT}/providers/Microsoft.ResourceHealth/availabilityStatuses/current",
}
"""What the table's words in braces stand for."""


class Row(Record):
    """One failure: what brings it about, and what must be said of it; the members are explained in the table."""

    failure: str
    fault: str | None = None
    told: tuple[str, str, bool]
    cause: tuple[str, ...]
    next: str
    deployment: str = "support-chat"
    probe: str = "text"
    declared: JsonObject = {}
    direct: bool = False
    seconds: float | None = None


TABLE = Path(__file__).parent / "every_failure.yaml"
ROWS = TypeAdapter(tuple[Row, ...]).validate_python(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Seen:
    """What came of a row: the facts of its failure, the run, and the world's own record."""

    failure: JsonObject
    run: Run
    sandbox: Sandbox


def declared(row: Row) -> Callable[[Settings], Settings]:
    """The world's settings, in which nothing but the row's deployment is used, and that for no more than it takes."""

    def amend(settings: Settings) -> Settings:
        told = settings.model_dump(mode="json")
        told["probes"] |= {"negative": False} | ({"seconds": row.seconds} if row.seconds else {})
        for workload in told["workloads"]:
            for one in workload["deployments"]:
                mine = one["name"] == row.deployment or (row.declared and one["name"] == "support-chat")
                one["features"] = ["text", "stream"] if mine and row.probe == "stream" else ["text"]
                one["surfaces"] = ["v1"]
                one.update(row.declared if mine else {})
        if row.direct:
            host = MATTER_HOST if row.deployment == "matter-chat" else HOST
            os.environ.update({"NO_PROXY": host, "no_proxy": host})
        return Settings.model_validate(told)

    return amend


def faults(row: Row) -> tuple[str, ...]:
    return (row.fault,) if row.fault else ()


def explained(row: Row) -> Seen:
    """The row's world, looked at and judged, and how the failed call is explained by all of it."""
    done = made(WHOLE, *faults(row), amend=declared(row))
    seen = done.audit.snapshot
    subjects = join(seen, Settings.model_validate(seen.settings))
    every: list[Any] = [
        facts
        for one in subjects
        for facts in (one.variables.get("deployment"), one.variables.get("expected"))
        if isinstance(facts, dict) and facts.get("name") == row.deployment
    ]
    told = next(facts["probe"][row.probe] for facts in every if row.probe in facts.get("probe", {}))
    return Seen(told.get("failure", {}), done.audit.run, done.sandbox)


def by_the_worlds_dns(row: Row, really: Callable[..., Any]) -> Callable[..., Any]:
    """Names as the row's world tells them; who has an address is nobody there: nothing listens at it."""
    world = load_world("healthy", faults(row))

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if service_of(name) is None:
            return really(host, port, *rest, **options)
        _, address, code = resolve(world, name)
        if code != dns.rcode.NOERROR or address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return really("127.0.0.99", port, *rest, **options)

    return getaddrinfo


NO_ANSWER = frozenset(
    {"responses-call-failed", "responses-call-incomplete", "call-throttled", "responded-model-differs"}
)
"""Checks of which one fails where a plain call brings nothing, or the wrong thing."""

ELSEWHERE = {
    "call-wrong-key": "401 wrong key",
    "call-no-subdomain": "400 subdomain",
    "call-connection-cut": "connect, the proxy refuses",
    "call-throttled": "429 quota, with room in its pool",
}
"""Faults that are another way to the same row."""

ANSWERED = {
    "call-events-disordered", "call-hostile-words", "call-other-language", "call-same-ids",
    "call-wrong-model", "call-wrong-usage",
}  # fmt: skip
"""Faults in which the call succeeds: what is wrong is the answer, which test_bad_answers.py looks at."""


def test_every_fault_of_a_call_has_its_row() -> None:
    """And a row's name is its own."""
    names = [row.failure for row in ROWS]
    assert len(set(names)) == len(names)
    assert set(ELSEWHERE.values()) <= set(names)
    assert {name for name in FAULTS if name.startswith("call-")} == {
        *(row.fault for row in ROWS if row.fault and row.fault.startswith("call-")),
        *ELSEWHERE,
        *ANSWERED,
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.failure)
def test_it_is_told_apart_explained_and_printed(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its class, whose it is, whether repeating helps, what was seen around it, the next step; all in the reports."""
    if row.direct:
        monkeypatch.setattr(socket, "getaddrinfo", by_the_worlds_dns(row, socket.getaddrinfo))
    seen = explained(row)
    failure: Any = seen.failure
    assert (failure.get("class"), failure.get("whose"), failure.get("retry_helps")) == row.told, failure
    assert [words for words in row.cause if words.format_map(NAMES) not in failure["cause"]] == [], failure["cause"]
    assert failure["next_step"].startswith(row.next.format_map(NAMES)), failure["next_step"]
    assert seen.run.verdict is not Verdict.PASS
    failed = {finding.check for finding in seen.run.findings if finding.outcome is Outcome.FAIL}
    if row.probe == "stream":
        assert "streaming-broken" in failed
        assert not failed & NO_ANSWER, "what is not streamed is answered as ever"
    elif (row.fault or "").startswith("call-"):
        assert failed & NO_ANSWER
    else:
        assert failed & {*NO_ANSWER, "key-call-failed", "deployment-missing"}, "what keeps it from being called"
    assert "unclassified" not in {one.failure for one in seen.run.calls}
    (call,) = (one for one in seen.run.calls if (one.deployment, one.probe) == (row.deployment, row.probe))
    assert (call.failure, call.cause, call.next_step) == (row.told[0], failure["cause"], failure["next_step"])
    assert seen.sandbox.kept == ()
    assert seen.sandbox.unknown_routes == []
    page = plain(html.unescape(re.sub(r"<[^>]*>", "", FORMATS["html"].render(seen.run))))
    assert plain(call.cause) in page
    assert plain(call.next_step) in page
    printed = plain(terminal.render(seen.run, 10_000, False))
    assert plain(call.cause) in printed
    assert plain(call.next_step) in printed


def plain(text: str | None) -> str:
    """On one line; reports set what stands between backticks in another type."""
    return " ".join((text or "").replace("`", "").split())
