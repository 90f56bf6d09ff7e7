"""How a red flag's pattern is written, and how it is matched (specialties/README.md teaches it).

words in order · (one|another|) for a choice, the last one empty when nothing need stand there · `..` a few
words between · `...` more words between · `bleed*` any ending · `one & another` both, in any order, not far apart.
Chinese is the same without blanks. Every gap is bounded, so a pattern costs the same on any text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

SHORT_GAP_WORDS, LONG_GAP_WORDS = 5, 14
SHORT_GAP_SIGNS, LONG_GAP_SIGNS = 6, 18
# How far from the first part the others of `one & another` may stand: about two sentences.
NEAR_WORDS, NEAR_SIGNS = 28, 40
MOST_REPEATS = 4
_ENGLISH_PIECE = re.compile(r"\(|\)|\||\.{3}|\.{2}|[a-z0-9]+\*?")
_CHINESE_PIECE = re.compile(r"\)\*|\(|\)|\||\.{3}|\.{2}|[^().|\s]")
PAIRS = {
    ("can", "not"): "cant",
    ("do", "not"): "dont",
    ("did", "not"): "didnt",
    ("does", "not"): "doesnt",
    ("is", "not"): "isnt",
    ("was", "not"): "wasnt",
    ("are", "not"): "arent",
    ("has", "not"): "hasnt",
    ("have", "not"): "havent",
    ("had", "not"): "hadnt",
    ("will", "not"): "wont",
    ("could", "not"): "couldnt",
    ("would", "not"): "wouldnt",
    ("i", "am"): "im",
}
_PAIR = re.compile(r"\b(" + "|".join(f"{a} {b}" for a, b in PAIRS) + r")\b")


ANY = "?"  # stands in a beginning for "whatever a gap holds"
Beginnings = frozenset[str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying one red flag, ready to match.

    `heads`: what it can begin with: a word (or a stem, `bleed*`), or in Chinese the first two characters.
    `needs`: for each part that must be there, what that part can begin with; a text without one of them cannot
    match. `gaps`: the groups that hold what stood between. `also`: parts that must stand near it, on either side.
    """

    flag: str
    written: str
    heads: Beginnings
    needs: tuple[Beginnings, ...]
    vocabulary: frozenset[str]
    gaps: tuple[int, ...]
    also: tuple[Pattern, ...] = ()

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a text first holds all that it needs: of thousands of patterns few ever are, and all of them
        would keep a process that was killed from coming back for many seconds."""
        return _regex(self.written)


@cache
def _regex(written: str) -> re.Pattern[str]:
    return re.compile(written)


class _Parser:
    """Turns the pieces of a pattern into a regular expression and what it can begin with.

    A beginning is one word in English, two characters in Chinese; "" stands for nothing at all.
    """

    def __init__(self, pieces: list[str], chinese: bool) -> None:
        self.pieces = pieces
        self.chinese = chinese
        self.place = 0
        self.groups = 0
        self.depth = 0
        self.words: set[str] = set()
        self.needs: list[Beginnings] = []

    def choice(self) -> tuple[str, Beginnings]:
        """(regex, beginnings) up to the closing bracket."""
        branches = [self.sequence()]
        while self.place < len(self.pieces) and self.pieces[self.place] == "|":
            self.place += 1
            if self.depth == 0:
                self.needs.clear()
            branches.append(self.sequence())
        return "|".join(branch[0] for branch in branches), frozenset().union(
            *(branch[1] for branch in branches)
        )

    def sequence(self) -> tuple[str, Beginnings]:
        regex = ""
        begins: Beginnings = frozenset({""})
        while self.place < len(self.pieces) and self.pieces[self.place] not in {"|", ")", ")*"}:
            part, part_begins = self.element()
            regex += part
            begins = self.joined(begins, part_begins)
            if self.depth == 0 and "" not in part_begins:
                self.needs.append(self.joined(part_begins, frozenset({ANY})))
        return regex, begins

    def joined(self, begins: Beginnings, more: Beginnings) -> Beginnings:
        if not self.chinese:
            return (begins - {""}) | more if "" in begins else begins
        return frozenset((one + other)[:2] for one in begins for other in (more if len(one) < 2 else ("",)))

    def element(self) -> tuple[str, Beginnings]:
        piece = self.pieces[self.place]
        self.place += 1
        if piece == "(":
            self.depth += 1
            inner, begins = self.choice()
            self.depth -= 1
            if self.place >= len(self.pieces):
                raise ValueError("a bracket is opened and not closed")
            closing = self.pieces[self.place]
            self.place += 1
            if closing == ")":
                return f"(?:{inner})", begins
            return f"(?:{inner}){{0,{MOST_REPEATS}}}", self.joined(begins, frozenset({ANY})) | {""}
        if piece in {"..", "..."}:
            self.groups += 1
            return self.gap(long=piece == "..."), frozenset({"", ANY} if self.chinese else {""})
        return self.word(piece), frozenset({piece})

    def gap(self, *, long: bool) -> str:
        if self.chinese:
            if long:
                return f"([^。!?\\n]{{0,{LONG_GAP_SIGNS}}}?)"
            return f"([^。!?\\n,，;；]{{0,{SHORT_GAP_SIGNS}}}?)"
        if long:
            return f"((?:[^ ]+ ){{0,{LONG_GAP_WORDS}}}?)"
        return f"((?:[^ |?]+ ){{0,{SHORT_GAP_WORDS}}}?)"

    def word(self, piece: str) -> str:
        if self.chinese:
            return re.escape(piece)
        if piece.endswith("*"):
            self.words.add(piece[:-1])
            return f"{piece[:-1]}[a-z0-9.]* "
        self.words.add(piece)
        return f"{piece} "


def _joined(found: re.Match[str]) -> str:
    first, second = found[0].split()
    return PAIRS[first, second]


@cache
def english(flag: str, written: str) -> Pattern:
    """A pattern over words; each word of the text is followed by one blank."""
    plain = written.lower().replace("'", "").replace("’", "")
    parts = [_PAIR.sub(_joined, part) for part in plain.split("&")]
    return _together([_parsed(flag, _Parser(_ENGLISH_PIECE.findall(part), chinese=False)) for part in parts])


@cache
def chinese(flag: str, written: str) -> Pattern:
    """A pattern over characters, with no blanks between them."""
    parts = written.lower().split("&")
    return _together([_parsed(flag, _Parser(_CHINESE_PIECE.findall(part), chinese=True)) for part in parts])


def _together(parts: list[Pattern]) -> Pattern:
    """The first part, with the others beside it; what any of them needs, all of them need."""
    first, *others = parts
    return replace(
        first,
        needs=tuple(need for part in parts for need in part.needs),
        vocabulary=frozenset[str]().union(*(part.vocabulary for part in parts)),
        also=tuple(others),
    )


def _parsed(flag: str, parser: _Parser) -> Pattern:
    regex, heads = parser.choice()
    if "" in heads or not heads or parser.place < len(parser.pieces):
        raise ValueError(f"the pattern of {flag} could match nothing at all")
    return Pattern(
        flag,
        regex,
        heads,
        tuple(parser.needs),
        frozenset(parser.words),
        tuple(range(1, parser.groups + 1)),
    )
