"""Practice messages that nobody is examined on: what first messages are about, and what messages tell, fact by fact."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .stations import GENERAL, LANGUAGES, STATUSES, Data, one_of, rows, text_of


@dataclass(frozen=True, slots=True)
class Opening:
    """A first message and the complaint it is about, "" for none of this pack's."""

    id: str
    language: str
    complaint: str
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """One fact that a message tells: its key, its status, and the words of the message that tell it."""

    key: str
    status: str
    quote: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message with every fact that it tells marked. `asked`: the question it answers, if any."""

    id: str
    language: str
    asked: str
    text: str
    facts: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A message that tells nothing about anybody's health: a greeting, thanks, a word about the page."""

    id: str
    language: str
    text: str


def small_talk_in(specialties: Path) -> list[Remark]:
    """The remarks that every pack's readers must hear nothing in."""
    return rows(specialties / GENERAL, "practice", "small_talk", _remark)


def openings_in(folder: Path) -> list[Opening]:
    """The practice openings of one pack."""
    return rows(folder, "practice", "complaints", _opening)


def told_in(folder: Path) -> list[Message]:
    """The practice messages of one pack whose facts are marked."""
    return rows(folder, "practice", "told", _message)


def _remark(row: Data) -> Remark:
    return Remark(text_of(row, "id"), one_of(row, "language", LANGUAGES), text_of(row, "text"))


def _opening(row: Data) -> Opening:
    complaint = text_of(row, "complaint")
    return Opening(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        "" if complaint == "none" else complaint,
        text_of(row, "text"),
    )


def _message(row: Data) -> Message:
    text = text_of(row, "text")
    facts = []
    for key, status, quote in row["facts"]:
        if status not in STATUSES:
            raise ValueError(f"“{key}” is “{status}”; it must be one of {', '.join(STATUSES)}")
        if str(quote) not in text:
            raise ValueError(f"the words “{quote}” of “{key}” are not in the message")
        facts.append(Marked(str(key), status, str(quote)))
    return Message(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        str(row.get("asked") or ""),
        text,
        tuple(facts),
    )
