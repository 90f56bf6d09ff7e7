"""Weights and thresholds → what a text sounds like. Loaded once a process; standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from . import features

# The general flags whose card fits what was heard.
SOUNDS, SELF_HARM, VIOLENCE = "sounds_like_emergency", "self_harm", "violence"
HEADS = (SELF_HARM, VIOLENCE)
LONG = 600  # beyond so many characters a text is read in pieces, or one sentence would drown among the others
PIECE = 400
LONGEST_QUOTE = 200
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENDS = re.compile(r"(?<=[.!?。！？\n])")
Level = Literal["emergency", "urgent"]


class NoSecondReader(RuntimeError):
    """The second reader has not been made here; the message says how."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text sounds like: how soon, whose card fits, and the words (`text[start:end]`)."""

    level: Level
    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Reader:
    """Per feature its rarity and its weights: for an emergency, and among those for self-harm and for violence."""

    blocks: Mapping[str, Mapping[str, tuple[float, ...]]]
    biases: tuple[float, ...]
    sure: Mapping[str, float]
    unsure: Mapping[str, float]

    def hear(self, text: str, *, about_kin: bool = False) -> Heard | None:
        """The most alarming piece of the text, when it is alarming at all. `about_kin`: the patient is a relative."""
        best: Heard | None = None
        margin = -math.inf
        for start, end in pieces(text):
            scores = self.scores(text[start:end], about_kin=about_kin)
            language = "zh-hans" if _HAN.search(text, start, end) else "en"
            if scores[0] < self.unsure[language] or scores[0] - self.unsure[language] <= margin:
                continue
            margin = scores[0] - self.unsure[language]
            level: Level = "emergency" if scores[0] >= self.sure[language] else "urgent"
            best = Heard(level, _fitting(scores), *_trimmed(text, start, end))
        return best

    def scores(self, text: str, *, about_kin: bool = False) -> tuple[float, ...]:
        """Log-odds: of an emergency, and should it be one, of each head."""
        totals = list(self.biases)
        for name, counts in features.blocks(text, about_kin=about_kin).items():
            known = self.blocks[name]
            found = [(held, tf) for word, tf in features.weighed(counts).items() if (held := known.get(word))]
            norm = math.sqrt(sum((tf * held[0]) ** 2 for held, tf in found)) or 1.0
            for held, tf in found:
                weight = tf * held[0] / norm
                for place in range(len(totals)):
                    totals[place] += weight * held[place + 1]
        return tuple(totals)


def _fitting(scores: tuple[float, ...]) -> str:
    heads = sorted(zip(scores[1:], HEADS, strict=True), reverse=True)
    return heads[0][1] if heads[0][0] > 0 else SOUNDS


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the pieces of a text stand: the whole, or for a long one runs of sentences that overlap by half."""
    if len(text) <= LONG:
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _sentence_end(text, start)
        found.append((start, end))
        if end >= len(text):
            break
        start += PIECE // 2
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


def read(path: Path) -> Reader:
    """The reader in a file. Raises NoSecondReader."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Reader(
            {name: {word: tuple(row) for word, row in rows.items()} for name, rows in held["blocks"].items()},
            tuple(held["biases"]),
            held["sure"],
            held["unsure"],
        )
    except FileNotFoundError:
        raise NoSecondReader(
            f"There is no second reader in {path}: run manage.py train_second_reader."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoSecondReader(
            f"The second reader in {path} cannot be read ({error}): train it again."
        ) from None


@lru_cache(maxsize=2)
def reader(path: Path) -> Reader:
    """This process's reader, read once. Raises NoSecondReader."""
    return read(path)
