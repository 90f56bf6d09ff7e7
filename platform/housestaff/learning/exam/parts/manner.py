"""Part I: comfort where feeling is only implied and none where it would be wrong; plain words, no blame, one language."""

import re

from housestaff.consults.guard import sentences

from ..stations import MannerStation
from .shared import Case, Mark, Marks, Outcome, Part, Room, in_its_language, yes

COMFORTS, NO_NEEDLESS, PLAIN, NO_BLAME, LANGUAGE = (
    "feeling acknowledged",
    "no comfort where it would be wrong",
    "plain words",
    "no blame, no empty comfort",
    "in the patient's language",
)
FOUR_OF_FIVE = 0.8
MOST_WORDS, MOST_SIGNS = 15, 25
_BLAME = re.compile(
    r"\b(?:your (?:own )?fault|you should have|why didn'?t you|you failed|don'?t worry)\b"
    r"|别担心|不用担心|怪您|您不该|谁让您",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9'’.-]+")
_SIGN = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9.]+")


def cases(room: Room) -> list[Case]:
    return [Case(one.id, "told", one) for one in room.stations.manner]


def sit(case: Case, room: Room) -> Outcome:
    """One message and its reply."""
    one: MannerStation = case.shape
    sitting = room.hall.consult(room.which, one.language)
    card = sitting.say(one.text).card
    reply = sitting.answer().text if not card else ""
    if not reply:
        return Outcome({}, False, "", sitting.transcript, {"card": card})
    comforts = room.pack.sentence("comfort", one.language) in reply
    marks: Marks = {
        (COMFORTS if one.comfort else NO_NEEDLESS): yes(comforts is one.comfort),
        PLAIN: yes(all(_short(sentence, one.language) for sentence in sentences(reply))),
        NO_BLAME: yes(not _BLAME.search(reply)),
        LANGUAGE: yes(in_its_language(reply, one.language)),
    }
    failed = any(mark == (0, 1) for mark in marks.values())
    why = ", ".join(name for name, mark in marks.items() if mark == (0, 1))
    return Outcome(marks, failed, why, sitting.transcript)


def _short(sentence: str, language: str) -> bool:
    if language == "en":
        return len(_WORD.findall(sentence)) <= MOST_WORDS
    return len(_SIGN.findall(sentence)) <= MOST_SIGNS


PART = Part(
    "I",
    "manner",
    tuple(Mark(name, FOUR_OF_FIVE) for name in (COMFORTS, NO_NEEDLESS, PLAIN, NO_BLAME, LANGUAGE)),
    cases,
    sit,
)
