"""What is generated says what the code says, and what is written down is true."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.bundle.opened import open_bundle
from auditor.judgement import judge
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.report import FORMATS
from auditor.run import load_run
from auditor.settings import Settings
from auditor.settings_file import load_settings
from auditor.snapshot import load_snapshot
from tests import docs


def test_the_readme_is_what_make_docs_would_write() -> None:
    assert docs.readme() == docs.README.read_text(encoding="utf-8")


def test_the_catalogue_is_what_make_docs_would_write() -> None:
    assert docs.catalogue() == (docs.ROOT / "policies" / "README.md").read_text(encoding="utf-8")


def test_every_block_of_the_readme_is_generated() -> None:
    found = re.findall(r"<!-- begin (\w+) -->", docs.README.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(docs.BLOCKS)


def test_every_relative_link_of_the_readme_leads_somewhere() -> None:
    for document in (docs.README, docs.ROOT / "CONTRIBUTING.md", docs.ROOT / "policies" / "README.md"):
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_settings_of_the_readme_are_accepted() -> None:
    settings = load_settings(docs.ROOT / "tests" / "readme.auditor.yaml", {}, {})
    assert settings.workloads[0].deployments


def test_the_sample_is_a_whole_bundle() -> None:
    """Whoever tries `auditor verify` on what is shipped finds every file as it was written, and none beside."""
    assert [(one.path, one.detail) for one in open_bundle(docs.SAMPLE).alterations()] == [], "run `make sample`"


def test_the_sample_is_what_its_snapshot_gives_to_the_byte() -> None:
    """The committed sample is judged again by today's policy and rendered by today's formats."""
    snapshot = load_snapshot(docs.SAMPLE / "snapshot.json")
    kept = load_run(docs.SAMPLE / "evidence.json")
    settings = Settings.model_validate(snapshot.settings)
    policy = load_policy(settings.packs, settings.parameters, Path())
    run = judge(
        snapshot, settings, policy, NO_WAIVERS, run_id=kept.id, command=kept.command, context=kept.context
    ).model_copy(update={"tool": kept.tool})
    for name, form in FORMATS.items():
        for filename, content in form.files(run).items():
            assert content == (docs.SAMPLE / filename).read_bytes(), f"{name}: run `make sample`"
