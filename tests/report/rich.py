"""A large run whose findings tell as much as real ones do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from auditor.finding import Fact, Fix
from auditor.run import Run
from tests.report.parts import ACCOUNTS, reading
from tests.report.runs import large_run


@cache
def rich_run(size: int) -> Run:
    """As `large_run`, with four facts and two readings each, and a remedy where a finding fails."""
    run = large_run(size)
    accounts = max(size // 20, 1)
    findings = tuple(
        replace(
            finding,
            facts=(
                Fact(path="account.properties.disableLocalAuth", value=False, note="absent; documented default"),
                Fact(path="account.properties.publicNetworkAccess", value="Enabled"),
                Fact(path="account.tags", value={"owner": f"team-{number % 40}", "environment": "production"}),
                Fact(path="account.network.approved_endpoints", value=number),
            ),
            readings=(f"r-{number % accounts}", f"d-{number % accounts}"),
            fix=Fix(text="Turn it off.", cli=f"az resource update --ids {finding.subject.id} --set a=b")
            if finding.outcome == "fail"
            else None,
        )
        for number, finding in enumerate(run.findings)
    )
    readings = tuple(
        reading(f"{sort}-{number}", f"{ACCOUNTS}/aoai-{number:05}{below}")
        for number in range(accounts)
        for sort, below in (("r", ""), ("d", "/deployments"))
    )
    return run.model_copy(update={"findings": findings, "readings": readings})
