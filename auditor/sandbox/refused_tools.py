"""Why a request to the Responses API is refused for what it names: files, vector stores, the image model."""

from __future__ import annotations

from urllib.parse import urlsplit

from auditor.sandbox.account import Account
from auditor.sandbox.answers import said
from auditor.sandbox.asked import Asked
from auditor.sandbox.talents_files import parts
from auditor.sandbox.wire import Answer
from auditor.sandbox.world import World

PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
"""How the kinds of pictures begin that the service takes; addresses lead to the world's own."""

HEADER = "x-ms-oai-image-generation-deployment"


def refused(world: World, account: Account, asked: Asked) -> Answer | None:
    """The refusal; None where all that the request names is there."""
    for part in parts(asked, "input_image"):
        if (why := _no_picture(account, asked, part.get("image_url"))) is not None:
            return why
    for part in parts(asked, "input_file"):
        name = part.get("file_id")
        if isinstance(name, str) and (account.name, name) not in asked.ledger.contents:
            return said("file-not-found", id=name)
    search = asked.tool("file_search")
    ids = search.get("vector_store_ids") if search is not None else None
    for name in ids if isinstance(ids, list) else ():
        if (account.name, name) not in asked.ledger.things:
            return said("vector-store-not-found", id=name)
    return _no_image_model(world, account, asked) if asked.tool("image_generation") is not None else None


def _no_picture(account: Account, asked: Asked, address: object) -> Answer | None:
    """Why a picture can't be had: none is held or stands there, or the account may not fetch from its host.

    https://learn.microsoft.com/azure/ai-services/cognitive-services-data-loss-prevention
    """
    at = urlsplit(address if isinstance(address, str) else "")
    picture = asked.picture(address)
    if at.scheme == "https":
        allowed = account.properties.get("allowedFqdnList")
        limited = account.properties.get("restrictOutboundNetworkAccess") is True
        if limited and at.hostname not in (allowed if isinstance(allowed, list) else []):
            return said("image-host-not-allowed", host=at.hostname)
        if picture is None:
            return said("image-not-fetched", url=address)
    return None if (picture or b"").startswith(PICTURES) else said("invalid-image")


def _no_image_model(world: World, account: Account, asked: Asked) -> Answer | None:
    name = asked.headers.get(HEADER, "").lower()
    if not name:
        return said("image-deployment-missing")
    deployment = next((one for key, one in account.deployments.items() if key.lower() == name), None)
    model = world.model_of(deployment) if deployment is not None else None
    if deployment is None or model is None:
        return said("deployment-not-found")
    draws = model.capabilities.get("imageGenerations") == "true"
    return None if draws else said("image-model-wrong", model=deployment.model)
