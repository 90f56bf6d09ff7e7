"""Does a quote sound like what the pack teaches for a fact? A second reader beside a small model (pure).

A base of a few million parameters chooses a wrong key often enough to fill a note with nonsense. What it chose counts
only when the patient's words are also near the phrasings that the pack gives for that key: pieces of two to four
characters, weighed by how rare they are, compared by cosine (tf-idf; Salton and Buckley, 1988).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache

from housestaff.agents.packs import Pack

from .understanding import Named, Status

SHORTEST, LONGEST = 2, 4
# A key is borne out when it is among the nearest few, and near at all. Set before any held-out message was scored,
# and not moved since.
NEAREST = 3
LEAST = 0.18
# An answer that begins with neither yes nor no leans to one when it is so near, and so much nearer than to the other.
# On the answers of eight practice cards: half of those that no rule reads, nineteen of twenty rightly.
LEANS, BY = 0.3, 0.08
_SLOT = re.compile(r"\{\w+\}")
_NOT_LETTERS = re.compile(r"[^\w\u4e00-\u9fff]+")


def bears_out(pack: Pack, key: str, status: str, quote: str) -> bool:
    """Whether the quote is near the pack's phrasings for this key and status, and few other keys are nearer."""
    scores = _index(Named(pack)).scores(quote)
    said, denied = scores.get((key, False), 0.0), scores.get((key, True), 0.0)
    own = max(said, denied)
    if (status == "present" and denied > said) or (status == "denied" and said > 2 * denied > 0):
        return False
    nearer = {other for (other, _), score in scores.items() if score > own}
    return own >= LEAST and len(nearer) < NEAREST


def leaning(pack: Pack, key: str, words: str) -> Status | None:
    """Whether an answer is near what the pack teaches for yes or for no to this question; None when near neither."""
    scores = _index(Named(pack)).scores(words)
    said, denied = scores.get((key, False), 0.0), scores.get((key, True), 0.0)
    if max(said, denied) < LEANS or abs(said - denied) < BY:
        return None
    return "present" if said > denied else "denied"


@dataclass(frozen=True)
class _Index:
    """Piece → (phrase, weight) for every phrase of the pack; phrase → its key, and is it a denial; piece → its rarity."""

    pieces: dict[str, list[tuple[int, float]]]
    keys: list[tuple[str, bool]]
    rarity: dict[str, float]

    def scores(self, quote: str) -> dict[tuple[str, bool], float]:
        """Cosine of the quote with the nearest phrase of each key, said and denied."""
        weights = _unit({piece: many * self.rarity.get(piece, 0.0) for piece, many in _pieces(quote).items()})
        near: defaultdict[int, float] = defaultdict(float)
        for piece, weight in weights.items():
            for phrase, its in self.pieces.get(piece, ()):
                near[phrase] += weight * its
        best: dict[tuple[str, bool], float] = {}
        for phrase, score in near.items():
            key = self.keys[phrase]
            best[key] = max(best.get(key, 0.0), score)
        return best


@lru_cache(maxsize=16)
def _index(named: Named) -> _Index:
    phrases = [(key, phrase) for key, taught in _taught(named.pack).items() for phrase in taught]
    counted = [_pieces(phrase) for _, phrase in phrases]
    seen = Counter(piece for pieces in counted for piece in pieces)
    rarity = {piece: math.log(1 + len(phrases) / many) for piece, many in seen.items()}
    index: dict[str, list[tuple[int, float]]] = {}
    for number, pieces in enumerate(counted):
        for piece, weight in _unit({one: many * rarity[one] for one, many in pieces.items()}).items():
            index.setdefault(piece, []).append((number, weight))
    return _Index(index, [key for key, _ in phrases], rarity)


def _taught(pack: Pack) -> dict[tuple[str, bool], list[str]]:
    """Each key's phrasings, said and denied: what teaches the adapter, the question itself, the complaint's name."""
    taught: dict[tuple[str, bool], list[str]] = {}
    for key, fact in pack.fact_keys().items():
        taught[key, False] = list(fact.examples.all())
        taught[key, True] = list(fact.denials.all())
    for item in pack.items:
        taught[item.key, False] += [item.ask.en, item.ask.zh_hans]
    for complaint in pack.in_scope:
        taught[complaint.key, False] += [complaint.name.en, complaint.name.zh_hans]
    return taught


def _pieces(text: str) -> Counter[str]:
    plain = f" {_NOT_LETTERS.sub(' ', _SLOT.sub(' ', text.lower())).strip()} "
    return Counter(
        plain[start : start + length]
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(len(plain) - length + 1)
    )


def _unit(weights: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {piece: weight / length for piece, weight in weights.items()} if length else {}
