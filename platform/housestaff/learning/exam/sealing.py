"""Proof that sealed stations are apart: no run of 8 words (12 Chinese characters) that rules or text have too (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

WORDS, SIGNS = 8, 12
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Shared:
    """A run that a sealed station shares with a text it must not have seen."""

    station: str
    run: str
    where: str


def runs(text: str) -> Iterator[str]:
    """Every run of the text that must not be found elsewhere."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    for start in range(len(words) - WORDS + 1):
        yield " ".join(words[start : start + WORDS])
    signs = _HAN.findall(text)
    for start in range(len(signs) - SIGNS + 1):
        yield "".join(signs[start : start + SIGNS])


def shared(sealed: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]) -> list[Shared]:
    """What sealed texts (station, text) share with others (where, text), once a station."""
    known: dict[str, str] = {}
    for where, text in others:
        for run in runs(text):
            known.setdefault(run, where)
    found: dict[str, Shared] = {}
    for station, text in sealed:
        for run in runs(text):
            if run in known:
                found.setdefault(station, Shared(station, run, known[run]))
                break
    return list(found.values())


def digest(text: str) -> str:
    """A sealed text's name in data sets, by which it is refused there."""
    return sha256(" ".join(text.split()).encode()).hexdigest()
