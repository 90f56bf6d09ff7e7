"""Reads of worklists, in the shown order."""

from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import get_language

from housestaff.access.errors import NotFound
from housestaff.people.models import Membership

from .models import URGENCIES, Feed, Item

REVIEW = Q(consult_class="complex") | Q(rank__gte=URGENCIES.index("urgent"))
FILTERS = ("review", "information", "mine", "all")


def items(member: Membership, which: str, after: int = 0) -> "QuerySet[Item]":
    """Items of a filter with n > after: urgency first, then time left, then who waits longest."""
    rows: QuerySet[Item] = Item.objects.filter(n__gt=after).select_related(
        "subject", "held_by", "held_by__clinician"
    )
    if which == "review":
        rows = rows.filter(REVIEW).exclude(state="done")
    elif which == "information":
        rows = rows.exclude(REVIEW)
    elif which == "mine":
        rows = rows.filter(held_by=member)
    return rows.order_by("-rank", F("due_at").asc(nulls_last=True), "waiting_since", "id")


def item_or_404(item_id: UUID) -> Item:
    """By its own id, or by its consult's; raises NotFound."""
    row = Item.objects.filter(Q(id=item_id) | Q(consult=item_id)).first()
    if row is None:
        raise NotFound
    return row


def changed_after(after: int, most: int = 500) -> list[Item]:
    """Rows whose newest change has n > after, in that order."""
    rows = Item.objects.filter(n__gt=after).order_by("n")
    return list(rows[:most])


def last_n() -> int:
    """The number of the tenant's newest change."""
    return Feed.objects.values_list("last_n", flat=True).first() or 0


def holder_name(row: Item) -> str:
    """The doctor who has it, as the reader calls them; "" when nobody has."""
    holder = row.held_by.clinician if row.held_by else None
    return holder.called(get_language() or "en") if holder else ""


def as_json(row: Item) -> dict[str, Any]:
    """A row of the worklist as API.md promises it."""
    return {
        "id": str(row.id),
        "consult": str(row.consult),
        "version": row.version,
        "n": row.n,
        "patient": row.subject.name,
        "patient_id": str(row.subject_id),
        "urgency": row.urgency,
        "class": row.consult_class,
        "reason": row.reasons or [],
        "waiting_since": row.waiting_since.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "held_by": holder_name(row) or None,
        "held_by_id": str(row.held_by_id) if row.held_by_id else None,
        "state": row.state,
        "for_review": row.for_review,
        "synced_seq": row.synced_seq,
    }
