"""Where a subject lies, as a short path of names: what formats made for source files ask for, and what people read."""

from __future__ import annotations

from urllib.parse import quote

from auditor.finding import Subject
from auditor.report import hostile


def place(subject: Subject) -> tuple[str, ...]:
    """Subscription, resource group, account, deployment and so on, as far as the subject's id names them.

    An id that is no ARM id gives its kind and its own segments; never empty, and no segment is empty, `.` or `..`.
    """
    segments = [segment for segment in hostile.line(subject.id).split("/") if segment]
    names = _arm_names(segments)
    if names is None:
        names = [subject.kind, *(segments or [hostile.line(subject.name) or "unnamed"])]
    return tuple("_" if name.strip(". ") == "" else name for name in names)


def pseudo_path(subject: Subject) -> str:
    """The place as a relative URI, `azure/<subscription>/<group>/<account>[/<deployment>]`, percent-encoded."""
    return "/".join(("azure", *(quote(name, safe="") for name in place(subject))))


def short_id(arm_id: str) -> str:
    """An ARM id without its subscription and providers, such as `rg-chat/aoai-chat`; any other id as it is."""
    flat = hostile.line(arm_id)
    names = _arm_names([segment for segment in flat.split("/") if segment])
    if names is None:
        return flat
    return "/".join(names[1:] if len(names) > 1 else names)


def _arm_names(segments: list[str]) -> list[str] | None:
    """The values of an ARM id's type/name pairs, provider namespaces left out; None when it is not one."""
    if not segments[1:] or segments[0].lower() != "subscriptions":
        return None
    types, names = segments[::2], segments[1::2]
    paired = [name for kind, name in zip(types, names, strict=False) if kind.lower() != "providers"]
    return paired + types[len(names) :]
