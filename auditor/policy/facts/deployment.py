"""A deployment with its model's lifecycle, its rates, its content policy, its spillover and its probes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import last, parent_account
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.catalogue import Lookup
from auditor.policy.facts.content import content
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.deployment_detail import DEPLOYMENT, DETAIL, untold
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.policy.facts.fine_tuning import fine_tuning, served
from auditor.policy.facts.intent import spelled
from auditor.policy.facts.latency import latency
from auditor.policy.facts.lifecycle import model
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.probes import ELSEWHERE, gap_elsewhere, left_behind, probes
from auditor.policy.facts.router import other_models, router
from auditor.policy.facts.shape import dig, number, objects, text, whole
from auditor.policy.facts.spillover import spillover, takes_overflow
from auditor.policy.facts.surfaces import surfaces
from auditor.policy.facts.telemetry import telemetry
from auditor.policy.facts.upgrade import upgrade
from auditor.record import JsonObject
from auditor.snapshot import Resource

DERIVED: Final = frozenset(
    {
        "account_name",
        "content",
        "declared",
        "failed_elsewhere",
        "features",
        "left_behind",
        "limited_by",
        "stored_by_probes",
        "surfaces",
        "fine_tuning",
        "latency",
        "model",
        "probe",
        "canary",
        "other_models",
        "provisioned",
        "publisher",
        "residency",
        "router",
        "rpm",
        "speaks_responses",
        "spillover",
        "stops_at_retirement",
        "takes_overflow",
        "telemetry",
        "tpm",
        "upgrade",
    }
)
"""Members that are ours; should the service ever send one of these names, it does not pass for ours."""


@dataclass(frozen=True)
class Deployment:
    """A deployment that was read, and what is known of it."""

    resource: Resource
    part: Part
    called: Part
    """What live calls told, which is a member of the part too."""

    @property
    def facts(self) -> JsonObject:
        """The `deployment` of rules."""
        return self.part.facts

    @property
    def sku(self) -> str | None:
        """The SKU's name."""
        return text(dig(self.facts, "sku", "name"))

    @property
    def model_name(self) -> str | None:
        """The model's name in lower case."""
        name = text(dig(self.facts, "properties", "model", "name"))
        return name.lower() if name is not None else None

    @property
    def model(self) -> tuple[str, str, str] | None:
        """Format, name and version of the model, in lower case; None where one is not told."""
        names = [text(dig(self.facts, "properties", "model", name)) for name in ("format", "name", "version")]
        model_format, name, version = names
        if model_format is None or name is None or version is None:
            return None
        return model_format.lower(), name.lower(), version.lower()


def deployment(resource: Resource, home: Home, basis: Basis) -> Deployment:
    """The `deployment` of rules."""
    body, notes = fill(DEPLOYMENT, resource.body)
    facts = {name: value for name, value in body.items() if name not in DERIVED}
    facts.update(id=resource.id, name=last(resource.id))
    sku_name = text(dig(body, "sku", "name"))
    if sku_name is not None:
        facts["sku"] = {**facts["sku"], "name": spelled(sku_name)}
    part = Part(
        facts=facts,
        absences=untold(body, home, basis),
        notes=notes,
        readings={"": resource.readings} if resource.readings else {},
    )
    found = _find_model(body, home, basis)
    default = basis.catalogue(home.location or "").default_of(found.entry) if found.entry is not None else None
    part = part.and_also(_told_by_body(resource, body, found, basis))
    part = part.with_member("model", model(found, sku_name, default, basis.now))
    part = part.and_also(takes_overflow(resource, home, basis))
    option = text(dig(body, "properties", "versionUpgradeOption"))
    part = part.with_member("upgrade", upgrade(part.facts.get("stops_at_retirement"), option, found, sku_name))
    model_ = dig(body, "properties", "model")
    catalogue = basis.catalogue(home.location) if home.location is not None else None
    tuned = fine_tuning(model_ if isinstance(model_, dict) else {}, home.kind, catalogue, basis.now)
    part = part.with_member("fine_tuning", tuned)
    part = part.with_member("spillover", spillover(resource, body, home, basis))
    part = part.with_member("content", content(resource, body, basis.content_policies, basis.seen))
    measured = telemetry(resource, body, whole(part.facts.get("tpm")), basis)
    part = part.with_member("telemetry", measured)
    called = probes(resource, part.facts, home, basis)
    part = part.with_member("probe", called)
    declaring = basis.intents.of_deployment(home.id, last(resource.id))
    gap = gap_elsewhere(resource, basis.seen)
    part = part.and_also(surfaces([one for _, one in declaring], called.facts.get(ELSEWHERE) or [], gap))
    routed = router(resource, body, declaring, basis.seen, basis.seen.gap(DETAIL, home.id))
    part = part.with_member("router", routed)
    part = part.with_member("latency", latency(resource, basis.seen))
    return Deployment(resource, part.and_also(left_behind(resource, basis.seen)), called)


def _find_model(body: JsonObject, home: Home, basis: Basis) -> Lookup:
    """What the region's catalogue lists of a deployment's model for its account's kind."""
    if home.kind is None or home.location is None:
        return Lookup(gap=basis.seen.gap("account", home.id))
    model_format, name, version = (
        text(dig(body, "properties", "model", member)) for member in ("format", "name", "version")
    )
    if model_format is None or name is None or version is None:
        return Lookup()
    return served(basis.catalogue(home.location), (home.kind,), model_format, name, version)


def _told_by_body(resource: Resource, body: JsonObject, found: Lookup, basis: Basis) -> Part:
    told = Telling()
    account_id = parent_account(resource.id)
    told.tell("account_name", last(account_id))
    declaring = basis.intents.of_deployment(account_id, last(resource.id))
    told.tell("declared", bool(declaring))
    told.tell("features", sorted({feature for _, expected in declaring for feature in expected.features}))
    asked = basis.settings.probes.negative
    wanted = any(expected.canary and "content_filter" in expected.features for _, expected in declaring)
    told.tell("canary", asked and wanted)
    told.tell("other_models", other_models(resource, body, basis.seen))
    sku = deployment_sku(text(dig(body, "sku", "name")))
    told.tell("residency", sku.residency if sku is not None else None)
    provisioned = sku.capacity == "provisioned" if sku is not None else None
    told.tell("provisioned", provisioned)
    told.tell("stops_at_retirement", _stops(provisioned, text(dig(body, "properties", "versionUpgradeOption"))))
    told.tell("publisher", _publisher(body))
    limits = dig(body, "properties", "rateLimits")
    told.tell("limited_by", limited_by(limits))
    told.tell("rpm", per_minute(limits, "request"))
    told.tell("tpm", per_minute(limits, "token"))
    told.tell("speaks_responses", _speaks_responses(body, found), because=None if found.certain else found.gap)
    told.read("speaks_responses", (*resource.readings, *found.readings))
    return told.done()


def _publisher(body: JsonObject) -> str | None:
    """Who made the model: what the deployment says, else the model's format, which is its publisher's name.

    https://learn.microsoft.com/azure/foundry/how-to/model-deployment-policy
    """
    names = (text(dig(body, "properties", "model", member)) for member in ("publisher", "format"))
    return next((name for name in names if name is not None), None)


def per_minute(limits: Any, key: str) -> int | None:
    """The least count a minute of the rate limits of that key (request or token); None where none is told.

    https://learn.microsoft.com/azure/foundry/openai/quotas-limits: counts are per renewalPeriod, in seconds.
    """
    rates: list[int] = []
    for limit in objects(limits) or ():
        count, period = number(limit.get("count")), number(limit.get("renewalPeriod"))
        if (text(limit.get("key")) or "").lower() != key:
            continue
        if count is None or period is None or period <= 0:
            return None
        rates.append(int(count * 60 / period))
    return min(rates, default=None)


def limited_by(limits: Any) -> list[str] | None:
    """The keys of the rate limits, such as request and token; image models have no limit of tokens.

    None where there are none at all, as of provisioned SKUs, or one's key is not told.
    """
    keys = [text(limit.get("key")) for limit in objects(limits) or ()]
    return sorted({key.lower() for key in keys if key}) if keys and None not in keys else None


def _stops(provisioned: bool | None, option: str | None) -> bool | None:
    """Provisioned deployments are never upgraded by the service, whatever the option says.

    https://learn.microsoft.com/azure/foundry/openai/how-to/working-with-models
    """
    if provisioned or option == "NoAutoUpgrade":
        return True
    return False if provisioned is False and option is not None else None


def _speaks_responses(body: JsonObject, found: Lookup) -> bool | None:
    """The capability `responses` of the deployment, else of the catalogue.

    The maps hold strings, and leave out what an OpenAI model can't do; of other publishers' models they tell too little
    for a no: https://learn.microsoft.com/azure/foundry/openai/how-to/responses
    """
    own = dig(body, "properties", "capabilities")
    listed = found.entry.model.get("capabilities") if found.entry is not None else None
    for told in (own, listed):
        said = told.get("responses") if isinstance(told, dict) else None
        if said is not None:
            return {"true": True, "false": False}.get(str(said).lower())
    both_read = isinstance(own, dict) and isinstance(listed, dict)
    is_openai = (text(dig(body, "properties", "model", "format")) or "").lower() == "openai"
    return False if both_read and is_openai else None
