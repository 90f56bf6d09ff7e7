"""The checker of notes: is every sentence borne out by its lines, and is what the patient told there? (pure)

It is itself checked: `tests/learning/exam/test_notes.py` plants unsupported and omitted facts and counts what it catches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .stations import IntakeStation

_QUOTES = re.compile(r"“([^”]*)”")
_CUT = "…"


class Record(Protocol):
    """What the checker reads of a case record."""

    @property
    def facts(self) -> Sequence[Mapping[str, Any]]: ...

    @property
    def summary(self) -> Sequence[Mapping[str, Any]]: ...

    @property
    def lines(self) -> Mapping[int, str]: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: `sentences` that could be checked, those unsupported; `told` critical facts, those omitted."""

    sentences: int
    unsupported: tuple[str, ...]
    told: int
    omitted: tuple[str, ...]
    facts: int
    linked: int


def check_note(record: Record, card: IntakeStation, *, critical: Sequence[str]) -> Checked:
    """Check a note against the transcript and the patient's hidden card. `critical`: what the patient did tell."""
    quoting = [one for one in record.summary if _QUOTES.search(one["text"])]
    bare = [
        one
        for one in record.summary
        if not _QUOTES.search(one["text"])
        and one["kind"] not in ("not_asked", "red_flag", "allergies", "medicines")
    ]
    unsupported = [one["text"] for one in quoting if not _borne_out(one, record, card)]
    unsupported += [one["text"] for one in bare if not one["seqs"]]
    noted = {(fact["key"]) for fact in record.facts if _in_note(fact, record)}
    omitted = [key for key in critical if key not in noted]
    linked = [fact for fact in record.facts if _linked(fact["quote"], fact["seq"], record)]
    return Checked(
        len(quoting) + len(bare),
        tuple(unsupported),
        len(critical),
        tuple(omitted),
        len(record.facts),
        len(linked),
    )


def _borne_out(sentence: Mapping[str, Any], record: Record, card: IntakeStation) -> bool:
    """Its words stand in its lines, and it says of the fact what the card says."""
    if not sentence["seqs"]:
        return False
    for quote in _QUOTES.findall(sentence["text"]):
        if not any(_found(quote, record.lines.get(seq, "")) for seq in sentence["seqs"]):
            return False
    for fact in record.facts:
        if fact["seq"] in sentence["seqs"] and any(
            _found(quote, fact["quote"]) or _found(fact["quote"], quote)
            for quote in _QUOTES.findall(sentence["text"])
        ):
            told = card.facts.get(fact["key"])
            if told is not None and {told.status, fact["status"]} == {"present", "denied"}:
                return False
            if told is None and fact["status"] == "present" and fact["key"] != card.complaint:
                return _volunteered(fact["quote"], card)
    return True


def _volunteered(quote: str, card: IntakeStation) -> bool:
    """Words of the card's own opening or answers: the patient did say them, whatever the fact's name."""
    said = [card.opening, *card.interrupts, *(way for told in card.facts.values() for way in told.says)]
    return any(_found(quote, one) for one in said)


def _found(quote: str, text: str) -> bool:
    parts = [part.strip() for part in quote.split(_CUT) if part.strip()]
    return bool(parts) and all(_plain(part) in _plain(text) for part in parts)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _linked(quote: str, seq: int, record: Record) -> bool:
    return bool(quote) and _found(quote, record.lines.get(seq, ""))


def _in_note(fact: Mapping[str, Any], record: Record) -> bool:
    for one in record.summary:
        if fact["seq"] in one["seqs"] and any(
            _found(quote, fact["quote"]) or _found(fact["quote"], quote)
            for quote in _QUOTES.findall(one["text"])
        ):
            return True
    return False
