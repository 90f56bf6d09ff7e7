"""A linear reader of texts: per feature its rarity and a weight for each head. Standard library only."""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from . import features
from .stored import packed, unpacked


class NoSecondReader(RuntimeError):
    """A reader has not been made here, or its file is damaged; the message says what to do."""


class HoldsPlaces(Protocol):
    """What `weigh` asks of a block."""

    @property
    def places(self) -> Mapping[str, int]: ...

    @property
    def rarity(self) -> Sequence[float]: ...


@dataclass(frozen=True)
class Block:
    """Features of one kind. `places`: feature → its place; `weights`: place by place a weight for each head."""

    places: Mapping[str, int]
    rarity: array[float]
    weights: array[float]

    @classmethod
    def read(cls, held: Mapping[str, Any], heads: int) -> Block:
        """What `written` wrote. Raises ValueError, KeyError or TypeError."""
        rarity, weights = unpacked("f", held["rarity"]), unpacked("f", held["weights"])
        places = {feature: place for place, feature in enumerate(held["features"])}
        if not len(places) == len(rarity) == len(weights) / heads:
            raise ValueError("features and weights are not of one length")
        return cls(places, rarity, weights)


def written(rows: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A block as its file holds it. `rows`: feature → (rarity, a weight for each head)."""
    return {
        "features": list(rows),
        "rarity": packed("f", (row[0] for row in rows.values())),
        "weights": packed("f", (weight for row in rows.values() for weight in row[1:])),
    }


def weigh(counts: Counter[str], block: HoldsPlaces) -> tuple[list[tuple[int, float]], float]:
    """The places and weights of a text's known features, and their length."""
    found = [
        (place, tf * block.rarity[place])
        for feature, tf in features.weighed(counts).items()
        if (place := block.places.get(feature)) is not None
    ]
    return found, math.sqrt(sum(weight * weight for _, weight in found)) or 1.0


@dataclass(frozen=True)
class Linear:
    """`blocks`: by name. `limits`: name → language → threshold."""

    heads: tuple[str, ...]
    biases: tuple[float, ...]
    blocks: Mapping[str, Block]
    limits: Mapping[str, Mapping[str, float]]

    def scores(self, text: str, *, about_kin: bool = False) -> dict[str, float]:
        """Log-odds of each head."""
        totals = list(self.biases)
        width = len(totals)
        for name, counts in features.blocks(text, about_kin=about_kin).items():
            block = self.blocks[name]
            found, norm = weigh(counts, block)
            for place, weight in found:
                weight /= norm
                begin = place * width
                for head in range(width):
                    totals[head] += weight * block.weights[begin + head]
        return dict(zip(self.heads, totals, strict=True))


def read(path: Path) -> Linear:
    """The reader in a file. Raises NoSecondReader."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        heads = tuple(held["heads"])
        blocks = {name: Block.read(rows, len(heads)) for name, rows in held["blocks"].items()}
        return Linear(heads, tuple(held["biases"]), blocks, held["limits"])
    except FileNotFoundError:
        raise NoSecondReader(f"There is no reader in {path}: run manage.py train_second_reader.") from None
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise NoSecondReader(f"The reader in {path} cannot be read ({error}): train it again.") from None
