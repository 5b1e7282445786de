"""The public path to an account whose public network access is disabled: a call that takes it must be refused."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from auditor.cloud.addresses import is_private
from auditor.cloud.problems import Problem
from auditor.probe.ending import Proof, UndecidedError
from auditor.probe.question import Probe
from auditor.probe.refusal import let_in, most_tokens, request, words
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.snapshot import GapReason

CLOSED: Final = re.compile(r"public access is disabled", re.IGNORECASE)
"""How the service refuses what comes by the public path where that is closed.

https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
"""


def put(target: Target) -> bool:
    """Once for each account whose public path is closed, where the owner wants to see it."""
    door = target.door
    return door is not None and door.negative and door.first and door.public_off


def inapplicable(target: Target) -> str | None:
    """This machine is inside, and has no public path to try."""
    addresses = target.door.addresses if target.door is not None else None
    if addresses and all(map(is_private, addresses)):
        return "this machine reaches the account by its private address, so the public path can't be tried from here"
    return None


async def look(talk: Talk) -> Proof:
    """A short call to whatever public address the host name has from here."""
    addresses = talk.target.door.addresses if talk.target.door is not None else None
    if not addresses:
        step = "run with a pack that looks at host names, such as production, and mend name resolution where it fails"
        raise UndecidedError(Problem(GapReason.FAILED, "what the host name leads to from here was not seen", step))
    answer = await talk.call("responses.create", request(talk.target))
    told: JsonObject = {"addresses": list(addresses)}
    if let_in(answer):
        return Proof(proven=False, shortfall="a call to the public address was let in", told=told)
    if answer.http_status == HTTPStatus.FORBIDDEN and CLOSED.search(words(answer)):
        return Proof(proven=True, told=told)
    said = f"the call was turned away for another reason: {words(answer)}"
    raise UndecidedError(Problem(GapReason.FAILED, said, "mend what the smoke call says first, then run again"))


PUBLIC_PATH: Final = Probe(
    name="public_path",
    title="Public path is closed",
    sends="one short call, stored nowhere, where the host name has a public address from here",
    proves="the service refuses it because public access is disabled",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    put=put,
    once=True,
    needs_smoke=False,
)
