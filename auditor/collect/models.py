"""The model catalogue of each location in use: what can be deployed there, with which SKUs, and until when."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject


async def _models(look: Look, target: Target) -> None:
    rows = await look.arm.models(target.subscription, target.location)

    def identify(body: JsonObject) -> str | None:
        """One location lists the same model under several kinds of account, with one id: the kind tells them apart."""
        model = body.get("model")
        model = model if isinstance(model, dict) else {}
        told = [body.get("kind"), *(model.get(name) for name in ("format", "name", "version"))]
        parts = [part for part in told if isinstance(part, str)]
        return f"{target.id}/models/{'.'.join(parts)}" if len(parts) == len(told) else None

    look.keep_list("model", target.id, rows, identify)


MODELS = Collector("model", Per.LOCATION, (ACTIONS["model"],), _models)
