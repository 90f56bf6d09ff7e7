"""A base's card: what the shared model can do, as its README.md says in its front matter (pure).

    fluent: false             it repeats the pack's signed wording; true: it may phrase, inside the guard
    languages: [en, zh-hans]  in which it may phrase; in any other the signed wording is said
    context: 2048             the longest text it can read, in tokens
    vision: false             whether it can look at pictures

A base without a card serves nobody: what a model can do is never guessed from its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .packs import language_of

FIELDS = ("fluent", "languages", "context", "vision")
CARD = "README.md"
# A question, its message and the pack's lines do not fit into less.
LEAST_CONTEXT = 1024


class BadCard(ValueError):
    """The base has no card that can be used. `problems` are sentences for the person who runs the house."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class BaseCard:
    """What a base can do. `languages` are the house's own names for them; `context` counts tokens."""

    fluent: bool
    languages: tuple[str, ...]
    context: int
    vision: bool

    def speaks(self, language: str) -> bool:
        """Whether it may phrase in this language."""
        return self.fluent and language_of(language) in self.languages

    def as_json(self) -> dict[str, Any]:
        """How a release keeps the card of the base it was published with."""
        return {"languages": list(self.languages), "context": self.context, "vision": self.vision}

    @classmethod
    def kept(cls, fluent: bool, held: Mapping[str, Any]) -> BaseCard:
        """The card as a release kept it. One that kept nothing may phrase in no language."""
        return cls(
            fluent=fluent,
            languages=tuple(held.get("languages", ())),
            context=int(held.get("context", 0)),
            vision=bool(held.get("vision", False)),
        )


def read_card(folder: Path) -> BaseCard:
    """The card of the base in a folder. Raises BadCard with every reason why it cannot be used."""
    path = folder / CARD
    front = _front_matter(path)
    problems = [
        f"{path} does not say “{name}”: add {_EXAMPLES[name]} between the two lines of ---."
        for name in FIELDS
        if name not in front
    ]
    problems += [
        f"{path}: “{name}: {front[name]}” is not {wanted}: write {_EXAMPLES[name]}."
        for name, (fits, wanted) in _SHAPES.items()
        if name in front and not fits(front[name])
    ]
    if not problems and (longest := _longest(folder)) and front["context"] > longest:
        problems.append(
            f"{path}: “context: {front['context']}” is more than the {longest} tokens that config.json names."
        )
    if problems:
        raise BadCard(problems)
    return BaseCard(front["fluent"], _spoken_here(front["languages"]), front["context"], front["vision"])


_EXAMPLES = {
    "fluent": "“fluent: false” (true only for a base that phrases well in every language it names)",
    "languages": "“languages: [en, zh-hans]”",
    "context": f"“context: 2048”, a whole number of tokens, at least {LEAST_CONTEXT}",
    "vision": "“vision: false”",
}
_SHAPES: dict[str, tuple[Any, str]] = {
    "fluent": (lambda held: isinstance(held, bool), "true or false"),
    "vision": (lambda held: isinstance(held, bool), "true or false"),
    "languages": (
        lambda held: isinstance(held, list) and bool(held) and all(isinstance(one, str) for one in held),
        "a list of languages",
    ),
    "context": (
        lambda held: isinstance(held, int) and not isinstance(held, bool) and held >= LEAST_CONTEXT,
        f"a whole number of at least {LEAST_CONTEXT}",
    ),
}


def _front_matter(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadCard([f"The base has no card: write {path} (models/housestaff-nano shows how)."]) from None
    except (OSError, UnicodeDecodeError):
        raise BadCard([f"{path} cannot be read as text: save it again as UTF-8."]) from None
    lines = text.splitlines()
    end = lines.index("---", 1) if lines[:1] == ["---"] and "---" in lines[1:] else 0
    try:
        front = yaml.safe_load("\n".join(lines[1:end])) if end else None
    except yaml.YAMLError:
        raise BadCard([f"{path}: the lines between the two lines of --- cannot be read as YAML."]) from None
    if not isinstance(front, dict):
        raise BadCard(
            [f"{path} begins with no card: two lines of ---, and “fluent: false” and so on between."]
        )
    return front


def _longest(folder: Path) -> int:
    """How many tokens the weights were made for; 0 when config.json does not say."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        text = config.get("text_config", config)
        return int(text.get("max_position_embeddings", 0))
    except (OSError, ValueError, TypeError, AttributeError):
        return 0


def _spoken_here(tags: list[str]) -> tuple[str, ...]:
    """The house's languages among those on the card; others are nobody's here."""
    found = []
    for tag in tags:
        try:
            found.append(language_of(tag))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))
