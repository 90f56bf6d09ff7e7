"""The parts that carry the promise, taken out one at a time. The gate fails when a mutant survives its fault test.

A mutant lives in a test only: as a change to a module inside the processes of a test's house (through
`inside/sitecustomize.py`), or as a key dropped from that house's own database. Each names the fault test whose
scenario must kill it, and the kind of violation that the checker has to see.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.faults.switches import is_on


@dataclass(frozen=True)
class Mutant:
    """What is taken out, the scenario that must notice, and as what.

    `keys` are dropped from the database: key → table. `settle` is how long a scenario waits for the end: as long as the
    promise allows where the violation is lateness; elsewhere it shows at once.
    """

    name: str
    killer: str
    seen_as: frozenset[str]
    keys: dict[str, str] = field(default_factory=dict)
    settle: float = 5.0

    def __str__(self) -> str:
        return self.name


MUTANTS = (
    Mutant("no_sweeper", "hints_dropped", frozenset({"not synced"}), settle=30.0),
    Mutant(
        "no_item_key",
        "hints_doubled",
        frozenset({"worklist has it twice"}),
        {"worklist_item_once": "worklists_item"},
    ),
    Mutant("no_item_lock", "hints_doubled", frozenset({"sync went back", "lost on the way"})),
    Mutant("no_consult_lock", "hints_shuffled", frozenset({"server error"})),
    Mutant(
        "no_consult_lock_nor_key",
        "hints_shuffled",
        frozenset({"number given twice"}),
        {"event_seq_once": "consults_event", "envelope_once": "worklists_envelope"},
    ),
    Mutant(
        "no_seq_key",
        "same_number_twice",
        frozenset({"key let it in: consults_event"}),
        {"event_seq_once": "consults_event"},
    ),
    Mutant(
        "no_envelope_key",
        "same_number_twice",
        frozenset({"key let it in: worklists_envelope"}),
        {"envelope_once": "worklists_envelope"},
    ),
)


def _no_sweeper(sweeping: ModuleType) -> None:
    overdue = sweeping.overdue  # type: ignore[attr-defined]
    sweeping.overdue = lambda *a, **k: [] if is_on("no_sweeper") else overdue(*a, **k)  # type: ignore[attr-defined]


def _no_row_lock(managers: ModuleType) -> None:
    queryset: Any = managers.TenantQuerySet  # type: ignore[attr-defined]
    lock: Callable[..., Any] = queryset.select_for_update
    without = {
        "Consult": ("no_consult_lock", "no_consult_lock_nor_key"),
        "Item": ("no_item_lock",),
    }

    def select_for_update(self: Any, *args: Any, **kwargs: Any) -> Any:
        if any(map(is_on, without.get(self.model.__name__, ()))):
            return self
        return lock(self, *args, **kwargs)

    queryset.select_for_update = select_for_update
    manager: Any = managers.TenantManager  # type: ignore[attr-defined]
    find: Callable[..., Any] = manager.find

    def find_unlocked(self: Any, *args: Any, lock: bool = False, **kwargs: Any) -> Any:
        mine = any(map(is_on, without.get(self.model.__name__, ())))
        return find(self, *args, lock=lock and not mine, **kwargs)

    manager.find = find_unlocked


CHANGES = [
    ("housestaff.consults.sweeping", _no_sweeper),
    ("housestaff.tenancy.managers", _no_row_lock),
]
