"""What would be green and is not so: each through the whole of an audit."""

from __future__ import annotations

from auditor.finding import Outcome
from auditor.run import Verdict
from auditor.settings import Settings
from tests.conftest import audit_world


def test_no_declaration_hides_that_an_endpoint_is_broken() -> None:
    """A deployment that is declared with no feature is called all the same, as one that nobody declares."""

    def silent(settings: Settings) -> Settings:
        desk = next(one for one in settings.workloads if one.name == "support-desk")
        chat = desk.deployments[0].model_copy(update={"features": (), "canary": None, "picture": None})
        return settings.model_copy(update={"workloads": (desk.model_copy(update={"deployments": (chat,)}),)})

    run = audit_world("healthy", ["call-server-error"], packs=["baseline"], amend=silent).audit.run
    assert run.verdict is Verdict.FAIL
    failed = {one.check for one in run.findings if one.outcome is Outcome.FAIL and one.gating}
    assert failed == {"responses-call-failed"}
