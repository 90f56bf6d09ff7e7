"""The way of one turn, in this order and nowhere else.

Read (consented, leased) → understand (the adapter chooses facts from the message's own clauses) → second
safety layer (may only raise) → plan (the pack decides what is missing) → say (streamed through the guard) →
one stored outcome. Between the steps no transaction is open; each step checks that the lease still holds.
"""

import logging
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from housestaff.agents import levels, serving
from housestaff.agents.base_card import BaseCard
from housestaff.agents.catalogue import pack_for
from housestaff.agents.models import Adapter
from housestaff.agents.packs import Pack, join_sentences
from housestaff.agents.queries import level_in_service
from housestaff.inference.client import ChatMessage
from housestaff.inference.errors import BadOutput, EngineError, EngineRefused, Truncated
from housestaff.inference.patience import instant_in
from housestaff.inference.salts import cache_salt
from housestaff.privacy import ciphers, keys
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.known import known

from . import asking, case, hearing, likeness, phrasing, second_reader, triage, understanding
from .actions import alarms, judging, turns
from .guard import Guard, joined
from .models import Consult, Event, Turn
from .plan import CLOSE, NOTHING_WANTED, OPEN, Plan, plan_reply
from .red_flags import About

log = logging.getLogger(__name__)
PARTIAL_EVERY = 0.1
# Well under the lease (20 s), so that a hung engine is noticed by its own turn.
UNDERSTAND_SECONDS, SAY_SECONDS = 8.0, 10.0
SAY_TOKENS = 256
# More unread messages than these are read by rule only: a burst never waits for a model line by line.
MOST_BY_MODEL = 4
BASE = "base"
COMFORT_RESTS = 4  # replies
# "no, that's all, thank you": after the history it changes nothing.
NOTHING_MORE = re.compile(
    r"(?:no|nope|nothing(?: (?:else|more))?|not really|no more|none|that'?s (?:all|it|everything)|that is (?:all|it)"
    r"|i think|for now|ok|okay|all good|fine|great|perfect|right|lovely|good|will do|thanks?(?: you| a lot)?|thankyou"
    r"|(?:so|very) much|cheers|doctor|doc|bye|goodbye|from me"
    r"|没有?了?|没别的了?|没什么了?|差不多|就这些了?|就这样吧?|好的?|谢谢|多谢|感谢|您|你|医生|大夫|辛苦了?|再见|嗯+|行|可以了?|知道了|明白了?|暂时"
    r"|[\s，,。.！!~～、…])+",
    re.IGNORECASE,
)
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


@dataclass
class Engine:
    """The engine as one turn finds it: once it has failed here it is not asked again, and the turn goes on without it.

    `broke`: how it failed, empty while it has not; `while_reading`: whether a message was then read by rules and
    learned readers alone (docs/decisions/0019).
    """

    broke: str = ""
    while_reading: bool = False

    def failed(self, error: EngineError, turn: Turn) -> None:
        self.broke = error.code
        log.warning("turn %s: the engine failed (%s); the signed wording goes on", turn.id, error.code)


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
    base: BaseCard
    salt: str
    about: About | None
    unread: tuple[Unread, ...]
    engine: Engine = field(default_factory=Engine)

    @property
    def pin(self) -> str:
        """A consult stays with one engine replica, whose cache knows it."""
        return f"{self.model}/{self.turn.consult_id}"

    @property
    def fluent(self) -> bool:
        """Whether the base is fluent in the consult's language."""
        return self.base.speaks(self.language)


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
            half_read = reading.fluent and (reading.engine.while_reading or turns.was_half_read(row))
            judging.settle(
                row,
                reading.pack,
                plan,
                level=reading.level,
                half_read=half_read,
                told_nothing=_told_nothing(reading, row),
            )
            turns.end_turn(turn, outcome="answer", text=text, reason=reading.engine.broke, row=row)
    except turns.LostLease:
        log.info("turn %s was ended by somebody else", turn.id)
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
        base=release.base,
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
    """Facts with their words, message by message: what rules and learned readers hear, then what the adapter chose.

    The plan is made where the last message's facts are stored; without a message to read there is none yet.
    """
    plan = None
    if not levels.may("take_history", reading.level):
        return None
    by_model = {unread.seq for unread in reading.unread[-MOST_BY_MODEL:]}
    readers = _readers(reading.pack)
    for unread in reading.unread:
        ruled = understanding.rule_facts(
            reading.pack, unread.text, unread.asked, seq=unread.seq, about=reading.about
        )
        ruled, heard = hearing.hear(
            reading.pack, unread.text, unread.asked, unread.seq, ruled=ruled, readers=readers
        )
        told = {fact.key for fact in heard}
        ask_it = unread.seq in by_model and not _says_no_more(reading, unread, [*ruled, *heard])
        by_adapter = _chosen(reading, unread) if ask_it else []
        chosen = [*heard, *(fact for fact in by_adapter if fact.key not in told)]
        with acting_for(reading.tenant):
            row = turns.hold_lease(reading.turn)
            judging.keep_facts(
                row, reading.pack, by_rule=ruled, by_model=chosen, fluent=reading.fluent, level=reading.level
            )
            if unread is reading.unread[-1] and not row.silenced:
                plan = _planned(reading, row)
    return plan


def _says_no_more(reading: Reading, unread: Unread, facts: Sequence[understanding.FactFound]) -> bool:
    """Whether a message is a short answer, in one clause, that was understood: a small base adds nothing to it."""
    short = (
        unread.asked is not None
        and second_reader.no_longer_than_an_answer(unread.text)
        and len(understanding.clauses(unread.text)) == 1
    )
    return not reading.fluent and short and any(fact.key == unread.asked for fact in facts)


def _readers(pack: Pack) -> hearing.Readers:
    beside = settings.HOUSESTAFF["SECOND_READER"]
    return hearing.Readers(
        second_reader.telling(beside, pack.slug),
        second_reader.answering(beside),
        second_reader.complaining(beside),
        second_reader.reader_if_made(beside),
    )


def _chosen(reading: Reading, unread: Unread) -> list[understanding.FactFound]:
    """What the adapter chose, checked against the message; unusable output counts as nothing chosen.

    What a base that is not fluent chose must also sound like what the pack teaches, and where an alarm may hang on it,
    the second reader must hear at least a doubt (docs/decisions/0008). Where the engine fails, the message is read by
    rules and learned readers alone.
    """
    if reading.engine.broke:
        reading.engine.while_reading = True
        return []
    asked = next((item for item in reading.pack.items if item.key == unread.asked), None)
    request = asking.for_facts(
        reading.pack,
        reading.language,
        unread.text,
        asked=asked,
        told=reading.fluent and reading.model == BASE,
        context=reading.base.context,
    )
    if request is None:
        return []
    messages, part = request
    try:
        raw = serving.fleet().complete_structured(
            pin=reading.pin,
            model=reading.model,
            messages=messages,
            schema=understanding.response_schema(reading.pack, part),
            cache_salt=reading.salt,
            max_tokens=asking.MOST_TOKENS,
            deadline=instant_in(UNDERSTAND_SECONDS),
        )
    except EngineError as error:
        if _unusable(error):
            log.info("turn %s: the model's facts were unusable (%s)", reading.turn.id, error.code)
        else:
            reading.engine.failed(error, reading.turn)
            reading.engine.while_reading = True
        return []
    found = understanding.validate(raw, reading.pack, unread.text, seq=unread.seq)
    if reading.fluent:
        return found
    alarming = triage.alarming(reading.pack)
    return [
        replace(fact, certainty="chosen")
        for fact in found
        if likeness.bears_out(reading.pack, fact.key, fact.status, fact.quote)
        and ((fact.key, fact.status) not in alarming or _sounds_doubtful(reading, unread))
    ]


def _sounds_doubtful(reading: Reading, unread: Unread) -> bool:
    """Whether the second reader hears that a doctor might have to look today; where there is none, it counts as heard."""
    alarm = second_reader.reader_if_made(settings.HOUSESTAFF["SECOND_READER"])
    if alarm is None:
        return True
    answer = unread.asked not in (None, OPEN) and second_reader.no_longer_than_an_answer(unread.text)
    return alarm.perhaps_urgent(unread.text, about_kin=reading.about is not None, answer=answer)


def _told_nothing(reading: Reading, row: Consult) -> bool:
    """Whether every message of this turn is thanks or small talk, and nothing has come since."""
    alarm = second_reader.reader_if_made(settings.HOUSESTAFF["SECOND_READER"])
    return row.patient_seq <= reading.turn.answers_seq and all(
        NOTHING_MORE.fullmatch(unread.text) or (alarm is not None and alarm.remark(unread.text))
        for unread in reading.unread
    )


def _unusable(error: EngineError) -> bool:
    """The engine works and was of no use: an answer outside the schema, a request that it does not take, no end."""
    return isinstance(error, BadOutput | EngineRefused) or (isinstance(error, Truncated) and not error.cut)


def _plan(reading: Reading) -> Plan:
    with acting_for(reading.tenant):
        return _planned(reading, turns.hold_lease(reading.turn))


def _planned(reading: Reading, row: Consult) -> Plan:
    said = "\n".join(unread.text for unread in reading.unread)
    asked = reading.unread[-1].asked if reading.unread else None
    answers = asked not in (None, OPEN, CLOSE) and second_reader.no_longer_than_an_answer(said)
    heard = None if answers else second_reader.wanting(settings.HOUSESTAFF["SECOND_READER"])
    readers = _readers(reading.pack)
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
        reader=readers.telling,
        answers=answers,
        remark=readers.alarm is not None and readers.alarm.remark(said),
    )


def _comforted(reading: Reading, row: Consult) -> bool:
    """Whether one of the agent's last few replies acknowledged a feeling."""
    replies = Event.objects.find_all(
        "consult_id = %s AND kind = 'end' AND author = 'agent'",
        row.id,
        order=f"seq DESC LIMIT {COMFORT_RESTS}",
    )
    texts = [str(reply.text or "") for reply in replies[:COMFORT_RESTS]]
    if reading.fluent and any(
        phrasing.begins_in_own_words(reading.pack, reading.language, text) for text in texts
    ):
        return True
    words = reading.pack.sentence("comfort", reading.language)
    return any(words in text for text in texts)


def _say(reading: Reading, plan: Plan) -> str:
    """The reply as the patient reads it: phrased by a fluent base, recited by a small one, or simply signed."""
    asked = _ask_to_phrase(reading, plan)
    shown = _recited(reading, plan) if asked is None else _phrased(reading, plan, asked)
    if "doctor_will_read" in plan.lines and reading.will_read:
        shown.add([joined(reading.will_read, reading.language, first=not shown.text)])
    shown.keep()
    return shown.text


class _Shown:
    """What the patient may see of the reply so far, kept about ten times a second."""

    def __init__(self, reading: Reading) -> None:
        self.text = self._kept = ""
        self._reading, self._last = reading, time.monotonic()

    def add(self, pieces: Iterable[str]) -> None:
        self.text += "".join(pieces)
        if (self.text and not self._kept) or time.monotonic() - self._last >= PARTIAL_EVERY:
            self._last = time.monotonic()
            self._kept = self.text
            _keep(self._reading, self.text)

    def keep(self) -> None:
        if self.text != self._kept:
            _keep(self._reading, self.text)


def _recited(reading: Reading, plan: Plan) -> _Shown:
    """The signed wording, at the pace of a base that was trained to say it; a fluent one is not asked to.

    Where the engine fails, the signed wording goes on.
    """
    shown = _Shown(reading)
    guard = Guard(reading.pack, reading.language, reading.level, plan=plan.lines)
    if not reading.base.fluent and not reading.engine.broke:
        try:
            _stream(reading, _ask_to_say(reading, plan), SAY_TOKENS, guard, shown)
        except EngineError as error:
            if not _unusable(error):
                reading.engine.failed(error, reading.turn)
    shown.add(guard.finish())
    return shown


def _phrased(reading: Reading, plan: Plan, asked: list[ChatMessage]) -> _Shown:
    """In the base's own words inside the guard. Where the engine fails, the signed wording goes on."""
    shown = _Shown(reading)
    heard = "\n".join(unread.text for unread in reading.unread)
    guard = phrasing.PhrasingGuard(
        reading.pack, reading.language, reading.level, plan=plan.lines, heard=heard
    )
    whole = True
    try:
        _stream(reading, asked, phrasing.MOST_TOKENS, guard, shown)
    except EngineError as error:
        reading.engine.failed(error, reading.turn)
        whole = False
    shown.add(guard.finish(whole=whole))
    for _, reason in guard.dropped:
        log.info("turn %s: own words held back (%s)", reading.turn.id, reason)
    return shown


def _stream(
    reading: Reading,
    messages: list[ChatMessage],
    most: int,
    guard: Guard | phrasing.PhrasingGuard,
    shown: _Shown,
) -> None:
    """The model's words through the guard."""
    words = serving.fleet().stream(
        pin=reading.pin,
        model=reading.model,
        messages=messages,
        cache_salt=reading.salt,
        max_tokens=most,
        deadline=instant_in(SAY_SECONDS),
    )
    try:
        for delta in words:
            shown.add(guard.feed(delta.text))
    finally:
        words.close()


def _ask_to_say(reading: Reading, plan: Plan) -> list[ChatMessage]:
    return [
        {"role": "system", "content": f"say {reading.pack.slug} {reading.language}"},
        {"role": "user", "content": plan.line},
    ]


def _ask_to_phrase(reading: Reading, plan: Plan) -> list[ChatMessage] | None:
    """What a fluent base is asked; None where the signed wording is said (docs/decisions/0015)."""
    if not reading.fluent or reading.engine.broke or not levels.may("own_words", reading.level):
        return None
    with acting_for(reading.tenant):
        row = turns.hold_lease(reading.turn)
        if not judging.stands_simple(row, reading.pack, plan):
            return None
        known, thread = case.known(row), case.thread(row, most=phrasing.MOST_MESSAGES)
    return phrasing.request(
        reading.pack, reading.language, plan.lines, known=known, thread=thread, context=reading.base.context
    )


def _keep(reading: Reading, text: str) -> None:
    """Keep what may be shown; also how a worker learns that somebody has stopped it."""
    with acting_for(reading.tenant):
        turns.keep_partial(reading.turn, text)
