"""Text of strangers is data: shown, and inert."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.report import hostile
from tests.report.runs import HOSTILE

ANYTHING = st.one_of(
    st.text(max_size=80),
    st.sampled_from(HOSTILE),
    st.text(alphabet="\\`*_[]()<>#|~&@$:!- .w/\n\t\r\x1b{}abc1'\"", max_size=40),
)
COMMANDS = re.compile(r"^(?:\s|\x1b\[[0-9;]*m)*::|##\[|##vso\[", re.MULTILINE | re.IGNORECASE)
PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


@given(ANYTHING)
def test_a_line_is_one_line_without_a_character_that_acts(text: str) -> None:
    """Controls, bidirectional marks and lone surrogates stand as escapes."""
    line = hostile.line(text)
    assert all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in line)
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\ufeff")
    line.encode()


@given(ANYTHING)
def test_a_block_keeps_its_lines_and_nothing_else_that_acts(text: str) -> None:
    """A command can have lines and tabs."""
    block = hostile.block(text)
    assert block.count("\n") == text.count("\n")
    rest = block.replace("\n", "").replace("\t", "")
    assert all(unicodedata.category(character) not in {"Cc", "Cs"} for character in rest)


def test_what_acts_is_shown_as_its_escape() -> None:
    """Nothing is dropped: the reader sees that it was there."""
    assert (
        hostile.line("\x1b[31mred \u202egnp.exe \U000e0041 \ud800") == "\\x1b[31mred \\u202egnp.exe \\U000e0041 \\ud800"
    )
    assert hostile.line("  one\n\t two \r\n") == "one two"
    assert hostile.line("x" * 50, limit=10) == "x" * 9 + "…"
    assert hostile.line("Zürich 東京 👩‍💻") == "Zürich 東京 👩‍💻"


ACTING = (
    *(0x00, 0x08, 0x0E, 0x1B, 0x1F, 0x7F, 0x80, 0x9F),  # controls
    *(0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F, 0xFEFF, 0xFFF9, 0xFFFB),
    *(0xD800, 0xDFFF, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF),  # no characters
    *(0xE0000, 0xE007F),  # tags
)


@pytest.mark.parametrize("code", ACTING, ids=lambda code: f"{code:04x}")
def test_each_character_that_acts_is_shown(code: int) -> None:
    """Invisible or turning the line: in a line, in a block and in JSON it stands as an escape."""
    acting = chr(code)
    shown = acting.encode("unicode_escape").decode("ascii")
    assert hostile.line(f"a{acting}b") == hostile.block(f"a{acting}b") == f"a{shown}b"
    assert hostile.in_json(f'"a{acting}b"') == (f'"a{acting}b"' if code < 0x20 else json.dumps(f"a{acting}b"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("_private_ a_b 9_9 A_B", r"\_private\_ a_b 9_9 A_B"),
        ("https://contoso.com", r"https\://contoso.com"),
        ("WWW.contoso.com www.contoso.com", r"WWW\.contoso.com www\.contoso.com"),
        (":tada: :+1: 12:30 a: b", r"\:tada: \:+1: 12:30 a: b"),
        ("@team #1", r"\@<!-- -->team \#<!-- -->1"),
        ("a|b ~~c~~ $d$ &amp; <b>", r"a\|b \~\~c\~\~ \$d\$ \&amp; \<b\>"),
    ],
)
def test_what_markdown_would_make_something_of_is_escaped(text: str, written: str) -> None:
    """Emphasis, links without brackets, emoji, mentions, formulas; names with underscores and times stay readable."""
    assert hostile.markdown(text) == written


@given(ANYTHING)
def test_markdown_reads_as_the_text_and_is_nothing_else(text: str) -> None:
    """Parsed as Markdown it is the same text, without emphasis, link, HTML or code."""
    (inline,) = [token for token in PARSER.parse(f"x {hostile.markdown(text)}") if token.type == "inline"]
    read = ""
    for token in inline.children or []:
        assert token.type in {"text", "text_special", "html_inline"}, token
        if token.type == "html_inline":
            assert token.content == "<!-- -->"
        else:
            read += token.content
    assert read.rstrip() == f"x {hostile.line(text)}".rstrip()


@given(st.lists(ANYTHING, min_size=1, max_size=4))
def test_a_row_of_hostile_cells_keeps_its_columns(cells: list[str]) -> None:
    """No name can open a column or end the table."""
    row = f"| {' | '.join(hostile.markdown_code(cell) for cell in cells)} |"
    head = f"| {' | '.join('h' for _ in cells)} |\n| {' | '.join('---' for _ in cells)} |"
    tokens = PARSER.parse(f"{head}\n{row}\n")
    assert [token.type for token in tokens].count("td_open") == len(cells)
    assert tokens[-1].type == "table_close"


@given(ANYTHING)
def test_a_fence_holds_its_text(text: str) -> None:
    """Backticks inside can't close it."""
    tokens = PARSER.parse(hostile.markdown_fence(text, "sh") + "\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(st.lists(ANYTHING, max_size=3))
def test_no_output_commands_a_runner(texts: list[str]) -> None:
    """Neither GitHub Actions nor Azure Pipelines finds a command in it."""
    assert not COMMANDS.search(hostile.no_commands("\n".join(texts)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("  \x1b[31m::add-mask::x", "  \x1b[31m: :add-mask::x"),
        ("a ##vso[x]", "a # #vso[x]"),
        ("###[x]", "## #[x]"),
        ("fd00::/8 and ::1", "fd00::/8 and ::1"),
    ],
)
def test_commands_are_parted_and_addresses_are_not(text: str, shown: str) -> None:
    """An IPv6 range is no command."""
    assert hostile.no_commands(text) == shown


@given(st.dictionaries(ANYTHING, ANYTHING, max_size=3))
def test_an_island_is_the_same_json_without_a_tag(data: dict[str, str]) -> None:
    """Nothing in it can end the script element that holds it."""
    text = hostile.island({**data})
    assert not set(text) & set("<>&")
    assert json.loads(text) == data


@given(ANYTHING)
def test_a_json_document_says_the_same_without_a_character_that_acts(text: str) -> None:
    """Its own line ends stay; what acts in its texts stands as JSON's escape."""
    document = json.dumps({text: [text]}, ensure_ascii=False, indent=1).encode(errors="replace").decode()
    inert = hostile.in_json(document)
    assert json.loads(inert) == json.loads(document)
    assert hostile.block(inert) == inert
    assert hostile.in_json(inert) == inert
