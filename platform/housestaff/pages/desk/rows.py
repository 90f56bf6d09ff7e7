"""Rows of the queue as the desk shows them, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from housestaff.agents.catalogue import UnknownSpecialty, pack_for
from housestaff.agents.models import Agent
from housestaff.people.models import Membership
from housestaff.worklists import queries
from housestaff.worklists.models import Item


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    id: UUID
    consult: UUID
    version: int
    patient: str
    specialty: str
    urgency: str
    consult_class: str
    reasons: tuple[str, ...]
    waiting_since: datetime
    due_at: datetime | None
    late: bool
    held_by: str
    mine: bool
    state: str


def counts(member: Membership) -> dict[str, int]:
    """How many rows each filter has: the very lists that they open."""
    return {which: queries.items(member, which).count() for which in queries.FILTERS}


def rows_of(items: Iterable[Item], member: Membership) -> list[Row]:
    """Draw items, with their reasons in words."""
    specialties = dict(Agent.objects.values_list("id", "specialty"))
    return [_row(item, member, specialties) for item in items]


def _row(item: Item, member: Membership, specialties: dict[UUID, str]) -> Row:
    language = get_language() or "en"
    specialty = specialties.get(item.worklist.agent, "")
    holder = item.held_by.clinician if item.held_by else None
    return Row(
        id=item.id,
        consult=item.consult,
        version=item.version,
        patient=str(item.subject.name or ""),
        specialty=specialty,
        urgency=item.urgency,
        consult_class=item.consult_class,
        reasons=tuple(reason_words(reason, specialty, language) for reason in item.reasons or []),
        waiting_since=item.waiting_since,
        due_at=item.due_at,
        late=item.due_at is not None and item.due_at < timezone.now(),
        held_by=holder.called(language) if holder else "",
        mine=item.held_by_id == member.id,
        state=item.state,
    )


def reason_words(reason: dict[str, Any], specialty: str, language: str) -> str:
    """A red flag by its name alone; another reason by its sentence in the reader's language, else by its code."""
    try:
        names = {flag.key: flag.name.say(language) for flag in pack_for(specialty).flags}
    except UnknownSpecialty:
        names = {}
    if name := names.get(str(reason.get("key", ""))):
        return name
    return str(reason.get(language) or reason.get("en") or reason.get("code", "")).rstrip(".。")
