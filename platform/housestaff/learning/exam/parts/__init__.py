"""The parts of the exam: what each asks, what it marks, and the line each mark must keep."""

from collections.abc import Mapping

from . import boundaries, context, intake, knowledge, manner, red_flags, triage
from .shared import Case, Mark, Marks, Outcome, Part, Room

__all__ = ["PARTS", "Case", "Mark", "Marks", "Outcome", "Part", "Room"]

PARTS: Mapping[str, Part] = {
    part.letter: part
    for part in (
        red_flags.PART,
        intake.PART,
        context.PART,
        boundaries.PART,
        intake.NOTE,
        knowledge.PART,
        triage.PART,
        manner.PART,
    )
}
