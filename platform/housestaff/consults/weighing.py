"""How much of a model's context a text takes, told without its tokenizer: rather too much than too little (pure)."""

from __future__ import annotations

import re

_LETTERS = re.compile(r"[A-Za-z ]")
# Tokens a character: English words take about a quarter, the small base's Chinese one; digits and marks up to one.
_A_LETTER, _ANYTHING_ELSE, _A_PICTURE = 0.5, 1.5, 4


def weigh(text: str) -> int:
    """Tokens that a text takes at most, for every base that the house is meant for."""
    letters = len(_LETTERS.findall(text))
    rare = sum(character > "\uffff" for character in text)
    others = len(text) - letters - rare
    return int(letters * _A_LETTER + others * _ANYTHING_ELSE + rare * _A_PICTURE) + 1


def head_of(text: str, most: int) -> str:
    """The first part of a text that takes at most so many tokens."""
    while text and weigh(text) > most:
        text = text[: len(text) - max(1, len(text) // 8)]
    return text


def cut_to(text: str, most: int) -> str:
    """The newest part of a text that takes at most so many tokens: its end, from the oldest words on cut away."""
    while text and weigh(text) > most:
        text = text[max(1, len(text) // 8) :]
    return text
