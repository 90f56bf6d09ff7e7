"""One consult as its doctor reads it: numbered lines, and facts that each point to theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from housestaff.agents.catalogue import pack_for
from housestaff.agents.packs import Pack
from housestaff.consults.models import Consult

from .values import value_words

SAFETY_FIRST = ("allergies", "medicines")


@dataclass(frozen=True)
class Found:
    """A fact: what it is about, what was said, in whose words, and where. `line` is None without a source.

    `yes_no`: the status itself is the answer; otherwise the value is.
    """

    key: str
    label: str
    status: str
    value: str
    quote: str
    line: int | None
    kind: str
    level: str
    yes_no: bool


@dataclass(frozen=True)
class Case:
    """The side pane: what may harm first, then the history, then what nobody asked."""

    flags: list[Found]
    safety: list[Found]
    missing_safety: list[str]
    history: list[Found]
    not_asked: list[str]
    unanswered: list[str]


def lines_of(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The transcript: every entry with something to read, under its number."""
    return [
        {**event, "when": datetime.fromisoformat(event["at"])}
        for event in messages
        if event["kind"] in ("message", "card", "state") or (event["kind"] == "end" and event["text"])
    ]


def case_of(row: Consult, facts: list[dict[str, Any]], messages: list[dict[str, Any]]) -> Case:
    """Sort the facts for the pane, newest word on each key first, and list what is missing."""
    pack, language = pack_for(row.agent.specialty), get_language() or "en"
    there = {event["seq"] for event in messages}
    found = [_found(fact, pack, language, there) for fact in facts]
    history = [fact for fact in found if fact.kind == "history" and fact.key not in SAFETY_FIRST]
    safety = [fact for fact in found if fact.key in SAFETY_FIRST]
    known = {fact.key for fact in found}
    return Case(
        flags=[fact for fact in found if fact.kind == "red_flag"],
        safety=safety,
        missing_safety=[_ask(pack, key, language) for key in SAFETY_FIRST if key not in known],
        history=history,
        not_asked=_missing(row, pack, known, language, asked=False),
        unanswered=_missing(row, pack, known, language, asked=True),
    )


def _found(fact: dict[str, Any], pack: Pack, language: str, there: set[int]) -> Found:
    seq = fact.get("seq")
    item = next((one for one in pack.items if one.key == fact["key"]), None)
    return Found(
        key=fact["key"],
        label=label_of(fact["key"], pack, language),
        status=fact["status"],
        value=value_words(fact.get("value") or "", item, language),
        quote=fact.get("quote") or "",
        line=seq if seq in there and fact.get("quote") else None,
        kind=fact.get("kind", "history"),
        level=fact.get("level", ""),
        yes_no=fact["status"] != "present" or item is None or item.kind == "yes_no",
    )


def label_of(key: str, pack: Pack, language: str) -> str:
    """What a key is about: the name of a flag or complaint, the question of an intake item."""
    names = {one.key: one.name for one in pack.in_scope} | {one.key: one.name for one in pack.flags}
    return names[key].say(language) if key in names else _ask(pack, key, language)


def _ask(pack: Pack, key: str, language: str) -> str:
    return next((item.ask.say(language) for item in pack.items if item.key == key), key)


def _missing(row: Consult, pack: Pack, known: set[str], language: str, *, asked: bool) -> list[str]:
    """Critical questions without an answer: those the agent asked, or those it did not."""
    complaints = frozenset(known) & pack.complaint_keys()
    return [
        item.ask.say(language)
        for item in sorted(pack.items, key=lambda item: item.order)
        if item.critical
        and item.key not in known
        and item.key not in SAFETY_FIRST
        and item.applies_to(complaints)
        and (item.key in (row.asked or [])) == asked
    ]
