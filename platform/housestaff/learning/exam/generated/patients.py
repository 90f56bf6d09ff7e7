"""Generated patients: a hidden card drawn by seed from phrasings and practice texts, and what they do besides (pure).

Number i of a seed is always the same patient. Half write English, half Chinese; about a quarter interrupt or hold
something back; some change their mind, send what says nothing, leave in the middle, or come to an emergency half-way.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from housestaff.agents.packs import LANGUAGES, FactKey, Item, Pack

from ...base.banks import bank
from ...datasets import Lesson
from ...messages import roughen
from .. import practice, stations
from ..stations import STYLES, IntakeStation, Told

Kind = Literal["change", "junk", "emergency", "leave", "close"]
# How many of a hundred: each patient has at most one of these.
ACTS: Mapping[Kind, int] = {"change": 12, "junk": 12, "emergency": 10, "leave": 8, "close": 4}
INTERRUPTS, WITHHOLDS, OUTSIDE = 0.13, 0.13, 0.04
STATUSES = {"present": 0.35, "denied": 0.55, "unsure": 0.10}
SELDOM = 0.07  # an answer that is a red flag by itself, or no consult would come to its end
KNOWS_CRITICAL, KNOWS_OTHER = 0.97, 0.8
SLIPS = 0.12  # of the thumb
WAYS, TRIES = 3, 30
# What arrives from pockets, other windows and broken keyboards. Some of it the house refuses, with a sentence.
JUNK = (
    *(
        "???",
        ".",
        "0",
        "👍",
        "🙏🙏🙏",
        "asdfghjkl",
        "呵呵呵",
        "hhhhhhhhhhhhh",
        "1234567890" * 1200,
        "la " * 900,
    ),
    *(
        "<script>alert(1)</script>",
        "'; DROP TABLE consults; --",
        "{{ 7 * 7 }}",
        "%s %d %n",
        "../../etc/passwd",
    ),
    *(
        "   ",
        "\u202egnihton",
        "nothing\x00here",
        "¿Dónde está la farmacia?",
        "أين أقرب صيدلية؟",
        "привет, как дела?",
    ),
    *(
        "https://example.org/?a=1&b=2#c",
        "Fwd: Fwd: Re: holiday pictures",
        "【转发】超市今天鸡蛋特价，会员八折",
    ),
)
_CODE = {"en": "en", "zh-hans": "zh"}


@dataclass(frozen=True, slots=True)
class Act:
    """Something a patient does besides answering, with its words where they are the same whatever was asked."""

    kind: Kind
    text: str = ""


@dataclass(frozen=True)
class Generated:
    """One patient: the card, whether the complaint is this specialty's, the acts by turn, the other story by key."""

    card: IntakeStation
    in_scope: bool
    acts: Mapping[int, Act] = field(default_factory=dict)
    otherwise: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """What one pack's patients are made of: its phrasings, and its practice stations. Sealed ones never."""

    pack: Pack
    specialties: Path

    @cached_property
    def lesson(self) -> Lesson:
        return Lesson(self.pack, seed=0)

    @cached_property
    def openings(self) -> Mapping[tuple[str, str], list[str]]:
        """(language, complaint) → first messages; the complaint is "" for what is not this pack's."""
        found: dict[tuple[str, str], list[str]] = {}
        for one in practice.openings_in(self._folder):
            found.setdefault((one.language, one.complaint), []).append(one.text)
        for card in stations.intake_in(self._folder, "practice"):
            found.setdefault((card.language, card.complaint), []).append(card.opening)
        return found

    @cached_property
    def answers(self) -> Mapping[tuple[str, str, str], list[str]]:
        """(language, key, status) → answers to yes-or-no questions in the words of the practice cards."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for card in stations.intake_in(self._folder, "practice"):
            for key, told in card.facts.items():
                found.setdefault((card.language, key, told.status), []).extend(told.says)
        return found

    @cached_property
    def emergencies(self) -> Mapping[str, list[str]]:
        """language → messages that cannot wait."""
        found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        for one in stations.red_flags_in(self._folder, "practice"):
            if one.emergency:
                found[one.language].append(one.text)
        return found

    @property
    def _folder(self) -> Path:
        return self.specialties / self.pack.slug

    @cached_property
    def alarming(self) -> frozenset[tuple[str, str]]:
        """(key, status) of the answers that raise a red flag, alone or together."""
        told = {
            (answer.item, "present" if answer.when == "yes" else "denied")
            for flag in self.pack.flags
            for answer in flag.answers
        }
        return frozenset(told | {(flag.key, "present") for flag in self.pack.flags})


def generate(material: Material, number: int, seed: int) -> Generated:
    """The patient with this number."""
    rng = random.Random(f"{material.pack.slug}:{seed}:{number}")
    return _Drawn(material, rng, LANGUAGES[number % len(LANGUAGES)]).patient(f"{seed}-{number:04}")


class _Drawn:
    """One draw of everything about a patient."""

    def __init__(self, material: Material, rng: random.Random, language: str):
        self.material, self.rng, self.language = material, rng, language
        self.pack = material.pack

    def patient(self, name: str) -> Generated:
        outside = self.material.openings.get((self.language, ""))
        in_scope = not outside or self.rng.random() >= OUTSIDE
        complaint = self.rng.choice(self.pack.in_scope).key
        facts = self._facts(complaint)
        style = self.rng.choice(STYLES)
        opening = self._opening(complaint) if in_scope or not outside else self.rng.choice(outside)
        interrupts, withholds = self._manners(facts)
        card = IntakeStation(
            id=name,
            language=self.language,
            style=style,
            complaint=complaint if in_scope else "",
            opening=opening,
            facts=facts,
            interrupts=interrupts,
            withholds=withholds,
        )
        return Generated(card, in_scope, self._acts(), self._otherwise(facts))

    def _opening(self, complaint: str) -> str:
        ready = self.material.openings.get((self.language, complaint), [])
        fact = self.material.lesson.facts.get(complaint)
        if ready and (fact is None or self.rng.random() < 0.6):
            return self.rng.choice(ready)
        if fact is None:
            return self.pack.complaint(complaint).name.say(self.language)
        return self._slip(self._said(fact, "present", stated=True) or fact.meaning.say(self.language))

    def _facts(self, complaint: str) -> dict[str, Told]:
        """An answer for nearly every question that this complaint brings."""
        found = {}
        for item in self.pack.items:
            fact = self.material.lesson.facts.get(item.key)
            knows = KNOWS_CRITICAL if item.critical else KNOWS_OTHER
            if fact is None or item.key == complaint or not item.applies_to(frozenset({complaint})):
                continue
            if self.rng.random() < knows and (told := self._told(item, fact)):
                found[item.key] = told
        return found

    def _told(self, item: Item, fact: FactKey) -> Told | None:
        """One status, in a few ways; a value is told in one way only, so that it stays the same when asked twice."""
        if item.kind != "yes_no":
            piece = self.material.lesson.answer(self.rng, fact, self.language)
            return Told(piece.states[0][1], (self._slip(piece.text),))
        status = self.rng.choices(list(STATUSES), list(STATUSES.values()))[0]
        if (item.key, status) in self.material.alarming and self.rng.random() >= SELDOM:
            status = "denied" if status == "present" else "present"
        ready = self.material.answers.get((self.language, item.key, status), [])
        if ready and self.rng.random() < 0.4:
            return Told(status, (self.rng.choice(ready),))
        ways = [said for _ in range(WAYS) if (said := self._said(fact, status))]
        return Told(status, tuple(self._slip(way) for way in ways)) if ways else None

    def _said(self, fact: FactKey, status: str, *, stated: bool = False) -> str:
        """The fact in the pack's words with this status; "" where the pack has no words for it."""
        draw = self.material.lesson.stated if stated else self.material.lesson.answer
        for _ in range(TRIES):
            piece = draw(self.rng, fact, self.language)
            if piece.states[0] == (fact.key, status):
                return piece.text
        return ""

    def _manners(self, facts: Mapping[str, Told]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What comes as a second message, and the questions answered only when asked twice."""
        if self.rng.random() < INTERRUPTS:
            return (self._aside(), self._aside()), ()
        if facts and self.rng.random() < WITHHOLDS:
            return (), tuple(self.rng.sample(sorted(facts), min(2, len(facts))))
        return (), ()

    def _aside(self) -> str:
        """A second message sent at once: a question, something the agent does not do, another complaint, small talk."""
        asks = [words for article in self.pack.articles for words in article.asks.of(self.language)]
        bounds = [words for bound in self.pack.boundaries for words in bound.words.of(self.language)]
        other = self.rng.choice(sorted(self.material.lesson.facts))
        stated = self.material.lesson.stated(self.rng, self.material.lesson.facts[other], self.language).text
        chatter = bank("chatter")[_CODE[self.language]]
        return str(
            self.rng.choice([self.rng.choice(many) for many in (asks, bounds, [stated], chatter) if many])
        )

    def _acts(self) -> dict[int, Act]:
        draw = self.rng.random() * 100
        for kind, share in ACTS.items():
            draw -= share
            if draw < 0:
                text = ""
                if kind == "junk":
                    text = self.rng.choice(JUNK)
                elif kind == "emergency":
                    ready = self.material.emergencies[self.language]
                    if not ready:
                        return {}
                    text = self.rng.choice(ready)
                return {self.rng.randint(2 if kind == "change" else 1, 5): Act(kind, text)}
        return {}

    def _otherwise(self, facts: Mapping[str, Told]) -> dict[str, str]:
        """What is said of a yes-or-no question by who changes their mind about it."""
        turned = {"present": "denied", "denied": "present"}
        lead = {"en": "actually I was wrong about that before: ", "zh-hans": "刚才说错了，其实"}[
            self.language
        ]
        found = {}
        for key, told in facts.items():
            if self.pack.item(key).kind == "yes_no" and told.status in turned:
                said = self._said(self.material.lesson.facts[key], turned[told.status], stated=True)
                if said:
                    found[key] = f"{lead}{said}"
        return found

    def _slip(self, text: str) -> str:
        return roughen(self.rng, text, _CODE[self.language]) if self.rng.random() < SLIPS else text
