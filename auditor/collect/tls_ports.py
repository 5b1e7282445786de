"""What each account's host names answer on the port of HTTPS, as the auditor's machine sees it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from auditor.cloud.ports import PortAnswer
from auditor.cloud.reads import gap
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.snapshot import Resource

KIND = "tls_port"


async def _tls_ports(look: Look, target: Target) -> None:
    hosts = look.names.hosts(target.body)
    answers = await asyncio.gather(*(look.ports.look(host) for host in hosts))
    for host, answer in zip(hosts, answers, strict=True):
        if not isinstance(answer, PortAnswer):
            look.keep_gap(gap(KIND, target.id, answer))
            return
        id_ = f"{target.id}/ports/{host}"
        look.keep_resource(Resource(kind=KIND, id=id_, parent=target.id, body=asdict(answer)))
    look.keep_count(KIND, target.id, len(hosts))


TLS_PORTS = Collector(KIND, Per.ACCOUNT, (), _tls_ports)
