"""The held-out messages: written apart from packs and phrase banks, never trained on, never tuned on.

Phrasings and turns of phrase stand in this folder's YAML; the messages are put together here, always the same ones.
A test proves that they share no 8 words, and no 12 Chinese characters, in a row with training text or pack examples.
"""

import random
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from housestaff.agents.packs import Item, Pack

from ..messages import Piece, compose
from ..prompts import Fact

HERE = Path(__file__).parent
BANK = {"en": "en", "zh-hans": "zh"}
MESSAGES = 240  # for each language and specialty
MANNERS = ("plain", "unusual")  # everyday words in another order; and words that no training text uses


@dataclass(frozen=True)
class HeldOut:
    """One message, the question before it, and the facts a careful reader would write down."""

    language: str
    manner: str
    question: str | None
    text: str
    facts: tuple[Fact, ...]


@cache
def phrasings(slug: str, manner: str) -> dict[str, Any]:
    """Key → language → p, d, a: the shared ones and the specialty's own. `manner` is one of MANNERS."""
    found: dict[str, Any] = {}
    for name in ("general", slug):
        path = HERE / manner / f"{name}.yaml"
        if path.exists():
            found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@cache
def frames(language: str) -> dict[str, list[str]]:
    """The held-out turns of phrase of one language."""
    found: dict[str, list[str]] = yaml.safe_load((HERE / "frames.yaml").read_text(encoding="utf-8"))[
        BANK[language]
    ]
    return found


def held_out(pack: Pack, language: str, many: int = MESSAGES) -> list[HeldOut]:
    """The messages of one specialty and language, no two alike, in a fixed order."""
    found: dict[tuple[str | None, str], HeldOut] = {}
    for number in count():
        one = _message(
            random.Random(f"held out:{pack.slug}:{language}:{number}"), pack, language, MANNERS[number % 2]
        )
        found.setdefault((one.question, one.text), one)
        if len(found) == many:
            break
    return list(found.values())


def _message(rng: random.Random, pack: Pack, language: str, manner: str) -> HeldOut:
    known = {key: words for key, words in phrasings(pack.slug, manner).items() if key in pack.fact_keys()}
    said, pieces, question = frames(language), [], None
    draw = rng.random()
    if draw < 0.08:
        return HeldOut(language, manner, None, rng.choice(said["nothing"]), ())
    keys = rng.sample(sorted(known), 3)
    if draw < 0.55:
        item = rng.choice([item for item in pack.items if item.key in known])
        question = item.ask.say(language)
        pieces.append(_answer(rng, item, known[item.key][BANK[language]], said))
        keys = [key for key in keys if key != item.key][: rng.choice([0, 0, 1, 1, 2])]
    else:
        keys = keys[: rng.choice([1, 2, 2, 3])]
    pieces += [_stated(rng, key, known[key][BANK[language]], said) for key in keys]
    if rng.random() < 0.12:
        pieces.insert(0, Piece(rng.choice(said["opening"])))
    if rng.random() < 0.12:
        pieces.append(Piece(rng.choice(said["ending"])))
    text, facts = compose(rng, pieces, said["join"])
    if language == "en" and rng.random() < 0.5:
        text, facts = text[:1].upper() + text[1:], [_capital(fact, text) for fact in facts]
    return HeldOut(language, manner, question, text, tuple(facts))


def _answer(rng: random.Random, item: Item, words: dict[str, list[str]], said: dict[str, list[str]]) -> Piece:
    if item.kind == "yes_no" and rng.random() < 0.5:
        status, name = rng.choice(
            [("present", "yes"), ("denied", "no"), ("present", "yes"), ("denied", "no"), ("unsure", "dunno")]
        )
        return Piece(rng.choice(said[name]), ((item.key, status),))
    if words.get("a") and rng.random() < 0.7:
        text = rng.choice(words["a"])
        return Piece(text, ((item.key, "present"),), focus=_first(text))
    return _stated(rng, item.key, words, said)


def _stated(rng: random.Random, key: str, words: dict[str, list[str]], said: dict[str, list[str]]) -> Piece:
    draw = rng.random()
    if words.get("d") and draw < 0.28:
        frame, text, status = rng.choice(said["denied"]), rng.choice(words["d"]), "denied"
    elif draw > 0.9:
        frame, text, status = rng.choice(said["unsure"]), rng.choice(words["p"]), "unsure"
    else:
        frame, text, status = rng.choice(said["present"]), rng.choice(words["p"]), "present"
    begin = frame.index("{")
    return Piece(frame.replace("{p}", text).replace("{d}", text), ((key, status),), _first(text), begin)


def _first(text: str) -> int:
    """The evidence is the first of several clauses."""
    return min([text.find(mark) for mark in ",，" if mark in text] or [len(text)])


def _capital(fact: Fact, text: str) -> Fact:
    return (
        Fact(fact.key, fact.status, fact.quote[:1].upper() + fact.quote[1:])
        if text.startswith(fact.quote)
        else fact
    )
