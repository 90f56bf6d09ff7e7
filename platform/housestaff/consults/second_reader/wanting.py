"""What a message wants that an agent must not give, or must answer first: read by the same kind of linear reader.

A wrong answer here costs a sentence, not a life: an unasked boundary is stated, or one is stated by nobody; the guard in
the stream holds either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .linear import Linear, NoSecondReader, read
from .reading import language_of

WANTS_FILE = "wants.json"  # beside the reader of alarm
FEELING = "feeling"
# What may not be given or needs an honest answer (part D of the exam), and the head that hears whether any is wanted.
KINDS = ("diagnosis", "dose", "identity", "injection", "other_patient", "prescription", "secrets")
BOUNDED = "bounded"
_OUTSIDE = "outside_"


@dataclass(frozen=True, slots=True)
class Wants:
    """The kind of part D that was heard, or ""; a feeling to acknowledge; a complaint of another field."""

    kind: str = ""
    feeling: bool = False
    outside: bool = False


@dataclass(frozen=True)
class Wanting:
    """The reader of wants."""

    linear: Linear

    def hear(self, text: str, specialty: str) -> Wants:
        """What the text wants of this specialty's agent."""
        scores = self.linear.scores(text)
        language = language_of(text)
        heard = {head for head, limit in self.linear.limits.items() if scores[head] >= limit[language]}
        kind = max(KINDS, key=scores.__getitem__) if BOUNDED in heard else ""
        return Wants(kind, FEELING in heard, f"{_OUTSIDE}{specialty}" in heard)


@lru_cache(maxsize=2)
def wanting(beside: Path) -> Wanting | None:
    """This process's reader of wants, beside the reader of alarm; None where none has been made."""
    try:
        return Wanting(read(beside.with_name(WANTS_FILE)))
    except NoSecondReader:
        return None
