"""Checked YAML → the shapes of a pack. Nothing here decides: what reaches it is known to be well formed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import Any

from .shapes import (
    Answer,
    Article,
    Boundary,
    Card,
    Choice,
    Complaint,
    Examples,
    Item,
    RedFlag,
    Source,
    Training,
)
from .words import Phrases, Words

Data = dict[str, Any]
Spread = Callable[[Phrases], Phrases]  # classes of words (`@pain`) written out


def words(data: Data) -> Words:
    return Words(en=_one_line(data["en"]), zh_hans=_one_line(data["zh-hans"]))


def _one_line(text: str) -> str:
    return "\n".join(" ".join(part.split()) for part in str(text).strip().split("\n\n"))


def phrases(data: Data) -> Phrases:
    return Phrases(en=phrase_list(data.get("en")), zh_hans=phrase_list(data.get("zh-hans")))


def phrase_list(data: Any) -> tuple[str, ...]:
    """A list, or a block of text with one phrase a line."""
    rows = data.splitlines() if isinstance(data, str) else [str(row) for row in data or []]
    return tuple(row.strip() for row in rows if row.strip())


def day(text: str) -> date:
    return date.fromisoformat(text)


def source(data: Data) -> Source:
    return Source(title=data["title"], body=data["body"], year=data["year"])


def complaint(data: Data, spread: Spread) -> Complaint:
    return Complaint(data["key"], words(data["name"]), spread(phrases(data["words"])))


def boundary(data: Data) -> Boundary:
    return Boundary(data["key"], phrases(data["words"]), words(data["reply"]))


def item(data: Data) -> Item:
    return Item(
        key=data["key"],
        ask=words(data["ask"]),
        why=words(data["why"]),
        critical=data["critical"],
        kind=data["kind"],
        complaints=tuple(data["complaints"]),
        order=data["order"],
        choices=tuple(
            Choice(one["key"], words(one["name"]), phrases(one["words"])) for one in data.get("choices", [])
        ),
        unit=data.get("unit", ""),
    )


def flag(data: Data, idioms: Phrases, spread: Spread) -> RedFlag:
    card = data["card"]
    return RedFlag(
        key=data["key"],
        level=data["level"],
        name=words(data["name"]),
        patterns=spread(phrases(data["patterns"])),
        look_alikes=phrases(data["look_alikes"]),
        card=Card(
            title=words(card["title"]),
            lines=tuple(map(words, card["lines"])),
            tel=MappingProxyType({place: str(number) for place, number in card.get("tel", {}).items()}),
        ),
        source=source(data["source"]),
        answers=tuple(
            Answer(one["item"], one["when"], tuple(one.get("together", [])))
            for one in data.get("answers", [])
        ),
        idioms=idioms,
        someone_else_counts=data.get("someone_else_counts", False),
        hypothetical_counts=data.get("hypothetical_counts", False),
        taught=data.get("taught", True),
    )


def article(data: Data) -> Article:
    text = {language: data["text"][language] for language in ("en", "zh-hans")}
    return Article(
        key=data["key"],
        title=words(data["title"]),
        say=words({language: whole.split("\n\n")[0] for language, whole in text.items()}),
        text=words(text),
        source=source(data["source"]),
        complaints=tuple(data["complaints"]),
        checked=day(data["checked"]),
        review_date=day(data["review_date"]),
        supersedes=data.get("supersedes"),
        asks=phrases(data.get("asks", {})),
    )


def examples_of(parts: list[Data]) -> dict[str, Examples]:
    found: dict[str, Examples] = {}
    for part in parts:
        for key, data in part.items():
            before = found.get(key, Examples())
            found[key] = Examples(
                before.present + phrases(data["present"]), before.denied + phrases(data.get("denied", {}))
            )
    return found


def training(shared: Data, own: Data) -> Training:
    recipe = {**shared, **own}
    slots = {**shared.get("slots", {}), **own.get("slots", {})}
    return Training(
        rank=recipe["rank"],
        alpha=recipe["alpha"],
        target_modules=tuple(recipe["target_modules"]),
        steps=recipe["steps"],
        seed=recipe["seed"],
        paraphrases=recipe["paraphrases"],
        slots=MappingProxyType({name: phrases(data) for name, data in slots.items()}),
    )
