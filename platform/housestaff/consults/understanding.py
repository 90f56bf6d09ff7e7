"""What a patient's message says, as facts with their own words (pure).

The model may only choose: which of the pack's keys, which of the message's own clauses. What it chose is checked
again here, and what is not in the message is dropped. Answers to the question just asked are also read by rule,
so that a consult goes on sensibly when the model finds nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from housestaff.agents.packs import Card, Complaint, Item, Pack, Phrases, RedFlag, Source, Words

from . import clauses as cutting
from .red_flags import About, Rules, rules_of, yes_or_no
from .red_flags.scanning import found_in
from .values import value_of

Status = Literal["present", "denied", "unsure"]
# "chosen": a base that is not fluent chose it; it informs the doctor and decides nothing by itself.
Certainty = Literal["sure", "unsure", "chosen"]
STATUSES: tuple[Status, ...] = ("present", "denied", "unsure")
MOST_FACTS = 4
MOST_CLAUSES = 40
LONGEST_QUOTE = 200
SHORTEST_WORDS = 12  # characters of a clause that is no more than yes or no
_HEDGED = re.compile(
    r"\b(?:maybe|perhaps|possibly|not sure|i think|i guess|might|probably|sort of|kind of|about|roughly"
    r"|unsure)\b"
    r"|可能|也许|好像|大概|不确定|差不多|似乎|估计|说不好",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\s*(?:i )?(?:really )?(?:don'?t know|do not know|no idea|not sure|can'?t (?:say|tell|remember)"
    r"|hard to say|unsure|dunno)"
    r"|\s*(?:不知道|不清楚|不确定|说不好|说不准|不记得|记不清|没注意|没留意)",
    re.IGNORECASE,
)

# A no that answers a question for a number must be no more than that: "no snoring" tells no age.
_BARE_NO = re.compile(
    r"\W*(?:well|oh|um)?\W*(?:no|nope|nah|none|never|not at all|not any|zero|没有?|没有过|从来没有?|不|无|从不)"
    r"(?:了|的|啊|呢)?\W*",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:i'?m|i am|aged?|she is|he is|she's|he's)\s+(\d{1,3})"
    r"(?!\s*(?:\d|[.,:]\d|days?|weeks?|wks?|months?|hours?|min|times|%|kg|cm))\b"
    r"|\b(\d{1,3})(?:\s+|-)?(?:years?(?:\s+|-)old|yo\b|y/o|yrs? old)|(\d{1,3})\s*(?:周?岁)",
    re.IGNORECASE,
)
_OWN_AGE = re.compile(
    r"\b(?:i'?m|i am)\s+(\d{1,3})(?!\s*(?:\d|[.,:]\d|days?|weeks?|wks?|months?|hours?|min|times|%|kg|cm|\s*foot|\s*ft))\b"
    r"|(?:我|本人)(?:今年|都|已经|现在)?(\d{1,3})\s*周?岁",
    re.IGNORECASE,
)
_DIED = re.compile(
    r"\b(?:died?|dead|death|passed away|stents?|bypass)\b|死|去世|过世|没了|走的|支架|搭桥", re.IGNORECASE
)
# A clause beside a complaint that says since when, and little more: "for about three weeks now", "从昨晚开始".
_ONLY_SINCE = re.compile(
    r"\W*(?:it|this|that)?\W*(?:has been|'s been|been|going on|on and off|started|began|all)?\W*(?:going on)?\W*"
    r"(?:for|since|over the (?:last|past)|about|roughly|maybe|started|began)\b(?:\W+\w+){1,5}\W*$"
    r"|\W*(?:大概|大约|差不多|从|自从|已经|都|快|有|持续|断断续续)*"
    r"(?:\d|[一二三四五六七八九十两几半好昨前去今上])[^，。,]{0,7}(?:开始|了|以来|左右|起)[的吧呢]?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FactFound:
    """One fact: its key, what it is, whether it is there, and the words that say so (line `seq`)."""

    key: str
    value: str
    status: Status
    quote: str
    certainty: Certainty = "sure"
    seq: int = 0


def clauses(text: str) -> list[str]:
    """The message's own pieces: cut where clauses end, never inside a number."""
    return list(dict.fromkeys(clause.text for clause in cutting.clauses(text)))[:MOST_CLAUSES]


def response_schema(pack: Pack, text: str) -> dict[str, Any]:
    """JSON schema for structured output: at most four facts, each a key of the pack and a clause of the message."""
    return {
        "type": "array",
        "maxItems": MOST_FACTS,
        "items": {
            "type": "object",
            "properties": {
                "key": {"type": "string", "enum": sorted(pack.fact_keys())},
                "status": {"type": "string", "enum": list(STATUSES)},
                "quote": {"type": "string", "enum": clauses(text) or [""]},
            },
            "required": ["key", "status", "quote"],
            "additionalProperties": False,
        },
    }


def validate(raw: Any, pack: Pack, text: str, seq: int = 0) -> list[FactFound]:
    """The model's facts that stand up: a known key, a status, words that are in the message, a value of its kind."""
    chosen = _loaded(raw)
    keys = pack.fact_keys()
    items = {item.key: item for item in pack.items}
    found: dict[str, FactFound] = {}
    for one in chosen[: 4 * MOST_FACTS]:
        if not isinstance(one, dict):
            continue
        key, status, quote = one.get("key"), one.get("status"), one.get("quote")
        if not isinstance(key, str) or key not in keys or key in found or status not in STATUSES:
            continue
        words = _in_message(quote, text)
        if words is None:
            continue
        value = _value(items.get(key), words, status)
        if value is not None:
            found[key] = FactFound(key, value, status, words, _certainty(words, status), seq)
    return list(found.values())[:MOST_FACTS]


def _loaded(raw: Any) -> list[Any]:
    if isinstance(raw, str | bytes):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return []
    return raw if isinstance(raw, list) else []


def _in_message(quote: Any, text: str) -> str | None:
    """The message's own words for a quote (blanks and case aside); None when it does not say so."""
    if not isinstance(quote, str) or not quote.strip() or len(quote) > LONGEST_QUOTE:
        return None
    if quote in text:
        return quote
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    found = re.search(pattern, text, re.IGNORECASE)
    return found[0] if found else None


def _value(item: Item | None, words: str, status: Status) -> str | None:
    """The fact's value; None when the words hold no value of the kind that the item asks for."""
    if status == "unsure":
        return ""
    if item is None or item.kind == "yes_no":
        return "yes" if status == "present" else "no"
    if status == "denied":
        return "no"
    value = value_of(item, words)
    return value or None


def fact_of(pack: Pack, key: str, status: Status, words: str, seq: int) -> FactFound | None:
    """A fact that a reader chose, with its value; None when the words hold no value of its kind."""
    item = next((one for one in pack.items if one.key == key), None)
    value = _value(item, words, status)
    return None if value is None else FactFound(key, value, status, words[:LONGEST_QUOTE], "chosen", seq)


def _certainty(words: str, status: Status) -> Certainty:
    return "unsure" if status == "unsure" or _HEDGED.search(words) else "sure"


def rule_facts(
    pack: Pack, text: str, asked: str | None, seq: int = 0, *, about: About | None = None
) -> list[FactFound]:
    """What needs no model: the answer to the question just asked, and complaints named in the pack's own words."""
    found = {}
    item = next((one for one in pack.items if one.key == asked), None)
    answer = _answer(item, text, seq) if item else None
    if answer:
        found[answer.key] = answer
    cut = cutting.clauses(text)
    for key, start, _ in found_in(text, _complaint_rules(Named(pack)), about):
        place = next((place for place, one in enumerate(cut) if one.start <= start < one.end), None)
        quote = text[start:][:120] if place is None else cut[place].text
        found.setdefault(key, FactFound(key, "yes", "present", quote, _certainty(quote, "present"), seq))
        beside = [] if place is None else [*cut[place + 1 : place + 2], *cut[max(0, place - 1) : place]]
        for words in (quote, *(one.text for one in beside if _ONLY_SINCE.match(one.text))):
            for fact in _since_when(pack, words, seq):
                found.setdefault(fact.key, fact)
    for fact in _age(pack, text, seq, answers=item is not None and item.key != "age"):
        found.setdefault(fact.key, fact)
    return list(found.values())


def _since_when(pack: Pack, quote: str, seq: int) -> list[FactFound]:
    """How long a complaint has been there, told in its own clause or one beside it that tells nothing else."""
    items = [item for item in pack.items if item.key == "duration"]
    return [
        FactFound(item.key, value, "present", quote, _certainty(quote, "present"), seq)
        for item in items
        if (value := value_of(item, quote))
    ]


def _age(pack: Pack, text: str, seq: int, *, answers: bool) -> list[FactFound]:
    """An age that was volunteered: "I'm 58", "58岁"; in an answer to something else, only the author's own."""
    said = (_OWN_AGE if answers else _AGE).search(text)
    if said is None or not any(item.key == "age" for item in pack.items):
        return []
    years = next(group for group in said.groups() if group)
    if not 0 < int(years) < 120:
        return []
    quote = next((one.text for one in cutting.clauses(text) if one.start <= said.start() < one.end), said[0])
    if _DIED.search(quote):
        return []
    return [FactFound("age", years, "present", quote, "sure", seq)]


def _answer(item: Item, text: str, seq: int) -> FactFound | None:
    pieces = clauses(text)
    if not pieces:
        return None
    first = pieces[0]
    if _UNSURE.match(text):
        return FactFound(item.key, "", "unsure", first, "unsure", seq)
    said = yes_or_no(text)
    if item.kind == "yes_no":
        told, words = (said, first) if said else _bare_answer(pieces)
        if told is None:
            return None
        status: Status = "present" if told == "yes" else "denied"
        return FactFound(item.key, told, status, words, _certainty(words, status), seq)
    if item.kind == "text":
        status = "denied" if said == "no" else "present"
        value = "no" if status == "denied" else " ".join(text.split())[:LONGEST_QUOTE]
        words = first if status == "denied" else max(pieces, key=len)[:LONGEST_QUOTE]
        return FactFound(item.key, value, status, words, _certainty(words, status), seq)
    for words in (*pieces, text[:LONGEST_QUOTE]):
        if value := value_of(item, words):
            return FactFound(item.key, value, "present", words, _certainty(words, "present"), seq)
    bare = said == "no" and _BARE_NO.fullmatch(text)
    return FactFound(item.key, "no", "denied", first, "sure", seq) if bare else None


def _bare_answer(pieces: Sequence[str]) -> tuple[Literal["yes", "no"] | None, str]:
    """A yes or no that stands by itself somewhere in a longer answer ("one gets older, you know. Yes")."""
    for words in pieces:
        if len(words) <= SHORTEST_WORDS and (said := yes_or_no(words)):
            return said, words
    return None, ""


def merge(*lists: Iterable[FactFound]) -> list[FactFound]:
    """Facts of one message from several readers, one a key; the earlier reader wins."""
    found: dict[str, FactFound] = {}
    for facts in lists:
        for fact in facts:
            found.setdefault(fact.key, fact)
    return list(found.values())


class Named:
    """A pack told apart by its digest, so that its rules are made ready once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and other.pack.digest == self.pack.digest


@lru_cache(maxsize=16)
def _complaint_rules(named: Named) -> Rules:
    """The pack's complaints as rules, so that denial, the past and somebody else's are heard for them too."""
    return rules_of(_as_rule(complaint, named.pack) for complaint in named.pack.in_scope)


def _as_rule(complaint: Complaint, pack: Pack) -> RedFlag:
    taught = pack.examples[complaint.key].present if complaint.key in pack.examples else Phrases()
    plain = Phrases(
        tuple(row for row in taught.en if "{" not in row and len(row.split()) >= 3),
        tuple(row for row in taught.zh_hans if "{" not in row and len(row) >= 4),
    )
    nothing = Words("", "")
    return RedFlag(
        key=complaint.key,
        level="urgent",
        name=complaint.name,
        patterns=complaint.words + plain,
        look_alikes=Phrases(),
        card=Card(nothing, (), MappingProxyType({})),
        source=Source("", "", 0),
    )
