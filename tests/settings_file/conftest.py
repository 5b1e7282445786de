"""Settings files as a person would write them, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.errors import ExitCode, SettingsError
from auditor.settings_file import load_settings

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
TENANT = "00000000-0000-4000-8000-0000000000f1"

WHOLE = f"""\
scope:
  subscriptions: [{SUBSCRIPTION}]
workloads:
  - name: shop
    owner: team-shop
    account: shop-openai
    models: [gpt-5.4]
    deployments:
      - {{name: chat, model: gpt-5.4, version: 2026-03-05}}
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def into(text: str) -> Path:
        Path("auditor.yaml").write_text(text, encoding="utf-8")
        return Path("auditor.yaml")

    return into


def problems(path: Path, environ: dict[str, str] | None = None, **flags: object) -> list[str]:
    named = {f"--{name.replace('_', '-')}": value for name, value in flags.items()}
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {}, named)
    assert caught.value.exit_code == ExitCode.USAGE
    return list(caught.value.problems)
