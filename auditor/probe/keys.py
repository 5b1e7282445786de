"""API keys: that one works where the owner relies on keys, and that none does where they are off."""

from __future__ import annotations

from http import HTTPStatus
from secrets import token_hex
from typing import Final

from auditor.cloud.keys import AccountKey, keys_are_off
from auditor.cloud.problems import Problem
from auditor.probe.ending import Proof, StoppedError, UndecidedError
from auditor.probe.evidence import body_of
from auditor.probe.limits import output_limit
from auditor.probe.outcome import output_text, stopped
from auditor.probe.question import Probe
from auditor.probe.refusal import code, let_in, request, words
from auditor.probe.refusal import most_tokens as refusal_tokens
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable, most_tokens
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason

DISABLED: Final = "AuthenticationTypeDisabled"
"""The code by which the service refuses keys of any value.

https://learn.microsoft.com/azure/ai-services/disable-local-auth
"""

REFUSALS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def with_key(target: Target) -> bool:
    """Where its owner relies on keys, and the account takes them."""
    door = target.door
    return target.exists and door is not None and door.keys_allowed and not door.keys_off


async def answers(talk: Talk) -> Proof:
    """The smoke call, with a key that is fetched for it."""
    key = await _key(talk)
    if not isinstance(key, AccountKey):
        raise UndecidedError(_problem(key))
    limit = output_limit(talk.target)
    answer = await talk.call("responses.create", {**request(talk.target), "max_output_tokens": limit}, key=key.value)
    why = stopped(answer)
    if why is not None:
        raise StoppedError(why)
    body = talk.completed(body_of(answer) or {})
    return Proof(proven=bool(output_text(body)), shortfall="the answer holds no text")


def keys_off(target: Target) -> bool:
    """Once for each account that takes no keys, where the owner wants to see it, and relies on none."""
    door = target.door
    return door is not None and door.negative and door.first and door.keys_off and not door.keys_allowed


async def refuses(talk: Talk) -> Proof:
    """A call with a key: one of the account's own, should it list any, else a made-up one.

    Only the refusal of keys as such proves it: a made-up key may also be refused for being wrong.
    """
    key = await _key(talk)
    own = isinstance(key, AccountKey)
    given = key.value if isinstance(key, AccountKey) else token_hex(16)
    answer = await talk.call("responses.create", request(talk.target), key=given)
    told: JsonObject = {"keys_listed": True if own else False if isinstance(key, Gap) and keys_are_off(key) else None}
    if let_in(answer):
        which = "one of the account's own keys" if own else "a made-up key"
        return Proof(proven=False, shortfall=f"a call with {which} was let in", told=told)
    if answer.http_status in REFUSALS and code(answer) == DISABLED:
        return Proof(proven=True, told={**told, "refused_with": DISABLED})
    said = f"the call with a key came to something else than the refusal of keys: {words(answer)}"
    raise UndecidedError(Problem(GapReason.FAILED, said, "mend what the smoke call says first, then run again"))


async def _key(talk: Talk) -> AccountKey | Gap | None:
    door, keys = talk.target.door, talk.secrets.keys
    return await keys.key(door.account) if door is not None and keys is not None else None


def _problem(gap: Gap | None) -> Problem:
    if gap is None:
        return Problem(GapReason.NOT_OFFERED, "there is no way to the account's keys here", "run `auditor run`")
    return Problem(gap.reason, f"no key could be fetched: {gap.detail}", gap.next_step, gap.permission)


def _never(target: Target) -> None:  # noqa: ARG001 - whoever is asked is refused before the model is looked at
    return None


TEXT_KEY: Final = Probe(
    name="text_key",
    title="Text with an API key",
    sends="the smoke call with a key, which is fetched for this call and kept nowhere",
    proves="a completed response that holds text",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=answers,
    put=with_key,
    needs_smoke=False,
    reads_key=True,
)

KEY_REFUSED: Final = Probe(
    name="key_refused",
    title="Keys are refused",
    sends="one call with a key: the account's own if it lists one, else a made-up one",
    proves=f"the service refuses it with {DISABLED}",
    inapplicable=_never,
    calls=1,
    most_tokens=refusal_tokens,
    look=refuses,
    put=keys_off,
    once=True,
    needs_smoke=False,
    reads_key=True,
)
