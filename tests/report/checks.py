"""The checks that the sample runs were judged with."""

from __future__ import annotations

from auditor.finding import Severity
from auditor.run import CheckRecord

DOCS = "https://learn.microsoft.com/azure/ai-foundry/openai"

CHECKS = (
    CheckRecord(
        id="api-keys-accepted",
        title="API keys are accepted",
        area="identity",
        severity=Severity.HIGH,
        subject="account",
        why="A key is a bearer secret with no owner, no expiry and no conditional access.",
        references=(f"{DOCS}/how-to/managed-identity",),
        passes_when="account.properties.disableLocalAuth == true",
    ),
    CheckRecord(
        id="public-network-access",
        title="The account can be reached from the internet",
        area="network",
        severity=Severity.HIGH,
        subject="account",
        why="A private workload whose account answers on its public address is private by habit only.",
        references=(f"{DOCS}/how-to/network",),
        passes_when='account.properties.publicNetworkAccess == "Disabled"',
        applies_when='account.network.intent == "private"',
    ),
    CheckRecord(
        id="deployment-missing",
        title="An expected deployment does not exist",
        area="deployment",
        severity=Severity.CRITICAL,
        subject="expectation",
        why="The application passes the deployment's name as `model`; without it, each call ends in 404.",
        references=(f"{DOCS}/how-to/create-resource", f"{DOCS}/reference"),
        passes_when="expected.exists",
    ),
    CheckRecord(
        id="model-retires-soon",
        title="The model retires soon",
        area="model",
        severity=Severity.HIGH,
        subject="deployment",
        why="After its retirement a model answers no more, or answers as another one.",
        references=(f"{DOCS}/concepts/model-retirements",),
        passes_when="deployment.model.days_to_retirement > params.days",
        parameters={"days": 60},
    ),
    CheckRecord(
        id="diagnostic-logs-missing",
        title="No diagnostic setting sends logs anywhere",
        area="logging",
        severity=Severity.HIGH,
        subject="account",
        why="Without logs nobody can say who asked what of the model, or when.",
        references=(f"{DOCS}/how-to/monitor-openai",),
        passes_when="account.diagnostics.settings > 0",
    ),
    CheckRecord(
        id="quota-headroom-low",
        title="Little quota is left",
        area="quota",
        severity=Severity.MEDIUM,
        subject="quota",
        why="A pool that is nearly spent leaves no room for the next deployment, or for a failover.",
        references=(f"{DOCS}/how-to/quota",),
        passes_when="quota.headroom_percent >= params.percent",
        parameters={"percent": 10},
    ),
    CheckRecord(
        id="responses-call-failed",
        title="A live call fails",
        area="probe",
        severity=Severity.CRITICAL,
        subject="deployment",
        why="Everything may be configured well and the call still fail: it is the question that the application asks.",
        references=(f"{DOCS}/how-to/responses",),
        passes_when="deployment.probe.text.ok",
    ),
    CheckRecord(
        id="required-tags-missing",
        title="Required tags are missing",
        area="account",
        severity=Severity.LOW,
        subject="account",
        why="A resource without an owner's tag has nobody to call.",
        references=(f"{DOCS}/how-to/tags",),
        passes_when="size(account.missing_tags) == 0",
    ),
)
