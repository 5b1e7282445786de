"""The accounts that workloads declare: whether their hosts are reached from here, and whether calls would be let in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.cloud.anteroom import Anteroom, Signed
from auditor.cloud.pages import Row as Found
from auditor.doctor.checkup import Row, State, Unseen
from auditor.doctor.rights import AREA as PERMISSIONS_AREA
from auditor.doctor.rights import Need, calls_row, lacked_data
from auditor.doctor.way import AREA, way
from auditor.settings import Settings, Workload
from auditor.snapshot import Gap

PERMISSIONS = "/providers/Microsoft.Authorization/permissions"


@dataclass(frozen=True)
class Accounts:
    """Looks at each declared account."""

    room: Anteroom
    signed: Signed
    settings: Settings
    calls: Sequence[Need]
    """Data actions, with the probes that need each."""
    own_trust: bool

    async def look(self, subscriptions: Sequence[str]) -> tuple[tuple[Row, ...], tuple[Unseen, ...]]:
        """A row per host and per account, and what calls would be refused."""
        if not self.settings.workloads:
            return (), ()
        lists = await asyncio.gather(*(self.signed.arm.accounts(one) for one in subscriptions))
        bodies = [row for found in lists if not isinstance(found, Gap) for row in found.rows]
        gaps = [found for found in lists if isinstance(found, Gap)]
        names = tuple(dict.fromkeys(workload.account for workload in self.settings.workloads))
        hidden = tuple(name for name in names if gaps and not any(_is(row, name) for row in bodies))
        looked = await asyncio.gather(*(self._one(name, bodies) for name in names if name not in hidden))
        rows = (*((_hidden(hidden, gaps[0]),) if hidden else ()), *(row for some, _ in looked for row in some))
        return rows, tuple(one for _, unseen in looked for one in unseen)

    async def _one(self, name: str, bodies: Sequence[Found]) -> tuple[tuple[Row, ...], tuple[Unseen, ...]]:
        body = next((row.body for row in bodies if _is(row, name)), None)
        if body is None:
            step = "az cognitiveservices account list --query '[].name'   # or run with --before-provision"
            says = "no account of this name is in the scope, so that its host is not known"
            return (Row(area=AREA, name=name, state=State.WARN, says=says, next_step=step),), ()
        meant = [workload for workload in self.settings.workloads if workload.account == name]
        private = any(workload.network == "private" for workload in meant)
        hosts = self.room.names.hosts(body)
        ways, (row, unseen) = await asyncio.gather(
            asyncio.gather(*(self._way(host, private=private) for host in hosts)),
            self._calls(name, str(body.get("id")), meant),
        )
        if not hosts:
            says = "it has no custom subdomain, and so no host that takes tokens"
            step = f"az cognitiveservices account update --custom-domain {name} …"
            ways = [Row(area=AREA, name=name, state=State.WARN, says=says, next_step=step)]
        return (*ways, *row), unseen

    async def _way(self, host: str, *, private: bool) -> Row:
        name, port = await asyncio.gather(self.room.names.ask(host), self.room.ports.look(host))
        return way(host, name, port, own_trust=self.own_trust, private=private)

    async def _calls(
        self, name: str, account: str, meant: Sequence[Workload]
    ) -> tuple[tuple[Row, ...], tuple[Unseen, ...]]:
        wanted = {"text", *(one for workload in meant for each in workload.deployments for one in each.features)}
        needs = [need for need in self.calls if wanted & set(need.kinds)]
        if not self.settings.probes.enabled or not needs:
            return (), ()
        found = await self.signed.arm.list("permission", account, PERMISSIONS)
        if isinstance(found, Gap):
            says, step = f"whether its calls are let in is not known: {found.detail}", found.next_step
            return (Row(area=PERMISSIONS_AREA, name=name, state=State.UNKNOWN, says=says, next_step=step),), ()
        unseen = lacked_data(account, needs, [row.body for row in found.rows])
        return (calls_row(name, account, unseen, len(needs), self.signed.principal.object_id),), unseen


def _is(row: Found, name: str) -> bool:
    """Whether an account is the one that settings name, by its name or its ARM id."""
    return name.lower().rstrip("/") in {str(row.body.get("name")).lower(), str(row.body.get("id")).lower()}


def _hidden(names: Sequence[str], gap: Gap) -> Row:
    """Accounts whose hosts are not known, as the list of accounts could not be read."""
    name, says = f"hosts of {', '.join(names)}", f"not known, as the accounts can't be listed: {gap.detail}"
    return Row(area=AREA, name=name, state=State.UNKNOWN, says=says, next_step=gap.next_step)
