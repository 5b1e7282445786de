"""What calls need beyond the data actions of an account's own endpoint, and the settings that ask for it."""

from __future__ import annotations

from typing import Final

_IN_PROJECT: Final = (
    ("/OpenAI/responses/", "/AIServices/responses/"),
    ("/OpenAI/files/", "/AIServices/assets/"),
    ("/OpenAI/assistants/vector_stores/", "/AIServices/assets/"),
)
"""Part of a data action of an account → of the one that the same call needs at a project's endpoint.

https://learn.microsoft.com/azure/foundry/agents/concepts/hosted-agent-permissions names those for responses; the
service itself names those for what is stored: https://github.com/microsoft/microsoft-foundry-for-vscode/issues/247
"""

PROJECT_ASKED_BY: Final = "surfaces: [project] of a deployment"
"""The setting because of which a project's endpoint is called."""

KEYS_ASKED_BY: Final = "authentication: keys-allowed of a workload, or probes.negative"
"""The settings because of which a key is fetched."""


def in_project(action: str) -> str:
    """The data action that a call needs at a project's endpoint instead of this one."""
    for own, of_project in _IN_PROJECT:
        if own in action:
            return action.replace(own, of_project)
    raise LookupError(f"nobody has looked up what {action} is in a project")
