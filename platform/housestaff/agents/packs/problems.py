"""What is wrong with a pack, said so that the clinician who wrote it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: where it stands, what is wrong, what to write instead."""

    file: str
    line: int
    what: str
    write_instead: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what} → {self.write_instead}"


class PackProblems(Exception):
    """A pack that may not be used. `problems` holds every reason, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
