"""What the agent says next (pure): the pack decides what is missing; the level decides what may be said at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from housestaff.agents import levels
from housestaff.agents.packs import Pack

from . import intake, knowledge
from .understanding import FactFound

OPEN, CLOSE = "open", "close"
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
) -> Plan:
    """The reply to what the patient has just said, as names of signed sentences."""
    head = [*_boundary(pack, said), *_comfort(said)]
    if not levels.may("take_history", level):
        return Plan((*head, *_advice(pack, facts, said, today, most=1), "doctor_will_read"))
    present = {fact.key for fact in facts if fact.status == "present"}
    if not present & pack.complaint_keys() and OPEN not in asked and len(facts) < 1:
        return Plan((*head, OPEN), asks=OPEN)
    if CLOSE in asked:
        return Plan((*head, "doctor_will_read"), finished=True)
    step = intake.next_step(pack, facts, [key for key in asked if key != OPEN], urgency=urgency)
    if isinstance(step, intake.Enough):
        advice = _advice(pack, facts, said, today, most=1)
        return Plan((*head, *advice, CLOSE, "doctor_will_read"), asks=CLOSE, finished=True)
    return Plan((*head, *step.line.split("+")), asks=step.item.key)


def _boundary(pack: Pack, said: str) -> list[str]:
    """The reply to what the agent does not do, where the patient asked for it, in either language."""
    plain = " ".join(said.lower().split())
    for boundary in pack.boundaries:
        if any(_stands(words.lower(), plain) for words in boundary.words.all() if words):
            return [f"boundary {boundary.key}"]
    return []


def _stands(words: str, plain: str) -> bool:
    if _is_han(words):
        return words in plain
    return re.search(rf"(?<![a-z]){re.escape(words)}(?![a-z])", plain) is not None


def _is_han(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)


def _comfort(said: str) -> list[str]:
    """Feelings are acknowledged when they are there, and only then."""
    return ["comfort"] if _FEELING.search(said) else []


def _advice(pack: Pack, facts: Sequence[FactFound], said: str, today: date, *, most: int) -> list[str]:
    present = {fact.key for fact in facts if fact.status == "present"} & pack.complaint_keys()
    if not present:
        return []
    return [f"advice {one.key}" for one in knowledge.pick(pack, present, today=today, text=said, most=most)]
