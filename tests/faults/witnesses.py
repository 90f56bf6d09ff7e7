"""What a test wants to know of the processes of its house, and how it makes them dawdle.

Notes of which process did an overdue step prove that a sweeper worked, or that both did. With the switch `naps` on,
some steps pause between reading and writing, so that whatever is not locked is overtaken.
"""

import random
import time
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.faults.switches import is_on, note


def _watch(sweeping: ModuleType) -> None:
    do = sweeping.do  # type: ignore[attr-defined]

    def watched(due: Any) -> None:
        do(due)
        note("swept", due.step)

    sweeping.do = watched  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Nap:
    """How long a step pauses before it begins, and after it with `after`; and how often, as a share of its calls."""

    seconds: float
    often: float
    after: bool = False


def _naps(**naps: Nap) -> Any:
    def change(module: ModuleType) -> None:
        for name, nap in naps.items():
            setattr(module, name, _dawdling(getattr(module, name), nap))

    return change


def _dawdling(step: Any, nap: Nap) -> Any:
    def dawdled(*args: Any, **kwargs: Any) -> Any:
        naps = is_on("naps") and random.random() < nap.often
        if naps:
            time.sleep(nap.seconds)
        done = step(*args, **kwargs)
        if naps and nap.after:
            time.sleep(nap.seconds)
        return done

    return dawdled


# An item is made (and not yet committed) by several at once; an envelope comes while others are being applied.
CHANGES = [
    ("housestaff.consults.sweeping", _watch),
    ("housestaff.consults.log", _naps(append=Nap(0.15, 0.25))),
    ("housestaff.worklists.actions", _naps(_first_item=Nap(0.15, 1.0, after=True), _apply=Nap(0.6, 0.5))),
]
