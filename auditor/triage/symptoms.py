"""What a call tells of a deployment: its failure, or what ails it though it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.arm_id import last
from auditor.policy.facts.shape import dig, number, text, texts
from auditor.policy.failure import SMOKE, Failure
from auditor.record import JsonObject
from auditor.triage.reason import Symptom

DEPLOYMENT_MISSING: Final = "deployment-missing"
ACCOUNT_MISSING: Final = "account-missing"
"""Classes of what nobody could call, beside those of `auditor.policy.failure`."""

TWICE: Final = 2.0
MARKED: Final = 5.0
"""Percent of the answers from which a share is a symptom."""

BUSY: Final = 10.0
HARDLY: Final = 10.0
"""Requests an interval from which a deployment is busy, and the part of them below which it is silent."""

SLOWEST: Final = 500.0
"""Milliseconds below which nothing is slow, however much slower than before."""

_SHARES: Final[tuple[tuple[str, Symptom], ...]] = (
    ("throttled_percent", "throttled"),
    ("errors_percent", "errors"),
    ("refused_percent", "refused"),
    ("forbidden_percent", "forbidden"),
    ("invalid_percent", "invalid"),
    ("filtered_percent", "filtered"),
    ("spilled_percent", "spilling"),
)


def asked(probes: JsonObject) -> JsonObject | None:
    """The plain call, unless it answered and another that the deployment is for did not."""
    plain = probes.get(SMOKE)
    if isinstance(plain, dict) and (plain.get("failure") or not plain.get("applicable", True)):
        return plain
    failed = (probes[name] for name in sorted(probes) if isinstance(probes[name], dict) and probes[name].get("failure"))
    return next(failed, plain if isinstance(plain, dict) else None)


def host_of(probe: JsonObject) -> str | None:
    """Where a call went."""
    return (text(probe.get("endpoint")) or "").partition("://")[2].partition("/")[0] or None


def class_of(failure: Failure) -> JsonObject:
    """A failure as facts have it."""
    return {**failure.model_dump(exclude={"failure_class"}), "class": failure.failure_class}


def told_of(probe: JsonObject, failure: Any, one: SubjectFacts | None) -> JsonObject:
    """`call` of rules."""
    host = host_of(probe) or (text(dig(one.part("account").facts, "host")) if one is not None else None) or ""
    return {
        "failed": isinstance(failure, dict) if probe else None,
        "class": text(dig(failure, "class")) or "",
        "whose": text(dig(failure, "whose")),
        "said": text(dig(probe, "error", "message")) or "",
        "code": text(dig(probe, "error", "code")) or "",
        "phase": text(dig(probe, "error", "phase")),
        "status": number(probe.get("http_status")),
        "host": host or None,
        "zone": f"privatelink.{host.partition('.')[2]}" if "." in host else None,
        "latency_ms": number(probe.get("latency_ms")),
        "responded_model": text(probe.get("responded_model")),
    }


def symptoms_of(facts: JsonObject, probe: JsonObject, meters: JsonObject, before: JsonObject) -> Iterator[Symptom]:
    """What its numbers and its answer show; a number that is not known shows nothing."""
    now = {name: float(value) for name, value in meters.items()}
    response, ordinary = now.get("response_ms_now", 0), now.get("response_ms_before", 0)
    if probe.get("within_budget") is False or (response >= SLOWEST and 0 < ordinary * TWICE <= response):
        yield "slow"
    for name, symptom in _SHARES:
        if now.get(f"{name}_now", 0) >= max(MARKED, TWICE * now.get(f"{name}_before", 0)):
            yield symptom
    if now.get("requests_before", 0) >= BUSY and now.get("requests_now", BUSY) * HARDLY <= now["requests_before"]:
        yield "silent"
    version, was = (dig(each, "properties", "model", "version") for each in (facts, before.get("deployment")))
    if probe.get("model_matches") is False or (version is not None and was is not None and version != was):
        yield "other-model"


def ails(account: JsonObject, workload: JsonObject, recently: str) -> Iterator[Symptom]:
    """What is said of the whole account, though its deployments answer here and now, to who looks.

    Keys matter only to a workload that may use them; `recently` is since when a new one may not be everywhere.
    """
    if dig(account, "health", "state") in ("Degraded", "Unavailable") or dig(account, "service_events", "active"):
        yield "unwell"
    keyed = workload.get("authentication") == "keys-allowed"
    rotated = (text(dig(account, "keys", "regenerated_at")) or "") >= recently
    if dig(account, "access", "identities_lacking") or (
        keyed and (rotated or dig(account, "properties", "disableLocalAuth") is True)
    ):
        yield "application-refused"


def other_zones(account: JsonObject, expected: JsonObject, called: str | None) -> list[str]:
    """The private DNS zones of the host names that a deployment is called at beside the one that was called."""
    surfaces, zones = texts(expected.get("surfaces")) or (), texts(dig(account, "network", "expected_zones")) or ()
    ending = {"project": ".services.ai."}
    wanted = [ending.get(name, ".openai.") for name in surfaces]
    return [zone for zone in zones if zone != called and any(part in zone for part in wanted)]


def misled(account: JsonObject, before: JsonObject, zones: Iterable[str]) -> bool:
    """Whether a name in one of these zones does not lead to the account's private endpoint, and did so before."""
    return not (_astray(account) - _astray(before)).isdisjoint(zones)


def _astray(account: JsonObject) -> set[str]:
    """The zones that don't lead to an account's private endpoint."""
    lists = ("unlinked_zones", "missing_records", "wrong_records")
    return {row["zone"] for name in lists for row in dig(account, "network", name) or ()}


def no_deployment(name: str, account: str | None, expected: JsonObject) -> JsonObject:
    """The failure of a deployment that is not there; `expected` is what is known of what was meant."""
    like = " or ".join(texts(expected.get("probably_meant")) or ())
    where = f"The account {last(account)}" if account else "The account"
    modelled = expected.get("is_model_name") is True
    step = f"name {like}" if like else "make the deployment, or mend its name"
    return {
        "class": "model-name-used" if modelled else DEPLOYMENT_MISSING,
        "title": "A model's name stands where a deployment's should" if modelled else "The deployment does not exist",
        "cause": f"{where} has no deployment {name}{f'; it has {like}' if like else ''}.",
        "next_step": f"{step} in the application and the settings",
        "whose": "ours",
    }


def no_account(name: str) -> JsonObject:
    """The failure of an account that is not there."""
    return {
        "class": ACCOUNT_MISSING,
        "title": "The account does not exist",
        "cause": f"No subscription of the scope has an account {name}.",
        "next_step": "az cognitiveservices account list --output table",
        "whose": "ours",
    }
