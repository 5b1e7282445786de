"""Preflight and compliance auditor for Azure OpenAI and Microsoft Foundry workloads on the Responses API."""

__version__ = "0.1.0"
