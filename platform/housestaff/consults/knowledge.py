"""General advice for what the patient came with: from the pack's signed articles, never an expired one (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from itertools import pairwise

from housestaff.agents.packs import Article, Pack

_WORD = re.compile(r"[a-z]{3,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def in_force(pack: Pack, today: date) -> list[Article]:
    """Articles within review and not superseded by another that is."""
    current = [article for article in pack.articles if not article.expired(today)]
    replaced = {article.supersedes for article in current}
    return [article for article in current if article.key not in replaced]


def pick(
    pack: Pack, complaints: Collection[str], *, today: date, text: str = "", most: int = 2
) -> list[Article]:
    """The articles for these complaints, those nearest to the patient's words first. No match: no article, no claim."""
    wanted = set(complaints)
    fitting = [
        article
        for article in in_force(pack, today)
        if wanted & set(article.complaints) or "all" in article.complaints
    ]
    said = _pieces(text)
    order = {article.key: place for place, article in enumerate(fitting)}
    fitting.sort(key=lambda article: (-_nearness(article, said), order[article.key]))
    return fitting[:most]


def _nearness(article: Article, said: set[str]) -> float:
    if not said:
        return 0.0
    held = _pieces(f"{article.title.en} {article.title.zh_hans} {article.text.en} {article.text.zh_hans}")
    return len(said & held) / len(said)


def _pieces(text: str) -> set[str]:
    """English words, and pairs of Chinese characters."""
    han = _HAN.findall(text)
    return set(_WORD.findall(text.lower())) | {one + other for one, other in pairwise(han)}
