"""A pretended service for one probe: it answers turn by turn, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, Surface
from auditor.probe.question import Probe, Question
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.settings import McpServer
from tests.probe.pretend import answered

SURFACE = Surface("contoso.openai.azure.com")


def target(model: str = "gpt-4.1", *features: str, **capabilities: str) -> Target:
    """A deployment called `chat` of a model that speaks Responses."""
    return Target(
        id="/a/deployments/chat",
        name="chat",
        surfaces=(SURFACE,),
        location="swedencentral",
        model=model,
        capabilities={"responses": "true", **capabilities},
        tokens_per_minute=None,
        declared=True,
        features=frozenset({"text", *features}),
        exists=True,
    )


def response(text: str = "", number: int = 1, **more: Any) -> JsonObject:
    """A completed response that says `text`."""
    said = {"type": "message", "content": [{"type": "output_text", "text": text}]}
    usage = {"input_tokens": 10, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}}
    return {"id": f"resp_{number}", "status": "completed", "model": "gpt-4.1", "output": [said], "usage": usage, **more}


@dataclass
class Turns:
    """Answers each operation by the function of its name, which is given the request; 404 where there is none."""

    replies: dict[str, Callable[[JsonObject], Answer]]
    asked: list[tuple[str, JsonObject]] = field(default_factory=list)

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        assert (surface, key) == (SURFACE, None)
        assert seconds > 0
        self.asked.append((operation, request))
        reply = self.replies.get(operation)
        return reply(request) if reply else answered(404, {"error": {"message": "not found"}})

    async def tool_headers(self, server: McpServer) -> dict[str, str]:
        return {"Authorization": f"Bearer of {server.label}"}

    @property
    def operations(self) -> list[str]:
        """What was called, in order."""
        return [operation for operation, _ in self.asked]


async def body_of(probe: Probe, turns: Turns, of: Target | None = None) -> JsonObject:
    """What the probe's body says of this service."""
    question = Question(probe, of or target(), SURFACE)
    seen = await question.asked(turns, patience=5, deadline=Deadline.after(60))
    assert seen.resource is not None
    return seen.resource.body
