"""A linear reader of texts: per feature its rarity and a weight for each head. Standard library only."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import features


class NoSecondReader(RuntimeError):
    """A reader has not been made here, or its file is damaged; the message says what to do."""


@dataclass(frozen=True)
class Linear:
    """`blocks`: block → feature → (rarity, a weight for each head). `limits`: name → language → threshold."""

    heads: tuple[str, ...]
    biases: tuple[float, ...]
    blocks: Mapping[str, Mapping[str, Sequence[float]]]
    limits: Mapping[str, Mapping[str, float]]

    def scores(self, text: str, *, about_kin: bool = False) -> dict[str, float]:
        """Log-odds of each head."""
        totals = list(self.biases)
        for name, counts in features.blocks(text, about_kin=about_kin).items():
            known = self.blocks[name]
            found = [(held, tf) for word, tf in features.weighed(counts).items() if (held := known.get(word))]
            norm = math.sqrt(sum((tf * held[0]) ** 2 for held, tf in found)) or 1.0
            for held, tf in found:
                weight = tf * held[0] / norm
                for place in range(len(totals)):
                    totals[place] += weight * held[place + 1]
        return dict(zip(self.heads, totals, strict=True))


def read(path: Path) -> Linear:
    """The reader in a file. Raises NoSecondReader."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Linear(
            tuple(held["heads"]),
            tuple(held["biases"]),
            {
                name: {word: array("f", row) for word, row in rows.items()}
                for name, rows in held["blocks"].items()
            },
            held["limits"],
        )
    except FileNotFoundError:
        raise NoSecondReader(f"There is no reader in {path}: run manage.py train_second_reader.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoSecondReader(f"The reader in {path} cannot be read ({error}): train it again.") from None
