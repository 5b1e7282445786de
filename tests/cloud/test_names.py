"""What a host name leads to: asked of the named resolver over a real wire, or of the system."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from auditor.cloud.clouds import endpoints_of
from auditor.cloud.names import SYSTEM, NameAnswer, Names
from auditor.cloud.problems import Problem
from auditor.sandbox import Sandbox, load_world
from auditor.settings import Settings
from auditor.snapshot import GapReason

SETTINGS = Settings.model_validate({"scope": {"subscriptions": ["00000000-0000-4000-8000-0000000000a1"]}})
ENDPOINTS = endpoints_of(SETTINGS)
FOUNDRY = {"kind": "AIServices", "properties": {"customSubDomainName": "Contoso-Chat"}}


@pytest.mark.parametrize(
    ("account", "hosts"),
    [
        (FOUNDRY, ("contoso-chat.openai.azure.com", "contoso-chat.services.ai.azure.com")),
        ({**FOUNDRY, "kind": "OpenAI"}, ("contoso-chat.openai.azure.com",)),
        ({"kind": "AIServices", "properties": {}}, ()),
        ({"kind": "AIServices", "properties": {"customSubDomainName": "not a label"}}, ()),
        ({"properties": None}, ()),
        ({}, ()),
    ],
)
def test_the_names_of_an_account_follow_from_its_subdomain_and_kind(account: dict[str, object], hosts: object) -> None:
    assert Names(ENDPOINTS, None).hosts(account) == hosts


async def test_a_named_resolver_is_asked() -> None:
    with Sandbox(load_world("healthy", ["host-name-not-private"])) as sandbox:
        names = Names(ENDPOINTS, sandbox.resolver)
        private = await names.ask("contoso-matter-swc.openai.azure.com")
        public = await names.ask("contoso-search-uks.openai.azure.com")
        nowhere = await names.ask("contoso-nobody.openai.azure.com")
        resolver = sandbox.resolver
    assert isinstance(private, NameAnswer)
    assert private.addresses[0].startswith("10.")
    assert private.resolver == resolver
    assert isinstance(public, NameAnswer)
    assert public.addresses[0].startswith("203.0.113.")
    assert nowhere == NameAnswer("contoso-nobody.openai.azure.com", (), resolver)


async def test_a_resolver_that_refuses_is_a_problem_and_no_absence() -> None:
    with Sandbox(load_world("healthy")) as sandbox:
        answer = await Names(ENDPOINTS, sandbox.resolver).ask("example.org")
    assert isinstance(answer, Problem)
    assert answer.reason is GapReason.UNREACHABLE
    assert answer.next_step == "nslookup example.org"


async def test_a_resolver_that_is_silent_is_a_problem_and_no_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.cloud.names.SECONDS", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        answer = await Names(ENDPOINTS, f"127.0.0.1:{silent.getsockname()[1]}").ask("contoso.openai.azure.com")
    assert isinstance(answer, Problem)
    assert answer.reason is GapReason.TIMED_OUT


async def test_the_system_is_asked_where_no_resolver_is_named() -> None:
    assert await Names(ENDPOINTS, None).ask("localhost") in (
        NameAnswer("localhost", ("127.0.0.1",), SYSTEM),
        NameAnswer("localhost", ("127.0.0.1", "::1"), SYSTEM),
        NameAnswer("localhost", ("::1",), SYSTEM),
    )


async def test_a_name_that_the_system_does_not_know_has_no_address() -> None:
    """`.invalid` never resolves (RFC 6761); a machine without a resolver says so instead."""
    answer = await Names(ENDPOINTS, None).ask("nowhere.invalid")
    assert isinstance(answer, Problem) or answer.addresses == ()


async def test_to_wait_for_a_place_is_not_to_wait_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow resolver makes many names take long; none of them is called unanswered for that."""
    monkeypatch.setattr("auditor.cloud.names.SECONDS", 0.9)
    monkeypatch.setattr("auditor.cloud.names.AT_ONCE", 2)
    at_once, most = 0, 0
    lock = threading.Lock()

    def slow(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.1)
        with lock:
            at_once -= 1
        return [(None, None, None, "", (f"10.0.0.{host.partition('.')[0]}", port))]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    names = Names(ENDPOINTS, None)
    answers = await asyncio.gather(*(names.ask(f"{number}.openai.azure.com") for number in range(20)))
    assert [answer.addresses for answer in answers if isinstance(answer, NameAnswer)] == [
        (f"10.0.0.{number}",) for number in range(20)
    ]
    assert most == 2


def test_a_silent_system_resolver_holds_up_neither_the_others_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """More names than a thread pool has threads never answer; the one after them does, and the loop ends."""
    monkeypatch.setattr("auditor.cloud.names.SECONDS", 0.5)
    silence = threading.Event()

    def silent(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if host != "last":
            silence.wait(60)
        return [(None, None, None, "", ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", silent)

    async def run() -> list[object]:
        names = Names(ENDPOINTS, None)
        return list(await asyncio.gather(*(names.ask(f"{number}") for number in range(80)), names.ask("last")))

    *unanswered, last = asyncio.run(run())
    assert {answer.reason for answer in unanswered if isinstance(answer, Problem)} == {GapReason.TIMED_OUT}
    assert last == NameAnswer("last", ("10.0.0.1",), SYSTEM)
    silence.set()
