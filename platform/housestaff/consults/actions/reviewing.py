"""The doctor's moves: take over, hand back, edit the draft, sign, undo, and the release of signed words."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from housestaff.access.errors import Conflict, Problem
from housestaff.access.moves import NotNow
from housestaff.agents.queries import release_in_service
from housestaff.people.models import Membership
from housestaff.privacy import audit
from housestaff.tenancy.nudges import nudge
from housestaff.worklists import actions as worklists

from .. import drafts
from ..differences import word_difference
from ..log import append, locked
from ..models import URGENCIES, Consult, Draft, Review, rank
from ..states import CONSULT
from .messages import check_text
from .opening import not_now
from .turns import queue_turn, stop_active

DISPOSITIONS = ("self_care", "online_visit", "clinic_visit", "emergency")


def take_over(*, by: Membership, consult: UUID) -> Consult:
    """A doctor takes the consult: claims it, stops the agent mid-word; a line says so. Twice is once."""
    with transaction.atomic():
        row = locked(consult)
        worklists.claim(consult=row.id, by=by)
        if row.state == "with_doctor":
            return row
        _move(row, "take_over", by)
        stop_active(row, reason="taken_over", by=by)
        append(row, kind="state", author="clinician", by=by, code="with_doctor")
        row.save()
        _synced(row)
        audit.record("consult.take_over", by=by, kind="consult", object_id=row.id, subject=row.subject_id)
    return row


def hand_back(*, by: Membership, consult: UUID) -> Consult:
    """Back to the agent. A doctor has judged the emergency, so the agent may speak again."""
    with transaction.atomic():
        row = locked(consult)
        _move(row, "hand_back", by)
        worklists.hand_back(consult=row.id, by=by)
        row.silenced = False
        append(row, kind="state", author="clinician", by=by, code="open")
        row.save()
        _synced(row)
        audit.record("consult.hand_back", by=by, kind="consult", object_id=row.id, subject=row.subject_id)
    return row


def save_draft(*, by: Membership, consult: UUID, text: str, version: int) -> Draft:
    """Keep the doctor's edit; raises Conflict when another tab or clinician saved a newer version."""
    check_text(text)
    with transaction.atomic():
        row = locked(consult)
        draft = drafts.current(row)
        if draft.version != version:
            raise Conflict(_("This draft was changed elsewhere."), code="newer_draft", version=draft.version)
        draft.text, draft.version, draft.edited_by = text, version + 1, by
        draft.save()
        audit.record("draft.save", by=by, kind="draft", object_id=draft.id, subject=row.subject_id)
    return draft


def sign(
    *,
    by: Membership,
    consult: UUID,
    text: Any,
    last_seen_seq: int | None = None,
    urgency: str | None = None,
    disposition: str | None = None,
    reason: str | None = None,
) -> Review:
    """Sign a reply. It reaches the patient after ten seconds, at once in an emergency.

    Raises Conflict `held_by` when another clinician holds the item, `new_messages` when the patient has
    written since `last_seen_seq`. Lowering urgency needs a reason.
    """
    words = check_text(text)
    _check_choice(urgency, URGENCIES, "urgency")
    _check_choice(disposition, DISPOSITIONS, "disposition")
    with transaction.atomic():
        row = locked(consult)
        worklists.claim(consult=row.id, by=by)
        if last_seen_seq is not None and row.patient_seq > last_seen_seq:
            raise Conflict(_("The patient has written since."), code="new_messages", last_seq=row.last_seq)
        _release_pending(row)
        before = row.urgency
        if urgency and rank(urgency) < rank(before) and not (reason or "").strip():
            raise Problem(_("Please say why the urgency is lower."), code="reason_required", field="reason")
        state_before = row.state
        _move(row, "sign", by)
        stop_active(row, reason="signed", by=by)
        row.urgency = urgency or row.urgency
        row.disposition = disposition or row.disposition
        review = _review(row, by, words, reason, before, state_before)
        row.save()
        worklists.finish(consult=row.id, by=by)
        audit.record(
            "consult.sign",
            by=by,
            kind="review",
            object_id=review.id,
            subject=row.subject_id,
            urgency_before=before,
            urgency_after=row.urgency,
        )
        if before == "emergency":
            _send(row, review)
        nudge("worklists.sync_consult", tenant=str(row.tenant_id), consult=str(row.id))
    return review


def _review(
    row: Consult, by: Membership, words: str, reason: str | None, before: str, state_before: str
) -> Review:
    now = timezone.now()
    draft = drafts.current(row)
    review = Review(
        id=uuid4(),
        consult=row,
        subject_id=row.subject_id,
        clinician=by,
        release=release_in_service(row.agent_id),
        draft=draft.proposed or "",
        signed=words,
        difference=word_difference(draft.proposed or "", words),
        reason=reason or "",
        urgency_before=before,
        urgency_after=row.urgency,
        state_before=state_before,
        answers_seq=row.patient_seq,
        signed_at=now,
        release_at=now if before == "emergency" else now + settings.HOUSESTAFF["UNDO"],
    )
    review.save(force_insert=True)
    draft.delete()
    return review


def undo(*, by: Membership, consult: UUID) -> Consult:
    """Take a signature back while its ten seconds last; the words return to the draft."""
    with transaction.atomic():
        row = locked(consult)
        review = _pending(row)
        if review is None or review.release_at <= timezone.now():
            raise Conflict(_("It is too late to undo: the patient has the reply."), code="too_late")
        if review.clinician_id != by.id:
            raise Conflict(_("Only who signed can undo."), code="not_yours")
        review.undone_at = timezone.now()
        review.save()
        if row.state == "signed":
            back = "undo_to_doctor" if review.state_before == "with_doctor" else "undo_to_open"
            _move(row, back, by)
        row.urgency = (
            review.urgency_before if rank(review.urgency_before) > rank(row.urgency) else row.urgency
        )
        draft = drafts.current(row)
        draft.text, draft.proposed, draft.edited_by = review.signed, review.draft, by
        draft.save()
        row.save()
        worklists.reopen(consult=row.id, by=by, since=review.signed_at)
        audit.record("consult.undo", by=by, kind="review", object_id=review.id, subject=row.subject_id)
    return row


def release_signed(*, consult: UUID) -> bool:
    """Send what was signed once its ten seconds are over; whether there was something to send."""
    with transaction.atomic():
        row = locked(consult)
        review = _pending(row)
        if review is None or review.release_at > timezone.now():
            return False
        _send(row, review)
    return True


def _pending(row: Consult) -> Review | None:
    return (
        Review.objects.select_for_update(of=("self",))
        .filter(consult=row, sent_seq__isnull=True, undone_at__isnull=True)
        .first()
    )


def _release_pending(row: Consult) -> None:
    """A second signature sends the first one at once: what was signed is never dropped."""
    review = _pending(row)
    if review is not None:
        review.release_at = max(review.signed_at, timezone.now())
        _send(row, review)


def _send(row: Consult, review: Review) -> None:
    clinician = Membership.objects.get(id=review.clinician_id)
    event = append(
        row,
        kind="message",
        author="clinician",
        by=clinician,
        text=review.signed,
        code="signed",
        reply_to=review.answers_seq or None,
    )
    review.sent_seq = event.seq
    review.save()
    if row.state == "signed":
        append(row, kind="state", author="clinician", by=clinician, code="signed")
    elif row.state == "open" and not row.silenced and row.patient_seq > review.answers_seq:
        queue_turn(row)
    row.save()
    _synced(row)
    audit.record("review.send", by=None, kind="review", object_id=review.id, subject=row.subject_id)


def _move(row: Consult, name: str, by: Membership) -> None:
    try:
        row.state = CONSULT.next(name, row.state, by.role)
    except NotNow as error:
        raise not_now(error) from None


def _synced(row: Consult) -> None:
    nudge("worklists.sync_consult", tenant=str(row.tenant_id), consult=str(row.id))


def _check_choice(value: Any, known: Any, field: str) -> None:
    if value is not None and value not in known:
        raise Problem(
            _("This is not one of the known values."), code="invalid", field=field, known=list(known)
        )
