"""A patient's message: one transaction that stores it, runs the red-flag rules and puts up the card."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from housestaff.access import limits
from housestaff.access.errors import Conflict, Problem, TooMany
from housestaff.access.moves import NotNow
from housestaff.agents.catalogue import pack_for
from housestaff.agents.packs import Pack
from housestaff.agents.queries import level_in_service
from housestaff.people.models import Membership
from housestaff.privacy import audit, consents
from housestaff.tenancy.fault_points import fault_point
from housestaff.tenancy.nudges import after_commit, nudge

from .. import queries
from ..log import append
from ..models import Consult, Event, rank
from ..states import CONSULT
from . import alarms, judging
from .opening import not_now
from .turns import queue_turn

LONGEST = 10_000
_KEY = re.compile(r"[A-Za-z0-9._:\-]{1,100}\Z")
# Characters that reorder what others read (Unicode bidirectional controls), and control characters.
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Posted:
    """The answer to a post: the very same for the same key and text."""

    consult: UUID
    seq: int
    urgency: str
    card: dict[str, Any] | None
    new: bool


def check_text(text: Any) -> str:
    """The text as it will be stored, or a refusal that says what is wrong with it. Nothing is trimmed."""
    if not isinstance(text, str):
        raise Problem(_("Please send the message as text."), code="invalid", field="text")
    if not text.strip():
        raise Problem(_("The message is empty."), code="empty", field="text")
    if len(text) > LONGEST:
        sentence = _("This message is too long: at most 10,000 characters. Please send it in parts.")
        raise Problem(sentence, code="too_long", field="text", most=LONGEST)
    for character in text:
        bad = character in _BIDI or unicodedata.category(character) in ("Cc", "Cs")
        if bad and character not in "\n\r\t":
            sentence = _("The message has hidden characters that cannot be shown. Please type it again.")
            raise Problem(sentence, code="bad_characters", field="text")
    return text


def post_message(*, by: Membership, consult: UUID, client_key: Any, text: Any) -> Posted:
    """Store a patient's words. The same key and text again gives the same answer; other text is refused.

    Raises Problem for a bad text (with the card, should its words ring a red flag), Conflict for a reused key
    or an ended consult, TooMany; a message that rings a red flag is never refused for being one too many.
    """
    if not isinstance(client_key, str) or not _KEY.match(client_key):
        sentence = _("client_key must be 1 to 100 letters, digits or . _ : -")
        raise Problem(sentence, code="invalid", field="client_key")
    with transaction.atomic():
        row = queries.locked_for(by, consult)
        pack = pack_for(row.agent.specialty)
        try:
            words = check_text(text)
        except Problem as problem:
            _refuse_with_card(problem, row, pack, text)
            raise
        again = Event.objects.find("consult_id = %s AND client_key = %s", row.id, client_key)
        if again is not None:
            return _same_again(again, words)
        asked = row.asked[-1] if row.asked else None
        hits = alarms.ring(row, pack, words, asked=asked)
        _let_in(row, by, pack, hits)
        judging.hand_over(row, level_in_service(row.agent_id))
        event = _store(row, by, pack, client_key, words, hits)
        card = alarms.put_up_card(row, pack, event.seq, hits)
        if row.state == "open" and not row.silenced:
            queue_turn(row)
        row.save()
        audit.record(
            "message.post", by=by, kind="event", object_id=event.id, subject=row.subject_id, seq=event.seq
        )
        fault_point("message.before_commit")
        after_commit(lambda: fault_point("message.after_commit"))
        nudge("worklists.sync_consult", tenant=str(row.tenant_id), consult=str(row.id))
    return Posted(row.id, event.seq, event.urgency_after, card, new=True)


def _let_in(row: Consult, by: Membership, pack: Pack, hits: list[alarms.Ringing]) -> None:
    """Consent, state and limits; each refusal still carries the card that the words call for."""
    try:
        consents.require(subject=row.subject_id, purpose="consult")
        row.state = CONSULT.next("write", row.state, by.role)
        limits.count(by, "messages")
    except consents.ConsentMissing as missing:
        missing.card = alarms.card_of(row, pack, hits)
        raise
    except NotNow as error:
        problem = not_now(error)
        if card := alarms.card_of(row, pack, hits):
            problem.extras["card"] = card
        raise problem from None
    except TooMany:
        if not hits:
            raise


def _refuse_with_card(problem: Problem, row: Consult, pack: Pack, text: Any) -> None:
    """A text that cannot be stored may still be a cry for help: the refusal carries its card.

    Of a very long one the beginning and the end are read: what a patient adds to a pasted report stands there.
    """
    if isinstance(text, str) and text.strip():
        hits = alarms.ring(row, pack, _readable(text[:LONGEST]), asked=None)
        if len(text) > LONGEST:
            hits += alarms.ring(row, pack, _readable(text[-LONGEST:]), asked=None)
            hits.sort(key=lambda hit: -rank(hit.level))
        if card := alarms.card_of(row, pack, hits):
            problem.extras["card"] = card


def _readable(text: str) -> str:
    """The text without characters that hide others."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Cf"))


def _store(
    row: Consult, by: Membership, pack: Pack, client_key: str, words: str, hits: list[alarms.Ringing]
) -> Event:
    alarms.raise_urgency(row, pack, hits)
    event = append(row, kind="message", author="patient", by=by, text=words, client_key=client_key)
    row.patient_seq = event.seq
    return event


def _same_again(event: Event, words: str) -> Posted:
    if event.text != words:
        raise Conflict(_("This key was used for another message."), code="key_reused", seq=event.seq)
    following = Event.objects.filter(consult_id=event.consult_id, kind="card", seq=event.seq + 1).first()
    return Posted(
        event.consult_id, event.seq, event.urgency_after, following.card if following else None, new=False
    )
