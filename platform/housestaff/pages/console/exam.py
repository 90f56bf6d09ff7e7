"""One agent's exam report, as the console shows it: counts against pass lines, never a station's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from housestaff.agents.models import Agent, Release
from housestaff.learning.exam import committed
from housestaff.learning.exam.grading import Line, PartResult

from ..wording import say

_WORST = re.compile(r"(?P<name>.+), worst of (?P<runs>\d+) runs")


@dataclass(frozen=True)
class Cell:
    """One figure of one candidate: so many of so many, its interval, and whether its line was held (None: shown only)."""

    of: int
    among: int
    low: float
    high: float
    passed: bool | None


@dataclass(frozen=True)
class Row:
    """One line of a part and each candidate's figure; None where it was not counted."""

    name: str
    needed: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class PartShown:
    """A part: its letter and name, whether the agent that serves passed it, its lines."""

    letter: str
    passed: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Report:
    """The report on disk: what it says, or `problem` where it cannot be used, or neither where there is none."""

    found: committed.Committed | None = None
    problem: str = ""

    @property
    def candidates(self) -> tuple[committed.Candidate, ...]:
        """The columns, the agent that serves first."""
        return tuple(self.found.candidates.values()) if self.found else ()

    @property
    def parts(self) -> list[PartShown]:
        """Every part that was sat by the agent that serves."""
        if self.found is None:
            return []
        return [self._part(one) for one in self.found.served.parts]

    def _part(self, part: PartResult) -> PartShown:
        columns = [_lines(one.parts, part.part) for one in self.candidates]
        rows = tuple(
            Row(line_name(line.name), _needed(line), tuple(_cell(held.get(line.name)) for held in columns))
            for line in part.lines
        )
        return PartShown(part.part, part.passed, rows)

    def is_of(self, release: Release | None) -> bool:
        """Whether the release took its level from this very report."""
        return bool(self.found and release and release.report_digest == self.found.digest)


def report_of(agent: Agent) -> Report:
    """The report that lies beside the agent's pack."""
    try:
        return Report(committed.read(settings.HOUSESTAFF["SPECIALTIES"], agent.specialty))
    except committed.NoReport:
        return Report()
    except committed.BadReport as problem:
        return Report(problem=str(problem))


def line_name(name: str) -> str:
    """A line of the exam in the reader's language."""
    worst = _WORST.fullmatch(name)
    if worst is None:
        return say("exam_line", name)
    told: dict[str, Any] = {"name": say("exam_line", worst["name"]), "runs": worst["runs"]}
    return _("%(name)s, worst of %(runs)s runs") % told


def _lines(parts: Sequence[PartResult], letter: str) -> dict[str, Line]:
    return {line.name: line for part in parts if part.part == letter for line in part.lines}


def _needed(line: Line) -> str:
    if not line.needed:
        return ""
    return f"{'≥' if line.at_least else '≤'} {100 * line.limit:g} %"


def _cell(line: Line | None) -> Cell | None:
    if line is None or not line.count.among:
        return None
    low, high = line.count.interval
    passed = line.passed if line.needed else None
    return Cell(line.count.of, line.count.among, 100 * low, 100 * high, passed)
