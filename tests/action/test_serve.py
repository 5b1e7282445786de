"""The pretended Azure that the self-test's steps share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.action.runner import ROOT


def test_it_goes_on_after_it_has_said_its_environment(tmp_path: Path) -> None:
    """The file holds what signs in, and no secret of a client; the endpoint still answers."""
    file = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "tests.action.serve", "denied", str(file)], check=True, cwd=ROOT, timeout=60)
    values = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
    try:
        asked = urllib.request.Request(  # noqa: S310 - loopback
            values["ACTIONS_ID_TOKEN_REQUEST_URL"],
            headers={"Authorization": f"Bearer {values['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10) as answer:
            assert answer.status == 200
        assert "AZURE_CLIENT_SECRET" not in values
    finally:
        os.kill(int(values["AUDITOR_SANDBOX"]), signal.SIGTERM)
