"""Makes text that strangers wrote inert: names, tags, model answers and error messages are data in every report.

Nothing is dropped. A character that would act (a terminal escape, a change of writing direction) is shown as its
escape, such as `\\x1b` or `\\u202e`, so that the reader sees that it is there and it does nothing.
"""

from __future__ import annotations

import json
import re

from auditor.record import Json

_ACTS = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls: terminals obey them, XML refuses them
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, or turns the line
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # not characters at all
    "\U000e0000-\U000e007f"  # tags: invisible letters
    "]"
)
_ACTS_IN_JSON = re.compile(f"(?![\x00-\x1f]){_ACTS.pattern}")
"""Without the line ends of the document itself; in its texts these are escapes already."""
_KEPT_IN_BLOCKS = re.compile(r"[\n\t]")
_SPACE = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")

_LINE_COMMAND = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*):(?=:)", re.MULTILINE)
_INLINE_COMMAND = re.compile(r"#(?=#(?:vso)?\[)", re.IGNORECASE)

_MARKUP = re.compile(
    r"([\\`*\[\]<>#|~&@$]"
    r"|(?<![a-z0-9])_|_(?![a-z0-9])"  # inside a word it is no emphasis
    r"|(?<!\d):(?=[\w/+-])"  # begins an address or an emoji
    r"|(?<=\bwww)\.)",
    re.IGNORECASE,
)
_SUMMONS = re.compile(r"(\\[@#])")
_BACKTICKS = re.compile(r"`+")


def _shown(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def line(text: str, limit: int = 1000) -> str:
    """The text on one line, acting characters shown as escapes, cut at `limit` characters with an ellipsis."""
    inert = text.isascii() and text.isprintable() and "  " not in text  # as nearly every text is
    flat = text.strip() if inert else _ACTS.sub(_shown, _SPACE.sub(" ", text).strip())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def block(text: str) -> str:
    """The text with its line ends and tabs, every other acting character shown as its escape."""
    unified = text.replace("\r\n", "\n")
    return _ACTS.sub(lambda match: match[0] if _KEPT_IN_BLOCKS.match(match[0]) else _shown(match), unified)


def value(fact: Json, limit: int = 1000) -> str:
    """A fact's value as compact JSON, its acting characters shown as escapes."""
    return line(json.dumps(fact, ensure_ascii=False, sort_keys=True), limit)


def in_json(document: str) -> str:
    """A JSON document that says the same, its acting characters as JSON's own escapes, such as `\\u202e`.

    They can stand in its texts alone; of the controls JSON itself leaves those from U+007F on as they are.
    """
    if document.isascii() and "\x7f" not in document:  # as nearly every one is
        return document
    return _ACTS_IN_JSON.sub(lambda match: json.dumps(match[0])[1:-1], document)


def no_commands(output: str) -> str:
    """The output without a line that a CI runner would obey.

    GitHub Actions obeys lines that begin with `::` (https://docs.github.com/actions/reference/workflow-commands) and
    both it and Azure Pipelines obey `##[` and `##vso[` anywhere in a line
    (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands).
    """
    return _INLINE_COMMAND.sub("# ", _LINE_COMMAND.sub(r"\1: ", output))


def markdown(text: str, limit: int = 1000) -> str:
    """The text as it reads, in Markdown that makes nothing of it: no markup, HTML, link, table cell or mention.

    It must not begin a line. CommonMark lets ASCII punctuation be escaped
    (https://spec.commonmark.org/0.31.2/#backslash-escapes); GitHub looks for mentions, issues and addresses only after
    that, so an empty comment parts those.
    """
    return _SUMMONS.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\1", line(text, limit)))


def markdown_code(text: str, limit: int = 1000) -> str:
    """The text in the code face; by tags, as a code span would end at a pipe inside a table."""
    return f"<code>{markdown(text, limit)}</code>"


def markdown_fence(text: str, language: str = "") -> str:
    """The text as a fenced code block whose fence is longer than any in it."""
    content = block(text).rstrip("\n")
    longest = max((len(run) for run in _BACKTICKS.findall(content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def island(data: Json) -> str:
    """JSON that can stand inside an HTML script element: no character in it can end one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
