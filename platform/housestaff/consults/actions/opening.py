"""Opening, closing, acknowledging a card, withdrawing consent."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from housestaff.access import limits
from housestaff.access.errors import Conflict, NotFound, Problem
from housestaff.access.moves import NotNow
from housestaff.agents.models import Agent
from housestaff.agents.packs import language_of
from housestaff.agents.queries import UnknownAgent, find_agent
from housestaff.people.models import Membership
from housestaff.people.queries import may_act_for
from housestaff.privacy import audit, consents

from ..log import append, locked
from ..models import Consult, Event
from ..states import CONSULT
from .turns import stop_active

ANSWERS = {"called", "safe"}


def open_consult(*, by: Membership, agent: str, language: str, subject: UUID | None = None) -> Consult:
    """A new thread with an agent, about the account's own person or one it acts for."""
    found = _agent(agent)
    try:
        spoken = language_of(language)
    except ValueError:
        raise Problem(
            _("This language is not spoken here."), code="unknown_language", field="language"
        ) from None
    about = subject or by.patient_id
    if about is None or not may_act_for(by, about):
        raise NotFound
    consent = consents.require_and_hold(subject=about, purpose="consult")
    limits.count(by, "consults")
    with transaction.atomic():
        consult = Consult(id=uuid4(), subject_id=about, author=by, agent=found, language=spoken, reasons=[])
        consult.save(force_insert=True)
        audit.record(
            "consult.open",
            by=by,
            kind="consult",
            object_id=consult.id,
            subject=about,
            consent=consent.id,
            agent=found.slug,
        )
    return consult


def _agent(name: str) -> Agent:
    found = find_agent(name)
    if found is None:
        raise UnknownAgent(_("There is no agent of this name here."), field="agent")
    return found


def not_now(error: NotNow) -> Conflict:
    """The refusal of a move that the consult's state does not have."""
    if error.state in ("closed", "withdrawn"):
        return Conflict(
            _("This consult has ended. You can start a new one."), code=error.state, state=error.state
        )
    return Conflict(_("This is not possible just now."), code="not_now", state=error.state)


def close(*, by: Membership, consult: UUID) -> Consult:
    """End the consult; a running turn is stopped, what was shown stays."""
    with transaction.atomic():
        row = locked(consult)
        try:
            row.state = CONSULT.next("close", row.state, by.role)
        except NotNow as error:
            raise not_now(error) from None
        stop_active(row, reason="closed")
        author = "clinician" if by.is_clinician else "patient"
        append(row, kind="state", author=author, by=by, code="closed")
        row.save()
        audit.record("consult.close", by=by, kind="consult", object_id=row.id, subject=row.subject_id)
    return row


def acknowledge_card(*, by: Membership, consult: UUID, answer: str) -> Consult:
    """The patient answered the emergency card: has called, or is safe. Urgency stays. Twice in a row is once."""
    if answer not in ANSWERS:
        raise Problem(_("Please answer “called” or “safe”."), code="invalid", field="answer")
    with transaction.atomic():
        row = locked(consult)
        code = f"card_{answer}"
        if Event.objects.filter(consult=row, seq=row.last_seq, code=code).exists():
            return row
        limits.count(by, "messages")
        append(row, kind="state", author="patient", by=by, code=code)
        row.save()
        audit.record(
            "card.acknowledge", by=by, kind="consult", object_id=row.id, subject=row.subject_id, answer=answer
        )
    return row


def withdraw_consent(*, by: Membership, subject: UUID, purpose: str, version: str) -> Any:
    """Withdraw: open consults about the subject end at once, a running turn with them."""
    with transaction.atomic():
        decision = consents.decide(by=by, subject=subject, purpose=purpose, version=version, granted=False)
        live = Consult.objects.filter(subject_id=subject, state__in=["open", "with_doctor", "signed"])
        for consult_id in list(live.order_by("id").values_list("id", flat=True)):
            row = locked(consult_id)
            if row.state not in ("open", "with_doctor", "signed"):
                continue
            row.state = CONSULT.next("withdraw", row.state, by.role)
            stop_active(row, reason="consent_withdrawn")
            append(row, kind="state", author="patient", by=by, code="withdrawn")
            row.save()
            audit.record("consult.withdraw", by=by, kind="consult", object_id=row.id, subject=subject)
    return decision
