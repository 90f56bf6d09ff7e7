"""What the patient told, and which article a question wants: learned for each pack.

It informs the doctor and steers the history; by itself nothing it says raises an emergency or lowers anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .linear import NoSecondReader
from .reading import language_of
from .sparse import NEARNESS, UNANSWERED, Sparse, read_parts


def file_of(specialty: str) -> str:
    """The name of a pack's readers, beside the reader of alarm."""
    return f"told_{specialty}.json"


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact that a clause tells; `score` says how surely."""

    key: str
    status: str
    clause: str
    score: float


@dataclass(frozen=True)
class Telling:
    """The readers of one pack."""

    facts: Sparse
    questions: Sparse
    unanswered: Sparse  # whether a question is one that no article answers

    def told(self, clauses: Sequence[str]) -> list[Heard]:
        """The facts that the clauses tell, surest first, each key once."""
        found: list[Heard] = []
        for clause in clauses:
            limit = self.facts.limits[language_of(clause)]
            for head, score in self.facts.scores(clause).items():
                if score >= limit:
                    key, _, status = head.partition(":")
                    found.append(Heard(key, status, clause, score))
        surest: dict[str, Heard] = {}
        for one in sorted(found, key=lambda one: -one.score):
            surest.setdefault(one.key, one)
        return list(surest.values())

    def article(self, question: str, near: Mapping[str, float]) -> str | None:
        """The article that answers a question, of those in `near`; None when none of them seems to.

        `near`: article → nearness by words.
        """
        learned = self.questions.scores(question)
        doubt = self.unanswered.scores(question).get(UNANSWERED, 0.0)
        scores = {key: learned.get(key, 0.0) + NEARNESS * its - doubt for key, its in near.items()}
        best = max(sorted(scores), key=scores.__getitem__, default=None)
        return (
            best
            if best is not None and scores[best] >= self.questions.limits[language_of(question)]
            else None
        )


@lru_cache(maxsize=16)
def telling(beside: Path, specialty: str) -> Telling | None:
    """This process's readers of a pack, beside the reader of alarm; None where none have been made."""
    try:
        parts = read_parts(beside.with_name(file_of(specialty)))
        return Telling(parts["facts"], parts["questions"], parts["unanswered"])
    except (NoSecondReader, KeyError):
        return None
