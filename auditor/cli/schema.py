"""`auditor schema`: the JSON Schema of what the auditor reads and writes."""

from __future__ import annotations

import ast
import inspect
import json
import sys
import typing
from collections.abc import Iterator

import click

from auditor.cli.options import Command, conversation_options

if typing.TYPE_CHECKING:
    from auditor.record import JsonObject, Record

_SUBJECTS = ("settings", "evidence", "snapshot", "check", "attestation")
_EPILOG = """\
Examples:
  auditor schema settings > auditor.schema.json

For an editor that knows the YAML language server, auditor.yaml then begins:
  # yaml-language-server: $schema=auditor.schema.json
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("subject", type=click.Choice(_SUBJECTS))
@conversation_options
def schema(subject: str) -> None:
    """Print the JSON Schema of a file that is read or written.

    Settings are auditor.yaml, evidence and snapshot what a run writes, a check is one file of a pack, an attestation is
    what is signed: the predicate of an in-toto Statement.
    """
    from auditor.cli.console import output

    output(json.dumps(schema_of(subject), indent=2))


def schema_of(subject: str) -> JsonObject:
    """The JSON Schema (draft 2020-12) of a subject of `auditor schema`, each member with its docstring."""
    from auditor.policy.check import Check
    from auditor.report.attested import Attested
    from auditor.run import Run
    from auditor.settings import Settings
    from auditor.snapshot import Snapshot

    models: dict[str, type[Record]] = {
        "settings": Settings,
        "evidence": Run,
        "snapshot": Snapshot,
        "check": Check,
        "attestation": Attested,
    }
    model = models[subject]
    bare = model.model_json_schema(mode="validation")
    words = {name: members for kind in _records(model) for name, members in _docstrings(kind)}
    for name, definition in ((model.__name__, bare), *bare.get("$defs", {}).items()):
        for member, text in words.get(name, {}).items():
            definition.get("properties", {}).get(member, {}).setdefault("description", text)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **bare}


def _records(model: type[Record]) -> Iterator[type[Record]]:
    """The model and every record inside of it."""
    from auditor.record import Record

    seen: set[type[Record]] = set()
    waiting: list[object] = [model]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, Record) and kind not in seen:
            seen.add(kind)
            yield kind
            waiting.extend(member.annotation for member in kind.model_fields.values())
        waiting.extend(typing.get_args(kind))


def _docstrings(record: type[Record]) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of each class in the record's module, and its members' docstrings."""
    for node in ast.parse(inspect.getsource(sys.modules[record.__module__])).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, dict(_member_docstrings(node))


def _member_docstrings(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for member, after in zip(node.body, node.body[1:], strict=False):
        match member, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
