"""The examination: everything at once, under one deadline; what does not end by then is unknown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from auditor import __version__
from auditor.cloud.anteroom import Anteroom, Signed, open_anteroom
from auditor.cloud.recorder import Recorder
from auditor.cloud.tunnel import proxy_answers, proxy_name, proxy_to
from auditor.doctor.accounts import Accounts
from auditor.doctor.checkup import Checkup, Row, State, Unseen
from auditor.doctor.machine import machine
from auditor.doctor.rights import Need, everything, lacked, reads_row
from auditor.doctor.sign_in import AREA as SIGN_IN
from auditor.doctor.sign_in import refused, tokens, who
from auditor.doctor.way import AREA as ENDPOINTS
from auditor.doctor.way import resolver, way
from auditor.errors import SignInError
from auditor.policy.clock import clock
from auditor.population import Clock
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason

SECONDS = 10.0
"""How long the whole examination may take."""

NOTICEABLE, TOLERATED = 30.0, 300.0
"""Seconds of skew from which on it is said, and beyond which tokens are refused.

https://learn.microsoft.com/dotnet/api/microsoft.identitymodel.tokens.tokenvalidationparameters.clockskew
"""

ANYBODY = "/subscriptions?api-version=2022-12-01"
"""What Resource Manager refuses to whoever is not signed in, with the date of its answer."""

PERMISSIONS = "/providers/Microsoft.Authorization/permissions"


@dataclass
class Chart:
    """What is being found out; sections fill it as they end."""

    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What to examine: settings, whether they are the owner's own, and what a run with them asks for."""

    settings: Settings
    subscriptions: tuple[str, ...]
    """Empty where no settings name any."""
    reads: tuple[Need, ...]
    calls: tuple[Need, ...]


async def examine(
    asked: Asked, environ: Mapping[str, str], reports: Path, *, seconds: float = SECONDS, first: Sequence[Row] = ()
) -> Checkup:
    """The whole of it, `first` before the rest; never raises for what it finds. No model is called, no key read."""
    taken_at, started = datetime.now(UTC), time.monotonic()
    recorder, chart = Recorder(), Chart()
    own = asyncio.create_task(asyncio.to_thread(lambda: tuple(machine(reports, environ))))
    signed: Signed | None = None
    async with open_anteroom(asked.settings, environ, recorder, seconds) as room:
        signing = asyncio.create_task(room.sign_in())
        look = _Look(room, asked, environ, chart, signing)
        tasks = {name: asyncio.create_task(_kept(chart, name, make)) for name, make in look.sections().items()}
        left = max(0.1, seconds - (time.monotonic() - started))
        _, late = await asyncio.wait([*tasks.values(), signing], timeout=left)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks.values(), signing, return_exceptions=True)
        for name, (area, title) in look.titles().items():
            says = f"not known after {seconds:g} s"
            row = Row(
                area=area, name=title, state=State.UNKNOWN, says=says, next_step="run again with a longer --deadline"
            )
            chart.rows.setdefault(name, (row,))
        if not signing.cancelled() and signing.exception() is None:
            signed = signing.result()
        chart.rows["machine"] = (*first, *await own)
        order = ("machine", *look.titles())
    told = clock(recorder.readings)
    rows = tuple(row for name in order for row in chart.rows[name])
    return Checkup(
        taken_at=taken_at,
        seconds=round(time.monotonic() - started, 2),
        version=__version__,
        principal=signed.principal if signed else None,
        clock=told,
        notices=recorder.notices,
        rows=(*rows, clock_row(told)),
        unseen=tuple(sorted(chart.unseen, key=lambda one: (one.scope, one.action))),
    )


async def _kept(chart: Chart, name: str, make: Callable[[], Awaitable[tuple[Row, ...]]]) -> None:
    chart.rows[name] = await make()


def clock_row(told: Clock | None) -> Row:
    """This machine's clock beside the service's."""
    if told is None:
        says = "no answer carried a date"
        return Row(
            area="Network", name="clock", state=State.UNKNOWN, says=says, next_step="mend the way to Azure first"
        )
    apart = told.skew_seconds
    if abs(apart) <= NOTICEABLE:
        return Row(
            area="Network", name="clock", state=State.OK, says=f"as the service's, within {abs(apart) + 1:.0f} s"
        )
    says = f"{_span(abs(apart))} {'ahead of' if apart > 0 else 'behind'} the service's"
    state = State.FAIL if abs(apart) > TOLERATED else State.WARN
    if state is State.FAIL:
        says += ": tokens may be refused, evidence is dated wrong, and what is counted in days is unknown"
    step = "set the clock: timedatectl set-ntp true (Linux), w32tm /resync (Windows)"
    return Row(area="Network", name="clock", state=state, says=says, next_step=step)


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 120 else f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004 - where the next unit reads better


@dataclass(frozen=True)
class _Look:
    """The sections, each with what it needs."""

    room: Anteroom
    asked: Asked
    environ: Mapping[str, str]
    chart: Chart
    signing: asyncio.Task[Signed]

    def titles(self) -> dict[str, tuple[str, str]]:
        """Section → area and name of its row where it does not end; in the order of the page."""
        subscriptions = {f"rights {one}": ("Permissions", one) for one in self.asked.subscriptions}
        hosts = {f"way {host}": (ENDPOINTS, host) for host in self._hosts()}
        declared = {"accounts": (ENDPOINTS, "accounts")} if self.asked.subscriptions else {}
        return {
            "proxy": ("Network", "proxy"),
            "dns": ("Network", "DNS"),
            **hosts,
            "sign-in": (SIGN_IN, "credential"),
            **subscriptions,
            **declared,
            "date": ("Network", "clock"),
        }

    def sections(self) -> dict[str, Callable[[], Awaitable[tuple[Row, ...]]]]:
        """Section → what makes its rows."""
        made: dict[str, Callable[[], Awaitable[tuple[Row, ...]]]] = {
            "proxy": self._proxy,
            "dns": self._dns,
            "sign-in": self._sign_in,
            "date": self._date,
        }
        for host in self._hosts():
            made[f"way {host}"] = lambda host=host: self._way(host)  # type: ignore[misc] # mypy infers no default
        for one in self.asked.subscriptions:
            made[f"rights {one}"] = lambda one=one: self._rights(one)  # type: ignore[misc] # likewise
        if self.asked.subscriptions:
            made["accounts"] = self._accounts
        return made

    def _hosts(self) -> tuple[str, ...]:
        endpoints = self.room.endpoints
        found = (urlsplit(origin).hostname for origin in (endpoints.resource_manager, endpoints.authority))
        return tuple(dict.fromkeys(host for host in found if host))

    @property
    def own_trust(self) -> bool:
        return bool(self.environ.get("SSL_CERT_FILE"))

    async def _proxy(self) -> tuple[Row, ...]:
        (host, *_) = self._hosts()
        proxy = proxy_to(host)
        if proxy is None:
            return (Row(area="Network", name="proxy", state=State.OK, says="none: connections go straight"),)
        trouble, name = await proxy_answers(proxy), proxy_name(proxy)
        spared = self.environ.get("NO_PROXY") or self.environ.get("no_proxy")
        says = f"{name} accepts connections" + (f"; not for {spared}" if spared else "")
        if trouble is None:
            return (Row(area="Network", name="proxy", state=State.OK, says=says),)
        step = "correct or unset HTTPS_PROXY; NO_PROXY names what is reached without it"
        return (Row(area="Network", name="proxy", state=State.FAIL, says=f"{name}: {trouble}", next_step=step),)

    async def _dns(self) -> tuple[Row, ...]:
        (host, *_) = self._hosts()
        return (resolver(host, await self.room.names.ask(host), proxied=proxy_to(host) is not None),)

    async def _way(self, host: str) -> tuple[Row, ...]:
        name, port = await asyncio.gather(self.room.names.ask(host), self.room.ports.look(host))
        return (way(host, name, port, own_trust=self.own_trust),)

    async def _date(self) -> tuple[Row, ...]:
        """Only for the clock: that the way is bad is said elsewhere."""
        await self.room.date(f"{self.room.endpoints.resource_manager}{ANYBODY}")
        return ()

    async def _signed(self) -> Signed | None:
        try:
            return await asyncio.shield(self.signing)
        except SignInError:
            return None

    async def _sign_in(self) -> tuple[Row, ...]:
        try:
            signed = await asyncio.shield(self.signing)
        except SignInError as error:
            return (refused(error),)
        endpoints = self.room.endpoints
        scopes = (endpoints.resource_manager_scope, *endpoints.model_scopes)
        told = await asyncio.gather(*(signed.token(scope) for scope in scopes))
        return (*who(signed, self.asked.settings.tenant), *tokens(scopes, told, datetime.now(UTC)))

    async def _rights(self, subscription: str) -> tuple[Row, ...]:
        scope, signed = f"/subscriptions/{subscription}", await self._signed()
        if signed is None:
            return (_not_signed("Permissions", subscription),)
        found = await signed.arm.list("permission", scope, PERMISSIONS)
        needs, me = self.asked.reads, signed.principal.object_id
        if isinstance(found, Gap) and found.reason is GapReason.DENIED:
            unseen = everything(scope, needs)
            row = reads_row(subscription, scope, unseen, len(needs), me)
            says = f"{found.detail}; {row.says}"
            self.chart.unseen += unseen
            return (row.model_copy(update={"says": says, "next_step": found.next_step}),)
        if isinstance(found, Gap):
            step, says = found.next_step, found.detail
            return (Row(area="Permissions", name=subscription, state=State.UNKNOWN, says=says, next_step=step),)
        unseen = lacked(scope, needs, [row.body for row in found.rows])
        self.chart.unseen += unseen
        return (reads_row(subscription, scope, unseen, len(needs), me),)

    async def _accounts(self) -> tuple[Row, ...]:
        signed = await self._signed()
        if signed is None:
            return (_not_signed(ENDPOINTS, "accounts"),) if self.asked.settings.workloads else ()
        accounts = Accounts(self.room, signed, self.asked.settings, self.asked.calls, own_trust=self.own_trust)
        rows, unseen = await accounts.look(self.asked.subscriptions)
        self.chart.unseen += unseen
        return rows


def _not_signed(area: str, name: str) -> Row:
    says = "not known: nobody is signed in"
    return Row(area=area, name=name, state=State.UNKNOWN, says=says, next_step="mend the sign-in first")
