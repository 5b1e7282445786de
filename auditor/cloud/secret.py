"""What a secret looks like: by its own form, by the word before it."""

from __future__ import annotations

import re

Form = tuple[str, re.Pattern[str]]
"""What a text must hold, in lower case, before the pattern is worth trying (a model catalogue is megabytes), and the
pattern: what of it stays is its first group, all else is the secret. None matches what was masked, and none ends or
begins within an escape of JSON, so that a masked body can be read as before.
"""

_QUOTE = r"(?:\\*[\"']|\\+u0022)"
"""Any quote, also one of a JSON text that stands within a JSON text, as errors carry it."""

_CHAR = r"(?:[^\s;&,<>\"'\\]|\\+u00(?:2b|2f|3d)|\\/)"
"""What a secret is made of in whatever text, `+`, `/` and `=` also as JSON may escape them."""

_ESCAPED = r"(?<=\\[bfnrt])|(?<=\\u00[0-9a-fA-F]{2})"
"""After an escape of JSON, such as that of a line feed, a word begins."""

_START = rf"(?:(?<![\w\\])|{_ESCAPED})"

_IS = r"(?:=|\\+u003d)"

_NO_TEXT = r"(?:[\[{]|(?:-?\d[\d.eE+-]*|true|false|null)(?:\s|\\+[nrt])*[,}\]])"
"""Where a member of JSON holds no text: a count, a switch, what has members of its own."""

_KEYS = (
    *("access", "account", "admin", "api", "auth", "endpoint", "function", "host", "instrumentation", "master"),
    *("primary", "private", "query", "search", "secondary", "service", "shared", "signing", "storage"),
    *("subscription", "throttling"),
)
"""What stands before `key` where it is one; `projectKey` may be anything, and is a key where its value is long."""

_OF_A_KEY = "|".join(f"(?<={word}key)|(?<={word}[_-]key)" for word in _KEYS)


def _form(needle: str, kept: str, secret: str, *, any_case: bool = True) -> Form:
    return needle, re.compile(rf"({kept})(?!\*\*\*){secret}", re.ASCII | (re.IGNORECASE if any_case else 0))


def _named(needle: str, name: str, least: int, least_in_text: int) -> Form:
    """A member of a JSON object, whole, or a word of any other text, up to where a secret can't go on.

    An address is none, and counts of tokens (`maxContextToken`, `output_tokens`) are none.
    """
    separator = rf"{_QUOTE}?\s*(?::|{_IS})\s*{_QUOTE}?"
    kept = rf'{name}s?(?!{_QUOTE}\s*:\s*{_NO_TEXT})("\s*:\s*")?(?(2)|{separator})'
    count = r'|\d+"' if needle == "token" else ""
    secret = rf'(?!https?:{count})(?(2)(?:[^"\\]|\\.){{{least},}}|{_CHAR}{{{least_in_text},}})'
    return _form(needle, kept, secret)


FORMS: tuple[Form, ...] = (
    # Connection strings, shared access signatures, authorization headers, addresses with a password.
    _form("key", rf"(?:AccountKey|SharedAccessKey){_IS}", f"{_CHAR}+"),
    _form("password", f"Password{_IS}", f"{_CHAR}+"),
    _form("pwd", rf";\s*Pwd{_IS}", f"{_CHAR}+"),
    _form("sig", rf"(?:[?&;]|\\+u0026|%3F|%26)sig(?:{_IS}|%3D)", f"(?:(?!%26){_CHAR})+"),
    _form("code", rf"(?:[?&;]|\\+u0026)code{_IS}", f"{_CHAR}{{40,}}"),
    _form("bearer", f"{_START}Bearer[ +]", f"{_CHAR}{{16,}}"),
    _form("basic", rf"Authorization{_QUOTE}?\s*[:=][\s+]*{_QUOTE}?Basic[ +]", f"{_CHAR}{{8,}}"),
    _form("@", r":(?:\\*/){2}[^\s/:@\"'\\<>]*:", r"[^\s/@\"'\\<>]+(?=@)"),
    _form("@", r":(?:\\*/){2}", r"[^\s/:@\"'\\<>]{20,}(?=@)"),
    _form(
        "-----begin", r"-----BEGIN[A-Z +]*[ +]PRIVATE[ +]KEY(?:[ +]BLOCK)?-----", r'(?:(?!-----END)[^"\\]|\\+[nr/])+'
    ),
    # JSON Web Tokens; what Azure, Entra ID, OpenAI, Azure Storage, Azure AI Search, Azure DevOps and GitHub give out
    # and can be told by its form.
    # https://learn.microsoft.com/purview/sit-defn-all-creds
    _form("eyj", _START, r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*", any_case=False),
    _form("jqqj9", "", r"[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{20,32}", any_case=False),
    _form("q~", "", r"[\w~.-]{3}[78]Q~[\w~.-]{31,34}", any_case=False),
    _form("azse", "", r"[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}(?!\w)", any_case=False),
    _form("azdo", "", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!\w)", any_case=False),
    _form("gh", _START, r"gh[opsur]_[A-Za-z0-9]{36,}", any_case=False),
    _form("github_pat_", _START, r"github_pat_\w{22,}", any_case=False),
    _form("sk-", _START, r"(?<!-)sk-[\w-]{20,}", any_case=False),
    _form("==", rf"(?:(?<![A-Za-z0-9+/\\])|{_ESCAPED})", r"[A-Za-z0-9+/]{86}=="),
    _form("u003d", rf"(?:(?<![A-Za-z0-9+/\\])|{_ESCAPED})", r"(?:[A-Za-z0-9+/]|\\+u002b|\\+/){86}(?:\\+u003d){2}"),
    # Whatever is named like a secret, such as `_H_azureml-throttling-key` in the capabilities of real deployments.
    _named("key", rf"key(?:(?=[12])|{_OF_A_KEY})[12]?", 1, 16),
    _named("key", r"key(?<=[\w-]key)", 32, 32),
    _named("token", r"token(?<!skiptoken)(?<!nexttoken)(?<!pagetoken)(?<!continuationtoken)", 8, 16),
    _named("secret", "secret", 1, 8),
    _named("passw", "passw(?:or)?d", 1, 8),
    _named("connection", "connection[ _-]?string", 1, 8),
    _named("sasur", "sasur[il]", 1, 8),
)

NUMBER = re.compile(rf"((?:passw(?:or)?d|secret)({_QUOTE})\s*:\s*)-?\d[\d.eE+-]{{3,}}", re.ASCII | re.IGNORECASE)
"""A member of JSON whose secret is a number; its mask needs the quotes (second group) that it had not."""

BARE = re.compile(
    r"[0-9a-fA-F]{32}(?!\w|[./-]\w)"
    r"(?:(?<![\w./\\-].{32})|(?<=\\[bfnrt].{32})|(?<=\\u00[0-9a-fA-F]{2}.{32}))",
    re.ASCII,
)
"""32 hexadecimal digits by themselves: a key of Azure AI services as they were until 2024, or an identifier.

What stands before is asked for after the digits, which is many times as fast.
"""

IDENTIFIER = re.compile(
    r"(?:(?<![A-Za-z])(?i:ids?)|[a-z]I[dD]s?|Ref [A-C]"
    r"|(?i:(?:activity|client|correlation|internal|object|operation|principal|request|session|tenant|trace|tracking)id)"
    r"|(?i:account|checksum|digest|etag|hash|md5|model|name|print|skiptoken|version))"
    r"(?:[^A-Za-z]|W/|\\u00[0-9a-fA-F]{2}){0,12}\Z",
    re.ASCII,
)
"""The end of what stands before 32 digits that are no key: `internalId`, the version of a key vault's key, …"""
