"""How a pretend model router chooses: by how hard the question looks, among the models of its subset."""

from __future__ import annotations

import re

from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.world import World

MODEL = "model-router"

_HARD = re.compile(r"\b(prove|derive|step by step|plan|analy[sz]e|compare|explain|design|debug)\b", re.IGNORECASE)
_SIZES = {"nano": 0, "mini": 1, "": 2, "pro": 3}
_LONG = 240
"""Characters of a question that is hard for its length alone."""

_LEANING = {"cost": -0.3, "balanced": 0.0, "quality": 0.3}
"""How much a mode moves the choice towards the largest model."""


def choice(world: World, account: Account, deployment: Deployment, question: str) -> str:
    """The model and version that answers; the deployed one where it is no router or has nothing to choose from."""
    deployed = f"{deployment.model}-{deployment.version}"
    if deployment.model != MODEL:
        return deployed
    routing = deployment.properties.get("routing")
    told = routing if isinstance(routing, dict) else {}
    subset = [(str(one.get("name")), str(one.get("version"))) for one in told.get("models") or ()]
    offered = subset or [
        (model.model, model.version)
        for model in world.models.values()
        if model.responds and model.model != MODEL and account.region in model.regions
    ]
    ranked = sorted(offered, key=lambda one: (_size(one[0]), one[0]))
    if not ranked:
        return deployed
    wanted = min(1.0, max(0.0, difficulty(question) + _LEANING.get(str(told.get("mode", "balanced")), 0.0)))
    name, version = ranked[round(wanted * (len(ranked) - 1))]
    return f"{name}-{version}"


def difficulty(question: str) -> float:
    """From 0, a word, to 1, a proof."""
    verbs = len({word.lower() for word in _HARD.findall(question)})
    return min(1.0, verbs * 0.35 + len(question) / _LONG * 0.3)


def _size(name: str) -> int:
    return _SIZES.get(name.rpartition("-")[2], _SIZES[""])
