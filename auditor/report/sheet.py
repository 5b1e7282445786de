"""What every HTML page shares: everything escaped, nothing undefined, no text in which a character could act, and a
policy that lets nothing load or run but what the page names by its hash (https://www.w3.org/TR/CSP3/)."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from auditor.report import hostile

_TEMPLATES = Path(__file__).parent / "templates"


def environment(style: str, script: str | None = None) -> Environment:
    """Templates with the globals `style`, `script` and `content_policy`, of texts that are the page's own."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    runs = f"; script-src '{_hash(script)}'" if script else ""
    made.globals |= {
        "style": own(style),
        "script": own(script or ""),
        "content_policy": (
            f"default-src 'none'; style-src '{_hash(style)}'{runs}; img-src data:; base-uri 'none'; form-action 'none'"
        ),
    }
    made.filters["line"] = hostile.line
    return made


def asset(name: str) -> str:
    """A style or a script of ours."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def own(text: str) -> Markup:
    """Text that must not be escaped: our own style and script, and data that has been made inert already."""
    return Markup(text)  # noqa: S704 - data only reaches it escaped


def _inert(expression: object) -> object:
    """What an expression prints; None is refused, as it would be printed as a word."""
    if expression is None:
        raise TypeError("the page was about to print None")
    if isinstance(expression, str) and not isinstance(expression, Markup):
        return hostile.block(expression)
    return expression


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
