"""The next steps of a cause: each said once, and nothing left open that another step has filled in."""

from __future__ import annotations

from auditor.triage.reason import Reason
from auditor.triage.steps import steps

NOW = "2026-11-21T03:00:00Z"


def reason(*commands: str) -> Reason:
    """One whose steps are these."""
    told = [{"text": f"Step {number}.", "cli": command} for number, command in enumerate(commands)]
    return Reason.model_validate(
        {
            "id": "it",
            "title": "It",
            "whose": "ours",
            "steps": told,
            "apart": "Look.",
            "examples": {"silent": [{}]},
        }
    )


def commands(*of: str, own: str | None = None, **variables: str) -> list[str | None]:
    return [one.command for one in steps(reason(*of), dict(variables), own, NOW)]


def test_a_step_that_leaves_open_what_another_fills_in_is_left_out() -> None:
    """Where less is known it stands there alone."""
    both = ("az thing set --size {{ call }}", "az thing set --size NEW_SIZE")
    assert commands(*both, call="7") == ["az thing set --size 7"]
    assert commands(*both) == ["az thing set --size NEW_SIZE"]


def test_another_command_stays_though_something_is_left_open_in_it() -> None:
    assert len(commands("az thing set --size 7", "az other set --size NEW_SIZE")) == 2


def test_a_command_that_comes_out_empty_is_no_step() -> None:
    """A rule may write a command for one state alone."""
    assert commands("{% if call == 'x' %}az thing show{% endif %}", "az thing list", call="y") == ["az thing list"]


def test_the_errors_own_command_is_not_said_twice() -> None:
    """Its remark does not make another one of it."""
    assert commands("nslookup a.example", own="nslookup a.example   # from inside") == ["nslookup a.example"]
    assert commands("nslookup a.example", own="nslookup b.example")[1] == "nslookup b.example"


def test_a_command_for_each_of_many() -> None:
    """Each on a line of its own."""
    told = steps(
        reason("{% for z in changes %}az zone link --name {{ z }}\n{% endfor %}"), {"changes": ["a", "b"]}, None, NOW
    )
    assert told[0].command == "az zone link --name a\naz zone link --name b"
