"""How good the facts are: exact-fact precision, recall and F1 with bootstrap intervals (pure).

A fact counts only when key, status and quote are all exactly right.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

RESAMPLES = 1000
SEED = 1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Tally:
    """One message's counts: facts right, facts written, facts that should have been."""

    right: int
    written: int
    wanted: int


@dataclass(frozen=True)
class Figure:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


def tally(written: Sequence[object], wanted: Sequence[object]) -> Tally:
    """Counts of one message; a fact written twice counts once as right."""
    return Tally(len(set(written) & set(wanted)), len(written), len(wanted))


def f1(tallies: Sequence[Tally]) -> float:
    """Over all facts of all messages; 1 when nothing was wanted and nothing written."""
    together = sum(one.written + one.wanted for one in tallies)
    return 2 * sum(one.right for one in tallies) / together if together else 1.0


def f1_with_interval(tallies: Sequence[Tally]) -> Figure:
    """F1 and the 2.5th and 97.5th percentile over messages drawn again with replacement."""
    return _figure(tallies, f1)


def share_with_interval(hits: Sequence[bool]) -> Figure:
    """A share of hits with the same kind of interval."""
    return _figure(hits, lambda drawn: sum(drawn) / len(drawn) if drawn else 0.0)


def _figure(rows: Sequence[_T], of: Callable[[Sequence[_T]], float]) -> Figure:
    rng, count = random.Random(SEED), len(rows)
    drawn = sorted(of(rng.choices(rows, k=count)) for _ in range(RESAMPLES)) if count else [0.0]
    return Figure(of(rows), drawn[int(0.025 * (len(drawn) - 1))], drawn[round(0.975 * (len(drawn) - 1))])
