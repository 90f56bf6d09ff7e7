"""The written phrase banks, and the invented specialties made of them.

Nothing here comes from a pack, an exam station or a held-out message. An invented specialty is a fixed choice of facts
under its own key names, so the base learns that the same words may be called differently elsewhere.
"""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent / "banks"
LANGUAGES = ("en", "zh")
CODE = {"en": "en", "zh": "zh-hans"}


@cache
def bank(name: str) -> Any:
    """One bank as written."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Concept:
    """Something that is so, not so or unsure: names for its key and its phrasings by language."""

    names: tuple[str, ...]
    words: dict[str, dict[str, list[str]]]  # language → n noun phrases, p full clauses, d denying clauses


@dataclass(frozen=True)
class Slot:
    """Something with a value: names for its key, questions and answers by language."""

    names: tuple[str, ...]
    words: dict[str, dict[str, list[str]]]  # language → q, a


@cache
def concepts() -> tuple[Concept, ...]:
    """All written complaints, then every body part × symptom of a shared group."""
    found = [Concept(tuple(row["k"]), {lang: row[lang] for lang in LANGUAGES}) for row in bank("complaints")]
    parts = bank("parts")
    for part, body in parts["parts"].items():
        for symptom, row in parts["symptoms"].items():
            if not set(body["groups"]) & set(row["groups"]):
                continue
            words = {
                lang: {kind: [text.replace("{p}", body[lang]) for text in row[lang][kind]] for kind in "npd"}
                for lang in LANGUAGES
            }
            found.append(Concept((f"{part}_{symptom}", f"{symptom}_{part}", f"{symptom}_of_{part}"), words))
    return tuple(found)


@cache
def slots() -> tuple[Slot, ...]:
    """All facts that are a value."""
    return tuple(
        Slot(tuple(row["k"]), {lang: row[lang] for lang in LANGUAGES}) for row in bank("slots")["slots"]
    )


@dataclass(frozen=True)
class Specialty:
    """An invented specialty: its name, what it asks about under its own key names, and its voice."""

    name: str
    facts: tuple[tuple[str, Concept], ...]
    values: tuple[tuple[str, Slot], ...]
    voice: int


@cache
def specialties() -> tuple[Specialty, ...]:
    """The invented specialties; the same at every run, whatever the seed."""
    made = []
    for name in bank("voices")["specialties"]:
        rng = random.Random(f"specialty:{name}")
        facts = {rng.choice(c.names): c for c in rng.sample(concepts(), rng.randint(20, 34))}
        values = {rng.choice(s.names): s for s in rng.sample(slots(), rng.randint(4, 8))}
        made.append(Specialty(name, tuple(facts.items()), tuple(values.items()), rng.randrange(1000)))
    return tuple(made)


def fill(rng: random.Random, text: str, language: str) -> str:
    """Values put into `{n} {unit}` and the like."""
    for name, options in bank("slots")["values"][language].items():
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", rng.choice(options), 1)
    return text
