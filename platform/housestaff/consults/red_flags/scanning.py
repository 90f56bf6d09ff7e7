"""The rules of a pack, made ready once, and their reading of one text."""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial

from housestaff.agents.packs import RedFlag

from . import context_en, context_zh
from .patterns import ANY, NEAR_SIGNS, NEAR_WORDS, Pattern, chinese, english
from .reading import Plain, plain
from .words import Line, Speller, line_of

_LETTER = re.compile(r"[a-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BLANK_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])[ \t\u3000*.·_-]+(?=[\u4e00-\u9fff])")
_SENTENCE_END = re.compile(r"[。!?！？\n]")
SHORTEST_STEM = 2
Span = tuple[int, int]
Seen = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """Every pattern of a set of flags, found by what it begins with."""

    flags: dict[str, RedFlag]
    words: dict[str, list[Pattern]]
    stems: dict[str, list[Pattern]]
    signs: dict[str, list[Pattern]]
    idiom_words: dict[str, list[Pattern]]
    idiom_stems: dict[str, list[Pattern]]
    idiom_signs: dict[str, list[Pattern]]
    speller: Speller


def rules_of(flags: Iterable[RedFlag]) -> Rules:
    """Raises ValueError for a pattern that cannot be read."""
    held = {flag.key: flag for flag in flags}
    idioms_en = dict.fromkeys(row for flag in held.values() for row in flag.idioms.en)
    idioms_zh = dict.fromkeys(row for flag in held.values() for row in flag.idioms.zh_hans)
    en = [english(flag.key, row) for flag in held.values() for row in flag.patterns.en]
    zh = [chinese(flag.key, row) for flag in held.values() for row in flag.patterns.zh_hans]
    sayings = [english("idiom", row) for row in idioms_en]
    vocabulary = frozenset[str]().union(*(pattern.vocabulary for pattern in en)) if en else frozenset()
    return Rules(
        flags=held,
        words=_by_head(en, stem=False),
        stems=_by_head(en, stem=True),
        signs=_by_head(zh, stem=False),
        idiom_words=_by_head(sayings, stem=False),
        idiom_stems=_by_head(sayings, stem=True),
        idiom_signs=_by_head([chinese("idiom", row) for row in idioms_zh], stem=False),
        speller=Speller(vocabulary, {head[:-1] for pattern in en for head in _every_beginning(pattern)}),
    )


def _every_beginning(pattern: Pattern) -> Iterator[str]:
    """The stems that any part of a pattern can begin with."""
    yield from (head for need in (pattern.heads, *pattern.needs) for head in need if head.endswith("*"))


def _by_head(patterns: Sequence[Pattern], *, stem: bool) -> dict[str, list[Pattern]]:
    index: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        for head in pattern.heads:
            if head.endswith("*") == stem:
                index.setdefault(head.rstrip("*"), []).append(pattern)
    return index


def found_in(text: str, rules: Rules, about: str | None) -> Iterator[Seen]:
    """(flag, start, end) in the text for every flag that its words raise, once a flag and language."""
    read = plain(text)
    if _LETTER.search(read.text):
        yield from _in_english(read, rules, about)
    if _HAN.search(read.text):
        yield from _in_chinese(read, rules, about)


def _in_english(read: Plain, rules: Rules, about: str | None) -> Iterator[Seen]:
    line = line_of(read, rules.speller)
    present = line.where.keys() | {
        f"{word[:stop]}*" for word in line.where for stop in range(SHORTEST_STEM, len(word) + 1)
    }
    raised: set[str] = set()
    judged: dict[tuple[str, ...], bool] = {}
    idioms: list[Span] | None = None
    for word, numbers in line.where.items():
        for pattern in _beginning(word, rules.words, rules.stems):
            if pattern.flag in raised or not _possible(pattern, present):
                continue
            for number in numbers:
                found = pattern.regex.match(line.text, line.starts[number])
                if found is None:
                    continue
                if idioms is None:
                    idioms = _idiom_spans(line, rules)
                counts = partial(
                    _counts_en,
                    line=line,
                    flag=rules.flags[pattern.flag],
                    idioms=idioms,
                    about=about,
                    judged=judged,
                )
                if not counts(found, pattern):
                    continue
                others = [_beside_en(line, found.span(), part, number, counts) for part in pattern.also]
                spans = [(number, number + found[0].count(" ") - 1), *(span for span in others if span)]
                if len(spans) <= len(others):
                    continue
                raised.add(pattern.flag)
                first, last = min(span[0] for span in spans), max(span[1] for span in spans)
                start, end = read.span(line.place(first)[0], line.place(last)[1])
                yield pattern.flag, start, end
                break


def _beside_en(
    line: Line, taken: Span, part: Pattern, number: int, counts: Callable[[re.Match[str], Pattern], bool]
) -> Span | None:
    """The numbers of the words in which a further part stands near word `number`, apart from what is taken."""
    stems = tuple(head[:-1] for head in part.heads if head.endswith("*"))
    for word, numbers in line.where.items():
        if word not in part.heads and not word.startswith(stems):
            continue
        for place in numbers:
            if abs(place - number) > NEAR_WORDS:
                continue
            found = part.regex.match(line.text, line.starts[place])
            if found and (found.end() <= taken[0] or found.start() >= taken[1]) and counts(found, part):
                return place, place + found[0].count(" ") - 1
    return None


def _possible(pattern: Pattern, present: Set[str]) -> bool:
    """Whether a text that holds these words and stems has every part that the pattern needs."""
    return all(not present.isdisjoint(need) for need in pattern.needs)


def _beginning(word: str, words: dict[str, list[Pattern]], stems: dict[str, list[Pattern]]) -> list[Pattern]:
    """The patterns that can begin with a word: as it stands, or by its stem."""
    held = words.get(word, [])
    for stop in range(SHORTEST_STEM, len(word) + 1):
        stem = word[:stop]
        if stem in stems:
            held = held + stems[stem]
    return held


def _idiom_spans(line: Line, rules: Rules) -> list[Span]:
    spans = []
    for word, numbers in line.where.items():
        for pattern in _beginning(word, rules.idiom_words, rules.idiom_stems):
            for number in numbers:
                if found := pattern.regex.match(line.text, line.starts[number]):
                    spans.append(found.span())
    return _merged(spans)


def _counts_en(
    found: re.Match[str],
    pattern: Pattern,
    *,
    line: Line,
    flag: RedFlag,
    idioms: list[Span],
    about: str | None,
    judged: dict[tuple[str, ...], bool],
) -> bool:
    if _overlaps(idioms, found.start(), found.end()):
        return False
    if any(context_en.gap_denies(found[gap]) for gap in pattern.gaps if found[gap]):
        return False
    begin = max(line.text.rfind("| ", 0, found.start()), line.text.rfind("? ", 0, found.start()))
    before = line.text[begin + 2 if begin >= 0 else 0 : found.start()]
    stop = _first(line.text, "|?", found.end())
    after = line.text[found.end() : stop]
    asked = line.text[stop : stop + 1] == "?"
    behind = line.text[stop + 2 : stop + 40]
    behind = behind if asked and not after else f"{after}| {behind}" if asked else after
    case = (flag.key, before, found[0], behind)
    if case not in judged:
        judged[case] = not (
            context_en.denied(before, behind, asked)
            or context_en.over(before, found[0], after)
            or (not flag.hypothetical_counts and context_en.imagined(before, found[0], after))
            or (not flag.someone_else_counts and context_en.someone_else(before, found[0], after, about))
        )
    return judged[case]


def _overlaps(spans: list[Span], start: int, end: int) -> bool:
    """Whether one of the spans (in order, none inside another) shares a character with start…end."""
    place = bisect_left(spans, (end, 0)) - 1
    return place >= 0 and spans[place][1] > start


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _first(text: str, signs: str, begin: int) -> int:
    return min((place for sign in signs if (place := text.find(sign, begin)) >= 0), default=len(text))


def _in_chinese(read: Plain, rules: Rules, about: str | None) -> Iterator[Seen]:
    text, places = _without_blanks(read.text)
    signs = set(text)
    present = signs.union(map(operator.add, text, text[1:]), (sign + ANY for sign in signs))
    ends = [-1, *(found.start() for found in _SENTENCE_END.finditer(text)), len(text)]
    raised: set[str] = set()
    judged: dict[tuple[str, ...], bool] = {}
    idioms: list[Span] | None = None
    # In the order of the text, so that the words quoted are the first that raise the flag.
    for head in sorted(rules.signs.keys() & present, key=lambda one: (text.find(one.removesuffix(ANY)), one)):
        possible = [
            one for one in rules.signs[head] if all(not present.isdisjoint(need) for need in one.needs)
        ]
        begins = _places_of(head, text) if possible else []
        for pattern in possible:
            if pattern.flag in raised:
                continue
            for found in _each(pattern, text, begins):
                if idioms is None:
                    idioms = _merged(
                        one.span()
                        for sign in rules.idiom_signs.keys() & present
                        for idiom in rules.idiom_signs[sign]
                        for one in _each(idiom, text, _places_of(sign, text))
                    )
                counts = partial(
                    _counts_zh,
                    text=text,
                    flag=rules.flags[pattern.flag],
                    idioms=idioms,
                    about=about,
                    judged=judged,
                    ends=ends,
                )
                if not counts(found, pattern):
                    continue
                others = [_beside_zh(text, found.span(), part, counts) for part in pattern.also]
                spans = [found.span(), *(span for span in others if span)]
                if len(spans) <= len(others):
                    continue
                raised.add(pattern.flag)
                first, last = min(span[0] for span in spans), max(span[1] for span in spans)
                start, end = read.span(places[first], places[last - 1] + 1)
                yield pattern.flag, start, end
                break


def _beside_zh(
    text: str, taken: Span, part: Pattern, counts: Callable[[re.Match[str], Pattern], bool]
) -> Span | None:
    """Where a further part stands near what is taken, and apart from it."""
    for found in part.regex.finditer(text, max(0, taken[0] - NEAR_SIGNS), taken[1] + NEAR_SIGNS):
        if (found.end() <= taken[0] or found.start() >= taken[1]) and counts(found, part):
            return found.span()
    return None


def _places_of(head: str, text: str) -> list[int]:
    """Where a beginning stands: two characters, or one before whatever a gap holds."""
    sign = head.removesuffix(ANY)
    places = []
    place = text.find(sign)
    while place >= 0:
        places.append(place)
        place = text.find(sign, place + 1)
    return places


def _each(pattern: Pattern, text: str, places: list[int]) -> Iterator[re.Match[str]]:
    for place in places:
        if found := pattern.regex.match(text, place):
            yield found


def _without_blanks(text: str) -> tuple[str, Sequence[int]]:
    """The text with no blanks between characters ("胸 口 痛"), and where each character stood."""
    blanks = [found.span() for found in _BLANK_BETWEEN_HAN.finditer(text)]
    if not blanks:
        return text, range(len(text))
    places: list[int] = []
    begin = 0
    for start, end in [*blanks, (len(text), len(text))]:
        places.extend(range(begin, start))
        begin = end
    return "".join(text[place] for place in places), places


def _counts_zh(
    found: re.Match[str],
    pattern: Pattern,
    *,
    text: str,
    flag: RedFlag,
    idioms: list[Span],
    about: str | None,
    judged: dict[tuple[str, ...], bool],
    ends: list[int],
) -> bool:
    if _overlaps(idioms, found.start(), found.end()):
        return False
    if any(context_zh.gap_denies(found[gap]) for gap in pattern.gaps if found[gap]):
        return False
    begin = ends[bisect_left(ends, found.start()) - 1]
    before = text[begin + 1 : found.start()][-60:]
    stop = ends[bisect_left(ends, found.end())]
    asked = text[stop : stop + 1] in {"?", "？"}
    after = text[found.end() : stop + 12 if asked else stop]
    case = (flag.key, before, found[0], after)
    if case not in judged:
        judged[case] = not (
            context_zh.denied(before, after)
            or context_zh.over(before, found[0], after)
            or (not flag.hypothetical_counts and context_zh.imagined(before, after))
            or (not flag.someone_else_counts and context_zh.someone_else(before, found[0], after, about))
        )
    return judged[case]
