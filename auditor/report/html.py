"""report.html: one file for people, that opens by double-click, asks the network for nothing and obeys no data.

Its content security policy lets nothing load and nothing run but the one style and the one script whose hashes the page
itself names (https://www.w3.org/TR/CSP3/). What is long lies in a JSON island that the script pages through; all that
decides the verdict is in the document, for readers and printers without a script.
"""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup, escape

from auditor.report import (
    accepted,
    chart,
    controls,
    coverage,
    digest,
    evidence,
    fleet,
    hostile,
    island,
    ledger,
    live,
    pools,
    retirement,
    sheet,
    signoff,
    times,
    wording,
)
from auditor.report.place import short_id
from auditor.run import Run

_STYLES = tuple(f"style/{name}.css" for name in ("base", "verdict", "findings", "tables", "plots", "narrow", "print"))
_SCRIPTS = tuple(f"script/{name}.js" for name in ("island", "detail", "order", "ledger", "filter", "links", "page"))
_CODE = re.compile(r"`([^`]+)`")


def render(run: Run) -> str:
    """The whole page."""
    books = ledger.ledgers(run)
    workloads = _workloads(run)
    in_full = frozenset(
        finding.id
        for findings in (digest.failures(run), digest.unknowns(run), digest.waived(run))
        for finding in findings[: ledger.CARDS]
    )
    page = _environment().get_template("report.html.j2")
    return page.render(
        run=run,
        checks=digest.checks(run),
        readings={reading.id: evidence.exchange(reading) for reading in run.readings},
        touched=controls.touched(run),
        workloads=workloads,
        total=digest.tally(run),
        areas=digest.tally_by_area(run),
        severities=digest.tally_by_severity(run),
        check_tallies=digest.tally_by_check(run),
        failures=digest.by_workload(run, digest.failures(run)),
        causes=tuple(enumerate(digest.causes(run), start=1)),
        undecided=digest.unknowns_without_gap(run),
        waived=digest.waived(run),
        fleet=fleet.deployed(run),
        pools=pools.pools(run),
        retirement=retirement.timeline(run),
        proven=live.matrix(run),
        times=times.strips(run),
        standing=controls.standing(run) if run.frameworks else {},
        in_full=in_full,
        listed=in_full.union(finding.id for book in books.values() for finding in book.first),
        books=books,
        island=sheet.own(hostile.island(island.island(run, books, workloads))),
    )


def _workloads(run: Run) -> dict[str | None, int]:
    """Workload → its number in the page, in alphabetical order; what belongs to none has number 0."""
    names = {finding.subject.workload for finding in run.findings} - {None}
    return {None: 0, **{name: number for number, name in enumerate(sorted(filter(None, names)), start=1)}}


@cache
def _environment() -> Environment:
    """Everything escaped, nothing undefined, and no text printed in which a character could act."""
    environment = sheet.environment(_joined(_STYLES), f'(() => {{\n"use strict";\n{_joined(_SCRIPTS)}}})();\n')
    environment.filters |= {
        "fact": hostile.value,
        "kind": wording.kind,
        "moment": wording.moment,
        "prose": _prose,
        "short_id": short_id,
        "bar": chart.bar,
    }
    environment.tests["web"] = wording.is_web
    environment.globals |= {
        "accepted": accepted,
        "controls": controls,
        "coverage": coverage,
        "fleets": fleet,
        "live": live,
        "quotas": pools,
        "retirements": retirement,
        "signoff": signoff,
        "wording": wording,
    }
    return environment


def _prose(text: str) -> Markup:
    """A sentence in which `words between backticks` stand in the code face."""
    return sheet.own(_CODE.sub(r"<code>\1</code>", str(escape(hostile.line(text, limit=2000)))))


def _joined(names: tuple[str, ...]) -> str:
    return "".join(map(sheet.asset, names))
