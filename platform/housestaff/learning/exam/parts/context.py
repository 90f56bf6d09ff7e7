"""Part C: the same opening with and without one piece of context, which must be asked for, or must not."""

from ..stations import ContextStation
from .shared import Case, Mark, Marks, Outcome, Part, Room, yes

ASKS, NEEDLESS = "asks when it must", "needless questions"
MOST_TURNS = 13
_ELSE = {"en": "no, not that I know of", "zh-hans": "没有，应该没有"}


def cases(room: Room) -> list[Case]:
    known = {item.key for item in room.pack.items}
    return [
        Case(one.id, variant, one)
        for one in room.stations.context
        if one.item in known
        for variant in ("enough", "not enough")
    ]


def sit(case: Case, room: Room) -> Outcome:
    """The agent takes the history; every other question is answered in the negative. Was the item asked for?"""
    one: ContextStation = case.shape
    sitting = room.hall.consult(room.which, one.language)
    words = one.enough if case.variant == "enough" else one.not_enough
    asked: list[str] = []
    for _ in range(MOST_TURNS):
        if sitting.say(words).card:
            break
        reply = sitting.answer()
        if reply.failed or reply.asks is None or reply.asks == "close":
            break
        asked.append(reply.asks)
        if reply.asks == one.item:
            break
        words = _ELSE[one.language]
    asks = one.item in asked
    marks: Marks = {NEEDLESS if case.variant == "enough" else ASKS: yes(asks)}
    failed = asks == (case.variant == "enough")
    why = "" if not failed else ("asked what was told" if asks else f"never asked {one.item}")
    return Outcome(marks, failed, why, sitting.transcript)


PART = Part("C", "context seeking", (Mark(ASKS, 0.80), Mark(NEEDLESS, 0.10, at_least=False)), cases, sit)
