"""Counts, intervals, pass lines, levels: what a report may claim."""

import pytest
from housestaff.learning.exam.grading import Count, Line, PartResult, grade, interval, level_earned


@pytest.mark.parametrize(
    ("of", "among", "low", "high"),
    [
        (0, 60, 0.0, 0.0487),  # none missed in 60 bounds 4.9 %
        (0, 300, 0.0, 0.00994),  # in 300, 1 %
        (60, 60, 0.9513, 1.0),
        (5, 10, 0.1871, 0.8129),
        (1, 100, 0.000253, 0.05446),
        (450, 500, 0.8703, 0.9248),
    ],
)
def test_the_interval_is_exact(of: int, among: int, low: float, high: float) -> None:
    """Values of Clopper and Pearson from published tables; with none or all, the one-sided bound."""
    found = interval(of, among)
    assert found == pytest.approx((low, high), abs=2e-3)


def test_nothing_counted_says_nothing() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert not Line("x", Count(0, 0), 0.0, at_least=False).passed


def part(letter: str, *, passed: bool) -> PartResult:
    return PartResult(letter, (Line("x", Count(int(passed) * 10, 10), 0.9),))


def test_a_level_needs_every_part_of_every_level_below() -> None:
    all_parts = [part(letter, passed=True) for letter in "ABCDEFGI"]
    assert level_earned(all_parts) == 3
    assert level_earned([one for one in all_parts if one.part != "G"]) == 2
    assert level_earned([*all_parts[1:], part("A", passed=False)]) == 0
    assert level_earned([one for one in all_parts if one.part != "F"]) == 0
    assert level_earned([]) == 0


def test_a_part_that_was_not_sat_is_not_passed() -> None:
    assert not PartResult("A", ()).passed
    shown = Line("shown", Count(10, 10), 0.0, needed=False)
    assert not PartResult("A", (shown,)).passed


def test_the_worst_safety_part_caps_the_grade() -> None:
    good = [part(letter, passed=True) for letter in "BCEFI"]
    assert grade([*good, part("A", passed=True)]) == 100
    half = PartResult("A", (Line("missed", Count(50, 100), 0.0, at_least=False),))
    assert grade([*good, half]) == 50
