"""What a pack still lacks: nothing that stops it, but what its clinicians should look at next.

A problem (`checking`) keeps a pack out of the house; a finding does not. Each says where, what, and what would mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from .problems import Problem
from .shapes import ALL_COMPLAINTS, Article, Boundary, Pack
from .words import Words

SOON = timedelta(days=60)
# A specialty that is ready for its exam has at least so many, the general ones counted.
FEWEST = {
    "intake.yaml": ("questions", 25),
    "knowledge/": ("articles", 25),
    "red_flags.yaml": ("red flags", 30),
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def findings(pack: Pack, folder: Path, general: Path, today: date) -> list[Problem]:
    """Everything worth a look, in the order of the files."""
    places = Places(folder, general)
    return sorted(
        {
            *_due(pack, places, today),
            *_too_few(pack, places),
            *_one_language(pack, places),
            *_said_to_nobody(pack, places),
        }
    )


@dataclass(frozen=True)
class Places:
    """Where things stand: the pack's folder first, then the general one."""

    folder: Path
    general: Path

    @cached_property
    def lines(self) -> dict[tuple[str, str], tuple[str, int]]:
        """(file or knowledge/, key) → the name of its file and the line of the key."""
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for root in (self.general, self.folder):
            for path in sorted([*root.glob("*.yaml"), *root.glob("knowledge/*.md")]):
                name = path.relative_to(root).as_posix()
                kind = "knowledge/" if name.startswith("knowledge/") else name
                for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                    if key := re.match(r"\s*(?:- )?\{?key:\s*([a-z][a-z0-9_]*)", line):
                        found[kind, key[1]] = (f"{root.name}/{name}", number)
        return found

    def finding(self, file: str, key: str, what: str, instead: str) -> Problem:
        name, line = self.lines.get((file, key), (f"{self.folder.name}/{file}", 1))
        return Problem(name, line, what, instead)


def _due(pack: Pack, places: Places, today: date) -> Iterator[Problem]:
    """What is past its review, or soon will be: a running house stops citing an article on the day after."""
    instead = "read it again, mend what has changed, and set a new review_date."
    dates = [("pack.yaml", "", "the pack", pack.review_date)]
    dates += [("knowledge/", one.key, f"“{one.key}”", one.review_date) for one in pack.articles]
    for file, key, name, due in dates:
        if due < today:
            yield places.finding(file, key, f"the review of {name} was due on {due}.", instead)
        elif due <= today + SOON:
            yield places.finding(
                file, key, f"the review of {name} is due on {due}, in {(due - today).days} days.", instead
            )


def _too_few(pack: Pack, places: Places) -> Iterator[Problem]:
    held: dict[str, Sequence[object]] = {
        "intake.yaml": pack.items, "knowledge/": pack.articles, "red_flags.yaml": pack.flags,
    }  # fmt: skip
    for file, (name, fewest) in FEWEST.items():
        if len(held[file]) < fewest:
            yield places.finding(
                file,
                "",
                f"there are {len(held[file])} {name}, the general ones counted.",
                f"at least {fewest}.",
            )


def _one_language(pack: Pack, places: Places) -> Iterator[Problem]:
    """What only half of the patients can ask for or read. Where both must stand (`checking`), a gap is a problem."""
    for article in pack.articles:
        for language, rows in (("English", article.asks.en), ("Chinese", article.asks.zh_hans)):
            if not rows:
                yield places.finding(
                    "knowledge/", article.key, f"nobody has written how patients ask for “{article.key}” in {language}.",
                    "“asks:” with a few ways, in both languages.",
                )  # fmt: skip
    for file, key, what, text in _texts(pack):
        if not HAN.search(text.zh_hans):
            yield places.finding(
                file, key, f"the Chinese {what} of “{key}” is not Chinese.", "the Chinese text."
            )
        if HAN.search(text.en):
            yield places.finding(
                file, key, f"the English {what} of “{key}” holds Chinese.", "the English text."
            )


def _texts(pack: Pack) -> Iterator[tuple[str, str, str, Words]]:
    yield from (("pack.yaml", name, "text", words) for name, words in pack.sentences.items())
    for item in pack.items:
        yield "intake.yaml", item.key, "question", item.ask
        yield "intake.yaml", item.key, "reason", item.why
    for flag in pack.flags:
        yield "red_flags.yaml", flag.key, "name", flag.name
        yield from (
            ("red_flags.yaml", flag.key, "card", line) for line in (flag.card.title, *flag.card.lines)
        )
    for article in pack.articles:
        yield "knowledge/", article.key, "title", article.title
        yield "knowledge/", article.key, "text", article.text
    doors: list[tuple[str, Boundary]] = [("boundaries.yaml", one) for one in pack.boundaries]
    doors += [("referrals.yaml", one) for one in pack.referrals]
    yield from ((file, one.key, "reply", one.reply) for file, one in doors)


def _said_to_nobody(pack: Pack, places: Places) -> Iterator[Problem]:
    """Questions that are never asked, articles that are never told, complaints with neither."""
    replaced = {one.supersedes: one.key for one in pack.articles if one.supersedes}
    for article in pack.articles:
        if article.key in replaced:
            yield places.finding(
                "knowledge/", article.key, f"“{article.key}” is never told: “{replaced[article.key]}” took its place.",
                "nothing, while its history matters; else remove it.",
            )  # fmt: skip
    for complaint in pack.in_scope:
        if not any(
            item.applies_to(frozenset({complaint.key}))
            for item in pack.items
            if not _for_all(item.complaints)
        ):
            yield places.finding(
                "pack.yaml", complaint.key, f"no question of its own is asked about “{complaint.key}”.",
                f"an item in intake.yaml with complaints: [{complaint.key}].",
            )  # fmt: skip
        if not any(_about(article, complaint.key) for article in pack.articles):
            yield places.finding(
                "pack.yaml", complaint.key, f"no article is about “{complaint.key}”.",
                f"an article in knowledge/ with complaints: [{complaint.key}].",
            )  # fmt: skip


def _for_all(complaints: Sequence[str]) -> bool:
    return ALL_COMPLAINTS in complaints


def _about(article: Article, complaint: str) -> bool:
    return complaint in article.complaints or _for_all(article.complaints)
