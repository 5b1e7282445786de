"""Where a run was started: what a CI system says of who started what, on which commit, in which run."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.cloud.redaction import bounded_member

CONTEXT = (
    "GITHUB_ACTOR",
    "GITHUB_EVENT_NAME",
    "GITHUB_JOB",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_SHA",
    "GITHUB_WORKFLOW_REF",
    "GITHUB_WORKFLOW_SHA",
    "RUNNER_NAME",
    "AGENT_NAME",
    "BUILD_BUILDID",
    "BUILD_DEFINITIONNAME",
    "BUILD_REQUESTEDFOR",
    "BUILD_SOURCEVERSION",
    "SYSTEM_TEAMPROJECT",
    "CI_COMMIT_SHA",
    "CI_JOB_ID",
    "CI_PIPELINE_ID",
    "CI_PROJECT_PATH",
    "GITLAB_USER_LOGIN",
)
"""Variables by which GitHub Actions, Azure Pipelines and GitLab say who started what; none of them is a secret.

https://docs.github.com/actions/reference/workflows-and-actions/variables
https://learn.microsoft.com/azure/devops/pipelines/build/variables
https://docs.gitlab.com/ci/variables/predefined_variables/
"""


def origin(environ: Mapping[str, str]) -> dict[str, str]:
    """What of these the environment says, in their order, without secrets; empty where there is no CI."""
    return {name: bounded_member(name, environ[name]) for name in CONTEXT if environ.get(name)}
