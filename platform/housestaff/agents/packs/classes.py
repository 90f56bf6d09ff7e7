"""`@pain` in a pattern: a class of words (`words.yaml`) that stands for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .building import phrases
from .reading import At, Read
from .words import LANGUAGES, Phrases

_NAME = re.compile(r"@([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a pack and of the general one, by name."""

    held: Mapping[str, Phrases]

    def spread(self, patterns: Phrases) -> Phrases:
        """The patterns with every `@name` written out as a choice."""
        return Phrases(*(self._rows(patterns.of(language), language) for language in LANGUAGES))

    def _rows(self, rows: Sequence[str], language: str) -> tuple[str, ...]:
        return tuple(
            _NAME.sub(lambda found: f"({'|'.join(self.held[found[1]].of(language))})", row) for row in rows
        )


def classes_of(parts: Sequence[Mapping[str, Any]]) -> Classes:
    """The classes of several files together; the same name in two files means all the words of both."""
    held: dict[str, Phrases] = {}
    for part in parts:
        for name, data in part.items():
            held[name] = held.get(name, Phrases()) + phrases(data)
    return Classes(held)


def check_classes(read: Read, names: set[str]) -> None:
    """Adds a problem for every `@name` in this file's patterns that no words.yaml holds."""
    for at, text in _strings((), read.data):
        for unknown in sorted({name for row in text.splitlines() for name in _NAME.findall(row)} - names):
            read.problem(
                at,
                f"@{unknown} is no class of words.",
                f"one of: {', '.join(sorted(names))}; or add it to words.yaml.",
            )


def _strings(at: At, data: Any) -> Iterator[tuple[At, str]]:
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for name, held in data.items():
            yield from _strings((*at, name), held)
    elif isinstance(data, list):
        for index, held in enumerate(data):
            yield from _strings((*at, index), held)
