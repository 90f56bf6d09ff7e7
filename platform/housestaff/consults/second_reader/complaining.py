"""What brought a patient, where no rule has words for it: one head a complaint, by the same kind of linear reader.

It only steers the history (which questions matter) and tells the doctor; nothing urgent follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .linear import Linear, NoSecondReader, read
from .reading import language_of

COMPLAINTS_FILE = "complaints.json"  # beside the reader of alarm
REMARK_HEAD = "remark"  # of a message that is about nobody's health


def head_of(specialty: str, complaint: str) -> str:
    """The name of a complaint's head."""
    return f"{specialty}/{complaint}"


@dataclass(frozen=True)
class Complaining:
    """The reader of complaints."""

    linear: Linear

    def hear(self, text: str, specialty: str) -> str | None:
        """The key of the complaint of this specialty that the text most likely is about, if it sounds like one."""
        scores = self.linear.scores(text)
        language = language_of(text)
        if REMARK_HEAD in scores and scores[REMARK_HEAD] >= self.linear.limits[REMARK_HEAD][language]:
            return None
        over = {
            head: scores[head] - limit[language]
            for head, limit in self.linear.limits.items()
            if head.startswith(head_of(specialty, ""))
        }
        surest = max(over, key=over.__getitem__, default=None)
        return surest.partition("/")[2] if surest is not None and over[surest] >= 0 else None

    def words_of(self, clauses: Sequence[str], specialty: str, complaint: str) -> str:
        """The clause that most sounds like the complaint; "" of none."""
        head = head_of(specialty, complaint)
        return max(clauses, key=lambda clause: self.linear.scores(clause)[head], default="")


@lru_cache(maxsize=2)
def complaining(beside: Path) -> Complaining | None:
    """This process's reader of complaints, beside the reader of alarm; None where none has been made."""
    try:
        return Complaining(read(beside.with_name(COMPLAINTS_FILE)))
    except NoSecondReader:
        return None
