"""A generated world in a process of its own, so that client and server do not share an interpreter.

`python -m tests.bench.serve ACCOUNTS DEPLOYMENTS LATENCY_MS [REGIONS]` prints one line of JSON (environment, settings),
serves until its standard input closes, and then prints one more (requests seen).
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from auditor.sandbox import Sandbox, generated_settings, generated_world


def main() -> None:
    accounts, deployments, latency_ms = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    regions = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with Sandbox(generated_world(accounts, deployments, regions), latency_ms=latency_ms) as sandbox:
        settings = generated_settings(accounts, deployments)
        print(json.dumps({"environment": sandbox.environment, "settings": settings}), flush=True)  # noqa: T201 - the answer
        sys.stdin.read()
        seen = Counter(request.host for request in sandbox.requests)
        # what names one account, its private endpoint or its zones' records is asked once for each
        of_accounts = sum("contoso-generated-" in request.path for request in sandbox.requests if _is_arm(request.host))
        last = {"requests": seen, "of_accounts": of_accounts, "unknown": sandbox.unknown_routes}
        print(json.dumps(last), flush=True)  # noqa: T201 - the answer


def _is_arm(host: str) -> bool:
    return host.startswith("management.")


if __name__ == "__main__":
    main()
