"""What an account was seen to refuse: calls with keys where those are off, calls by a public path that is closed."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.around import Around
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.shape import text, without_nulls

PROBES: Final = ("key_refused", "public_path")


def negative(of: Around) -> Part:
    """`account.negative`: whether the owner wants to see it, and each probe's body with `ok`, under its name."""
    seen = of.basis.seen
    told = Telling()
    told.tell("asked", of.basis.settings.probes.negative)
    part = told.done()
    read = [one.id for one in seen.children("deployment", of.resource.id)]
    wanted = of.basis.intents.of_account(of.resource.id)
    declared = [f"{of.resource.id}/deployments/{one.name}" for workload in wanted for one in workload.deployments]
    for id_ in {fold(one): one for one in (*declared, *read)}.values():
        gap = seen.gap("probe", id_)
        for found in seen.children("probe", id_):
            name = text(found.body.get("probe"))
            if name in PROBES:
                own = seen.own_gap("probe", found.id) or gap
                inner = Telling()
                for member, value in without_nulls(found.body).items():
                    inner.tell(member, value if member != "ok" else None)
                proven = found.body.get("proven")
                inner.tell("ok", proven if isinstance(proven, bool) else None, because=own)
                inner.tell("applicable", text(found.body.get("outcome")) != "not_applicable")
                inner.read("", found.readings)
                part = part.with_member(name, inner.done())
    return part
