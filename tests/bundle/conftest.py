"""Bundles of the healthy world, small enough to be altered and verified many times."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from auditor.audit import Audit
from auditor.bundle import Bundle
from auditor.bundle.public_key import PublicKey, public_keys
from auditor.bundle.signing import Signer, new_key, signer_of
from auditor.bundle.verification import Verification, verify
from auditor.cli.verify import judged_again
from auditor.policy.judgement import Judgement
from auditor.policy.waivers import Waivers
from auditor.sandbox import settings_path
from tests.conftest import Done, policy_of

FORMATS = ("markdown",)


def judgement_of(audit: Audit) -> Judgement:
    """What judged the audits of `tests.conftest`."""
    said = audit.run.settings
    parameters = json.dumps(said["parameters"], sort_keys=True)
    return Judgement.of(policy_of(tuple(said["packs"]), settings_path("healthy").parent, parameters), Waivers())


def written(folder: Path, done: Done, signer: Signer | None = None, run_id: str = "test") -> Path:
    """A bundle of an audit with all its raw bodies."""
    with Bundle(folder, signer) as bundle:
        for sha256, body in done.bodies.items():
            bundle.keep(sha256, body)
        run = done.audit.run.model_copy(update={"id": run_id})
        bundle.write(done.audit.snapshot, run, FORMATS, judgement_of(done.audit))
    return folder


def verified(folder: Path, *keys: PublicKey) -> Verification:
    """As `auditor verify` does it."""
    return verify(folder, keys, judged_again)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "audit.key"
    new_key(path)
    return path


@pytest.fixture(scope="session")
def signer(key: Path) -> Signer:
    return signer_of(str(key))


@pytest.fixture(scope="session")
def public(key: Path) -> PublicKey:
    (found,) = public_keys([key.with_name("audit.key.pub")])
    return found


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, healthy: Done, signer: Signer) -> Path:
    """A signed bundle that no test alters."""
    return written(tmp_path_factory.mktemp("whole") / "run", healthy, signer)


@pytest.fixture
def copy(tmp_path: Path, whole: Path) -> Path:
    """The same, to be altered."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))
