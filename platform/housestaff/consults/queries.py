"""Reads of consults: who may see which, and what each reader sees of it. Reads are audited by their doors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from housestaff.access.errors import NotFound
from housestaff.agents.models import Agent, Release
from housestaff.agents.queries import level_in_service
from housestaff.people.models import Clinician, Membership, Patient
from housestaff.people.queries import may_act_for, subjects_of
from housestaff.privacy import consents
from housestaff.tenancy.known import known

from . import case
from .log import locked, on_its_door
from .models import Consult, Event, Fact, Review


def visible(member: Membership, consult_id: UUID) -> Consult:
    """The consult, if this member may know that it exists; raises NotFound otherwise."""
    row = Consult.objects.find("id = %s", consult_id)
    if row is None or not (member.is_clinician or _takes_part(member, row)):
        raise NotFound
    return on_its_door(row)


def locked_for(member: Membership, consult_id: UUID) -> Consult:
    """The same, under its row lock: for a write that begins with the question whether it may be known."""
    try:
        row = locked(consult_id)
    except Consult.DoesNotExist:
        raise NotFound from None
    if not (member.is_clinician or _takes_part(member, row)):
        raise NotFound
    if row.author_id == member.id:
        row.author = member
    return row


def _takes_part(member: Membership, row: Consult) -> bool:
    """A patient takes part in a consult they opened, about somebody they still act for."""
    return row.author_id == member.id and may_act_for(member, row.subject_id)


def own(member: Membership) -> list[Consult]:
    """The newest consults of an account."""
    return list(all_own(member)[:100])


def all_own(member: Membership) -> "QuerySet[Consult]":
    """The consults an account opened, newest first."""
    people = [person.id for person in subjects_of(member)]
    rows: QuerySet[Consult] = Consult.objects.filter(author=member, subject_id__in=people).select_related(
        "agent", "agent__owner", "tenant", "subject"
    )
    return rows.order_by("-opened_at", "id")


def events_after(row: Consult, after: int, most: int = 500) -> list[Event]:
    """Durable events with seq > after, in order; each knows its consult, its release and who wrote it."""
    events = Event.objects.find_all(
        "consult_id = %s AND seq > %s", row.id, after, order=f"seq LIMIT {int(most)}"
    )
    for event in events:
        event.consult = row
        if event.release_id is not None:
            event.release = known(Release, event.release_id)
        if event.by_id is not None:
            event.by = known(Membership, event.by_id)
    return events


def as_json(event: Event, row: Consult) -> dict[str, Any]:
    """One durable event as API.md promises it."""
    told: dict[str, Any] = {
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at.isoformat(),
        "author": event.author,
        "author_name": author_name(event, row),
        "ai": event.ai,
        "release": event.release.label if event.release else None,
        "text": event.text if event.text is not None else "",
        "reply_to": event.reply_to,
    }
    if event.code:
        told["code"] = event.code
    if event.kind == "state":
        told["state"] = event.code
    if event.kind == "card":
        told["card"] = event.card
        told |= event.card or {}
    return told


def author_name(event: Event, row: Consult) -> str:
    """Who speaks, as the patient reads it."""
    if event.author == "agent":
        return str(row.agent.called(row.language))
    if event.author == "clinician" and event.by and event.by.clinician_id:
        return known(Clinician, event.by.clinician_id).called(row.language)
    if event.author == "patient":
        return str(known(Patient, row.subject_id).name or "")
    return str(row.tenant.called(row.language))


def shown_state(row: Consult, member: Membership) -> str:
    """A patient sees `signed` only when the words have reached them; until then the state before."""
    if member.is_clinician or row.state != "signed":
        return row.state
    review = Review.objects.filter(consult=row, sent_seq__isnull=True, undone_at__isnull=True).first()
    return review.state_before if review else row.state


def facts_of(row: Consult, *, history_only: bool) -> list[dict[str, Any]]:
    """Facts with the patient's words; a patient sees their history, not what rang."""
    rows = Fact.objects.filter(consult=row).order_by("seq", "at")
    if history_only:
        rows = rows.filter(kind="history")
    return [
        {
            "key": fact.key,
            "value": fact.value,
            "status": fact.status,
            "seq": fact.seq,
            "quote": fact.quote,
            **({} if history_only else {"kind": fact.kind, "level": fact.level, "certainty": fact.certainty}),
        }
        for fact in rows
    ]


def whole(row: Consult, member: Membership) -> dict[str, Any]:
    """`GET consults/{id}/` for this reader."""
    told: dict[str, Any] = {
        "id": str(row.id),
        "agent": str(row.agent_id),
        "agent_name": row.agent.called(row.language),
        "subject": str(row.subject_id),
        "language": row.language,
        "state": shown_state(row, member),
        "level": level_in_service(row.agent_id),
        "opened_at": row.opened_at.isoformat(),
        "facts": facts_of(row, history_only=not member.is_clinician),
        "messages": [as_json(event, row) for event in events_after(row, 0, most=2_000)],
        "last_seq": row.last_seq,
    }
    if member.is_clinician:
        told |= {
            "urgency": row.urgency,
            "class": row.consult_class,
            "disposition": row.disposition,
            "reasons": row.reasons or [],
            "summary": case.summary(row),
            "withheld": consents.in_force(subject=row.subject_id, purpose="consult") is None,
        }
    else:
        told["will_read"] = case.will_read(row)
    return told


def pending_review(row: Consult) -> Review | None:
    """The signature whose ten seconds are not over."""
    return Review.objects.filter(
        consult=row, sent_seq__isnull=True, undone_at__isnull=True, release_at__gt=timezone.now()
    ).first()


def briefly(rows: Iterable[Consult], member: Membership) -> list[dict[str, Any]]:
    """A list of consults for their author."""
    return [
        {
            "id": str(row.id),
            "agent": str(row.agent_id),
            "agent_name": row.agent.called(row.language),
            "subject": str(row.subject_id),
            "subject_name": row.subject.name,
            "language": row.language,
            "state": shown_state(row, member),
            "last_seq": row.last_seq,
            "opened_at": row.opened_at.isoformat(),
        }
        for row in rows
    ]


LOOK_BACK_DAYS = 7
THRESHOLDS = (0.25, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class Reviews:
    """Of the consults of so many days: how many there were a day, and how many a threshold would have sent to review."""

    days: int
    consults: float
    by_threshold: tuple[tuple[float, float], ...]


def reviews_a_day(agent: Agent) -> Reviews:
    """What each choice of `review_from` would have meant lately. The days count from the first consult in sight."""
    now = timezone.now()
    seen = Consult.objects.filter(agent=agent, opened_at__gte=now - timedelta(days=LOOK_BACK_DAYS))
    counted = seen.aggregate(
        first=Min("opened_at"),
        every=Count("id"),
        **{f"from_{number}": Count("id", filter=Q(doubt__gte=one)) for number, one in enumerate(THRESHOLDS)},
    )
    days = (now - counted["first"]).days + 1 if counted["first"] else 0
    a_day = [
        (one, round(counted[f"from_{number}"] / days, 1) if days else 0.0)
        for number, one in enumerate(THRESHOLDS)
    ]
    return Reviews(days, round(counted["every"] / days, 1) if days else 0.0, tuple(a_day))
