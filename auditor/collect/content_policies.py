"""The content policies of each account: what its deployments filter from prompts and completions."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


async def _content_policies(look: Look, target: Target) -> None:
    look.keep_list("content_policy", target.id, await look.arm.content_policies(target.id), own_id)


CONTENT_POLICIES = Collector("content_policy", Per.ACCOUNT, (ACTIONS["content_policy"],), _content_policies)
