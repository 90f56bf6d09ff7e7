"""What the readers of one pack learn from: what messages tell, what answers mean, which article a question wants (pure).

Clauses come from practice messages whose every fact is marked with its words, and from the pack's own phrasings; answers
from practice answers and the hidden cards of practice patients; questions from the ways of asking that an article lists
and from practice questions. Sealed stations never.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from housestaff.agents.packs import LANGUAGES, Pack, Phrases
from housestaff.consults import clauses as cutting
from housestaff.consults import knowledge

from ..exam import practice, stations

LONG_ENOUGH = {"en": 14, "zh-hans": 5}  # characters
SHORTEST_SENTENCE = 5  # characters
_SENTENCES = re.compile(r"(?<=[.!?。！？])\s*")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A text and the heads that are so for it. `group`: texts that must not be on both sides of a cross-validation.

    `asked`: the question that it answers. `whole`: as a patient sent it; figures and thresholds are those of such.
    `near`: how near each article is to a question by its words alone.
    """

    text: str
    language: str
    heads: tuple[str, ...]
    group: str
    asked: str = ""
    whole: bool = True
    near: tuple[tuple[str, float], ...] = ()


def place_of(one: Unit) -> tuple[object, ...]:
    """Where a unit stands among others: by everything it holds, since the order is part of a training's name."""
    return one.group, one.asked, one.text, one.heads, one.language, one.whole, one.near


def _in_order(units: Iterable[Unit]) -> list[Unit]:
    return sorted(set(units), key=place_of)


def head(key: str, status: str) -> str:
    """The name of a fact's head."""
    return f"{key}:{status}"


def facts(folder: Path, pack: Pack) -> list[Unit]:
    """Clauses, and which facts each of them tells."""
    found = [*_phrasings(pack), *_marked(folder), *_answered(folder), *_small_talk(folder)]
    return _in_order(found)


def _phrasings(pack: Pack) -> Iterator[Unit]:
    slots = pack.training.slots
    for key, taught in pack.examples.items():
        for language in LANGUAGES:
            for status, rows in (("present", taught.present), ("denied", taught.denied)):
                for row in rows.of(language):
                    words = slots_of(row, language, slots)
                    yield Unit(words, language, (head(key, status),), row, whole=False)


def slots_of(row: str, language: str, slots: Mapping[str, Phrases]) -> str:
    """A phrasing with each slot's first word in its place."""
    return _SLOT.sub(lambda found: slots[found[1]].of(language)[0] if found[1] in slots else "", row)


def _marked(folder: Path) -> Iterator[Unit]:
    for message in practice.told_in(folder):
        if message.asked:
            continue
        marked = [(fact, message.text.find(fact.quote)) for fact in message.facts]
        for clause in cutting.clauses(message.text):
            heads = {
                head(fact.key, fact.status)
                for fact, start in marked
                if min(clause.end, start + len(fact.quote)) - max(clause.start, start)
                >= min(len(fact.quote), clause.end - clause.start) / 2
            }
            yield Unit(clause.text, message.language, tuple(sorted(heads)), message.id)


def _answered(folder: Path) -> Iterator[Unit]:
    """Answers long enough to tell their fact without the question."""
    for message in practice.told_in(folder):
        if message.asked and len(message.text) >= LONG_ENOUGH[message.language]:
            heads = tuple(sorted({head(fact.key, fact.status) for fact in message.facts}))
            yield Unit(message.text, message.language, heads, message.id, whole=False)


def _small_talk(folder: Path) -> Iterator[Unit]:
    for one in practice.small_talk_in(folder.parent):
        yield Unit(one.text, one.language, (), one.text, whole=False)


def answers(folder: Path, pack: Pack) -> list[Unit]:
    """Answers to a question: `present`, `denied`, `unsure`, or none of them where the answer is about something else."""
    items = {item.key for item in pack.items}
    found: list[Unit] = []
    for message in practice.told_in(folder):
        if message.asked in items:
            said = {fact.status for fact in message.facts if fact.key == message.asked}
            found.append(Unit(message.text, message.language, tuple(sorted(said)), message.id, message.asked))
    for card in stations.intake_in(folder, "practice"):
        for key, told in card.facts.items():
            if key in items:
                where = f"{card.id}/{key}"
                found += [Unit(said, card.language, (told.status,), where, key) for said in told.says]
    found += [
        Unit(one.text, one.language, (status,), one.group, key, whole=False)
        for one in _phrasings(pack)
        for key, _, status in (one.heads[0].partition(":"),)
        if key in items
    ]
    return _in_order(found)


def _near(pack: Pack, question: str) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(knowledge.nearness(pack, question).items()))


def questions(folder: Path, pack: Pack) -> list[Unit]:
    """Questions and the article that answers each; no head where the pack has none. An article's own sentences are
    learned too: they hold words that its ways of asking lack.
    """
    found = [
        Unit(
            one.text, one.language, (one.article,) if one.article else (), one.id, near=_near(pack, one.text)
        )
        for one in stations.knowledge_in(folder, "practice")
    ]
    for article in pack.articles:
        for language in LANGUAGES:
            rows = [*article.asks.of(language), article.title.say(language)]
            rows += [
                row for row in _SENTENCES.split(article.text.say(language)) if len(row) > SHORTEST_SENTENCE
            ]
            found += [Unit(row, language, (article.key,), row, whole=False) for row in rows]
    return _in_order(found)
