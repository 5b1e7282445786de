"""Secrets that can be told anywhere, a pretended Azure that says them wherever it speaks, and the search for them."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest

from auditor.sandbox import entra, local_identity, server
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import bearer
from auditor.sandbox.wire import Answer, Ask, answer_json
from auditor.sandbox.world import World

HTTP_OK = 200

WINDOW = 12
"""So many characters of a secret in a row are a leak."""

_random = random.Random(8)  # noqa: S311 - the same secrets each time, and none of them is one
_LETTERS = string.ascii_letters + string.digits


def _some(length: int, alphabet: str = _LETTERS) -> str:
    return "".join(_random.choices(alphabet, k=length))


def _part(claims: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


KEY = _some(32, "0123456789abcdef")
"""Of Azure AI services, as it was until 2024."""

MARKED_KEY = f"{_some(52)}JQQJ99BJACYeBjFXJ3w3AAABACOG{_some(4)}"
"""As it is since."""

SIGNATURE = f"{_some(40)}%2B{_some(8)}%3D"
ACCOUNT_KEY = f"{_some(40)}+/{_some(44)}=="
CLIENT_SECRET = f"{_some(3)}8Q~{_some(34)}"
PASSWORD = _some(20)
TOKEN = f"{_part({'alg': 'RS256'})}.{_part({'sub': _some(30)})}.{_some(86)}"
CREDENTIAL = " ".join(_some(9) for _ in range(4))
"""Of a connection: in no form of a secret, and under a name that tells nothing."""
THROTTLING_KEY = f"oai-{_some(32, '0123456789abcdef')}"

BASIC = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()
PERSONAL = f"ghp_{_some(36)}"
SEARCH_KEY = f"{_some(42)}AzSe{_some(6)}"
FUNCTION_KEY = f"{_some(54)}=="
PRIVATE = "\n".join(_some(64) for _ in range(3))
PRIVATE_KEY = f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{PRIVATE}\n-----END RSA PRIVATE KEY-----"

SAS = f"https://stcontoso.blob.core.windows.net/logs?sv=2024-11-04&sp=rl&sig={SIGNATURE}&se=2030-01-01"
CONNECTION = f"DefaultEndpointsProtocol=https;AccountName=st;AccountKey={ACCOUNT_KEY};EndpointSuffix=core.windows.net"
ADDRESS = f"https://robot:{PASSWORD}@git.contoso.com/x"

PLANTED = (
    *(KEY, MARKED_KEY, SIGNATURE, ACCOUNT_KEY, CLIENT_SECRET, PASSWORD, CREDENTIAL),
    *(TOKEN.partition(".")[2], THROTTLING_KEY, BASIC, PERSONAL, SEARCH_KEY, FUNCTION_KEY, *PRIVATE.split("\n")),
)
"""What must be found nowhere."""

WORDS = (
    f"key {KEY}",
    f"api-key: {MARKED_KEY}",
    f"see {SAS}",
    f"use {CONNECTION}",
    f"secret {CLIENT_SECRET}",
    f"as {ADDRESS}",
    f"Bearer {TOKEN}",
    f"{TOKEN}\n{MARKED_KEY}",
    f"Authorization: Basic {BASIC}",
    f"Server=tcp:sql.contoso.com;UID=sa;Pwd={PASSWORD};",
    f"https://{PERSONAL}@github.com/contoso/x and {SEARCH_KEY}",
    f"https://contoso.azurewebsites.net/api/x?code={FUNCTION_KEY}",
    f"https://login.contoso.com/?next={quote(SAS, safe='')}&say={quote(CONNECTION)}",
    PRIVATE_KEY,
)
"""Each kind as texts hold it."""

MEMBERS: dict[str, Any] = {
    "note": KEY,
    "adminKey": MARKED_KEY,
    "uri": SAS,
    "storageAccountConnectionString": CONNECTION,
    "_H_azureml-throttling-key": THROTTLING_KEY,
    "clientSecret": CLIENT_SECRET,
    "adminPassword": PASSWORD,
    "source": ADDRESS,
    "token": TOKEN,
    "list": [KEY, MARKED_KEY, TOKEN, *WORDS],
    "pem": PRIVATE_KEY,
    "text": json.dumps(
        {"pem": PRIVATE_KEY, "key1": KEY, "password": PASSWORD, "deeper": json.dumps({"accessKey": MARKED_KEY})}
    ),
}
"""Each kind as members of objects hold it, known and unknown, also as JSON within JSON."""

HEADERS = {
    "x-ms-request-id": TOKEN,
    "x-request-id": f"key={KEY}",
    "apim-request-id": MARKED_KEY,
    "x-ms-region": f"Sweden Central {SAS}",
    "x-ratelimit-limit-tokens": CONNECTION,
    "via": f"1.1 proxy (Bearer {TOKEN})",
    "date": f"Sat, 21 Nov 2026 07:00:00 GMT {CLIENT_SECRET}",
    "x-endpoint-notice": f"sandbox: not evidence {ADDRESS}",
}


@dataclass
class Field:
    """A pretended Azure whose answers hold secrets."""

    tokens: list[str] = field(default_factory=list)
    """All that it gave out."""
    keys: list[str] = field(default_factory=list)
    """Of accounts, as it listed them."""
    sown: int = 0
    """How many answers it was."""
    echoes_secret: bool = False
    """Whether sign-in is refused, in words that repeat the client secret."""

    @property
    def harvest(self) -> tuple[str, ...]:
        """What must be found nowhere: of tokens the part that nobody else has."""
        return (*PLANTED, *self.keys, *(token.split(".")[1][20:] for token in self.tokens))

    def arm(self, answer: Answer, ask: Ask) -> Answer:
        """Members, descriptions, tags, errors and headers of Resource Manager; an error repeats the caller's token.

        Remembers the keys that it lists.
        """
        if ask.path.lower().endswith("/listkeys") and answer.status == HTTP_OK:
            listed = json.loads(answer.body)
            self.keys += [listed["key1"], listed["key2"]]
        return self._sown(answer, ask, _fertile)

    def model(self, answer: Answer, ask: Ask) -> Answer:
        """What a model says, what stands beside it, errors and headers; all of them repeat the caller's token."""
        echo = bearer(ask.headers.get("authorization", ""))

        def grown(body: dict[str, Any]) -> dict[str, Any]:
            said = [f"You said {echo}", *WORDS]
            for item in body.get("output", ()):
                for part in item.get("content", ()):
                    if not part["text"].startswith("{"):  # JSON that a schema asked for stays JSON
                        part["text"] += "\n".join(("", *said))
            return {**body, "metadata": {**MEMBERS, "echo": echo}}

        return self._sown(answer, ask, grown)

    def entra(self, answer: Answer, ask: Ask) -> Answer:
        """Remembers each token; refuses, where it shall, in words that repeat the secret."""
        if self.echoes_secret and ask.method == "POST":
            secret = parse_qs(ask.body.decode())["client_secret"][0]
            words = f"AADSTS7000215: Invalid client secret provided: {secret}. {' '.join(WORDS)}"
            return answer_json(401, {"error": "invalid_client", "error_description": words})
        self._remember(answer, "access_token")
        return answer

    def local(self, answer: Answer, ask: Ask) -> Answer:  # noqa: ARG002 - as the others
        """Remembers each assertion."""
        self._remember(answer, "value")
        return answer

    def _remember(self, answer: Answer, member: str) -> None:
        told = json.loads(answer.body)
        if member in told:
            self.tokens.append(told[member])

    def _sown(self, answer: Answer, ask: Ask, grown: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
        self.sown += 1
        headers = {**answer.headers, **HEADERS}
        if "json" not in answer.headers.get("content-type", ""):
            return replace(answer, body=answer.body + "\n".join(WORDS).encode(), headers=headers)
        body = json.loads(answer.body)
        if body.get("error"):
            echo = f"{ask.headers.get('authorization', '')} {json.dumps(MEMBERS)}"
            body["error"]["message"] = " ".join((body["error"]["message"], *WORDS, echo))
            body["error"]["details"] = [MEMBERS]
        else:
            body = grown(body)
        return replace(answer, body=json.dumps(body).encode(), headers=headers)


def _fertile(value: Any) -> Any:
    """The value with secrets in each object's properties, in each description and among the tags."""
    if isinstance(value, list):
        return [_fertile(item) for item in value]
    if not isinstance(value, dict):
        return value
    grown = {name: _fertile(member) for name, member in value.items()}
    if isinstance(grown.get("properties"), dict):
        grown["properties"] |= {"plantedMember": {"deep": [MEMBERS]}}
        if "authType" in grown["properties"]:
            grown["properties"]["credentials"] = {"key": CREDENTIAL, "keys": {"anything": [CREDENTIAL]}}
    if isinstance(grown.get("tags"), dict):
        grown["tags"] |= {f"planted-{number}": word for number, word in enumerate(WORDS)}
    if isinstance(grown.get("description"), str):
        grown["description"] = " ".join((grown["description"], *WORDS))
    return grown


@pytest.fixture
def sown(monkeypatch: pytest.MonkeyPatch) -> Field:
    """Every sandbox of the test says secrets."""
    made = Field()

    def around(answer: Callable[[World, Ledger, Ask], Answer], plant: Callable[[Answer, Ask], Answer]) -> Any:
        return lambda world, ledger, ask: plant(answer(world, ledger, ask), ask)

    monkeypatch.setitem(server._HANDLERS, "arm", around(server._HANDLERS["arm"], made.arm))
    monkeypatch.setitem(server._HANDLERS, "model", around(server._HANDLERS["model"], made.model))
    monkeypatch.setitem(server._HANDLERS, "entra", around(entra.answer, made.entra))
    monkeypatch.setattr(local_identity, "answer", around(local_identity.answer, made.local))
    return made


def leaks(written: Iterable[tuple[str, bytes]], secrets: Iterable[str]) -> list[str]:
    """Where any twelve characters in a row of a secret stand, as they are or as formats write them."""
    pieces = {piece: secret for secret in secrets for piece in _pieces(secret)}
    return [
        f"{name}: …{text[max(0, at - 60) : at + 80].decode('utf-8', 'replace')}… ({secret[:6]}…)"
        for name, text in written
        for piece, secret in pieces.items()
        if (at := text.find(piece)) >= 0
    ]


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a run, raw bodies unpacked."""
    for path in sorted(folder.rglob("*")):
        yield f"the name {path.name}", path.name.encode()
        if path.is_file():
            content = path.read_bytes()
            yield str(path.relative_to(folder)), gzip.decompress(content) if path.suffix == ".gz" else content


def _pieces(secret: str) -> Iterator[bytes]:
    forms = {secret, quote(secret, safe=""), html.escape(secret), secret.replace("+", "\\u002b")}
    for form in forms | {base64.b64encode(secret.encode()).decode()}:
        for start in range(0, max(1, len(form) - WINDOW), WINDOW // 2):
            yield form[start : start + WINDOW].encode()
