"""General advice with its source: from the pack's signed articles, never an expired or superseded one (pure).

Two ways to an article: by what the patient came with (`pick`), and by what they ask (`answering`). A question is matched
against each article's title, text and the ways patients ask for it, by pieces of words and of runs of Chinese characters
(tf-idf, cosine). Why in memory and not in PostgreSQL: docs/decisions/0011.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from housestaff.agents.packs import LANGUAGES, Article, Pack

from . import second_reader
from .red_flags.reading import plain
from .understanding import Named

# A question is answered when its nearest article is this near; else nobody claims to know. Set on practice stations.
NEAR = {"en": 0.32, "zh-hans": 0.27}
WORTH_IT = (
    0.2  # below it, the words do not say which of a complaint's articles is meant: the pack's order holds
)
Kind = Literal["ask", "title", "whole"]
# How much each text of an article counts: the two nearest ways of asking, the title, all of it together.
SHARES: Mapping[Kind, tuple[float, ...]] = {"ask": (0.5, 0.2), "title": (0.1,), "whole": (0.5,)}
_WORD = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"[\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Words that say nothing about the subject of a question.
_EMPTY_WORDS = """
    a an and any are as at be been but by can could did do does for from get had has have he her his how i if im in is
    it its just me my no not of on or our she should so still than that the their them there these they this to too was
    we what when where which while who why will with would you your
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_ASKS_EN = re.compile(
    r"\?|\b(?:can|could|should|may|is it|are there|do i|does|what|which|how|why|any (?:tips|advice|way|use|point)"
    r"|wonder\w*|tell me|explain|not sure (?:if|whether)|whether|is there)\b",
    re.IGNORECASE,
)
_ASKS_ZH = re.compile(
    r"[?？]|吗|呢|怎么|咋|如何|能不能|可不可以|可以.{0,8}不|要不要|该不该|是不是|有没有|什么|啥|多少|多久|哪|为什么|为啥|行不行"
    r"|好不好|有用没|想问|请问|问一下|问下"
)
_PLAINLY_EN = re.compile(
    r"\?\s*$|(?:^|[.!?\n]\s*)(?:and |but |so |also )?(?:can|could|should|may|is|are|do|does|what|which|how|why|will|would)\b"
    r"[^.!?]*\?|\b(?:i (?:want|would like|'d like) to (?:know|ask)|please (?:explain|tell me))\b",
    re.IGNORECASE,
)
_PLAINLY_ZH = re.compile(
    r"[?？]|(?:吗|么|呢|怎么办|咋办|咋整|行不行|好不好|能不能|可不可以|要不要紧)[。！!~～\s]*$|请问|想问|问一下|问下"
)
# What asks without a question mark; not looked for in answers, where "can cover it with a thumb" would be one.
_WH = r"(?:what|whats|which|how|hows|why|when|where|who|whose)"
_VERB = r"(?:can|could|should|shall|may|might|will|would|do|does|did|is|are|am|was|were|has|have)"
_WHOM = r"(?:i|we|you|he|she|it|they|this|that|these|those|there|my|our|his|her|the|a|an|any|anyone|someone)"
_QUIETLY_EN = re.compile(
    rf"(?:^|[,.;:!\n-]\s*|\b(?:and|but|so|or|then)\s+){_VERB}\s+(?:{_WHOM}|[a-z]+(?:\s+[a-z]+)?\s+[a-z]+)\b"
    rf"|\b(?:can|could|should|shall|may|do|am|must)\s+(?:i|we)\b|\bis\s+(?:it|this|that|there)\s+(?!(?:bad|worse)\b)"
    rf"|\b{_WH}\s+(?:{_VERB}|much|many|long|often|soon|far|bad|to|works|counts|of|kind|sort|else)\b"
    r"|\b(?:or not|yes or no|ok or|any (?:tips|advice|way|use|point|idea)|wonder\w*|tell me|explain)\b"
    r"|\bnot sure (?:if|whether)\b"
    r"|\bwhats (?:that|this|the)\b",
    re.IGNORECASE,
)

_QUIETLY_ZH = re.compile(
    r"要不要|能不能|可不可以|该不该|行不行|好不好|用不用|会不会|是不是|对不对|有没有(?:用|必要|办法|法子|事|关系|影响|什么)"
    r"|(?:可以|能|会|要|算|有用|行|还)[^，。,]{0,10}(?:不|没)\W*$|还是[^，。,]{1,12}(?:好|行)?\W*$|吗[，,。]"
    r"|怎么(?!都|也|说)|咋(?:办|整|样|吃|弄|治)|为什么|为啥|多久(?:能|才|要|一|查|好|消)|多少(?:钱|天|毫克|次|算|才)|几天(?:能|才|好|出)"
    r"|(?:啥|什么)(?:时候|意思|原因|药|牌子|程度)|哪(?:个|种|一种|些|家|科)|想问|请问|想知道|问一下|问下|有用没|行不|能行"
)


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
    near = {key: score for key, score in nearness(pack, text).items() if score >= WORTH_IT}
    order = {article.key: place for place, article in enumerate(fitting)}
    fitting.sort(key=lambda article: (-near.get(article.key, 0.0), order[article.key]))
    return fitting[:most]


def asks(text: str, *, answers: bool = False) -> bool:
    """Whether a message perhaps asks for something, in either language; `answers` as for `plainly_asks`."""
    perhaps = _ASKS_ZH if _HAN.search(text) else _ASKS_EN
    return bool(perhaps.search(text)) or plainly_asks(text, answers=answers)


def plainly_asks(text: str, *, answers: bool = False) -> bool:
    """Whether a message surely asks: one that goes unanswered must be told so.

    `answers`: it answers the agent's question; then only what is put as a question counts as one.
    """
    chinese = bool(_HAN.search(text))
    if (_PLAINLY_ZH if chinese else _PLAINLY_EN).search(text):
        return True
    return not answers and bool((_QUIETLY_ZH if chinese else _QUIETLY_EN).search(text))


def nearness(pack: Pack, text: str) -> dict[str, float]:
    """How near each article is to a text by its words alone; articles past review are among them."""
    return _index(Named(pack)).nearness(text)


def answering(
    pack: Pack, question: str, *, today: date, reader: second_reader.Telling | None = None
) -> Article | None:
    """The article that answers a question, or None: then the doctor will.

    `reader` adds what practice questions taught; without one, nearness by words decides alone.
    """
    current = {article.key: article for article in in_force(pack, today)}
    held = nearness(pack, question)
    near = {key: held.get(key, 0.0) for key in current}
    if reader is not None:
        key = reader.article(question, near)
        return current[key] if key else None
    best = max(near, key=near.__getitem__, default=None)
    limit = NEAR[second_reader.language_of(question)]
    return current[best] if best is not None and near[best] >= limit else None


@dataclass(frozen=True)
class _Index:
    """Piece → (text, weight) for every text that stands for an article; text → its article and kind; piece → its rarity."""

    pieces: Mapping[str, list[tuple[int, float]]]
    texts: list[tuple[str, Kind]]
    rarity: Mapping[str, float]

    def nearness(self, text: str) -> dict[str, float]:
        """Each article's nearness to the text or to its nearest sentence: a weighed sum of cosines."""
        best: dict[str, float] = {}
        for part in {text, *_sentences(text)}:
            for key, score in self._nearness(part).items():
                best[key] = max(best.get(key, 0.0), score)
        return best

    def _nearness(self, text: str) -> dict[str, float]:
        scores: defaultdict[int, float] = defaultdict(float)
        for piece, weight in _unit(_weighed(_pieces(text), self.rarity)).items():
            for number, its in self.pieces.get(piece, ()):
                scores[number] += weight * its
        held: defaultdict[str, defaultdict[Kind, list[float]]] = defaultdict(lambda: defaultdict(list))
        for number, score in scores.items():
            key, kind = self.texts[number]
            held[key][kind].append(score)
        return {
            key: sum(
                share * score
                for kind, shares in SHARES.items()
                for share, score in zip(shares, sorted(kinds[kind], reverse=True), strict=False)
            )
            for key, kinds in held.items()
        }


@lru_cache(maxsize=16)
def _index(named: Named) -> _Index:
    texts = [(article.key, kind, text) for article in named.pack.articles for kind, text in _texts(article)]
    counted = [_pieces(text) for _, _, text in texts]
    seen = Counter(piece for pieces in counted for piece in pieces)
    rarity = {piece: math.log(1 + len(texts) / many) for piece, many in seen.items()}
    pieces: dict[str, list[tuple[int, float]]] = {}
    for number, held in enumerate(counted):
        for piece, weight in _unit(_weighed(held, rarity)).items():
            pieces.setdefault(piece, []).append((number, weight))
    return _Index(pieces, [(key, kind) for key, kind, _ in texts], rarity)


def _texts(article: Article) -> Iterator[tuple[Kind, str]]:
    """What stands for an article in each language: each way of asking by itself, its title, and all of it together."""
    for language in LANGUAGES:
        ways = article.asks.of(language)
        yield from (("ask", way) for way in ways)
        yield "title", article.title.say(language)
        yield "whole", " ".join([*ways, article.title.say(language), article.text.say(language)])


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。！？\n])", text) if len(part.strip()) > 3]


def _pieces(text: str) -> Counter[str]:
    """Three to five letters of an English word, one to three Chinese characters."""
    read = plain(text).text
    found: Counter[str] = Counter()
    for word in _WORD.findall(read):
        if word not in _EMPTY:
            found.update(_runs(f" {word} ", 3, 5))
    for run in _RUN.findall(read):
        found.update(_runs(run, 1, 3))
    return found


def _runs(text: str, shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        yield from (text[start : start + length] for start in range(len(text) - length + 1))


def _weighed(counts: Counter[str], rarity: Mapping[str, float]) -> dict[str, float]:
    return {piece: (1 + math.log(many)) * rarity.get(piece, 0.0) for piece, many in counts.items()}


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {piece: weight / length for piece, weight in weights.items()} if length else {}
