"""What the second reader looks at in a message: the same for learning and for reading (pure, standard library only).

Three kinds of features. *Pieces*: two to five characters of a word, so that a misspelling still looks like itself.
*Words*: one to three in a row, each marked with what stands around it: N denied, P past, K somebody of the family or
the neighbourhood. *Pairs*: two marked words near each other in either order. Chinese is read character by character.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from ..red_flags.reading import plain

BLOCKS = ("pieces", "words", "pairs")
SHORTEST, LONGEST = 2, 5
IN_A_ROW = 3
PAIR_REACH = 6
DENIAL_REACH_WORDS = 5
_RUN = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]+")
_TOKEN = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[,.;!?，。；！？、\n]+|\bbut\b|但是|不过|可是")
_DENIES = re.compile(
    r"no|not|never|without|denies|denied|dont|doesnt|didnt|isnt|wasnt|havent|hasnt|nothing|none|zero|neither|nor|\w+n't|没|不|无|未"
)
_PAST = re.compile(
    r"\b(?:ago|last year|years|used to|when i was|childhood|back in|in (?:19|20)\d\d)\b|年前|以前|小时候|当年|曾经|去年|早年"
)
_KIN = re.compile(
    r"\bmy (?:late )?(?:father|mother|dad|mum|mom|uncle|aunt|auntie|gran\w*|friend|neighbour|cousin|brother|sister"
    r"|colleague|boss|mate)\b"
    r"|我(?:家)?(?:爸|妈|爷|奶|叔|舅|姨|姑|哥|弟|姐|妹|同事|邻居|朋友|老乡|同学)"
)


def blocks(text: str, *, about_kin: bool = False) -> dict[str, Counter[str]]:
    """The features of a text, counted, by block. `about_kin`: the patient is a relative, so that K says nothing."""
    read = plain(text).text
    marked = list(_marked(read, about_kin))
    return {
        "pieces": Counter(_pieces(read)),
        "words": Counter(_rows(marked)),
        "pairs": Counter(_pairs([word for word in marked if word != "|"])),
    }


def weighed(counts: Counter[str]) -> dict[str, float]:
    """Sublinear term frequency: the tenth time says little more than the first."""
    return {name: 1 + math.log(many) for name, many in counts.items()}


def _pieces(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        padded = f" {run} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


def _marked(text: str, about_kin: bool) -> Iterator[str]:
    """The words of each clause with their marks; "|" ends a clause."""
    for clause in _CLAUSE.split(text):
        around = ("P" if _PAST.search(clause) else "") + (
            "K" if not about_kin and _KIN.search(clause) else ""
        )
        denied = 0
        found = False
        for word in _TOKEN.findall(clause):
            marks = around + ("N" if denied else "")
            yield f"{word}_{marks}" if marks else word
            denied = DENIAL_REACH_WORDS if _DENIES.fullmatch(word) else max(0, denied - 1)
            found = True
        if found:
            yield "|"


def _rows(marked: list[str]) -> Iterator[str]:
    for start in range(len(marked)):
        for length in range(1, IN_A_ROW + 1):
            if start + length <= len(marked):
                yield " ".join(marked[start : start + length])


def _pairs(words: list[str]) -> Iterator[str]:
    for place, one in enumerate(words):
        for other in words[place + 1 : place + 1 + PAIR_REACH]:
            yield f"{one} {other}" if one < other else f"{other} {one}"
