"""What an envelope says (pure): the state of a consult as it is after one durable event."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class EnvelopeBody:
    """Enough for the row on the workstation; the words themselves stay in the consult."""

    kind: str
    author: str
    urgency: str
    consult_class: str
    state: str
    reasons: list[dict[str, Any]]
    at: str

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Addressed:
    """An envelope on its way: which consult of which agent and subject, and the event's seq."""

    consult: UUID
    agent: UUID
    subject: UUID
    seq: int
    body: EnvelopeBody
