"""Controls that people state: no world can change these, and another file of statements proves their checks."""

from __future__ import annotations

from pathlib import Path

from auditor.finding import Finding
from auditor.judgement import judge
from auditor.policy.attestations import as_seen, load_attestations
from auditor.policy.waivers import NO_WAIVERS
from auditor.settings import Settings
from tests.stage import WHOLE, run

STATED: dict[str, str] = {
    "access-review-not-attested": "access-review",
    "batch-work-not-attested": "batch-work",
    "conditional-access-not-attested": "conditional-access",
    "consumer-isolation-not-attested": "consumer-isolation",
    "gateway-not-attested": "gateway",
    "key-custody-not-attested": "key-custody",
    "lockbox-not-attested": "lockbox",
    "log-watch-not-attested": "log-watch",
}
"""Check → the control that people state."""

NOT_HELD = "expires: 2035-12-31, holds: false"


def judged(path: Path) -> tuple[Finding, ...]:
    """The findings on what is stated in a file, of the healthy world whose workloads all use keys."""
    seen, stated = run(WHOLE).audit.snapshot, as_seen(load_attestations(path))
    settings = Settings.model_validate(seen.settings)
    keyed = [one.model_copy(update={"authentication": "keys-allowed"}) for one in settings.workloads]
    found = [one for one in seen.resources if one.kind != "attestation"]
    snapshot = seen.model_copy(update={"resources": (*found, *stated[0]), "listings": (*seen.listings, stated[1])})
    return judge(
        snapshot, settings.model_copy(update={"workloads": tuple(keyed)}), WHOLE.policy, NO_WAIVERS, run_id="test"
    ).findings


def statements(folder: Path, *, but: str = "", line: str = "") -> Path:
    """A file in which all is stated and holds; of `but` there is another line, or without one no statement."""
    path = folder / "attestations.yaml"
    text = ""
    for control in STATED.values():
        if control == but and not line:
            continue
        said = "expires: 2035-12-31" if control != but else line
        text += f"- {{control: {control}, statement: so, owner: desk, evidence: 'https://wiki.contoso.com/x', "
        text += f"stated: 2026-01-01, {said}}}\n"
    path.write_text(text, encoding="utf-8")
    return path
