"""What an account's host names answer on the HTTPS port, as the machine that looked sees it."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.part import Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text
from auditor.record import Json, JsonObject

KIND: Final = "tls_port"

NO_NAME: Final = "dns"
"""The phase in which a name led nowhere: no port was ever asked."""

_WORDS: Final = ("error", "version", "issuer", "verify_error", "legacy")
_ANSWERS: Final = ("verified", "legacy_refused")


def tell_ports(told: Telling, account_id: str, seen: Seen) -> None:
    """`tls`: for each host name that has an address {`host`, `reachable`, …}; a member that is not known is absent.

    A name that leads nowhere is left out, in DNS here or by what the resolver said of it: `host_names` tells of that.
    """
    listing = seen.listing(KIND, account_id)
    rows = seen.children(KIND, account_id) if listing is not None else ()
    known = [one.body for one in rows if _is_answer(one.body)]
    whole = listing is not None and len(known) == len(rows) == listing.count
    nowhere = {text(one.body.get("host")) for one in seen.children("host_name", account_id) if _is_nowhere(one.body)}
    ports = [_port(body) for body in known if body.get("phase") != NO_NAME and body["host"] not in nowhere]
    told.tell("tls", ports if whole else None, because=seen.gap(KIND, account_id) if listing is None else None)


def _is_answer(body: Json) -> bool:
    return isinstance(body, dict) and text(body.get("host")) is not None and isinstance(body.get("reachable"), bool)


def _is_nowhere(body: Json) -> bool:
    return isinstance(body, dict) and body.get("addresses") == []


def _port(body: JsonObject) -> JsonObject:
    words = {name: said for name in _WORDS if (said := text(body.get(name))) is not None}
    answers = {name: body[name] for name in _ANSWERS if isinstance(body.get(name), bool)}
    return {"host": body["host"], "reachable": body["reachable"], **words, **answers}
