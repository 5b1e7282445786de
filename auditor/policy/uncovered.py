"""What no check covers, and why: said openly, so that nobody takes the silence for a pass."""

from __future__ import annotations

from auditor.policy.check import Kebab, Sentence
from auditor.policy.document import read_document
from auditor.policy.shipped import shipped_folder
from auditor.record import Record

FILE = "uncovered.yaml"
"""In the folder of the shipped policies."""


class Uncovered(Record):
    """One question that is not answered."""

    what: Sentence
    why: Sentence
    instead: tuple[Kebab, ...] = ()
    """Checks that judge what is nearest to it."""


class _Questions(Record):
    questions: tuple[Uncovered, ...]


def load_uncovered() -> tuple[Uncovered, ...]:
    """The shipped ones, in their order; raises ProblemsError for a file that is not right."""
    return read_document(shipped_folder() / FILE).checked(_Questions).questions
