"""What a row on the worklist becomes when the next envelope is applied (pure)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .envelopes import EnvelopeBody

RANK = {"routine": 0, "soon": 1, "urgent": 2, "emergency": 3}
# How long a row for review may wait. Staffing targets of the house, to be replaced by a tenant's own.
CLOCK = {
    "emergency": timedelta(minutes=15),
    "urgent": timedelta(hours=4),
    "soon": timedelta(hours=24),
    "routine": timedelta(hours=48),
}


@dataclass(frozen=True)
class Row:
    """The part of an item that envelopes change."""

    synced_seq: int
    urgency: str
    consult_class: str
    state: str
    held: bool
    waiting_since: datetime
    due_at: datetime | None


class Gap(ValueError):
    """An envelope is missing before this one: wait, never skip."""


def for_review(urgency: str, consult_class: str) -> bool:
    """Whether a doctor must act: complex, or urgent and above."""
    return consult_class == "complex" or RANK[urgency] >= RANK["urgent"]


def apply(row: Row, seq: int, body: EnvelopeBody) -> Row:
    """The row after one envelope; an old one changes nothing; raises Gap when one is missing."""
    if seq <= row.synced_seq:
        return row
    if seq != row.synced_seq + 1:
        raise Gap(f"expected {row.synced_seq + 1}, got {seq}")
    at = datetime.fromisoformat(body.at)
    state, held, since = row.state, row.held, row.waiting_since
    if body.author == "patient" and body.kind == "message" and state == "done":
        state, since = "waiting", at  # new words after done
    if body.state in ("closed", "withdrawn"):
        state, held = "done", False
    due = None
    if for_review(body.urgency, body.consult_class) and state != "done":
        due = since + CLOCK[body.urgency]
        if row.due_at is not None and state == row.state:
            due = min(due, row.due_at) if RANK[body.urgency] >= RANK[row.urgency] else due
    return replace(
        row,
        synced_seq=seq,
        urgency=body.urgency,
        consult_class=body.consult_class,
        state=state,
        held=held,
        waiting_since=since,
        due_at=due,
    )
