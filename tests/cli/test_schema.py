"""The schemas that the auditor prints."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from auditor.cli import cli
from auditor.record import JsonObject
from auditor.settings_file import SMALLEST


def schema(subject: str) -> JsonObject:
    done = CliRunner().invoke(cli, ["schema", subject])
    assert done.exit_code == 0
    printed: JsonObject = json.loads(done.stdout)
    return printed


@pytest.mark.parametrize("subject", ["settings", "evidence", "snapshot", "check", "attestation"])
def test_schemas_are_schemas(subject: str) -> None:
    """Each is a JSON Schema of draft 2020-12 for an object that refuses unknown members."""
    printed = schema(subject)
    Draft202012Validator.check_schema(printed)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (printed["type"], printed["additionalProperties"]) == ("object", False)


def test_settings_schema_judges_as_the_loader_does() -> None:
    """The smallest settings fit the schema; with an unknown key they do not."""
    validator = Draft202012Validator(schema("settings"))
    smallest = yaml.safe_load(SMALLEST)
    assert list(validator.iter_errors(smallest)) == []
    assert [error.validator for error in validator.iter_errors({**smallest, "scop": 1})] == ["additionalProperties"]


def test_schema_explains_members() -> None:
    """A member's docstring is its description, wherever the record stands."""
    printed = schema("settings")
    assert (
        printed["$defs"]["GateSettings"]["properties"]["fail_on"]["description"] == "The least severity that stops it."
    )
    assert "tried in this order" in printed["properties"]["credentials"]["description"]
