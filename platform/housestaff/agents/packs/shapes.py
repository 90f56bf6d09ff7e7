"""What a specialty pack is made of: frozen, signed, the same for training, guard and turn.

Every key means one thing in a pack. A complaint and an intake item may share a key when they are the same
fact: "blood_in_urine" is what the patient came with, or the answer to "have you seen blood?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from .words import LANGUAGES, Phrases, Words, join_sentences, language_of

Kind = Literal["text", "yes_no", "number", "duration", "side", "choice"]
Level = Literal["emergency", "urgent"]
ALL_COMPLAINTS = "all"
DISPOSES = "disposition "  # begins the plan lines that tell a patient where to go: from level 3 on


@dataclass(frozen=True, slots=True)
class Source:
    """The public guideline that a statement rests on."""

    title: str
    body: str
    year: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reason for coming that this specialty takes."""

    key: str
    name: Words
    words: Phrases


@dataclass(frozen=True, slots=True)
class Boundary:
    """What the agent does not do, the words that show it is wanted, and the signed reply."""

    key: str
    words: Phrases
    reply: Words


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    name: Words
    words: Phrases


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the history: what is asked, why it matters, for which complaints."""

    key: str
    ask: Words
    why: Words
    critical: bool
    kind: Kind
    complaints: tuple[str, ...]
    order: int
    choices: tuple[Choice, ...] = ()
    unit: str = ""

    def applies_to(self, complaints: frozenset[str]) -> bool:
        return ALL_COMPLAINTS in self.complaints or not complaints.isdisjoint(self.complaints)


@dataclass(frozen=True, slots=True)
class Answer:
    """A red flag raised by the answer to a question, given that the facts in `together` are present too."""

    item: str
    when: Literal["yes", "no"]
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What the patient sees at once: at most three lines, and a number to call by country."""

    title: Words
    lines: tuple[Words, ...]
    tel: Mapping[str, str]

    def tel_for(self, country: str = "", language: str = "en") -> str:
        """The number for a country (ISO code), else for a language, else the default; "" when the card has none."""
        tags = (country.lower(), language_of(language).split("-")[0], "default")
        return next((self.tel[tag] for tag in tags if tag in self.tel), "")


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that cannot wait. `patterns` raise it; `look_alikes` are messages that must not.

    `idioms` are sayings that only sound like alarm ("this project is killing me"); every flag carries those of
    its file and of the general one.
    """

    key: str
    level: Level
    name: Words
    patterns: Phrases
    look_alikes: Phrases
    card: Card
    source: Source
    answers: tuple[Answer, ...] = ()
    idioms: Phrases = field(default_factory=Phrases)
    someone_else_counts: bool = False
    hypothetical_counts: bool = False
    taught: bool = True  # to the adapter, as a fact of its own


@dataclass(frozen=True, slots=True)
class Article:
    """General advice with its source. `say` is its first paragraph: what the agent may say; `text` is the whole."""

    key: str
    title: Words
    say: Words
    text: Words
    source: Source
    complaints: tuple[str, ...]
    checked: date
    review_date: date
    supersedes: str | None = None
    asks: Phrases = field(default_factory=Phrases)  # how patients ask for it

    def expired(self, today: date) -> bool:
        return today > self.review_date


@dataclass(frozen=True, slots=True)
class FactKey:
    """One thing the understanding step may find, with phrasings to teach it."""

    key: str
    source: Literal["complaint", "item", "red_flag"]
    kind: Kind
    meaning: Words
    examples: Phrases
    denials: Phrases


@dataclass(frozen=True, slots=True)
class Examples:
    present: Phrases = field(default_factory=Phrases)
    denied: Phrases = field(default_factory=Phrases)


@dataclass(frozen=True, slots=True)
class Training:
    """The recipe of the adapter, and the slots its training text may fill."""

    rank: int
    alpha: int
    target_modules: tuple[str, ...]
    steps: int
    seed: int
    paraphrases: int
    slots: Mapping[str, Phrases]


@dataclass(frozen=True, slots=True)
class Enough:
    """When the history may stop: every critical item asked, or this many questions."""

    max_questions: int = 12


@dataclass(frozen=True)
class Pack:
    """A specialty as its clinicians signed it. Two packs with one digest are the same pack.

    What every turn asks of it is worked out once and kept with it.
    """

    slug: str
    name: Words
    version: str
    review_date: date
    owner_title: Words
    scope: Words
    languages: tuple[str, ...]
    level_notes: Words
    sentences: Mapping[str, Words]
    in_scope: tuple[Complaint, ...]
    boundaries: tuple[Boundary, ...]
    items: tuple[Item, ...]
    enough: Enough
    flags: tuple[RedFlag, ...]
    articles: tuple[Article, ...]
    referrals: tuple[Boundary, ...]
    examples: Mapping[str, Examples]
    training: Training
    persona: Words
    dispositions: Mapping[str, Words] = field(default_factory=dict)  # what a simple consult may be told
    about: Literal["", "child"] = ""  # whom a consult is always about, when not the author
    digest: str = ""

    def item(self, key: str) -> Item:
        return next(item for item in self.items if item.key == key)

    def complaint(self, key: str) -> Complaint:
        return next(complaint for complaint in self.in_scope if complaint.key == key)

    def flag(self, key: str) -> RedFlag:
        return next(flag for flag in self.flags if flag.key == key)

    def article(self, key: str) -> Article:
        return next(article for article in self.articles if article.key == key)

    def complaint_keys(self) -> frozenset[str]:
        return self._complaint_keys

    @cached_property
    def _complaint_keys(self) -> frozenset[str]:
        return frozenset(complaint.key for complaint in self.in_scope)

    def signed_sentences(self, language: str) -> dict[str, str]:
        """Every plan line that stands by itself, with its signed text: the one list for training, guard and turn."""
        return dict(self._signed[language_of(language)])

    @cached_property
    def _signed(self) -> Mapping[str, Mapping[str, str]]:
        return {language: self._signed_in(language) for language in LANGUAGES}

    def _signed_in(self, language: str) -> dict[str, str]:
        signed = {name: words.say(language) for name, words in self.sentences.items()}
        signed |= {f"ask {item.key}": item.ask.say(language) for item in self.items}
        signed |= {f"advice {article.key}": cited(article, language) for article in self.articles}
        signed |= {f"boundary {line.key}": line.reply.say(language) for line in self.boundaries}
        signed |= {f"refer {line.key}": line.reply.say(language) for line in self.referrals}
        signed |= {f"{DISPOSES}{key}": words.say(language) for key, words in self.dispositions.items()}
        return signed

    def sentence(self, plan: str, language: str) -> str:
        """The signed text of a plan, where `+` puts one line after another. Raises KeyError for an unsigned one."""
        signed = self._signed[language_of(language)]
        return join_sentences([signed[line.strip()] for line in plan.split("+")], language)

    def fact_keys(self) -> dict[str, FactKey]:
        """Every key the understanding step may produce.

        An item's meaning wins over a complaint's of one key. A red flag that follows from other facts (it has
        `answers`) is not taught: the facts are, and triage draws the conclusion. Nor is one that says so.
        """
        return dict(self._fact_keys)

    @cached_property
    def _fact_keys(self) -> Mapping[str, FactKey]:
        found: dict[str, FactKey] = {}
        for complaint in self.in_scope:
            found[complaint.key] = self._fact(complaint.key, "complaint", "yes_no", complaint.name)
        for item in self.items:
            found[item.key] = self._fact(item.key, "item", item.kind, item.why)
        for flag in self.flags:
            if flag.taught and not flag.answers:
                found[flag.key] = self._fact(flag.key, "red_flag", "yes_no", flag.name)
        return found

    def _fact(
        self, key: str, source: Literal["complaint", "item", "red_flag"], kind: Kind, meaning: Words
    ) -> FactKey:
        taught = self.examples.get(key, Examples())
        return FactKey(key, source, kind, meaning, taught.present, taught.denied)


def cited(article: Article, language: str) -> str:
    """An article's sentence with its source: no general advice is given without one."""
    source = article.source
    cite = Words(f"Source: {source.body}, {source.year}.", f"来源：{source.body}，{source.year}年。")
    return join_sentences([article.say.say(language), cite.say(language)], language)
