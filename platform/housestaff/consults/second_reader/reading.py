"""Weights and thresholds → what a text sounds like. Loaded once a process; standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from .linear import Linear, NoSecondReader, read

# The general flags whose card fits what was heard.
SOUNDS, SELF_HARM, VIOLENCE = "sounds_like_emergency", "self_harm", "violence"
ALARM, URGENT, REMARK = "alarm", "urgent", "remark"
HEADS = (SELF_HARM, VIOLENCE)
LONG = 600  # beyond so many characters a text is read in pieces, or one sentence would drown among the others
PIECE = 400
LONGEST_QUOTE = 200
LONGEST_ANSWER = {"en": 60, "zh-hans": 20}  # characters; a longer message may tell anything
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SAYS = re.compile(r"[^\W\d_]{2}|[\u4e00-\u9fff]")  # a bare number says nothing
_ENDS = re.compile(r"(?<=[.!?。！？\n])")
Level = Literal["emergency", "urgent"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text sounds like: how soon, whose card fits, and the words (`text[start:end]`)."""

    level: Level
    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Reader:
    """Hears alarm in a text.

    Heads: an emergency; a doctor must look today; a remark that tells nothing; among emergencies self-harm and violence.
    """

    linear: Linear

    def hear(self, text: str, *, about_kin: bool = False, answer: bool = False) -> Heard | None:
        """The most alarming piece of the text, when it is alarming at all.

        `about_kin`: the patient is a relative. `answer`: to a question of the agent; it has to sound surer, because
        every consult has ten of them, and what rules know of the question is read by them.
        """
        limits = self.linear.limits
        sure, unsure = (limits[f"{name}_answer" if answer else name] for name in ("sure", "unsure"))
        found = []
        for start, end in pieces(text) if _SAYS.search(text) else ():
            scores = self.linear.scores(text[start:end], about_kin=about_kin)
            language = language_of(text[start:end])
            alarmed, urgent = scores[ALARM] - sure[language], scores[URGENT] - unsure[language]
            if max(alarmed, urgent) >= 0:
                found.append((alarmed >= 0, max(alarmed, urgent), _fitting(scores), start, end))
        if not found:
            return None
        emergency, _, key, start, end = max(found, key=lambda one: one[:2])
        return Heard("emergency" if emergency else "urgent", key, *_trimmed(text, start, end))

    def perhaps_urgent(self, text: str, *, about_kin: bool = False, answer: bool = False) -> bool:
        """Whether a piece of the text sounds as if a doctor might have to look today: far more readily so than in `hear`."""
        limits = self.linear.limits["maybe_answer" if answer else "maybe"]
        return any(
            self.linear.scores(text[start:end], about_kin=about_kin)[URGENT]
            >= limits[language_of(text[start:end])]
            for start, end in pieces(text)
        )

    def remark(self, text: str) -> bool:
        """Whether a text is a greeting, thanks or small talk: nothing about anybody's health is to be heard in it."""
        if len(text) > LONG:
            return False
        return self.linear.scores(text)[REMARK] >= self.linear.limits["remark"][language_of(text)]


def no_longer_than_an_answer(text: str) -> bool:
    """Whether a message, sent after a question, can be no more than its answer."""
    return len(text.strip()) <= LONGEST_ANSWER[language_of(text)]


def language_of(text: str) -> str:
    """The language whose threshold holds for a text: Chinese as soon as there is any."""
    return "zh-hans" if _HAN.search(text) else "en"


def _fitting(scores: dict[str, float]) -> str:
    surest = max(HEADS, key=scores.__getitem__)
    return surest if scores[surest] > 0 else SOUNDS


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the pieces of a text stand: the whole, or for a long one runs of sentences that overlap by a quarter."""
    if len(text) <= LONG:
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _sentence_end(text, start)
        found.append((start, end))
        if end >= len(text):
            break
        start += PIECE * 3 // 4
    return found


def _sentence_end(text: str, start: int) -> int:
    """The end of the last sentence that still fits the piece; the piece's own end where there is none."""
    stop = min(len(text), start + PIECE)
    if stop == len(text):
        return stop
    ends = [found.start() for found in _ENDS.finditer(text, start + PIECE // 2, stop)]
    return ends[-1] if ends else stop


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, min(start + len(words.strip()), start + LONGEST_QUOTE)


@lru_cache(maxsize=2)
def reader(path: Path) -> Reader:
    """This process's reader, read once. Raises NoSecondReader."""
    return Reader(read(path))


def reader_if_made(path: Path) -> Reader | None:
    """The same; None where none has been made."""
    try:
        return reader(path)
    except NoSecondReader:
        return None
