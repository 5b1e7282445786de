"""A PDF of one page with one line of text, as real text that can be selected and not as a picture of it."""

from __future__ import annotations

import re
from typing import Final

PRINTABLE: Final = re.compile(r"[A-Za-z0-9 .,:'-]+")
"""What stands in a PDF's text as it is; parentheses and backslashes would need escapes."""

_FIXED: Final = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 200] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
)
"""Everything but the page's content: catalogue, pages, the page, its font."""


def pdf(text: str) -> bytes:
    """The file; `text` is one line of PRINTABLE characters, else ValueError is raised.

    ISO 32000-1, §7.5: header, objects, the table of where each begins, trailer.
    """
    if not PRINTABLE.fullmatch(text):
        raise ValueError(f"not one line of plain text: {text!r}")
    content = f"BT /F1 14 Tf 40 120 Td ({text}) Tj ET".encode("ascii")
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)
    file, begins = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate((*_FIXED, stream), 1):
        begins.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table, count = len(file), len(begins) + 1
    file += b"xref\n0 %d\n0000000000 65535 f \n" % count
    file += b"".join(b"%010d 00000 n \n" % begin for begin in begins)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, table)
    return bytes(file)
