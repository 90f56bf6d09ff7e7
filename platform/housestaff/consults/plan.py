"""What the agent says next (pure): the pack decides what is missing; the level decides what may be said at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from housestaff.agents import levels
from housestaff.agents.packs import DISPOSES, Pack

from . import intake, knowledge, triage
from .second_reader import Telling, Wants
from .understanding import FactFound

OPEN, CLOSE = "open", "close"
NOTHING_WANTED = Wants()
# What the second reader heard is wanted → the signed line that answers it.
ANSWERS = {
    "prescription": "boundary prescription",
    "dose": "boundary dose",
    "diagnosis": "boundary diagnosis",
    "other_patient": "boundary other_person",
    "injection": "boundary instructions",
    "secrets": "boundary instructions",
    "identity": "identity",
}
OUTSIDE = "boundary other_field"
_FEELING = re.compile(
    r"\b(?:scared|afraid|frightened|terrified|worried|anxious|ashamed|embarrassed|exhausted|desperate|hopeless|can'?t cope"
    r"|so tired of|fed up|crying|miserable|awful|unbearable)\b"
    r"|害怕|担心|好怕|焦虑|难受|痛苦|崩溃|丢人|不好意思|受不了|绝望|心烦|睡不着觉很累|太累了|折磨|委屈",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Plan:
    """The lines to say, in order; the question asked, if one is; whether the history has come to its end."""

    lines: tuple[str, ...]
    asks: str | None = None
    finished: bool = False

    @property
    def advises(self) -> bool:
        """Whether it tells the patient a disposition: true only as long as nothing new was said."""
        return any(line.startswith(DISPOSES) for line in self.lines)

    @property
    def line(self) -> str:
        """How the plan is told to the model."""
        return "+".join(self.lines)


def plan_reply(
    pack: Pack,
    facts: Sequence[FactFound],
    *,
    asked: Sequence[str],
    level: int,
    urgency: str,
    said: str,
    today: date,
    wants: Wants = NOTHING_WANTED,
    comforted: bool = False,
    rang: bool = False,
    reader: Telling | None = None,
    answers: bool = False,
    remark: bool = False,
) -> Plan:
    """The reply to what the patient has just said, as names of signed sentences.

    `comforted`: a feeling was acknowledged a moment ago; saying the same again would sound hollow.
    `rang`: a red flag has rung in this consult, so that a doctor looks at it whatever else was said.
    `reader`: what practice questions taught about which article is wanted.
    `answers`: it is no more than the answer to the question just asked. `remark`: a greeting or small talk, which asks
    for no article.
    """
    present = {fact.key for fact in facts if fact.status == "present"}
    bounds = _boundary(pack, said, wants, in_field=bool(present & pack.complaint_keys()))
    head = [*(() if comforted else _comfort(said, wants)), *bounds]
    answer = (
        [] if remark else _answer(pack, said, today, bounded=bool(bounds), reader=reader, answers=answers)
    )
    if not levels.may("take_history", level):
        advice = answer or _advice(pack, facts, said, today, most=1)
        return Plan((*head, *advice, "doctor_will_read"))
    head += answer
    if not present & pack.complaint_keys() and OPEN not in asked and len(facts) < 1:
        return Plan((*head, OPEN), asks=OPEN)
    if CLOSE in asked:
        return Plan((*head, "doctor_will_read"), finished=True)
    step = intake.next_step(pack, facts, [key for key in asked if key != OPEN], urgency=urgency)
    if isinstance(step, intake.Enough):
        advice = [line for line in _advice(pack, facts, said, today, most=1) if line not in head]
        door = None
        if levels.may("advise_simple", level) and not _doctor_promised(head):
            door = triage.may_be_told(pack, facts, current=urgency, rang=rang)
        told = [f"{DISPOSES}{door}"] if door else []
        reads = [] if door == "self_care" else ["doctor_will_read"]
        return Plan((*head, *advice, *told, CLOSE, *reads), asks=CLOSE, finished=True)
    return Plan((*head, *step.line.split("+")), asks=step.item.key)


def _doctor_promised(head: Sequence[str]) -> bool:
    """Whether the reply leaves something to the doctor: then the patient is not sent home by the same reply."""
    return any(line == "cannot_answer" or line.startswith("boundary ") for line in head)


def _boundary(pack: Pack, said: str, wants: Wants, *, in_field: bool) -> list[str]:
    """The reply to what the agent does not do: where the patient's words name it, or the second reader hears it."""
    plain = " ".join(said.lower().split())
    for boundary in pack.boundaries:
        if any(_stands(words.lower(), plain) for words in boundary.words.all() if words):
            return [f"boundary {boundary.key}"]
    signed = pack.signed_sentences("en")
    lines = [ANSWERS[wants.kind]] if wants.kind else []
    if wants.outside and not in_field and not lines:
        lines = [OUTSIDE]
    return [line for line in lines if line in signed]


def _answer(
    pack: Pack, said: str, today: date, *, bounded: bool, reader: Telling | None, answers: bool
) -> list[str]:
    """What a question is answered with: the pack's article, or that nobody here has a source for it."""
    if knowledge.asks(said, answers=answers) and (
        article := knowledge.answering(pack, said, today=today, reader=reader)
    ):
        return [f"advice {article.key}"]
    return ["cannot_answer"] if knowledge.plainly_asks(said, answers=answers) and not bounded else []


def _stands(words: str, plain: str) -> bool:
    whole = _as_a_whole(words)
    return words in plain if whole is None else whole.search(plain) is not None


@lru_cache(maxsize=4096)
def _as_a_whole(words: str) -> re.Pattern[str] | None:
    """English words are found as a whole only; None for Chinese, which has no blanks."""
    if any("\u4e00" <= character <= "\u9fff" for character in words):
        return None
    return re.compile(rf"(?<![a-z]){re.escape(words)}(?![a-z])")


def _comfort(said: str, wants: Wants) -> list[str]:
    """Feelings are acknowledged when they are there, named or only implied, and only then."""
    return ["comfort"] if wants.feeling or _FEELING.search(said) else []


def _advice(pack: Pack, facts: Sequence[FactFound], said: str, today: date, *, most: int) -> list[str]:
    present = {fact.key for fact in facts if fact.status == "present"} & pack.complaint_keys()
    if not present:
        return []
    words = " ".join([said, *(fact.quote for fact in facts if fact.key in present)])
    return [f"advice {one.key}" for one in knowledge.pick(pack, present, today=today, text=words, most=most)]
