"""Medians and percentiles, and a figure with the sentence that says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row of the table: what was measured, what came out, what was aimed at."""

    question: str
    setting: str
    figure: str
    aim: str
    held: bool | None
    raw: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of them lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th, 99th percentile and count, rounded to a tenth."""
    told = {"median": median(values), "p95": percentile(values, 95), "p99": percentile(values, 99)}
    return {name: round(value, 1) for name, value in told.items()} | {"count": len(values)}


def table(figures: Sequence[Figure]) -> str:
    """The rows as a Markdown table."""
    rows = [("question", "setting", "figure", "aim", "held"), ("---",) * 5]
    rows += [
        (one.question, one.setting, one.figure, one.aim, {True: "yes", False: "no", None: ""}[one.held])
        for one in figures
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
