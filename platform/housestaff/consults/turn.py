"""The way of one turn, in this order and nowhere else.

Read (consented, leased) → understand (the adapter chooses facts from the message's own clauses) → second
safety layer (may only raise) → plan (the pack decides what is missing) → say (streamed through the guard) →
one stored outcome. Between the steps no transaction is open; each step checks that the lease still holds.
"""

import logging
import time
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from housestaff.agents import levels, serving
from housestaff.agents.catalogue import pack_for
from housestaff.agents.models import Adapter
from housestaff.agents.packs import Pack, join_sentences
from housestaff.agents.queries import level_in_service
from housestaff.inference.client import ChatMessage
from housestaff.inference.errors import BadOutput, EngineError, Truncated
from housestaff.inference.patience import instant_in
from housestaff.inference.salts import cache_salt
from housestaff.privacy import ciphers, keys
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.known import known

from . import case, likeness, second_reader, understanding
from .actions import alarms, judging, turns
from .guard import Guard
from .models import Consult, Event, Turn
from .plan import CLOSE, NOTHING_WANTED, OPEN, Plan, plan_reply
from .red_flags import About

log = logging.getLogger(__name__)
PARTIAL_EVERY = 0.1
# Well under the lease (20 s), so that a hung engine is noticed by its own turn.
UNDERSTAND_SECONDS, SAY_SECONDS = 8.0, 10.0
UNDERSTAND_TOKENS, SAY_TOKENS = 320, 256
# More unread messages than these are read by rule only: a burst never waits for a model line by line.
MOST_BY_MODEL = 4
BASE = "base"
COMFORT_RESTS = 4  # replies
# The patient's messages of a consult that no turn has answered, up to the one that this turn answers.
UNANSWERED = """consult_id = %s AND kind = 'message' AND author = 'patient' AND seq > (
    SELECT COALESCE(MAX(answers_seq), 0) FROM consults_turn
    WHERE tenant_id = %s AND consult_id = %s AND state = 'answered'
) AND seq <= %s"""


@dataclass(frozen=True)
class Unread:
    """A message of the patient that no turn has answered, and the question it may answer."""

    seq: int
    text: str
    asked: str | None


@dataclass(frozen=True)
class Reading:
    """What a turn has read: never more than the subject's consent allows."""

    tenant: UUID
    turn: Turn
    pack: Pack
    language: str
    will_read: str
    model: str
    level: int
    fluent: bool
    salt: str
    about: About | None
    unread: tuple[Unread, ...]

    @property
    def pin(self) -> str:
        """A consult stays with one engine replica, whose cache knows it."""
        return f"{self.model}/{self.turn.consult_id}"


def answer(*, tenant: UUID, consult: UUID) -> None:
    """Answer the consult's turn, if there is one that nobody else is answering."""
    with acting_for(tenant):
        turn = turns.begin_turn(consult=consult)
        reading = _read(tenant, turn) if turn else None
    if turn is None or reading is None:
        return
    try:
        plan = _understand(reading) or _plan(reading)
        text = _say(reading, plan)
        with acting_for(tenant):
            row = turns.hold_lease(turn)
            if plan.advises and row.patient_seq > turn.answers_seq:
                plan, text = _taken_back(reading, plan)
            judging.settle(row, reading.pack, plan, level=reading.level)
            turns.end_turn(turn, outcome="answer", text=text, row=row)
    except turns.LostLease:
        log.info("turn %s was ended by somebody else", turn.id)
    except EngineError as error:
        log.warning("turn %s failed: %s", turn.id, error.code)
        _fail(tenant, turn, error.code)
    except Exception:
        _fail(tenant, turn, "internal")
        raise


def _taken_back(reading: Reading, plan: Plan) -> tuple[Plan, str]:
    """The patient has written while being told where to go: that no longer holds, and a doctor will read it all."""
    plan = replace(plan, lines=("doctor_will_read",))
    words = [reading.pack.sentence(plan.line, reading.language), reading.will_read]
    return plan, join_sentences(words, reading.language).strip()


def _fail(tenant: UUID, turn: Turn, reason: str) -> None:
    try:
        with acting_for(tenant):
            turns.end_turn(turn, outcome="fail", text=None, reason=reason)
    except turns.LostLease:
        log.info("turn %s was ended by somebody else", turn.id)


def _read(tenant: UUID, turn: Turn) -> Reading | None:
    """The context of the turn. Without consent there is none: withdrawing has stopped the turn already."""
    row, release = turn.consult, turn.release
    # An agent that was levelled down since the turn was queued answers at its new level.
    level = min(release.level, level_in_service(row.agent_id)) if release else 0
    reason = _why_silent(row, level) if release else "no_release"
    if release is None or reason:
        turns.end_turn(turn, outcome="fail", text=None, reason=reason)
        return None
    adapter = known(Adapter, release.adapter_id) if release.adapter_id else None
    events = Event.objects.find_all(UNANSWERED, row.id, tenant, row.id, turn.answers_seq, order="seq")
    asked = row.asked[-1] if row.asked else None
    pack = pack_for(row.agent.specialty)
    return Reading(
        tenant=tenant,
        turn=turn,
        pack=pack,
        language=row.language,
        will_read=case.will_read(row),
        model=adapter.served_name if adapter else BASE,
        level=level,
        fluent=release.fluent,
        salt=cache_salt(ciphers.derive(keys.root_key(), "cache salt"), str(tenant), str(row.subject_id)),
        about=alarms.about(row, pack),
        unread=tuple(Unread(event.seq, str(event.text), asked) for event in events),
    )


def _why_silent(row: Consult, level: int) -> str:
    """Why the agent may say nothing here; empty when it may."""
    if not levels.may("inform", level):
        return "level"
    return "" if case.consented(row) else "no_consent"


def _understand(reading: Reading) -> Plan | None:
    """Facts with their words, message by message: what rules can read, then what the adapter chose.

    The plan is made where the last message's facts are stored; without a message to read there is none yet.
    """
    plan = None
    if not levels.may("take_history", reading.level):
        return None
    by_model = {unread.seq for unread in reading.unread[-MOST_BY_MODEL:]}
    for unread in reading.unread:
        ruled = understanding.rule_facts(
            reading.pack, unread.text, unread.asked, seq=unread.seq, about=reading.about
        )
        chosen = _chosen(reading, unread) if unread.seq in by_model else []
        told = {fact.key for fact in (*ruled, *chosen)}
        chosen += [*_complaint(reading, unread, told), *_leaning(reading, unread, told)]
        with acting_for(reading.tenant):
            row = turns.hold_lease(reading.turn)
            judging.keep_facts(
                row, reading.pack, by_rule=ruled, by_model=chosen, fluent=reading.fluent, level=reading.level
            )
            if unread is reading.unread[-1] and not row.silenced:
                plan = _planned(reading, row)
    return plan


def _complaint(reading: Reading, unread: Unread, told: set[str]) -> list[understanding.FactFound]:
    """What brought the patient, as the reader of complaints hears it, where nobody else has named a complaint."""
    heard = second_reader.complaining(settings.HOUSESTAFF["SECOND_READER"])
    if heard is None or unread.asked not in (None, OPEN) or told & reading.pack.complaint_keys():
        return []
    key = heard.hear(unread.text, reading.pack.slug)
    if key is None or key not in reading.pack.complaint_keys():
        return []
    quote = heard.words_of(understanding.clauses(unread.text), reading.pack.slug, key)
    if not quote:
        return []
    return [understanding.FactFound(key, "yes", "present", quote, "chosen", unread.seq)]


def _leaning(reading: Reading, unread: Unread, told: set[str]) -> list[understanding.FactFound]:
    """The answer to a yes-or-no question that says neither word, by what the pack teaches for each."""
    item = next((item for item in reading.pack.items if item.key == unread.asked), None)
    if item is None or item.kind != "yes_no" or item.key in told:
        return []
    status = likeness.leaning(reading.pack, item.key, unread.text)
    quote = next(iter(understanding.clauses(unread.text)), "")
    if status is None or not quote:
        return []
    value = "yes" if status == "present" else "no"
    return [understanding.FactFound(item.key, value, status, quote, "chosen", unread.seq)]


def _chosen(reading: Reading, unread: Unread) -> list[understanding.FactFound]:
    """What the adapter chose, checked against the message; unusable output counts as nothing chosen.

    What a base that is not fluent chose must also sound like what the pack teaches (docs/decisions/0008).
    """
    try:
        raw = serving.fleet().complete_structured(
            pin=reading.pin,
            model=reading.model,
            messages=_ask_for_facts(reading, unread),
            schema=understanding.response_schema(reading.pack, unread.text),
            cache_salt=reading.salt,
            max_tokens=UNDERSTAND_TOKENS,
            deadline=instant_in(UNDERSTAND_SECONDS),
        )
    except (BadOutput, Truncated) as error:
        if isinstance(error, Truncated) and error.cut:
            raise
        log.info("turn %s: the model's facts were unusable (%s)", reading.turn.id, error.code)
        return []
    found = understanding.validate(raw, reading.pack, unread.text, seq=unread.seq)
    if reading.fluent:
        return found
    return [
        replace(fact, certainty="chosen")
        for fact in found
        if likeness.bears_out(reading.pack, fact.key, fact.status, fact.quote)
    ]


def _ask_for_facts(reading: Reading, unread: Unread) -> list[ChatMessage]:
    item = next((item for item in reading.pack.items if item.key == unread.asked), None)
    question = f"Q: {item.ask.say(reading.language)}\n" if item else ""
    return [
        {"role": "system", "content": f"facts {reading.pack.slug} {reading.language}"},
        {"role": "user", "content": question + unread.text},
    ]


def _plan(reading: Reading) -> Plan:
    with acting_for(reading.tenant):
        return _planned(reading, turns.hold_lease(reading.turn))


def _planned(reading: Reading, row: Consult) -> Plan:
    said = "\n".join(unread.text for unread in reading.unread)
    asked = reading.unread[-1].asked if reading.unread else None
    answers = asked not in (None, OPEN, CLOSE) and second_reader.no_longer_than_an_answer(said)
    heard = None if answers else second_reader.wanting(settings.HOUSESTAFF["SECOND_READER"])
    return plan_reply(
        reading.pack,
        case.known(row),
        asked=row.asked,
        level=reading.level,
        urgency=row.urgency,
        said=said,
        today=timezone.localdate(),
        wants=heard.hear(said, reading.pack.slug) if heard else NOTHING_WANTED,
        comforted=_comforted(reading, row),
        rang=levels.may("advise_simple", reading.level) and judging.rang(row),
    )


def _comforted(reading: Reading, row: Consult) -> bool:
    """Whether one of the agent's last few replies acknowledged a feeling."""
    replies = Event.objects.find_all(
        "consult_id = %s AND kind = 'end' AND author = 'agent'",
        row.id,
        order=f"seq DESC LIMIT {COMFORT_RESTS}",
    )
    words = reading.pack.sentence("comfort", reading.language)
    return any(words in str(reply.text or "") for reply in replies)


def _say(reading: Reading, plan: Plan) -> str:
    """Stream the reply through the guard; what the model did not say, the signed wording says."""
    guard = Guard(reading.pack, reading.language, reading.level, fluent=reading.fluent, plan=plan.lines)
    words = serving.fleet().stream(
        pin=reading.pin,
        model=reading.model,
        messages=_ask_to_say(reading, plan),
        cache_salt=reading.salt,
        max_tokens=SAY_TOKENS,
        deadline=instant_in(SAY_SECONDS),
    )
    shown, kept, last = "", "", time.monotonic()
    try:
        for delta in words:
            shown += "".join(guard.feed(delta.text))
            if (shown and not kept) or time.monotonic() - last >= PARTIAL_EVERY:
                last, kept = time.monotonic(), shown
                _keep(reading, shown)
    except Truncated as error:
        if error.cut:
            raise
    finally:
        words.close()
    shown += "".join(guard.finish())
    if "doctor_will_read" in plan.lines:
        shown = (
            f"{shown} {reading.will_read}".strip() if reading.language == "en" else shown + reading.will_read
        )
    if shown != kept:
        _keep(reading, shown)
    return shown


def _ask_to_say(reading: Reading, plan: Plan) -> list[ChatMessage]:
    return [
        {"role": "system", "content": f"say {reading.pack.slug} {reading.language}"},
        {"role": "user", "content": plan.line},
    ]


def _keep(reading: Reading, text: str) -> None:
    """Keep what may be shown; also how a worker learns that somebody has stopped it."""
    with acting_for(reading.tenant):
        turns.keep_partial(reading.turn, text)
