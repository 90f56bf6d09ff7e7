"""Messages put together from pieces whose facts are known, so that the right answer comes with the text.

A piece carries its facts; after joining, each fact's quote is the clause that overlaps its piece the most. The cutter
is the one that serves (`consults.clauses`), so training and serving can never disagree about where a quote ends.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from housestaff.consults.clauses import clauses

from .prompts import MOST_FACTS, Fact

_ZH_SLIPS = {
    "的": "得",
    "在": "再",
    "疼": "痛",
    "吗": "嘛",
    "了": "啦",
    "做": "作",
    "它": "他",
    "很": "狠",
    "已": "以",
}


@dataclass(frozen=True)
class Piece:
    """A few words and the (key, status) pairs they state; the evidence is `focus` characters from `begin` on."""

    text: str
    states: tuple[tuple[str, str], ...] = ()
    focus: int | None = None
    begin: int = 0


def compose(rng: random.Random, pieces: Sequence[Piece], joins: Sequence[str]) -> tuple[str, list[Fact]]:
    """Join the pieces and say what the whole message states: at most MOST_FACTS, each key once, in order."""
    text, spans = "", []
    for piece in pieces:
        if text:
            join = rng.choice(joins)
            text = text.rstrip("?!。？！.,") + join if rng.random() < 0.9 or join == " " else text + " "
        start = len(text) + piece.begin
        spans.append((start, start + (piece.focus or len(piece.text))))
        text += piece.text
    found = clauses(text)
    facts: dict[str, Fact] = {}
    for piece, (start, end) in zip(pieces, spans, strict=True):
        if not piece.states or not found:
            continue
        best = max(found, key=lambda clause: min(end, clause.end) - max(start, clause.start))
        for key, status in piece.states:
            facts.setdefault(key, Fact(key, status, best.text))
    return text, list(facts.values())[:MOST_FACTS]


def roughen(rng: random.Random, text: str, language: str) -> str:
    """A thumb's slip on a phone: letters swapped, dropped or doubled; a wrong character of the same sound."""
    if language != "en":
        slips = [i for i, char in enumerate(text) if char in _ZH_SLIPS]
        if not slips:
            return text
        at = rng.choice(slips)
        return text[:at] + _ZH_SLIPS[text[at]] + text[at + 1 :]
    letters = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i - 1].isalpha()]
    if not letters:
        return text
    at = rng.choice(letters)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text.replace("'", "")


def dress(rng: random.Random, text: str, language: str) -> str:
    """Small letters, capitals or none; a full stop or none: how people really type."""
    if language == "en":
        draw = rng.random()
        if draw < 0.4:
            text = text[:1].upper() + text[1:]
        elif draw < 0.55:
            text = text.lower()
        if rng.random() < 0.45 and text[-1:].isalnum():
            text += rng.choice([".", ".", "!", "..", ""])
    elif rng.random() < 0.45 and text[-1:] not in "。？！?.":
        text += "。"
    return text


def assemble(
    rng: random.Random, pieces: Sequence[Piece], frames: Mapping[str, Sequence[str]], language: str
) -> tuple[str, list[Fact]]:
    """A whole message: a greeting and a plea here and there, slips of the thumb, joined and dressed."""
    whole = list(pieces)
    if rng.random() < 0.2:
        whole.insert(0, Piece(rng.choice(frames["open"])))
    if rng.random() < 0.2:
        whole.append(Piece(rng.choice(frames["tail"])))
    joins = [rng.choice(frames["join"])] if rng.random() < 0.5 else frames["join"]
    text, facts = compose(rng, [_shaped(rng, piece, language) for piece in whole], joins)
    dressed = dress(rng, text, language)
    if not dressed.lower().startswith(text.lower()):
        return text, facts
    return dressed, [replace(fact, quote=_as_in(dressed, text, fact.quote)) for fact in facts]


def _shaped(rng: random.Random, piece: Piece, language: str) -> Piece:
    """Now and then a slip of the thumb, in pieces without a fixed focus."""
    if piece.focus is None and rng.random() < 0.1:
        return Piece(roughen(rng, piece.text, language), piece.states)
    return piece


def _as_in(dressed: str, text: str, quote: str) -> str:
    """The quote as it stands in the dressed message (capitals may have changed)."""
    at = text.find(quote)
    return dressed[at : at + len(quote)]
