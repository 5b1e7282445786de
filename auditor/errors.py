"""Every error that ends a run, each with its exit code, what to do next, and whether anything was audited.

    AuditorError                4   something in the auditor itself went wrong
    ├── SettingsError           2   auditor.yaml, the environment or a flag is not right
    ├── PolicyError             2   a pack, a check or a waiver was refused
    ├── SnapshotError           2   a snapshot or evidence file can't be read
    ├── BundleError           2   a folder is no bundle, or can't be read as one
    ├── SigningError          2   a key can't be used, or what signing needs is not installed
    ├── EmptyAuditError         2   the scope or the packs left nothing to judge
    ├── SandboxError            2   a world or a fault that does not exist
    ├── SignInError             3   no credential gave a token
    └── ReportError             4   a report could not be written
        └── TakenError          2   its folder holds something already

A read that fails is not among them: it becomes a gap in the snapshot, and the run goes on.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells its caller; 1 wins over 3."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 4
    INTERRUPTED = 130


EXIT_MEANINGS: dict[ExitCode, str] = {
    ExitCode.PASSED: "every gating check passed",
    ExitCode.FAILED: "a gating check failed",
    ExitCode.USAGE: "the command line, settings, pack or file is not right; nothing was audited",
    ExitCode.INCOMPLETE: "a gating check is unknown, or the audit could not see everything",
    ExitCode.INTERNAL: "the auditor itself failed",
    ExitCode.INTERRUPTED: "interrupted; what had been done by then was reported, if anything had",
}


class AuditorError(Exception):
    """Says what happened and, in `next_step`, what to do; `audited` tells whether any result exists."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, message: str, *, next_step: str, audited: bool = False) -> None:
        super().__init__(message)
        self.next_step = next_step
        self.audited = audited


class SettingsError(AuditorError):
    """auditor.yaml, the environment or a flag is not right; `problems` lists all of them, one line each."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: tuple[str, ...], *, next_step: str) -> None:
        super().__init__("\n".join(problems), next_step=next_step)
        self.problems = problems


class PolicyError(AuditorError):
    """A pack, a check or a waivers file was refused; the message carries file, line and column where there is one."""

    exit_code = ExitCode.USAGE


class SnapshotError(AuditorError):
    """A snapshot or evidence file is truncated, foreign, or of a schema that this version does not read."""

    exit_code = ExitCode.USAGE


class BundleError(AuditorError):
    """A folder holds no bundle, or one of a layout that this version does not read."""

    exit_code = ExitCode.USAGE


class AlteredError(BundleError):
    """A bundle is not as it was written; `path` is the file within it that says so."""

    def __init__(self, message: str, *, path: str, kind: str) -> None:
        super().__init__(message, next_step="take the bundle from where it was kept first: auditor verify says more")
        self.path = path
        self.kind = kind
        """A value of `auditor.bundle.alteration.Kind`."""


class SigningError(AuditorError):
    """A key can't be used to sign or to verify, or what signing needs is not installed."""

    exit_code = ExitCode.USAGE


class EmptyAuditError(AuditorError):
    """The scope matched nothing, or the packs hold no check: an empty audit is never a pass."""

    exit_code = ExitCode.USAGE


class SandboxError(AuditorError):
    """A world or a fault that the sandbox does not have."""

    exit_code = ExitCode.USAGE


class SignInError(AuditorError):
    """No credential of the chain gave a token."""

    exit_code = ExitCode.INCOMPLETE


class ReportError(AuditorError):
    """A report could not be written; the run itself was made."""


class TakenError(ReportError):
    """The folder that was named for a report holds something already."""

    exit_code = ExitCode.USAGE
