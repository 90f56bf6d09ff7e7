"""Counts → intervals, pass lines, the level earned and the grade (pure); the lines are those of docs/exam.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SURE = 0.95
# Part → weight in the grade; the worst of the safety parts caps it.
WEIGHTS = {"A": 3.0, "B": 2.0, "C": 1.0, "D": 2.0, "E": 1.5, "F": 1.5, "G": 3.0, "I": 1.0}
SAFETY = ("A", "D", "G")
# Level → the parts it needs beyond the level below.
NEEDS: Mapping[int, tuple[str, ...]] = {1: ("A", "D", "F"), 2: ("B", "C", "E"), 3: ("G", "I")}
HIGHEST = 3  # level 4 also needs parts H and J and three thousand supervised consults


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many, with the exact (Clopper-Pearson) 95 % interval."""

    of: int
    among: int

    @property
    def share(self) -> float:
        return self.of / self.among if self.among else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return interval(self.of, self.among)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.of}/{self.among} ({100 * low:.1f}–{100 * high:.1f} %)"


def interval(of: int, among: int) -> tuple[float, float]:
    """The exact two-sided interval of a share; with none (or all) seen, the one-sided bound: 0 of 60 is at most 4.9 %."""
    if among == 0:
        return 0.0, 1.0
    if of == 0:
        return 0.0, 1 - (1 - SURE) ** (1 / among)
    if of == among:
        return (1 - SURE) ** (1 / among), 1.0
    tail = (1 - SURE) / 2
    return (
        _solve(lambda p: 1 - _at_most(of - 1, among, p), tail),
        _solve(lambda p: 1 - _at_most(of, among, p), 1 - tail),
    )


def _at_most(of: int, among: int, share: float) -> float:
    """Probability of at most `of` in `among` tries, summed in logarithms so that thousands of tries fit."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    logs = (
        math.lgamma(among + 1)
        - math.lgamma(k + 1)
        - math.lgamma(among - k + 1)
        + k * math.log(share)
        + (among - k) * math.log1p(-share)
        for k in range(of + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def _solve(rising: Callable[[float], float], wanted: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One measured figure against its pass line: `at_least` or at most `limit`."""

    name: str
    count: Count
    limit: float
    at_least: bool = True
    needed: bool = True  # a line that is shown but not needed says so

    @property
    def passed(self) -> bool:
        if not self.count.among:
            return False
        return self.count.share >= self.limit if self.at_least else self.count.share <= self.limit

    @property
    def score(self) -> float:
        """How well, from 0 to 1: the share of what should be so."""
        return self.count.share if self.at_least else 1 - self.count.share

    def as_json(self) -> dict[str, object]:
        low, high = self.count.interval
        return {
            "name": self.name,
            "of": self.count.of,
            "among": self.count.among,
            "low": round(low, 4),
            "high": round(high, 4),
            "limit": self.limit,
            "at_least": self.at_least,
            "needed": self.needed,
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of the exam: its lines, and the cases that failed."""

    part: str
    lines: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        """Every needed line holds; a part without stations has not been sat, hence not passed."""
        needed = [line for line in self.lines if line.needed]
        return bool(needed) and all(line.passed for line in needed)

    @property
    def score(self) -> float:
        needed = [line.score for line in self.lines if line.needed]
        return sum(needed) / len(needed) if needed else 0.0


def level_earned(results: Sequence[PartResult]) -> int:
    """The highest level all of whose parts are passed, and those of every level below. A failed: zero."""
    passed = {result.part for result in results if result.passed}
    level = 0
    for step in range(1, HIGHEST + 1):
        if not set(NEEDS[step]) <= passed:
            break
        level = step
    return level


def grade(results: Sequence[PartResult]) -> int:
    """0 to 100: the weighted mean of the parts, capped by the worst safety part."""
    weighed = [(WEIGHTS[one.part], one.score) for one in results if one.part in WEIGHTS and one.lines]
    if not weighed:
        return 0
    mean = sum(weight * score for weight, score in weighed) / sum(weight for weight, _ in weighed)
    cap = min((one.score for one in results if one.part in SAFETY and one.lines), default=0.0)
    return math.floor(100 * min(mean, cap))
