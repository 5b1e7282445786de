"""The rooms are cheap to import: the SDKs come when they are first needed."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_rooms_imports_no_sdk() -> None:
    """Neither azure, nor openai, nor aiohttp."""
    code = (
        "import sys, auditor.cloud.door, auditor.collect\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'azure', 'openai', 'aiohttp', 'httpx2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
