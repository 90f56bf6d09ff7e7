"""What is still missing from the history, what to ask next, and when it is enough (pure).

One question at a time, never one already answered, critical ones first, at most the pack's number of questions;
a critical question that was passed over is asked once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from housestaff.agents.packs import Item, Pack

COMFORTABLE = 8  # beyond this many questions only critical ones are worth a patient's patience


class Known(Protocol):
    """A fact as the intake needs it: which, and whether it is there."""

    @property
    def key(self) -> str: ...

    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ask:
    item: Item

    @property
    def line(self) -> str:
        return f"ask {self.item.key}"


@dataclass(frozen=True, slots=True)
class ReturnTo:
    """A critical question that was passed over, once more."""

    item: Item

    @property
    def line(self) -> str:
        return f"ask_again+ask {self.item.key}"


@dataclass(frozen=True, slots=True)
class Enough:
    """The history may stop: "emergency", "covered" or "most_questions"."""

    reason: str

    @property
    def line(self) -> str:
        return "emergency_stop" if self.reason == "emergency" else "close"


Step = Ask | ReturnTo | Enough


def next_step(
    pack: Pack,
    facts: Iterable[Known],
    asked: Sequence[str],
    skipped: Collection[str] | None = None,
    *,
    urgency: str = "routine",
) -> Step:
    """The next question. `asked` holds every key asked so far, in order; `skipped` those passed over.

    Without `skipped`, what was asked and not answered counts as passed over.
    """
    if urgency == "emergency":
        return Enough("emergency")
    if len(asked) >= pack.enough.max_questions:
        return Enough("most_questions")
    facts = list(facts)
    answered = {fact.key for fact in facts}
    items = [item for item in applicable(pack, facts) if item.key not in answered]
    fresh = [item for item in items if item.key not in asked]
    for item in fresh:
        if item.critical:
            return Ask(item)
    passed_over = set(asked if skipped is None else skipped)
    for item in items:
        if item.critical and item.key in passed_over and list(asked).count(item.key) < 2:
            return ReturnTo(item)
    if fresh and len(asked) < COMFORTABLE:
        return Ask(fresh[0])
    return Enough("covered")


def applicable(pack: Pack, facts: Iterable[Known]) -> list[Item]:
    """The pack's questions for what the patient came with, in the order they are asked."""
    complaints = frozenset(fact.key for fact in facts if fact.status == "present") & pack.complaint_keys()
    return [item for item in pack.items if item.applies_to(complaints) and item.key not in complaints]


def missing(pack: Pack, facts: Iterable[Known]) -> list[Item]:
    """Critical questions without an answer."""
    facts = list(facts)
    answered = {fact.key for fact in facts}
    return [item for item in applicable(pack, facts) if item.critical and item.key not in answered]
