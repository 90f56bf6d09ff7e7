"""One generated consult through the platform's real path, and whether it ended as every consult must.

A consult's outcome is its class, urgency and note, the same on the doctor's list, with no turn left open. An error that
nobody handled is caught here, kept with its traceback, and counted; it does not stop the others.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field

from housestaff.access.errors import Problem
from housestaff.agents.packs import Pack

from ..candidates import Judged
from ..hall import Hall, Sitting
from ..parts.shared import Outcome, yes
from ..simulated import Patient
from ..stations import URGENCIES
from .patients import Act, Generated

MOST_TURNS = 16
LEFT, CLOSED = "left", "closed by the patient"
STORED, NO_ERROR = "ends in a stored outcome", "no unhandled error"
_THANKS = {"en": "ok, thank you", "zh-hans": "好的，谢谢"}
_STILL_THERE = {"en": "are you still there?", "zh-hans": "还在吗"}


@dataclass
class _Seen:
    """What happened in one consult. `end`: how it came to its end, in a word or two."""

    end: str = "sixteen turns"
    asked: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    repeats: int = 0
    refused: int = 0
    failed_turns: int = 0
    alarmed: bool = False
    acts: list[str] = field(default_factory=list)


def visit(hall: Hall, which: str, patient: Generated) -> Outcome:
    """The whole consult; never raises for what went wrong inside it."""
    seen = _Seen()
    sitting: Sitting | None = None
    try:
        sitting = hall.consult(which, patient.card.language)
        _Visit(sitting, patient, hall.pack, seen).run()
        return _outcome(sitting, patient, hall.pack, seen)
    except Exception:  # whatever it is, it is what we are looking for
        told = traceback.format_exc(limit=-6)
        return Outcome(
            {NO_ERROR: yes(False), STORED: yes(False)},
            True,
            told,
            sitting.transcript if sitting else [],
            {"end": "error", "acts": seen.acts, "style": patient.card.style},
        )


class _Visit:
    """The conversation of one patient."""

    def __init__(self, sitting: Sitting, generated: Generated, pack: Pack, seen: _Seen):
        self.sitting, self.generated, self.seen = sitting, generated, seen
        self.card = generated.card
        self.patient = Patient(self.card, 0)
        self.kinds = {item.key: item.kind for item in pack.items}
        self.answers = ""  # the question that the words about to be sent answer

    def run(self) -> None:
        """To whatever end it comes to, which is noted in what was seen."""
        words = self.patient.opens()
        for turn in range(MOST_TURNS):
            act = self.generated.acts.get(turn)
            words = self._act(act, words) if act else words
            if self.seen.end in (LEFT, CLOSED):
                return
            self._say(words)
            self.seen.answered |= {self.answers} - {""}
            reply = self.sitting.answer() if not self.seen.alarmed else None
            if (
                reply is None or self.sitting.urgency() == "emergency"
            ):  # in the post, or by the layer in the turn
                return self._after_the_card()
            if reply.failed or reply.asks is None:
                self.seen.failed_turns += bool(reply.failed)
                self.seen.end = "the turn failed" if reply.failed else "nothing was asked"
                return
            if reply.asks == "close":
                return self._last_words()
            words = self._next(reply.asks)

    def _act(self, act: Act, words: list[str]) -> list[str]:
        """What the patient does in this turn, and what they still want to say."""
        self.seen.acts.append(act.kind)
        match act.kind:
            case "leave":
                self.seen.end = LEFT
            case "close":
                self.sitting.close()
                self.seen.end = CLOSED
            case "change":
                told = sorted(self.seen.answered & self.generated.otherwise.keys())
                return [self.generated.otherwise[told[0]], *words] if told else words
            case "junk" if not self._say([act.text]):
                return words  # it was refused; the answer comes after it
            case "junk":
                words = []
            case "emergency":
                words = [act.text]
        self.answers = ""
        return words

    def _say(self, words: list[str]) -> bool:
        """Send what there is to say; whether the house took it all. A refusal is a sentence, not an error."""
        taken = True
        for said in words:
            try:
                self.seen.alarmed = self.sitting.say(said).card or self.seen.alarmed
            except Problem as problem:
                self.sitting.transcript.append({"who": "refused", "text": problem.code})
                self.seen.refused += 1
                taken = False
        return taken

    def _next(self, asks: str) -> list[str]:
        """The answer to this question. One that was answered before, and not held back, has been asked again."""
        self.seen.repeats += asks in self.seen.answered and asks != "open"
        self.seen.asked.append(asks)
        words = self.patient.answers(asks, self.kinds.get(asks, "yes_no"))
        held_back = asks in self.card.withholds and asks not in self.patient.told
        self.answers = "" if held_back else asks
        return words

    def _last_words(self) -> None:
        self.seen.end = "the agent closed"
        self._say(self.patient.answers("close"))
        self.sitting.answer()

    def _after_the_card(self) -> None:
        """The card is answered, two more lines come; the agent stays silent."""
        self.seen.end = "emergency"
        self.sitting.acknowledge("called" if self.card.style in ("terse", "chatty") else "safe")
        for said in (_THANKS, _STILL_THERE):
            self._say([said[self.card.language]])
            self.sitting.answer()


def _outcome(sitting: Sitting, patient: Generated, pack: Pack, seen: _Seen) -> Outcome:
    record = sitting.judged()
    wrong = _wrong(sitting, record)
    card = patient.card
    critical = {
        item.key for item in pack.items if item.critical and item.applies_to(frozenset({card.complaint}))
    } & card.facts.keys()
    known = {(fact["key"], fact["status"]) for fact in record.facts}
    elicited = [key for key in critical if (key, card.facts[key].status) in known]
    notes = {
        "end": seen.end,
        "questions": len([key for key in seen.asked if key not in ("open", "close")]),
        "repeats": seen.repeats,
        "coverage": len(elicited) / len(critical) if critical and patient.in_scope else None,
        "class": record.consult_class,
        "urgency": record.urgency,
        "disposition": record.disposition,
        "refused": seen.refused,
        "failed_turns": seen.failed_turns,
        "acts": seen.acts,
        "style": card.style,
        "language": card.language,
        "in_scope": patient.in_scope,
    }
    marks = {NO_ERROR: yes(True), STORED: yes(not wrong)}
    return Outcome(marks, bool(wrong), "; ".join(wrong), sitting.transcript if wrong else [], notes)


def _wrong(sitting: Sitting, record: Judged) -> list[str]:
    """What is missing from the outcome."""
    listed = sitting.on_the_worklist()
    checks = {
        f"class {record.consult_class!r}": record.consult_class in ("simple", "complex"),
        f"urgency {record.urgency!r}": record.urgency in URGENCIES,
        "no note": bool(record.summary),
        "a turn without an outcome": sitting.left_open() == 0,
        f"on the doctor's list as {listed}": listed == (record.urgency, record.consult_class),
    }
    return [told for told, right in checks.items() if not right]
