"""Writes of the postman: put an envelope, apply envelopes in order, claim, hand back, finish."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from housestaff.access.errors import Conflict, NotFound
from housestaff.people.models import Membership
from housestaff.privacy import audit
from housestaff.tenancy.context import current_tenant
from housestaff.tenancy.groups import group_of
from housestaff.tenancy.nudges import tell

from . import reconcile
from .envelopes import Addressed, EnvelopeBody
from .models import Envelope, Feed, Item, Worklist
from .queries import holder_name
from .states import ITEM

log = logging.getLogger(__name__)


def open_worklist(*, agent: UUID) -> Worklist:
    """The list of an agent's owner; made when the agent is."""
    Feed.objects.get_or_create()
    return Worklist.objects.get_or_create(agent=agent)[0]


def enqueue(addressed: Addressed) -> None:
    """Put one envelope, in the transaction of its event. The caller holds the consult's row lock."""
    Envelope(
        id=uuid4(),
        consult=addressed.consult,
        seq=addressed.seq,
        agent=addressed.agent,
        subject_id=addressed.subject,
        body=addressed.body.as_json(),
    ).save(force_insert=True)


def sync(*, consult: UUID) -> Item | None:
    """Apply the consult's waiting envelopes in order; safe to run twice, at once, or for nothing."""
    with transaction.atomic(savepoint=False):
        item = Item.objects.find("consult = %s", consult, lock=True)
        waiting = _waiting(consult)
        if not waiting:
            return item
        if item is None:
            item = _first_item(waiting[0])
            waiting = _waiting(consult)  # another worker may have applied some while we waited for the row
        _apply(item, waiting)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM worklists_envelope WHERE tenant_id = %s AND consult = %s AND seq <= %s",
                [current_tenant(), consult, item.synced_seq],
            )
    return item


def _waiting(consult: UUID) -> list[Envelope]:
    return Envelope.objects.find_all("consult = %s", consult, order="seq")


def _first_item(envelope: Envelope) -> Item:
    """Make the consult's one item; where another worker was first, wait for its row."""
    worklist = Worklist.objects.get(agent=envelope.agent)
    item = Item(
        worklist=worklist,
        consult=envelope.consult,
        subject_id=envelope.subject_id,
        reasons=[],
        waiting_since=envelope.at,
    )
    Item.objects.bulk_create([item], ignore_conflicts=True)
    return Item.objects.select_for_update().get(consult=envelope.consult)


def _apply(item: Item, waiting: list[Envelope]) -> None:
    row = reconcile.Row(
        item.synced_seq,
        item.urgency,
        item.consult_class,
        item.state,
        item.held_by_id is not None,
        item.waiting_since,
        item.due_at,
    )
    reasons: list[dict[str, Any]] | None = None
    for envelope in waiting:
        body = EnvelopeBody(**envelope.body)
        try:
            after = reconcile.apply(row, envelope.seq, body)
        except reconcile.Gap as gap:
            log.error("consult %s: %s; waiting for it", item.consult, gap)
            break
        if after is not row:
            row, reasons = after, body.reasons
    if reasons is None:
        return
    item.synced_seq, item.urgency, item.consult_class = row.synced_seq, row.urgency, row.consult_class
    item.rank = reconcile.RANK[row.urgency]
    item.state, item.waiting_since, item.due_at = row.state, row.waiting_since, row.due_at
    if not row.held:
        item.held_by = item.held_at = None
    item.reasons = reasons
    _changed(item)


def _changed(item: Item) -> None:
    """Give the item its next version and number, save it, and hint the live lists."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE worklists_feed SET last_n = last_n + 1 WHERE tenant_id = %s RETURNING last_n",
            [str(current_tenant())],
        )
        (item.n,) = cursor.fetchone()
    item.version += 1
    item.save()
    tell(
        group_of("worklist", "rows"),
        type="row.changed",
        n=item.n,
        id=str(item.id),
        version=item.version,
    )


def _locked(consult: UUID) -> Item:
    """The consult's item, up to date and locked; NotFound when there is none."""
    sync(consult=consult)
    item = Item.objects.select_for_update().filter(consult=consult).first()
    if item is None:
        raise NotFound
    return item


def held_by_another(item: Item, by: Membership) -> Conflict:
    """The refusal when another clinician holds the item."""
    return Conflict(_("Another clinician has this consult."), code="held_by", held_by=holder_name(item))


def claim(*, consult: UUID, by: Membership) -> Item:
    """Take the item. Taking one's own again changes nothing; another's is refused."""
    with transaction.atomic():
        item = _locked(consult)
        if item.held_by_id == by.id:
            return item
        if item.held_by_id is not None:
            raise held_by_another(item, by)
        item.state = ITEM.next("claim", item.state, by.role)
        item.held_by, item.held_at = by, timezone.now()
        _changed(item)
        audit.record("worklist.claim", by=by, kind="item", object_id=item.id, subject=item.subject_id)
    return item


def hand_back(*, consult: UUID, by: Membership) -> Item:
    """Back to the agent; only the holder can."""
    with transaction.atomic():
        item = _locked(consult)
        if item.held_by_id not in (None, by.id):
            raise held_by_another(item, by)
        if item.state == "claimed":
            item.state = ITEM.next("hand_back", item.state, by.role)
        item.held_by = item.held_at = None
        _changed(item)
        audit.record("worklist.hand_back", by=by, kind="item", object_id=item.id, subject=item.subject_id)
    return item


def finish(*, consult: UUID, by: Membership) -> Item:
    """Done: signed or closed."""
    with transaction.atomic():
        item = _locked(consult)
        if item.state != "done":
            item.state = ITEM.next("finish", item.state, by.role)
        item.held_by = item.held_at = item.due_at = None
        _changed(item)
    return item


def reopen(*, consult: UUID, by: Membership, since: datetime) -> Item:
    """A signature was taken back: the same clinician has it again."""
    with transaction.atomic():
        item = _locked(consult)
        if item.state == "done":
            item.state = ITEM.next("reopen", item.state, by.role)
            item.waiting_since = since
            if reconcile.for_review(item.urgency, item.consult_class):
                item.due_at = since + reconcile.CLOCK[item.urgency]
        item.state = ITEM.next("claim", item.state, by.role)
        item.held_by, item.held_at = by, timezone.now()
        _changed(item)
    return item
