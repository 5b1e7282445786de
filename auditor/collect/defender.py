"""What Defender for Cloud guards and what it recommends: plans, each account's own setting, assessments."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector, listed
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_ACCOUNT = "/providers/microsoft.cognitiveservices/accounts/"


def of_an_account(body: JsonObject) -> bool:
    """Whether an assessment is of an account, which its id tells; true of one without an id.

    A subscription's list tells of every resource in it; what is of no account is not kept.
    """
    id_ = own_id(body)
    return id_ is None or _ACCOUNT in id_.lower()


async def _settings(look: Look, target: Target) -> None:
    look.keep_list("defender_setting", target.id, await look.arm.defender_settings(target.id), own_id)


async def _assessments(look: Look, target: Target) -> None:
    below = "/providers/Microsoft.Security/assessments"
    rows = await look.arm.list("security_assessment", target.id, below, of_an_account)
    look.keep_list("security_assessment", target.id, rows, own_id)


PLANS = listed("defender_plan", Per.SUBSCRIPTION, "/providers/Microsoft.Security/pricings")
SETTINGS = Collector("defender_setting", Per.ACCOUNT, (ACTIONS["defender_setting"],), _settings)
ASSESSMENTS = Collector("security_assessment", Per.SUBSCRIPTION, (ACTIONS["security_assessment"],), _assessments)
