"""A release audit that found things: every outcome, waivers that count and that expired, gaps, live calls."""

from __future__ import annotations

from datetime import date

from auditor.call import Call
from auditor.finding import Fact, Finding, Fix, Subject, Waived
from auditor.run import Run
from auditor.snapshot import Gap, GapReason
from tests.report.checks import DOCS
from tests.report.parts import ACCOUNTS, PRINCIPAL, SUBSCRIPTION, account, build, deployment, finding, reading

CHAT = account("aoai-chat", "payments-assistant")
SEARCH = account("aoai-search", "search")
LAB = account("aoai-lab")
MINI = deployment("aoai-chat", "gpt-54-mini", "payments-assistant")
EXPECTED = Subject(
    kind="expectation",
    id="payments-assistant/aoai-chat/gpt-5.4-mini",
    name="gpt-5.4-mini",
    workload="payments-assistant",
)
POOL = Subject(
    kind="quota",
    id=f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral"
    "/usages/OpenAI.GlobalStandard.gpt-5.4",
    name="OpenAI.GlobalStandard.gpt-5.4",
    location="swedencentral",
)
DIAGNOSTICS = "providers/Microsoft.Insights/diagnosticSettings"

FAILED: tuple[Finding, ...] = (
    finding(
        "deployment-missing",
        EXPECTED,
        "fail",
        'Nothing is deployed as "gpt-5.4-mini" on aoai-chat; probably meant: gpt-54-mini.',
        facts=(Fact(path="expected.exists", value=False), Fact(path="expected.probably_meant", value=["gpt-54-mini"])),
        readings=("r-deployments",),
        fix=Fix(
            text="Deploy it, or pass the name of the deployment that exists.",
            cli="az cognitiveservices account deployment create --resource-group rg-assistant --name aoai-chat \\\n"
            "  --deployment-name gpt-5.4-mini --model-name gpt-5.4-mini --model-version 2026-03-05 \\\n"
            "  --model-format OpenAI --sku-name GlobalStandard --sku-capacity 50",
        ),
    ),
    finding(
        "api-keys-accepted",
        CHAT,
        "fail",
        "aoai-chat accepts API keys: disableLocalAuth is false.",
        facts=(
            Fact(
                path="account.properties.disableLocalAuth",
                value=False,
                note="absent; documented default false",
                source=f"{DOCS}/how-to/managed-identity",
            ),
        ),
        readings=("r-account",),
        fix=Fix(
            cli=f"az resource update --ids {CHAT.id} --set properties.disableLocalAuth=true",
            bicep="resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' = {\n"
            "  properties: {\n    disableLocalAuth: true\n  }\n}",
        ),
    ),
    finding(
        "responses-call-failed",
        deployment("aoai-search", "rerank", "search"),
        "fail",
        "The text call to rerank was refused: 429, insufficient_quota.",
        facts=(Fact(path="deployment.probe.text.error.http_status", value=429),),
        fix=Fix(text="Raise the deployment's capacity, or ask for quota in swedencentral."),
    ),
    finding(
        "model-retires-soon",
        MINI,
        "fail",
        "gpt-5.4-mini 2026-03-05 retires on 2026-12-31, in 40 days.",
        facts=(Fact(path="deployment.model.days_to_retirement", value=40),),
        waiver=Waived(
            owner="Ada", reason="Migration planned", ticket="PAY-812", expires=date(2026, 11, 1), expired=True
        ),
        fix=Fix(text="Move to gpt-5.6-mini."),
    ),
    finding(
        "quota-headroom-low",
        POOL,
        "fail",
        "OpenAI.GlobalStandard.gpt-5.4 in swedencentral has 4 % left: 480 of 500 are used.",
        facts=(Fact(path="quota.headroom_percent", value=4), Fact(path="quota.limit", value=500)),
        fix=Fix(text="Ask for more quota, or give some back."),
    ),
)
WAIVED: tuple[Finding, ...] = (
    finding(
        "public-network-access",
        SEARCH,
        "fail",
        "aoai-search answers on its public address.",
        facts=(Fact(path="account.properties.publicNetworkAccess", value="Enabled"),),
        waiver=Waived(
            owner="Grace Hopper",
            reason="Private endpoint arrives with the hub migration",
            ticket="NET-204",
            expires=date(2027, 1, 31),
        ),
        fix=Fix(cli=f"az resource update --ids {SEARCH.id} --set properties.publicNetworkAccess=Disabled"),
    ),
)
UNKNOWN: tuple[Finding, ...] = (
    finding(
        "diagnostic-logs-missing",
        CHAT,
        "unknown",
        "Not known: the diagnostic settings of aoai-chat could not be read.",
        gaps=("g-chat",),
        readings=("r-denied",),
    ),
    finding(
        "diagnostic-logs-missing",
        SEARCH,
        "unknown",
        "Not known: the diagnostic settings of aoai-search could not be read.",
        gaps=("g-search",),
    ),
    finding(
        "required-tags-missing",
        LAB,
        "unknown",
        "Not known: account.tags has a shape never seen: a list.",
        facts=(Fact(path="account.tags", value=None, note="not known"),),
    ),
)
GOOD: tuple[Finding, ...] = (
    finding("diagnostic-logs-missing", LAB, "pass", "One setting sends logs."),
    finding("public-network-access", CHAT, "pass", "Public access is disabled."),
    finding("responses-call-failed", MINI, "pass", "The text call was answered."),
    finding("required-tags-missing", CHAT, "pass", "All tags are there."),
    finding("public-network-access", LAB, "not_applicable", "No workload declares this account private."),
)
GAPS = tuple(
    Gap(
        id=f"g-{name}",
        kind="diagnostic_setting",
        scope=f"{ACCOUNTS}/aoai-{name}",
        reason=GapReason.DENIED,
        detail="AuthorizationFailed: no authorization to perform 'Microsoft.Insights/diagnosticSettings/read'.",
        permission="Microsoft.Insights/diagnosticSettings/read",
        next_step=f"az role assignment create --assignee {PRINCIPAL} --role 'Monitoring Reader'"
        f" --scope /subscriptions/{SUBSCRIPTION}",
        readings=("r-denied",) if name == "chat" else (),
    )
    for name in ("chat", "search")
)
CALLS = (
    Call(
        deployment="gpt-54-mini",
        account="aoai-chat",
        workload="payments-assistant",
        probe="text",
        outcome="completed",
        requested_model="gpt-54-mini",
        responded_model="gpt-5.4-mini-2026-03-05",
        latency_ms=312.4,
        input_tokens=11,
        output_tokens=2,
        http_status=200,
        request_id="0c6f6f0e-6f0e-4d5f-8f51-2f6b3f0c1d2e",
        region="swedencentral",
    ),
    Call(
        deployment="rerank",
        account="aoai-search",
        workload="search",
        probe="text",
        outcome="refused",
        requested_model="rerank",
        latency_ms=96.0,
        http_status=429,
        failure="quota-exhausted",
        cause="The deployment's quota is spent.",
        next_step="Raise the capacity of rerank, or ask for quota in swedencentral.",
        request_id="9d2e6f0e-1111-4d5f-8f51-2f6b3f0c1d2e",
    ),
)


def sample_run() -> Run:
    return build(
        (*FAILED, *WAIVED, *UNKNOWN, *GOOD),
        reasons=(
            "4 failures of severity high or worse, 2 of them critical",
            "2 checks of severity high are unknown: diagnostic settings could not be read",
        ),
        gaps=GAPS,
        calls=CALLS,
        readings=(
            reading("r-account", CHAT.id),
            reading("r-deployments", f"{CHAT.id}/deployments"),
            reading("r-denied", f"{CHAT.id}/{DIAGNOSTICS}", 403),
        ),
        notices=("sandbox: not evidence",),
    )
