"""Settings to be: each value with where it was seen, and what only a person can answer marked as open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Scalar = str | int
Environment = Literal["development", "test", "production"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A feature that an application may use of the Responses API, and the most that proving it costs."""

    name: str
    title: str
    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of the settings with its value, and beside it what a reader should know of it."""

    key: str
    value: Scalar | tuple[Scalar, ...] | tuple[Entry, ...]
    note: str = ""
    """Where it was seen, or why it could not be."""
    stated: bool = True
    """Whether the settings say it; otherwise it stands there as a comment, ready to be said."""
    open: bool = False
    """Whether only a person knows it, and none has said it."""


@dataclass(frozen=True, slots=True)
class DeploymentDraft:
    """One deployment as an expectation."""

    name: str
    entries: tuple[Entry, ...]
    """With the name first and the features among them."""
    speaks: bool | None
    """Whether its model has the Responses API; None: not known."""
    remarks: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """Those that the settings will declare."""
        found = next((one.value for one in self.entries if one.key == "features" and one.stated), ("text",))
        return tuple(str(name) for name in found) if isinstance(found, tuple) else ()


@dataclass(frozen=True, slots=True)
class WorkloadDraft:
    """One account and its deployments as a workload."""

    title: str
    """The account's name with its group, for people."""
    group: str | None
    """What its tags say it belongs to together with other accounts."""
    entries: tuple[Entry, ...]
    deployments: tuple[DeploymentDraft, ...]
    remarks: tuple[str, ...] = ()
    whole: bool = True
    """Whether it can be a workload; one without a deployment can't, and stands there as a comment."""

    def entry(self, key: str) -> Entry | None:
        """The entry of that key."""
        return next((one for one in self.entries if one.key == key), None)

    def asks(self, key: str) -> bool:
        """Whether only a person can answer that key."""
        found = self.entry(key)
        return found is not None and found.open

    @property
    def environment(self) -> str:
        """What the settings will say; where they say nothing it is production."""
        found = self.entry("environment")
        return str(found.value) if found is not None and found.stated else "production"

    def answered(self, key: str, value: Scalar, note: str) -> WorkloadDraft:
        """The same with an entry as somebody answered it."""
        entries = tuple(Entry(key, value, note) if one.key == key else one for one in self.entries)
        return replace(self, entries=entries)


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole file of settings."""

    remarks: tuple[str, ...]
    """Its first lines: who looked when, at what."""
    entries: tuple[Entry, ...]
    """What stands before the workloads."""
    workloads: tuple[WorkloadDraft, ...]
    left_out: tuple[str, ...] = ()
    """What was seen and is not stated, and why."""
    unseen: tuple[str, ...] = ()
    """What could not be seen, and why."""
    blind: bool = False
    """Whether accounts or deployments could not be seen whole, so that there may be more than is stated."""
    empty: bool = False
    """Whether it was seen that there is no account at all; the one workload is then an example."""

    def stated(self) -> Iterator[WorkloadDraft]:
        """The workloads that can be ones."""
        return (one for one in self.workloads if one.whole)
