"""What the agent may say: held to the end of a sentence, looked at, then let go or dropped (pure).

A base that recites may say signed sentences only; what it leaves out, the signed wording says. Whatever anyone says in
their own words (`phrasing`) is held to `refusal` first: never a diagnosis, a dose or a prescription for this person,
never a claim without its source, and nothing that a browser could run or fetch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from housestaff.agents import levels
from housestaff.agents.packs import DISPOSES, Pack, language_of

LONGEST_SENTENCE = 600
SILENT_LEVEL = 0
_END = re.compile(r"[。！？]+[”’」』）]*|[.!?]+[\"'”’)]*(?=\s|$|[\u4e00-\u9fff])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:dr|mr|mrs|ms|prof|e\.g|i\.e|no|approx|vs|st)|\b[a-z])\.$", re.IGNORECASE)
_ACTIVE = re.compile(
    r"<\s*/?\s*[a-z!]|javascript\s*:|data\s*:\s*[a-z]+/|vbscript\s*:|https?\s*:|www\.|!\[|\]\(|&#"
    r"|on\w+\s*=|\bsrc\s*=|file\s*:",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b\d+(?:\.\d+)?\s*(?:mg|mcg|µg|ug|g|ml|iu|units?|tablets?|pills?|capsules?|drops|puffs|sachets?)\b"
    r"|\b(?:one|two|three|half an?|a)\s+(?:tablet|pill|capsule)s?\b|\b(?:once|twice"
    r"|three times) (?:a day|daily)\b"
    r"|\b(?:double|halve|increase|reduce|stop taking|start taking|skip) (?:your|the) (?:dose|tablets?"
    r"|medicine|medication|insulin)\b"
    r"|\d+(?:\.\d+)?\s*(?:毫克|微克|克|毫升|片|粒|颗|单位|支)|[一二两三四半]\s*(?:片|粒|颗|支)"
    r"|每[日天]\s*[一二两三四\d]+\s*次"
    r"|(?:加量|减量|停药|加倍服|吃双倍)",
    re.IGNORECASE,
)
_PRESCRIPTION = re.compile(
    r"\b(?:i|we)(?:'ll| will| can|'m going to| am going to)? (?:prescribe|start you on|put you on"
    r"|give you a prescription)\b"
    r"|\b(?:you (?:should|must|need to|can|could)|please|try|start)\s+(?:taking|take|use"
    r"|using)\s+(?!part|care|a seat|notes?|a note|your time|someone|the time|with)\w+"
    r"|\bprescri(?:be|bed|ption)\b|(?:给您开|为您开|开(?:点|些|个)?(?:药|处方)|您(?:可以|应该|需要"
    r"|要)?(?:吃|服用|用)(?:点|些)?[\u4e00-\u9fff]{2,6}(?:药|片|素|林|平|星|胶囊|坦|仑))",
    re.IGNORECASE,
)
_DIAGNOSIS = re.compile(
    r"\b(?:you (?:probably |likely |clearly |definitely |may |might |must |could )?(?:have"
    r"|are suffering from|'ve got|have got)|this (?:is|looks like|sounds like|must be|could be)"
    r"|it(?:'s| is| looks like| sounds like| must be) (?:probably |likely |most likely |clearly "
    r"|definitely )?|your diagnosis|you are (?:diabetic|depressed)|i (?:think|believe|suspect|diagnose))\b"
    r"[^.!?]{0,60}\b(?:cancer|tumou?r|infection|stones?|prostatitis|cystitis|torsion|hyperplasia|bph"
    r"|apn(?:o)?ea|insomnia|narcolepsy|depression"
    r"|disease|syndrome|disorder|failure|hernia|stroke|attack|uti|diabetes|nothing serious|harmless"
    r"|benign|malignant)\b"
    r"|(?:您|你)(?:这)?(?:很可能|可能|应该|大概|肯定|一定|多半)?(?:是|得了|患了|患有|得的是"
    r"|有)[^。！？]{0,16}(?:癌|瘤|炎|结石|感染|扭转|增生|综合征|症|病|衰竭|暂停|失眠|抑郁)"
    r"|(?:诊断|确诊)(?:为|是|您)|(?:这|您这)(?:就|应该|很可能|可能|肯定)?是[^。！？]{0,12}(?:癌|瘤|炎"
    r"|结石|感染|扭转|增生|综合征|症|病)|(?:没什么大问题|不严重的)",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\d+(?:\.\d+)?\s*(?:%|percent|per cent|％)|\b(?:stud(?:y|ies)|research|evidence|trials?|guidelines?"
    r"|experts?|proven|shown to|recommended|is recommended|usually|most people|many people|can cause"
    r"|is caused by|helps? to|prevents?|reduces?|increases? the risk)\b"
    r"|百分之|研究|证据|指南|专家|试验|证明|推荐|建议(?!您告诉|您补充)|多数人|大多数|通常|可以预防"
    r"|可以降低|会增加|会引起|会导致",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\bsource\s*:|\((?:[^()]*\b(?:19|20)\d\d)\)|来源\s*[：:]|（[^（）]*(?:19|20)\d\d[^（）]*）",
    re.IGNORECASE,
)
_ASKS_FOR_HISTORY = re.compile(
    r"^(?:and |also, )?(?:do|did|have|has|were|are) you\b[^.!]*\?$|^[^。！]*(?:您|你)(?:以前|现在"
    r"|平时)?有(?:没有)?[^。！]*[?？]$",
    re.IGNORECASE,
)
_EMPTY_COMFORT = re.compile(
    r"\b(?:don'?t|do not) worry\b|\bnothing to worry about\b|别担心|不要担心|不用担心|无需担心|放心吧",
    re.IGNORECASE,
)
_POSES = re.compile(
    r"\b(?:i am|i'm) (?:a|your|the) (?:doctor|physician|nurse|human|person)\b|我是(?:您的)?(?:医生|大夫"
    r"|护士|真人)",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """A text's sentences, each with its mark; a decimal point or an abbreviation ends none."""
    found: list[str] = []
    begin = 0
    for mark in _END.finditer(text):
        if mark[0].startswith(".") and _ABBREVIATION.search(text[begin : mark.end()]):
            continue
        if piece := text[begin : mark.end()].strip():
            found.append(piece)
        begin = mark.end()
    if rest := text[begin:].strip():
        found.append(rest)
    return found


def joined(piece: str, language: str, *, first: bool) -> str:
    """A sentence ready to be put after the last: English sets a blank between, Chinese none."""
    return piece if first or language != "en" else f" {piece}"


def refusal(sentence: str, *, signed: bool = False) -> str | None:
    """Why a sentence may not be said in own words, or None. A signed sentence is refused only when it is active."""
    if _ACTIVE.search(sentence):
        return "active"
    if signed:
        return None
    for reason, rule in (
        ("poses_as_person", _POSES),
        ("dose", _DOSE),
        ("prescription", _PRESCRIPTION),
        ("diagnosis", _DIAGNOSIS),
        ("empty_comfort", _EMPTY_COMFORT),
    ):
        if rule.search(sentence) and not (
            reason == "diagnosis" and _ASKS_FOR_HISTORY.match(sentence.strip())
        ):
            return reason
    return "no_source" if _CLAIM.search(sentence) and not _CITED.search(sentence) else None


class Guard:
    """Stands in the stream of one reply.

    `plan`: the lines that the reply is to say (`ask pain_side`). Exactly their signed text is released, sentence by
    sentence as the model gets there; the rest of it comes out of `finish`. Without a plan any signed sentence of the
    pack may pass. What was held back is in `dropped`, for the doctor and the record.
    """

    def __init__(self, pack: Pack, language: str, level: int, *, plan: Sequence[str] = ()) -> None:
        self.language = language_of(language)
        self.level = level
        self.dropped: list[tuple[str, str]] = []
        signed = pack.signed_sentences(self.language)
        lines = [line.strip() for part in plan for line in part.split("+") if line.strip()]
        if any(line.startswith(DISPOSES) for line in lines):
            levels.require("advise_simple", level)
        if not levels.may("advise_simple", level):
            signed = {line: text for line, text in signed.items() if not line.startswith(DISPOSES)}
        self.expected = [one for line in lines for one in sentences(signed[line])] if lines else []
        self.signed = _by_plain_words(tuple(signed.values()))
        self._next = 0
        self._said = False
        self._buffer = ""

    def feed(self, delta: str) -> list[str]:
        """Sentences that may be shown now, each ready to be put after the last."""
        if self.level <= SILENT_LEVEL:
            return []
        self._buffer += delta
        ready, self._buffer = self._whole()
        return [piece for sentence in ready for piece in self._judge(sentence)]

    def finish(self) -> list[str]:
        """What was still held, and what the signed wording has yet to say."""
        if self.level <= SILENT_LEVEL:
            return []
        rest, self._buffer = self._buffer, ""
        released = [piece for sentence in sentences(rest) for piece in self._judge(sentence)]
        released += self._release(self.expected[self._next :])
        self._next = len(self.expected)
        return released

    def _whole(self) -> tuple[list[str], str]:
        """The sentences that are surely complete, and what must wait for more."""
        found: list[str] = []
        begin = 0
        for mark in _END.finditer(self._buffer):
            at_the_end = mark.end() == len(self._buffer)
            if at_the_end and mark[0][0] in ".!?" and mark[0][-1] != "\n":
                break
            if mark[0].startswith(".") and _ABBREVIATION.search(self._buffer[begin : mark.end()]):
                continue
            if piece := self._buffer[begin : mark.end()].strip():
                found.append(piece)
            begin = mark.end()
        rest = self._buffer[begin:]
        if len(rest) > LONGEST_SENTENCE:
            self.dropped.append((rest, "too_long"))
            rest = ""
        return found, rest

    def _judge(self, sentence: str) -> list[str]:
        if self.expected:
            return self._follow(sentence)
        signed = self.signed.get(_plain(sentence))
        if signed is None:
            self.dropped.append((sentence, "not_signed"))
            return []
        return self._release([signed])

    def _follow(self, sentence: str) -> list[str]:
        """The plan's sentences up to the one that the model has just said; nothing when it said another."""
        said = _plain(sentence)
        for place in range(self._next, len(self.expected)):
            if _plain(self.expected[place]) == said:
                released = self.expected[self._next : place + 1]
                self._next = place + 1
                return self._release(released)
        self.dropped.append((sentence, "not_signed"))
        return []

    def _release(self, pieces: Iterable[str]) -> list[str]:
        released = []
        for piece in pieces:
            released.append(joined(piece, self.language, first=not self._said))
            self._said = True
        return released


@lru_cache(maxsize=32)
def _by_plain_words(texts: tuple[str, ...]) -> Mapping[str, str]:
    """Every sentence of the texts under its plain words; a turn needs those of its pack, which seldom change."""
    return {_plain(one): one for text in texts for one in sentences(text)}


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())
