"""A word to be remembered: planted in one turn, asked for in a later one."""

from __future__ import annotations

from secrets import choice, token_hex
from typing import Final

from auditor.probe.outcome import output_text
from auditor.record import JsonObject

PLANT_TOKENS: Final = 96
"""The most that both turns' input takes, what a model wraps around it included."""

RECALL: Final = "Which code word did I ask you to remember? Reply with the code word alone."


def word() -> str:
    """A word that nobody guesses, in letters and digits that every tokenizer keeps."""
    return f"{choice(('amber', 'cedar', 'delta', 'maple', 'raven'))}-{token_hex(3)}"


def planted(word_: str) -> str:
    """The turn that plants it."""
    return f"Remember this code word: {word_}. Reply with the single word OK."


def knows(body: JsonObject, word_: str) -> bool:
    """Whether an answer holds the word, in whatever case and wherever in the text."""
    return word_ in output_text(body).lower()
