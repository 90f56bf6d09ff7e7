"""Invented reports in the shape that `report.report` makes: every part at its line, or missed where a test says so."""

from collections.abc import Sequence
from typing import Any

from housestaff.learning.exam.grading import Count, Line
from housestaff.learning.exam.parts import PARTS
from housestaff.learning.exam.report import WORST_OF

AMONG = 100
DIGESTS = {"pack": "a" * 64, "adapter": "b" * 64, "base": "c" * 64}


def found(*, missed: Sequence[str] = (), specialty: str = "urology", **about: Any) -> dict[str, Any]:
    """A report of both candidates; the parts named in `missed` are not passed by either."""
    told = {
        "specialty": specialty,
        "at": "2026-11-30",
        "drawer": "sealed",
        "runs": 1,
        **DIGESTS,
        "command": f"manage.py exam {specialty} --runs 1",
        "label": "for demonstration, not for care",
        **about,
    }
    parts = [_part(letter, passed=letter not in missed, runs=told["runs"]) for letter in PARTS]
    held = {"name": "a candidate", "level": 0, "grade": 0, "parts": parts, "histories": {}}
    return told | {"candidates": {"adapter": held, "base": held}}


def _part(letter: str, *, passed: bool, runs: int) -> dict[str, Any]:
    lines = [
        Line(
            mark.name,
            _count(mark.at_least, passed or not mark.needed),
            mark.limit,
            mark.at_least,
            mark.needed,
        )
        for mark in PARTS[letter].marks
    ]
    if letter == "B" and runs > 1:
        lines += [
            Line(f"{name}, worst of {runs} runs", _count(True, passed), limit)
            for name, limit in WORST_OF.items()
        ]
    return {
        "part": letter,
        "title": PARTS[letter].title,
        "lines": [line.as_json() for line in lines],
        "failed": ["a-station-of-the-sealed-drawer"],
    }


def _count(at_least: bool, good: bool) -> Count:
    return Count(AMONG if at_least == good else 0, AMONG)
