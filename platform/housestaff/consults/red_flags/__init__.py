"""Red flags: the raw text and a pack's flags → what cannot wait, with the patient's own words (pure).

Runs inside the POST, before any model. It reads both languages whatever the consult's, mends misspellings, and
leaves out what is denied, long past, somebody else's, a saying or only asked about. In doubt it raises: a false
alarm costs a call, a miss may cost a life. Nothing a message says can change how it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from housestaff.agents.packs import RedFlag

from .answering import plainly, says_more, yes_or_no
from .scanning import Rules, found_in, rules_of

__all__ = [
    "About",
    "Hit",
    "Meaning",
    "Rules",
    "YesOrNo",
    "plainly",
    "rules_of",
    "says_more",
    "scan",
    "yes_or_no",
]
RANK = {"emergency": 0, "urgent": 1}
About = Literal["child", "other"]
YesOrNo = Literal["yes", "no"]
# What a whole answer that begins with this yes or no is heard to mean, set beside how it begins.
Meaning = Callable[[YesOrNo], Literal["same", "opposite", "unclear"]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A red flag that the text raises: `text[start:end] == quote`."""

    key: str
    level: str
    quote: str
    start: int
    end: int


class _Flags(tuple[RedFlag, ...]):
    """Flags told apart by identity, so that the rules of a pack are made ready once."""

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Flags) and list(map(id, self)) == list(map(id, other))


@lru_cache(maxsize=32)
def _ready(flags: _Flags) -> Rules:
    return rules_of(flags)


def scan(
    text: str,
    flags: Sequence[RedFlag],
    *,
    language: str | None = None,
    asked: str | None = None,
    known: Collection[str] = (),
    about: About | None = None,
    meaning: Meaning | None = None,
) -> list[Hit]:
    """Every red flag the text raises, emergencies first, then in the order of the text.

    `asked` is the intake item just asked, `known` the facts already present (an answer may count only together
    with them). `about`: "child" or "other" when the consult is about someone the author writes for, so that
    "my son", "she" or "my father" is the patient. `meaning` hears answers that begin with one thing and mean
    another. `language` is not needed: both are always read.
    """
    del language
    rules = _ready(_Flags(flags))
    hits: dict[str, Hit] = {}
    for key, start, end in found_in(text, rules, about):
        hits.setdefault(key, Hit(key, rules.flags[key].level, text[start:end], start, end))
    for hit in _answered(text, rules, asked, known, meaning):
        hits.setdefault(hit.key, hit)
    return sorted(hits.values(), key=lambda hit: (RANK[hit.level], hit.start, hit.key))


def _answered(
    text: str, rules: Rules, asked: str | None, known: Collection[str], meaning: Meaning | None
) -> list[Hit]:
    """What the yes or no to the question just asked raises.

    An outright "yes" always does: where the whole answer is heard to mean the opposite, as urgent, so that a doctor
    looks. Words that only sound like a yes ("a bit snuffly") raise what the whole answer is heard to bear out; where it
    does not, the question is asked again.
    """
    answer = yes_or_no(text[:200]) if asked else None
    if answer is None:
        return []
    flags = [
        flag
        for flag in rules.flags.values()
        for rule in flag.answers
        if rule.item == asked and rule.when == answer and set(rule.together) <= set(known)
    ]
    means = meaning(answer) if flags and meaning else "same"
    if means != "same" and not plainly(text):
        return []
    start = len(text) - len(text.lstrip())
    end = min(len(text.rstrip()), start + 120)
    doubted = means == "opposite"
    return [Hit(flag.key, "urgent" if doubted else flag.level, text[start:end], start, end) for flag in flags]
