"""How a model signs in to a tool's server: with a token of the caller's, or a key that the environment holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from auditor.cloud.model_answer import TokenRefusedError
from auditor.settings import McpServer


async def tool_headers(
    server: McpServer, environ: Mapping[str, str], token: Callable[[str], Awaitable[str]]
) -> dict[str, str]:
    """The headers that the service sends to an MCP server; the secret in them is kept nowhere.

    `token` gives one for a scope. Raises TokenRefusedError where it gives none, or the environment holds no key.
    """
    if server.authentication == "entra" and server.scope is not None:
        return {"Authorization": f"Bearer {await token(server.scope)}"}
    if server.authentication == "key" and server.key_from is not None:
        key = environ.get(server.key_from, "").strip()
        if not key:
            raise TokenRefusedError(f"the environment variable {server.key_from} is not set")
        return {server.header: f"Bearer {key}" if server.header.lower() == "authorization" else key}
    return {}
