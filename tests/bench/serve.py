"""A generated world in a process of its own, so that client and server do not share an interpreter.

`python -m tests.bench.serve ACCOUNTS DEPLOYMENTS LATENCY_MS` prints one line of JSON (environment, settings), serves
until its standard input closes, and then prints one more (requests seen).
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from auditor.sandbox import Sandbox, generated_settings, generated_world


def main() -> None:
    accounts, deployments, latency_ms = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    with Sandbox(generated_world(accounts, deployments), latency_ms=latency_ms) as sandbox:
        settings = generated_settings(accounts, deployments)
        print(json.dumps({"environment": sandbox.environment, "settings": settings}), flush=True)  # noqa: T201 - the answer
        sys.stdin.read()
        seen = Counter(request.host for request in sandbox.requests)
        print(json.dumps({"requests": seen, "unknown": sandbox.unknown_routes}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
