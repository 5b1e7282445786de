"""Where an account's host names lead, as the resolver of the machine that looked sees it."""

from __future__ import annotations

from typing import Final

from auditor.cloud.addresses import is_private
from auditor.policy.facts.part import Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text
from auditor.record import Json

KIND: Final = "host_name"


def tell_host_names(told: Telling, account_id: str, seen: Seen) -> None:
    """`host_names`: each with its addresses; `public_names`: those that lead outside, or nowhere."""
    listing = seen.listing(KIND, account_id)
    answers = [_answer(one.body) for one in seen.children(KIND, account_id)] if listing is not None else None
    gap = seen.gap(KIND, account_id) if listing is None else None
    known = [one for one in answers or () if one is not None]
    whole = answers is not None and len(known) == len(answers) == (listing.count if listing is not None else -1)
    names: list[Json] = [{"host": host, "addresses": list(addresses)} for host, addresses in known]
    told.tell("host_names", names if whole else None, because=gap)
    public: list[Json] = [host for host, addresses in known if not _leads_inside(addresses)]
    told.tell("public_names", public if whole else None, because=gap)


def _answer(body: Json) -> tuple[str, tuple[str, ...]] | None:
    if not isinstance(body, dict):
        return None
    host, addresses = text(body.get("host")), body.get("addresses")
    if host is None or not isinstance(addresses, list):
        return None
    return host, tuple(one for one in addresses if isinstance(one, str))


def _leads_inside(addresses: tuple[str, ...]) -> bool:
    """Whether there is an address, and every one lies in a private block."""
    return bool(addresses) and all(map(is_private, addresses))
