"""The life of a turn: queued, leased, its partial text, and exactly one outcome."""

from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from housestaff.agents import levels
from housestaff.agents.models import Release
from housestaff.people.models import Membership
from housestaff.privacy import audit
from housestaff.privacy.fields import seal_for
from housestaff.tenancy.context import current_tenant
from housestaff.tenancy.groups import group_of
from housestaff.tenancy.nudges import nudge, tell

from ..log import append, locked
from ..models import Consult, Event, Turn
from ..states import TURN

ACTIVE = ("queued", "running")
MOST_ATTEMPTS = 3


class LostLease(RuntimeError):
    """Another worker, a stop or a take-over has ended this worker's hold on the turn."""


def queue_turn(row: Consult) -> Turn | None:
    """Queue a turn unless one is active or the agent's level has no words. The caller holds the consult."""
    if Turn.objects.find("consult_id = %s AND state IN %s", row.id, ACTIVE):
        return None
    release = Release.objects.find("agent_id = %s AND state = 'in_service'", row.agent_id)
    if release is None or not levels.may("inform", release.level):
        return None
    turn = Turn(
        id=uuid4(), consult=row, subject_id=row.subject_id, release=release, answers_seq=row.patient_seq
    )
    turn.save(force_insert=True)
    nudge("consults.answer_turn", tenant=str(row.tenant_id), consult=str(row.id))
    return turn


def _active(row: Consult) -> Turn | None:
    """The consult's queued or running turn, locked; it knows its consult and its release."""
    turn = Turn.objects.find("consult_id = %s AND state IN %s", row.id, ACTIVE, lock=True)
    return _with_its_own(turn, row) if turn else None


def _with_its_own(turn: Turn, row: Consult) -> Turn:
    turn.consult = row
    turn.release = Release.objects.find("id = %s", turn.release_id) if turn.release_id else None
    return turn


def begin_turn(*, consult: UUID) -> Turn | None:
    """Take the lease of the consult's queued or abandoned turn; None when there is nothing to do."""
    with transaction.atomic(savepoint=False):
        row = locked(consult)
        turn = _active(row)
        if turn is None or (
            turn.state == "running" and turn.lease_until and turn.lease_until > timezone.now()
        ):
            return None
        if turn.attempts >= MOST_ATTEMPTS:
            _end(row, turn, outcome="fail", reason="abandoned", text=None)
            row.save()
            return None
        turn.state = TURN.next("begin", turn.state, "house")
        turn.attempts += 1
        turn.lease = uuid4()
        turn.lease_until = timezone.now() + settings.HOUSESTAFF["TURN_LEASE"]
        turn.answers_seq = row.patient_seq
        turn.partial, turn.offset = None, 0
        if turn.start_seq is None:
            turn.start_seq = append(
                row, kind="start", author="agent", release=turn.release, reply_to=row.patient_seq
            ).seq
        turn.save()
        row.save()
        audit.record("turn.begin", by=None, kind="turn", object_id=turn.id, subject=row.subject_id)
    return turn


def keep_partial(turn: Turn, text: str) -> None:
    """Store what may be shown so far and renew the lease; raises LostLease when the turn is no longer ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE consults_turn SET partial = %s, "offset" = %s, lease_until = %s
            WHERE tenant_id = %s AND id = %s AND lease = %s AND state = 'running'
            """,
            [
                seal_for(turn, "partial", text),
                len(text),
                timezone.now() + settings.HOUSESTAFF["TURN_LEASE"],
                current_tenant(),
                turn.id,
                turn.lease,
            ],
        )
        if not cursor.rowcount:
            raise LostLease
    tell(
        group_of("consult", turn.consult_id),
        type="partial.grew",
        consult=str(turn.consult_id),
        turn=str(turn.id),
        offset=len(text),
    )


def hold_lease(turn: Turn) -> Consult:
    """The consult, locked, if this worker still holds the turn; raises LostLease.

    A lease that is half over is renewed: reading hundreds of messages may take longer than one.
    """
    row = locked(turn.consult_id)
    stored = _held(turn)
    lease, now = settings.HOUSESTAFF["TURN_LEASE"], timezone.now()
    if stored.lease_until is not None and stored.lease_until < now + lease / 2:
        Turn.objects.filter(id=turn.id, lease=turn.lease).update(lease_until=now + lease)
    return row


def _held(turn: Turn) -> Turn:
    """The turn as it is stored now, locked, if this worker still holds it; raises LostLease."""
    where = "id = %s AND lease = %s AND state = 'running'"
    stored = Turn.objects.find(where, turn.id, turn.lease, lock=True) if turn.lease else None
    if stored is None:
        raise LostLease
    return stored


def end_turn(
    turn: Turn, *, outcome: str, text: str | None, reason: str = "", row: Consult | None = None
) -> Event | None:
    """Store the turn's one outcome (`answer` or `fail`) and go on with what the patient wrote meanwhile.

    `reason`: why it failed, or how the engine failed in a turn that was answered without it.
    `row` is the consult as `hold_lease` gave it in this same transaction: both rows are held since, and ours.
    """
    with transaction.atomic(savepoint=False):
        if row is None:
            row = locked(turn.consult_id)
            turn = _with_its_own(_held(turn), row)
        event = _end(row, turn, outcome=outcome, reason=reason, text=text)
        if (
            row.patient_seq > turn.answers_seq
            and row.state == "open"
            and not row.silenced
            and outcome == "answer"
        ):
            queue_turn(row)
        row.save()
    return event


def was_half_read(row: Consult) -> bool:
    """Whether a turn of this consult was answered although its engine had failed."""
    return Turn.objects.filter(consult=row, state="answered").exclude(reason="").exists()


def stop_active(row: Consult, *, reason: str, by: Membership | None = None) -> Turn | None:
    """Stop the active turn, if any; what was shown stays as its text. The caller holds and saves the consult."""
    turn = _active(row)
    if turn is None:
        return None
    _end(row, turn, outcome="stop", reason=reason, text=turn.partial or "", by=by)
    return turn


def stop_turn(*, by: Membership, consult: UUID) -> Turn | None:
    """The patient stops the agent; nothing to stop is no error."""
    with transaction.atomic():
        row = locked(consult)
        turn = stop_active(row, reason="by_patient", by=by)
        row.save()
        audit.record("turn.stop", by=by, kind="consult", object_id=row.id, subject=row.subject_id)
    return turn


def _end(
    row: Consult, turn: Turn, *, outcome: str, reason: str, text: str | None, by: Membership | None = None
) -> Event | None:
    """The one place where a turn ends. A turn that never began leaves no trace in the log."""
    turn.state = TURN.next(outcome, turn.state, by.role if by else "house")
    turn.reason, turn.ended_at, turn.lease = reason, timezone.now(), None
    event = None
    if turn.start_seq is not None:
        event = append(
            row,
            kind="end",
            author="system" if outcome == "fail" else "agent",
            release=None if outcome == "fail" else turn.release,
            text=text if text is not None else failure_words(row),
            code=f"{turn.state}:{reason}" if reason and outcome != "answer" else turn.state,
            reply_to=turn.answers_seq,
        )
        turn.end_seq = event.seq
    turn.partial, turn.offset = None, 0
    turn.save()
    verb = {"answer": "turn.answer", "stop": "turn.stopped", "fail": "turn.fail"}[outcome]
    audit.record(verb, by=by, kind="turn", object_id=turn.id, subject=row.subject_id, reason=reason)
    return event


def failure_words(row: Consult) -> str:
    """What the patient reads when the agent cannot answer, in the language of the consult."""
    with translation.override(row.language):
        return gettext(
            "The agent cannot answer just now. Your words are safe, and the doctor will read them."
        )
