"""A linear reader with many heads of which each feature speaks for few. Standard library only."""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import features
from .linear import NoSecondReader

# A feature: its rarity, the heads that it says anything about, and a weight for each. Arrays take a tenth of tuples' room.
Weights = tuple[float, "array[int]", "array[float]"]
SHARED, UNSURE = "*", "unsure"  # the head that every question builds on, and the one of not knowing
NEARNESS = 1.5  # what an article's nearness by words counts beside what practice questions taught
_DIGIT = re.compile(r"\d")


def shape_of(text: str) -> str:
    """The text with every digit alike: "im 63" tells an age as "im 58" does."""
    return _DIGIT.sub("0", text)


@dataclass(frozen=True)
class Sparse:
    """`blocks`: block → feature → its weights. `limits`: language → the score from which a head counts."""

    heads: tuple[str, ...]
    blocks: Mapping[str, Mapping[str, Weights]]
    limits: Mapping[str, float]

    def scores(self, text: str) -> dict[str, float]:
        """The score of each head that any feature of the text speaks for; about 1 where it is so."""
        totals: dict[int, float] = {}
        parts = features.blocks(shape_of(text))
        for name, counts in parts.items():
            known = self.blocks[name]
            found = [(held, tf) for word, tf in features.weighed(counts).items() if (held := known.get(word))]
            norm = math.sqrt(sum((tf * held[0]) ** 2 for held, tf in found)) or 1.0
            for (rarity, heads, weights), tf in found:
                scaled = tf * rarity / norm
                for head, weight in zip(heads, weights, strict=True):
                    totals[head] = totals.get(head, 0.0) + scaled * weight
        return {self.heads[head]: total for head, total in totals.items()}


def read_parts(path: Path) -> dict[str, Sparse]:
    """The readers in one file, by name. Raises NoSecondReader."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: _as_sparse(part) for name, part in held["parts"].items()}
    except FileNotFoundError:
        raise NoSecondReader(f"There is no reader in {path}: run manage.py train_second_reader.") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise NoSecondReader(f"The reader in {path} cannot be read ({error}): train it again.") from None


def _as_sparse(held: Mapping[str, Any]) -> Sparse:
    return Sparse(
        tuple(held["heads"]),
        {
            name: {word: (row[0], array("H", row[1::2]), array("f", row[2::2])) for word, row in rows.items()}
            for name, rows in held["blocks"].items()
        },
        held["limits"],
    )
