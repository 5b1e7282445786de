"""The blocklists of each account: words that its content policies can refuse."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


async def _blocklists(look: Look, target: Target) -> None:
    rows = await look.arm.below_account(
        "blocklist", target.id, lambda client, group, name, how: client.rai_blocklists.list(group, name, **how)
    )
    look.keep_list("blocklist", target.id, rows, own_id)


BLOCKLISTS = Collector("blocklist", Per.ACCOUNT, (ACTIONS["blocklist"],), _blocklists)
