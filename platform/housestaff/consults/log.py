"""The numbered log of a consult: the only place that gives a seq. The caller holds the consult's row lock."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from housestaff.agents.models import Agent, Release
from housestaff.people.models import Membership
from housestaff.tenancy.groups import group_of
from housestaff.tenancy.known import known
from housestaff.tenancy.models import Tenant
from housestaff.tenancy.nudges import tell
from housestaff.worklists import actions as worklists
from housestaff.worklists.envelopes import Addressed, EnvelopeBody

from .models import Consult, Event


def append(
    consult: Consult,
    *,
    kind: str,
    author: str,
    by: Membership | None = None,
    release: Release | None = None,
    text: str | None = None,
    card: dict[str, Any] | None = None,
    code: str = "",
    reply_to: int | None = None,
    client_key: str | None = None,
) -> Event:
    """Add one durable event and its envelope. The caller saves the consult in the same transaction."""
    consult.last_seq += 1
    event = Event(
        id=uuid4(),
        consult=consult,
        subject_id=consult.subject_id,
        seq=consult.last_seq,
        kind=kind,
        author=author,
        by=by,
        release=release,
        text=text,
        card=card,
        code=code,
        reply_to=reply_to,
        client_key=client_key,
        urgency_after=consult.urgency,
        at=timezone.now(),
    )
    event.save(force_insert=True)
    worklists.enqueue(
        Addressed(
            consult=consult.id,
            agent=consult.agent_id,
            subject=consult.subject_id,
            seq=event.seq,
            body=EnvelopeBody(
                kind=kind,
                author=author,
                urgency=consult.urgency,
                consult_class=consult.consult_class,
                state=consult.state,
                reasons=list(consult.reasons or []),
                at=datetime.now(UTC).isoformat(),
            ),
        )
    )
    tell(group_of("consult", consult.id), type="log.grew", consult=str(consult.id), seq=event.seq)
    return event


def locked(consult_id: Any) -> Consult:
    """The consult under its row lock; raises Consult.DoesNotExist."""
    row = Consult.objects.find("id = %s", consult_id, lock=True)
    if row is None:
        raise Consult.DoesNotExist
    return on_its_door(row)


def on_its_door(row: Consult) -> Consult:
    """The consult with its agent and its tenant, which hardly change and so are not read anew each time."""
    row.agent = known(Agent, row.agent_id)
    row.tenant = known(Tenant, row.tenant_id)
    return row
