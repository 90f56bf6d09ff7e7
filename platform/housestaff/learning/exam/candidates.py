"""Who sits an exam: an agent in the hall, or a person at a desk; asked the same way, graded by the same graders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from housestaff.agents.packs import Pack

ENGINE = "engine"  # in a transcript: how the engine failed in the turn that was then answered in signed words


@dataclass(frozen=True)
class Posted:
    """What the patient's device learns at once."""

    urgency: str
    card: bool


@dataclass(frozen=True)
class Reply:
    """What the candidate answered, and the question it asked (an intake item's key, "open", "close" or nothing)."""

    text: str
    asks: str | None
    failed: str = ""


@dataclass(frozen=True)
class Judged:
    """The case record as the doctor gets it."""

    urgency: str
    consult_class: str
    disposition: str
    asked: tuple[str, ...]
    facts: tuple[dict[str, Any], ...]
    summary: tuple[dict[str, Any], ...]
    draft: str
    lines: dict[int, str]
    reasons: tuple[str, ...] = ()


class Conversation(Protocol):
    """One consult of the exam and its transcript."""

    transcript: list[dict[str, str]]

    def say(self, text: str) -> Posted:
        """The patient writes."""
        ...

    def answer(self) -> Reply:
        """The candidate's turn."""
        ...

    def urgency(self) -> str:
        """As the candidate has judged it so far."""
        ...

    def judged(self) -> Judged:
        """The whole case record, when the patient has gone."""
        ...


class Candidate(Protocol):
    """Who is examined."""

    @property
    def pack(self) -> Pack:
        """The specialty it is examined in."""
        ...

    def consult(self, which: str, language: str) -> Conversation:
        """A new patient. `which` names the candidate where the place seats several."""
        ...
