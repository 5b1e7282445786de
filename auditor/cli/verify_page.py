"""What verifying a bundle came to, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.bundle.chain import Link
from auditor.bundle.rejudgement import Follows
from auditor.bundle.signature import SignatureState
from auditor.bundle.verification import State
from auditor.cli.console import fitted
from auditor.report import hostile
from auditor.report.page import Page

if TYPE_CHECKING:
    from auditor.bundle.rejudgement import Rejudgement
    from auditor.bundle.signature import Signature
    from auditor.bundle.verification import Verification

_HEADS = {
    State.INTACT: "INTACT",
    State.ALTERED: "ALTERED",
    State.SIGNATURE: "NOT SIGNED AS ASKED",
    State.FINDINGS: "FINDINGS DO NOT FOLLOW",
    State.CHAIN: "ANOTHER RUN BEFORE",
    State.NOT_PROVEN: "NOT PROVEN",
}

_SHOWN = 20
"""Files or findings that the page names; --json has more."""


_PATH = 56
"""Columns of a path; of a longer one its ends are shown."""


def page(found: Verification, width: int, color: bool) -> str:
    """The result for `width` columns: in one word, then part by part."""
    shown = Page(width, color=color)
    good = found.state is State.INTACT
    where = fitted(hostile.line(found.bundle), width - len(_HEADS[found.state]) - 2)
    shown.text(f"{_HEADS[found.state]}  {where}", style="bold green" if good else "bold red")
    if found.run_id is not None and found.made_at is not None:
        told = f"run {found.run_id}, verdict {found.verdict}, made {found.made_at:%Y-%m-%d %H:%M:%S} UTC"
        shown.text(hostile.line(told), indent=2)
        shown.text(f"manifest sha256 {found.manifest_sha256}", indent=2, hang=2)
    shown.blank()
    _row(shown, "Files", _files(found))
    for one in found.alterations[:_SHOWN]:
        name = fitted(hostile.line(one.path), _PATH)
        shown.text(f"{name}: {one.kind.value.replace('_', ' ')}: {hostile.line(one.detail)}", indent=11, hang=2)
    _rest(shown, len(found.alterations))
    _row(shown, "Signature", _signature(found.signature))
    _row(shown, "Findings", _findings(found.judgement))
    for each in found.judgement.differences[:_SHOWN]:
        shown.text(hostile.line(each.what), indent=11)
        shown.text(hostile.line(f"recorded: {each.recorded or 'nothing'}"), indent=13, hang=2)
        shown.text(hostile.line(f"derived: {each.derived or 'nothing'}"), indent=13, hang=2)
    _rest(shown, found.judgement.differing)
    _row(shown, "Chain", _chain(found))
    return shown.finished()


def _row(shown: Page, name: str, words: str) -> None:
    shown.text(f"{name:9}  {hostile.line(words)}", hang=11)


def _rest(shown: Page, count: int) -> None:
    if count > _SHOWN:
        shown.text(f"and {count - _SHOWN:,} more", indent=11)


def _files(found: Verification) -> str:
    if found.alterations:
        return f"{len(found.alterations):,} not as written" + (f", of {found.files:,}" if found.files else "")
    return f"all {found.files:,} as written, {found.bodies:,} raw bodies among them"


def _signature(found: Signature) -> str:
    keys = ", ".join(found.keys)
    return {
        SignatureState.VALID: f"by {keys}",
        SignatureState.NONE: "there is none: whoever can write the folder can make it anew, manifest and all",
        SignatureState.UNCHECKED: f"not checked, no --key was named; says that it is by {keys or 'nobody'}"
        if not found.detail
        else f"not checked: {found.detail}",
        SignatureState.MISSING: "there is none",
        SignatureState.WRONG: f"wrong: {found.detail}",
        SignatureState.UNKNOWN_KEY: f"by another key than was named; says that it is by {keys or 'nobody'}",
    }[found.state]


def _findings(found: Rejudgement) -> str:
    if found.state is Follows.NOT_JUDGED:
        return "not judged again, since the files are not as written"
    if found.state is Follows.YES:
        return f"all {found.findings:,} follow from the snapshot and the judgement"
    what = found.detail or f"{found.differing:,} differences between the evidence and what judging again gives"
    if found.state is Follows.OTHER_VERSION:
        return f"made by version {found.made_by}, which is not this one: {what}; verify with that version"
    return what


def _chain(found: Verification) -> str:
    chain = found.chain
    if chain is None:
        return "not known"
    return {
        Link.FIRST: "the first of its folder",
        Link.FOLLOWS: f"follows {chain.run_id}, which lies beside",
        Link.NOT_BESIDE: f"follows {chain.run_id}, which does not lie beside and was not looked at",
        Link.BROKEN: f"follows {chain.run_id}; what lies beside under that name has another manifest",
    }[chain.state]
