"""English as patients type it → a line of plain words, misspellings mended where a red flag depends on them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from .patterns import PAIRS
from .reading import Plain

_TOKEN = re.compile(
    r"\d+(?:\.\d+)?|[a-z](?:[a-z0-9'@$]*[a-z])?|[.!。！\n;]|[?？]|[,:、，()]|[\u4e00-\u9fff]+"
)
SECOND = frozenset(second for _, second in PAIRS)
_LEET = str.maketrans("0134578@$", "oieastbas")
_REPEATED = re.compile(r"(.)\1{2,}")
SPELT = {
    "cannot": "cant",
    "cnt": "cant",
    "carnt": "cant",
    "dnt": "dont",
    "cudnt": "couldnt",
    "wanna": "want to",
    "gonna": "going to",
    "hurtin": "hurting",
    "hurtz": "hurts",
    "bleedin": "bleeding",
    "brething": "breathing",
    "breth": "breath",
    "brethe": "breathe",
    "stumach": "stomach",
    "suiside": "suicide",
    "sueside": "suicide",
    "kms": "kill myself",
    "unalive": "kill",
    "ambo": "ambulance",
    "preggers": "pregnant",
    "urin": "urine",
    "pish": "piss",
    "tho": "though",
    "bc": "because",
    "cuz": "because",
    "coz": "because",
    "u": "you",
    "ur": "your",
    "youre": "you are",
    "hes": "he is",
    "shes": "she is",
    "theyre": "they are",
    "theres": "there is",
}
SHORTEST_STEM = 4  # a word that begins with a stem of a pattern is an inflection of it, not a slip
# Ordinary words that stand a slip away from a word of alarm, and are not it.
NOT_MISSPELT = frozenset(Path(__file__).with_name("ordinary_words.txt").read_text(encoding="utf-8").split())


@dataclass(slots=True)
class Line:
    """The message as one line of words, each followed by a blank; | and ? end a sentence, a comma stands alone.

    `starts[i]` is where word i begins in `text`, `where` the numbers of each word. Places in the message are
    worked out only when something is found.
    """

    text: str
    starts: list[int]
    where: dict[str, list[int]]
    source: Plain
    tokens: list[tuple[int, int]]
    spans: list[tuple[int, int]] | None = None

    def place(self, number: int) -> tuple[int, int]:
        """Where word `number` stands in the plain text."""
        first, last = self.tokens[number]
        if self.spans is None:
            self.spans = [found.span() for found in _TOKEN.finditer(self.source.text)]
        return self.spans[first][0], self.spans[last][1]


class Speller:
    """Knows the words that red flags are made of, and mends a word that is one slip away from one of them."""

    def __init__(self, vocabulary: Iterable[str], stems: Iterable[str] = ()) -> None:
        self.stems = tuple(stem for stem in stems if len(stem) >= SHORTEST_STEM)
        self.known = frozenset(vocabulary) | NOT_MISSPELT | frozenset(SPELT)
        mendable = [word for word in vocabulary if len(word) >= 5 and word.isalpha()]
        self.near: dict[str, list[str]] = {}
        for word in mendable:
            for short in {word, *_shorter(word)}:
                self.near.setdefault(short, []).append(word)
        self.shuffled = {
            (word[0], "".join(sorted(word))): word for word in vocabulary if len(word) == 4 and word.isalpha()
        }
        self.mend = lru_cache(maxsize=20_000)(self._mend)
        self.heard = lru_cache(maxsize=20_000)(self._heard)

    def _mend(self, word: str) -> str:
        """The word itself when it is known, what it was meant to be, or two words run together."""
        word = word.replace("'", "")
        if word in SPELT:
            return SPELT[word]
        if word in self.known or len(word) < 4 or len(word) > 24 or word.startswith(self.stems):
            return word
        if not word.isalpha():
            plainer = word.translate(_LEET)
            return self._mend(plainer) if plainer.isalpha() else word
        calm = _REPEATED.sub(r"\1", word)
        if calm != word:
            double = _REPEATED.sub(r"\1\1", word)
            return double if double in self.known else self._mend(calm)
        return self._nearest(word) or self._parted(word) or word

    def _heard(self, token: str) -> str:
        """A token as the line has it: a mended word, a number, a mark, or "_" for Chinese."""
        first = token[0]
        if "a" <= first <= "z":
            return self.mend(token) if len(token) > 1 else token
        if first.isdigit():
            return token
        return _MARKS.get(token, "_" if "\u4e00" <= first <= "\u9fff" else "|")

    def _nearest(self, word: str) -> str | None:
        if len(word) == 4:
            return self.shuffled.get((word[0], "".join(sorted(word))))
        best = None
        for short in (word, *_shorter(word)):
            for candidate in self.near.get(short, ()):
                if candidate[0] != word[0] and len(word) < 7:
                    continue
                if _slips(word, candidate) <= 1:
                    return candidate
                if min(len(word), len(candidate)) >= 8 and _slips(word, candidate) <= 2:
                    best = best or candidate
        return best

    def _parted(self, word: str) -> str | None:
        """ "chestpain" → "chest pain"."""
        for cut in range(3, len(word) - 2):
            if word[:cut] in self.known and word[cut:] in self.known and len(word) >= 8:
                return f"{word[:cut]} {word[cut:]}"
        return None

    def spelt_out(self, letters: str) -> list[str]:
        """ "chestpain", typed letter by letter, as words."""
        if letters in self.known:
            return [letters]
        mended = self.mend(letters)
        return mended.split()


def _shorter(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _slips(one: str, other: str) -> int:
    """Letters added, left out, changed, or two neighbours swapped (at most 3 are told apart)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


_MARKS = {"?": "?", "？": "?", ",": ",", ":": ",", "、": ",", "，": ",", "(": ",", ")": ","}
_LETTERS_APART = re.compile(r"(?:(?<![a-z])[a-z][^a-z0-9]){3}")
Word = tuple[str, int, int]


def line_of(text: Plain, speller: Speller) -> Line:
    """The words of a text in order. Chinese between them counts as one word that matches nothing."""
    words: list[Word] = []
    for number, word in enumerate(map(speller.heard, _TOKEN.findall(text.text))):
        if word in SECOND and words and (joined := PAIRS.get((words[-1][0], word))):
            words[-1] = (joined, words[-1][1], number)
        elif " " in word:
            words.extend((part, number, number) for part in word.split())
        else:
            words.append((word, number, number))
    if _LETTERS_APART.search(text.text):
        words = _spelt_out(words, text, speller)
    return _laid_out(words, text)


def _spelt_out(words: list[Word], text: Plain, speller: Speller) -> list[Word]:
    """ "c h e s t   p a i n" → two words. Three single letters in a row are taken as spelt out."""
    spans = [found.span() for found in _TOKEN.finditer(text.text)]
    result: list[Word] = []
    place = 0
    while place < len(words):
        stop = place
        while stop < len(words) and len(words[stop][0]) == 1 and words[stop][0].isalpha():
            if stop > place and spans[words[stop][1]][0] - spans[words[stop - 1][2]][1] != 1:
                break
            stop += 1
        if stop - place >= 3:
            letters = "".join(word[0] for word in words[place:stop])
            result.extend((part, words[place][1], words[stop - 1][2]) for part in speller.spelt_out(letters))
            place = stop
        else:
            result.append(words[place])
            place += 1
    return result


def _laid_out(words: list[Word], text: Plain) -> Line:
    plain = [word[0] for word in words]
    where: dict[str, list[int]] = {}
    for number, word in enumerate(plain):
        if word in where:
            where[word].append(number)
        else:
            where[word] = [number]
    starts = [0, *accumulate(len(word) + 1 for word in plain)]
    return Line(" ".join(plain) + " ", starts, where, text, [(first, last) for _, first, last in words])
