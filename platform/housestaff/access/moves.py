"""State tables: every machine is one table of moves: name, who may, from, to (pure).

`manage.py states_doc` writes docs/states.md from these tables and the tests walk them.
"""

from dataclasses import dataclass

HOUSE = "house"  # the platform itself: a sweeper, a task, a consequence of another move


class NotNow(Exception):
    """The move does not exist from this state. Says which states it needs."""

    def __init__(self, machine: str, move: str, state: str) -> None:
        super().__init__(f"{machine}: {move} is not possible while {state}.")
        self.machine, self.move, self.state = machine, move, state


class NotYou(PermissionError):
    """The move exists, but not for this role."""


@dataclass(frozen=True)
class Move:
    """One move: its sources, its target, and the roles that may make it."""

    name: str
    who: frozenset[str]
    sources: frozenset[str]
    target: str
    sentence: str


@dataclass(frozen=True)
class Machine:
    """A named table of moves with its first state."""

    name: str
    first: str
    states: dict[str, str]
    moves: tuple[Move, ...]

    def next(self, move: str, state: str, who: str) -> str:
        """The state after a move; raises NotYou, then NotNow."""
        rows = [row for row in self.moves if row.name == move]
        if not rows:
            raise KeyError(f"{self.name} has no move {move}")
        rows = [row for row in rows if who in row.who]
        if not rows:
            raise NotYou(f"{self.name}: {move} is not for {who}.")
        for row in rows:
            if state in row.sources:
                return row.target
        raise NotNow(self.name, move, state)


def move(name: str, who: str, sources: str, target: str, sentence: str) -> Move:
    """A row, written with blanks between several roles or states."""
    return Move(name, frozenset(who.split()), frozenset(sources.split()), target, sentence)
