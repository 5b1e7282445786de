"""What the identity may do against what a run asks for: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from shlex import quote

from auditor.doctor.checkup import Row, State, Unseen
from auditor.policy.facts.permissions import granted
from auditor.record import JsonObject

AREA = "Permissions"
_NAMED = 6


@dataclass(frozen=True)
class Need:
    """An action that a run asks for, what is read or called with it, and the checks that can't judge without it."""

    action: str
    kinds: tuple[str, ...]
    checks: tuple[str, ...]
    optional: bool = False
    """Whether the built-in role Reader lacks it too, so that a run does without."""


def lacked(scope: str, needs: Iterable[Need], entries: Sequence[JsonObject]) -> tuple[Unseen, ...]:
    """Those that no entry allows."""
    return tuple(_unseen(scope, need) for need in needs if not granted(need.action, entries))


def lacked_data(scope: str, needs: Iterable[Need], entries: Sequence[JsonObject]) -> tuple[Unseen, ...]:
    """Of data actions, those that no entry allows."""
    told = [{"actions": entry.get("dataActions"), "notActions": entry.get("notDataActions")} for entry in entries]
    return lacked(scope, needs, told)


def everything(scope: str, needs: Iterable[Need]) -> tuple[Unseen, ...]:
    """All of it: who may not even read its own permissions holds no role there that reads anything."""
    return tuple(_unseen(scope, need) for need in needs)


def reads_row(name: str, scope: str, unseen: Sequence[Unseen], asked: int, who: str | None) -> Row:
    """What a run would not see of a subscription."""
    missing = [one for one in unseen if not one.optional and one.checks]
    checks = {check for one in unseen for check in one.checks}
    if not unseen:
        return Row(area=AREA, name=name, state=State.OK, says=f"all {asked} actions that these packs need are allowed")
    kinds = sorted({kind.replace("_", " ") for one in unseen for kind in one.kinds})
    lost = ", ".join(kinds[:_NAMED]) + (f" and {len(kinds) - _NAMED} more kinds" if len(kinds) > _NAMED else "")
    says = (
        f"{len(unseen)} of {asked} actions are not allowed: a run would not see {lost}; checks unknown: {len(checks)}"
    )
    if missing:
        step = f"az role assignment create --assignee {who or 'PRINCIPAL_ID'} --role Reader --scope {scope}"
        return Row(area=AREA, name=name, state=State.FAIL, says=says, next_step=step)
    step = "auditor permissions --format az   # makes a role with what Reader lacks"
    return Row(area=AREA, name=name, state=State.WARN, says=says, next_step=step)


def calls_row(name: str, account: str, unseen: Sequence[Unseen], asked: int, who: str | None) -> Row:
    """Which calls an account would refuse."""
    if not unseen:
        return Row(area=AREA, name=name, state=State.OK, says=f"its calls are allowed ({_actions(asked)})")
    actions = ", ".join(one.action.rpartition("/accounts/")[2] for one in unseen)
    says = f"{len(unseen)} of {_actions(asked)} not allowed ({actions}): calls would be refused"
    role = "'Cognitive Services OpenAI User'"
    step = f"az role assignment create --assignee {who or 'PRINCIPAL_ID'} --role {role} --scope {quote(account)}"
    return Row(area=AREA, name=name, state=State.FAIL, says=says, next_step=step)


def _unseen(scope: str, need: Need) -> Unseen:
    return Unseen(scope=scope, action=need.action, kinds=need.kinds, checks=need.checks, optional=need.optional)


def _actions(count: int) -> str:
    return f"{count} data action{'s' if count != 1 else ''}"
