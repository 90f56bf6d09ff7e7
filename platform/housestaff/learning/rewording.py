"""The same thing in a neighbour's words: more ways of saying it than a pack can list (pure)."""

import random
import re
from functools import cache

from .base.banks import bank

_Group = tuple[re.Pattern[str], tuple[str, ...]]


@cache
def _groups(language: str) -> tuple[_Group, ...]:
    made = []
    for words in bank("synonyms")[language]:
        # One Chinese character is too often half of another word.
        longest_first = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
        if not longest_first:
            continue
        either = "|".join(re.escape(word) for word in longest_first)
        pattern = (
            rf"(?<![\w{{])(?:{either})(?![\w}}'])" if language == "en" else rf"(?<!\{{)(?:{either})(?!\}})"
        )
        made.append((re.compile(pattern, re.IGNORECASE if language == "en" else 0), tuple(words)))
    return tuple(made)


def reworded(rng: random.Random, text: str, language: str, most: int = 2) -> str:
    """Up to `most` words changed for others of their line; language is a bank's, `en` or `zh`."""
    usable = [(pattern, words) for pattern, words in _groups(language) if pattern.search(text)]
    for pattern, words in rng.sample(usable, min(len(usable), rng.randint(0, most))):
        other = rng.choice(words)
        text = pattern.sub(lambda _, other=other: other, text, count=1)  # type: ignore[misc]
    return text
