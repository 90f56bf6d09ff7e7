"""What an answer to a question means, learned from the answers to every pack's questions: one reader a language.

Yes and no sound alike whatever was asked, so all packs teach one head, and each question one of its own beside it. It
informs the doctor and spares a question; by itself nothing it says raises an emergency or lowers anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .linear import NoSecondReader
from .reading import language_of
from .sparse import SHARED, UNSURE, Sparse, read_parts

ANSWERS_FILE = "answers.json"  # beside the reader of alarm


def doubt_of(specialty: str) -> str:
    """The name of the threshold from which a patient of this pack does not know."""
    return f"{specialty}/{UNSURE}"


@dataclass(frozen=True)
class Answering:
    """`by_language`: each with a threshold for every pack, under its slug."""

    by_language: Mapping[str, Sparse]

    def means(self, specialty: str, key: str, words: str) -> str | None:
        """What an answer to this question means: present, denied or unsure; None when it does not sound like any."""
        reader = self.by_language.get(language_of(words))
        if reader is None or specialty not in reader.limits:
            return None
        scores = reader.scores(words)
        if scores.get(UNSURE, 0.0) >= reader.limits[doubt_of(specialty)]:
            return UNSURE
        side = scores.get(SHARED, 0.0) + scores.get(key, 0.0)
        if abs(side) < reader.limits[specialty]:
            return None
        return "present" if side > 0 else "denied"


@lru_cache(maxsize=2)
def answering(beside: Path) -> Answering | None:
    """This process's reader of answers, beside the reader of alarm; None where none has been made."""
    try:
        return Answering(read_parts(beside.with_name(ANSWERS_FILE)))
    except NoSecondReader:
        return None
