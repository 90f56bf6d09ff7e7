"""A linear reader with many heads of which each feature speaks for few. Standard library only."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from . import features
from .linear import NoSecondReader, weigh
from .stored import packed, unpacked

SHARED, UNSURE = "*", "unsure"  # the head that every question builds on, and the one of not knowing
NEARNESS = 1.5  # what an article's nearness by words counts beside what practice questions taught
UNANSWERED = "unanswered"  # the head of a question that no article answers
_DIGIT = re.compile(r"\d")


def shape_of(text: str) -> str:
    """The text with every digit alike: "im 63" tells an age as "im 58" does."""
    return _DIGIT.sub("0", text)


@dataclass(frozen=True)
class Block:
    """Features of one kind. What stands in `heads` and `weights` from `ends[place - 1]` to `ends[place]` is a place's."""

    places: Mapping[str, int]
    rarity: array[float]
    ends: array[int]
    heads: array[int]
    weights: array[float]

    @classmethod
    def read(cls, held: Mapping[str, Any], heads: int) -> Block:
        """What `written` wrote. Raises ValueError, KeyError or TypeError."""
        places = {feature: place for place, feature in enumerate(held["features"])}
        rarity, ends = unpacked("f", held["rarity"]), unpacked("I", held["ends"])
        spoken, weights = unpacked("H", held["heads"]), unpacked("f", held["weights"])
        many = ends[-1] if ends else 0
        if not (len(places) == len(rarity) == len(ends) and many == len(spoken) == len(weights)):
            raise ValueError("features and weights are not of one length")
        if max(spoken, default=-1) >= heads:
            raise ValueError("a weight is for a head that is not there")
        return cls(places, rarity, ends, spoken, weights)


def written(rows: Mapping[str, tuple[float, Mapping[int, float]]]) -> dict[str, Any]:
    """A block as its file holds it. `rows`: feature → (rarity, head → weight)."""
    return {
        "features": list(rows),
        "rarity": packed("f", (rarity for rarity, _ in rows.values())),
        "ends": packed("I", accumulate(len(weights) for _, weights in rows.values())),
        "heads": packed("H", (head for _, weights in rows.values() for head in weights)),
        "weights": packed("f", (weight for _, weights in rows.values() for weight in weights.values())),
    }


@dataclass(frozen=True)
class Sparse:
    """`blocks`: by name. `limits`: language → the score from which a head counts."""

    heads: tuple[str, ...]
    blocks: Mapping[str, Block]
    limits: Mapping[str, float]

    def scores(self, text: str) -> dict[str, float]:
        """The score of each head that any feature of the text speaks for; about 1 where it is so."""
        totals: dict[int, float] = {}
        parts = features.blocks(shape_of(text))
        for name, counts in parts.items():
            block = self.blocks[name]
            found, norm = weigh(counts, block)
            for place, weight in found:
                for at in range(block.ends[place - 1] if place else 0, block.ends[place]):
                    head = block.heads[at]
                    totals[head] = totals.get(head, 0.0) + weight / norm * block.weights[at]
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
    heads = tuple(held["heads"])
    return Sparse(
        heads, {name: Block.read(rows, len(heads)) for name, rows in held["blocks"].items()}, held["limits"]
    )
