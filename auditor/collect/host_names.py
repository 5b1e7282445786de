"""What each account's host names lead to from where the auditor runs."""

from __future__ import annotations

import asyncio

from auditor.cloud.names import NameAnswer
from auditor.cloud.reads import gap
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.snapshot import Resource

KIND = "host_name"


async def _host_names(look: Look, target: Target) -> None:
    hosts = look.names.hosts(target.body)
    answers = await asyncio.gather(*(look.names.ask(host) for host in hosts))
    for host, answer in zip(hosts, answers, strict=True):
        if not isinstance(answer, NameAnswer):
            look.keep_gap(gap(KIND, target.id, answer))
            return
        body = {"host": answer.host, "addresses": list(answer.addresses), "resolver": answer.resolver}
        look.keep_resource(Resource(kind=KIND, id=f"{target.id}/hosts/{host}", parent=target.id, body=body))
    look.keep_count(KIND, target.id, len(hosts))


HOST_NAMES = Collector(KIND, Per.ACCOUNT, (), _host_names)
