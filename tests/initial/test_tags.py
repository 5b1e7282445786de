"""What tags and names say of an account."""

from __future__ import annotations

import pytest

from auditor.initial.tags import BELONGS, OWNER, environment, said


@pytest.mark.parametrize(
    ("tags", "names", "expected"),
    [
        ({"environment": "production"}, (), ("production", "tag environment")),
        ({"Env": " PRD "}, ("x-dev",), ("production", "tag Env")),
        ({"stage": "staging"}, ("x-prod",), None),
        ({}, ("contoso-chat", "rg-chat-dev"), ("development", "the name rg-chat-dev")),
        ({}, ("chat-dev", "rg-prod"), None),
        ({}, ("chat-qa", "rg-test"), ("test", "the name rg-test")),
        ({}, ("devices", "products"), None),
        ({"environment": None}, ("contoso-prod",), ("production", "the name contoso-prod")),
        ({"environment": ""}, (), None),
    ],
)
def test_an_environment_is_told_only_where_it_is_certain(
    tags: dict[str, object], names: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    """A tag goes before names; words that mean several things, and names that differ, say nothing."""
    assert environment(tags, names) == expected


def test_the_surest_tag_is_taken_as_it_is_written() -> None:
    """Case and punctuation of a tag's name do not matter, its value is not changed."""
    assert said({"Team": "b", "Owned-By": "A@contoso.com"}, OWNER, "owner") == ("Owned-By", "A@contoso.com")
    assert said({"azd-env-name": "chat-dev"}, BELONGS, "name") == ("azd-env-name", "chat-dev")
    assert said({"owner": 7, "team": " "}, OWNER, "owner") is None
