"""What a test wants to know of the processes of its house, and how it makes them dawdle.

Notes of which process did an overdue step prove that a sweeper worked, or that both did. With the switch `naps` on,
one step in four pauses between reading and writing, so that whatever is not locked is overtaken.
"""

import random
import time
from types import ModuleType
from typing import Any

from tests.faults.switches import is_on, note

NAP, HOW_OFTEN = 0.15, 0.25


def _watch(sweeping: ModuleType) -> None:
    do = sweeping.do  # type: ignore[attr-defined]

    def watched(due: Any) -> None:
        do(due)
        note("swept", due.step)

    sweeping.do = watched  # type: ignore[attr-defined]


def _nap_before(*names: str) -> Any:
    def change(module: ModuleType) -> None:
        for name in names:
            setattr(module, name, _dawdling(getattr(module, name)))

    return change


def _dawdling(step: Any) -> Any:
    def dawdled(*args: Any, **kwargs: Any) -> Any:
        if is_on("naps") and random.random() < HOW_OFTEN:
            time.sleep(NAP)
        return step(*args, **kwargs)

    return dawdled


CHANGES = [
    ("housestaff.consults.sweeping", _watch),
    ("housestaff.consults.log", _nap_before("append")),
    ("housestaff.worklists.actions", _nap_before("_first_item", "_apply")),
]
