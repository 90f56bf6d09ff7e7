"""What every part of the exam is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from housestaff.agents.packs import Pack

from ..candidates import Candidate
from ..grading import Count, Line, PartResult
from ..stations import Stations

Marks = dict[str, tuple[int, int]]  # mark → (so many, among so many)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to sit: a station, told in one of its ways."""

    station: str
    variant: str
    shape: Any


@dataclass(frozen=True)
class Room:
    """Where a case is sat: the hall (or a person's desk), which candidate, the pack, and the run's seed."""

    hall: Candidate
    which: str
    pack: Pack
    stations: Stations
    run: int


@dataclass
class Outcome:
    """What came of one case: its marks, whether it failed, and the transcript for whoever has to mend it."""

    marks: Marks
    failed: bool = False
    why: str = ""
    transcript: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """The line that a mark must keep."""

    name: str
    limit: float
    at_least: bool = True
    needed: bool = True


@dataclass(frozen=True)
class Part:
    """One part: its cases, how one is sat, and its lines."""

    letter: str
    title: str
    marks: tuple[Mark, ...]
    cases: Callable[[Room], Sequence[Case]]
    sit: Callable[[Case, Room], Outcome]
    sat_with: str = ""  # another part whose outcomes hold this one's marks

    def result(self, outcomes: Sequence[Mapping[str, Any]]) -> PartResult:
        """The part's lines over all outcomes (as stored: a mapping with `marks`)."""
        lines = []
        for mark in self.marks:
            held = [one["marks"][mark.name] for one in outcomes if mark.name in one["marks"]]
            if held:
                total = Count(sum(of for of, _ in held), sum(among for _, among in held))
                lines.append(Line(mark.name, total, mark.limit, mark.at_least, mark.needed))
        return PartResult(self.letter, tuple(lines))


def yes(fact: bool) -> tuple[int, int]:
    """One try, and whether it was so."""
    return int(fact), 1


def in_its_language(text: str, language: str) -> bool:
    """Whether a reply is written in the consult's language: no English words in Chinese, no Chinese in English.

    What stands in brackets or after a source mark is a title, and titles keep their language.
    """
    plain = re.sub(r"(?:Source: |来源：)[^。.]*[。.]?|（[^）]*）|\([^)]*\)", "", text)
    return not _HAN.search(plain) if language == "en" else not _LATIN.search(plain)
