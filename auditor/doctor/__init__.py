"""The auditor's own health: what a run from here could not do or see, found out before one is made."""

from auditor.doctor.checkup import Checkup, Row, State, Unseen
from auditor.doctor.examine import SECONDS, Asked, examine
from auditor.doctor.rights import Need

__all__ = ["SECONDS", "Asked", "Checkup", "Need", "Row", "State", "Unseen", "examine"]
