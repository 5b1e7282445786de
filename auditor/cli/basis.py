"""What a run follows from, so that the same can be judged as it is and with its ids masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.frameworks import Framework
    from auditor.policy.judgement import Judgement
    from auditor.policy.pack import Policy
    from auditor.policy.waivers import Waivers
    from auditor.redact_ids import Mask
    from auditor.run import Run
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Basis:
    """What was seen, and by what it is judged."""

    snapshot: Snapshot
    settings: Settings
    policy: Policy
    waivers: Waivers
    frameworks: tuple[Framework, ...] = ()
    mask: Mask | None = None
    """Masks the run too, where the ids in the rest are masked."""

    def run(self, run_id: str, command: Sequence[str], context: Mapping[str, str]) -> Run:
        """The run that follows; raises EmptyAuditError where there is nothing to judge."""
        from auditor.judgement import judge

        run = judge(
            self.snapshot,
            self.settings,
            self.policy,
            self.waivers,
            run_id=run_id,
            command=command,
            context=context,
            frameworks=self.frameworks,
        )
        return self.mask.record(run) if self.mask else run

    @property
    def judgement(self) -> Judgement:
        """The checks, waivers and frameworks, as a bundle keeps them."""
        from auditor.policy.clock import today
        from auditor.policy.judgement import Judgement

        return Judgement.of(self.policy, self.waivers.on(today(self.snapshot)), self.frameworks)
