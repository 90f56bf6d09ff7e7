"""The note for the doctor, assembled so that every sentence has its lines; and the draft reply (pure).

First what must not be missed: red flags, allergies, medicines, and what was not asked. Then the history in the
patient's words. Nothing is concluded here: what it may be is for the doctor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from housestaff.agents.packs import Pack, Words, join_sentences, language_of

from . import intake, knowledge
from .red_flags import Hit
from .understanding import FactFound

MOST_WORDS = 150
MOST_DRAFT_WORDS = 120
LONGEST_QUOTE = 48
FIRST = ("allergies", "medicines")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’./-]*|[\u4e00-\u9fff]{1,2}")
_SAID = {
    "present": Words("{name}: “{quote}”.", "{name}：“{quote}”。"),
    "denied": Words("{name}: no (“{quote}”).", "{name}：否（“{quote}”）。"),
    "unsure": Words("{name}: not sure (“{quote}”).", "{name}：不确定（“{quote}”）。"),
}
_VALUED = Words("{name}: {value} (“{quote}”).", "{name}：{value}（“{quote}”）。")
_RED_FLAG = Words("Red flag: {name}: “{quote}”.", "危险信号：{name}：“{quote}”。")
_NO_RED_FLAG = Words("No red flag found so far.", "目前未发现危险信号。")
_NOT_ASKED = Words("Not asked: {names}.", "未问到：{names}。")
_UNCLEAR = Words("Asked, no clear answer: {names}.", "问过，未得到明确回答：{names}。")
_UNCLEAR_OF = Words("{name}: asked, no clear answer.", "{name}：问过，未得到明确回答。")
_NOT_ASKED_OF = Words("{name}: not asked.", "{name}：未问。")
_BOTH = Words("{name}: both yes and no were said (“{quote}”).", "{name}：前后说法不一（“{quote}”）。")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the note and the lines it rests on; a sentence about what was not asked has none."""

    text: str
    seqs: tuple[int, ...]
    kind: str

    def as_json(self) -> dict[str, object]:
        return {"text": self.text, "seqs": list(self.seqs), "kind": self.kind}


@dataclass(frozen=True, slots=True)
class RungAt:
    """A red flag of the rules and the line on which it rang."""

    hit: Hit
    seq: int


def summary(
    pack: Pack,
    facts: Sequence[FactFound],
    *,
    language: str,
    asked: Sequence[str] = (),
    rung: Sequence[RungAt] = (),
) -> list[Sentence]:
    """The note, at most 150 words. What does not fit is left out from the end, never from the beginning."""
    names = _names(pack, language)
    lines = [*_red_flags(pack, facts, rung, language), *_always(facts, language, asked)]
    lines += _not_asked(pack, facts, names, language, asked)
    lines += _history(pack, facts, names, language)
    return _within(lines, MOST_WORDS)


def red_flags(pack: Pack, rung: Sequence[RungAt], *, language: str) -> list[Sentence]:
    """The part of the note that rests on the rules alone."""
    return _red_flags(pack, (), rung, language)


def words_in(text: str) -> int:
    """Words of English, or pairs of Chinese characters: both take about as long to read."""
    return len(_WORD.findall(text))


def _within(lines: Iterable[Sentence], most: int) -> list[Sentence]:
    kept: list[Sentence] = []
    total = 0
    for line in lines:
        total += words_in(line.text)
        if total > most:
            break
        kept.append(line)
    return kept


def _names(pack: Pack, language: str) -> dict[str, str]:
    """What the doctor calls a fact: a complaint's or red flag's name, a question's key in plain letters."""
    names = {item.key: _short(item.ask.say(language)) for item in pack.items}
    names |= {complaint.key: complaint.name.say(language) for complaint in pack.in_scope}
    return names | {flag.key: flag.name.say(language) for flag in pack.flags}


def _short(question: str) -> str:
    return question.rstrip("?？。. ")


def _red_flags(
    pack: Pack, facts: Sequence[FactFound], rung: Sequence[RungAt], language: str
) -> list[Sentence]:
    flags = {flag.key: flag for flag in pack.flags}
    found = {one.hit.key: (one.hit.quote, one.seq) for one in rung if one.hit.key in flags}
    for fact in facts:
        if fact.key in flags and fact.status == "present":
            found.setdefault(fact.key, (fact.quote, fact.seq))
    if not found:
        return [Sentence(_NO_RED_FLAG.say(language), (), "red_flag")]
    ranked = sorted(found, key=lambda key: flags[key].level != "emergency")
    return [
        Sentence(
            _RED_FLAG.say(language).format(name=flags[key].name.say(language), quote=_clip(found[key][0])),
            (found[key][1],),
            "red_flag",
        )
        for key in ranked
    ]


def _always(facts: Sequence[FactFound], language: str, asked: Sequence[str]) -> list[Sentence]:
    by_key = _by_key(facts)
    titles = {"allergies": Words("Allergies", "过敏"), "medicines": Words("Medicines", "用药")}
    lines = []
    for key in FIRST:
        title = titles[key].say(language)
        if key in by_key:
            lines.append(_said(title, by_key[key], language, key))
        else:
            missing = _UNCLEAR_OF if key in asked else _NOT_ASKED_OF
            lines.append(Sentence(missing.say(language).format(name=title), (), key))
    return lines


def _not_asked(
    pack: Pack, facts: Sequence[FactFound], names: dict[str, str], language: str, asked: Sequence[str]
) -> list[Sentence]:
    """Critical questions without an answer: those never put, and those put whose answer was not understood."""
    left = [item.key for item in intake.missing(pack, facts) if item.key not in FIRST]
    found = []
    for words, keys in (
        (_NOT_ASKED, [key for key in left if key not in asked]),
        (_UNCLEAR, [key for key in left if key in asked]),
    ):
        if keys:
            told = _joined([names[key] for key in keys], language)
            found.append(Sentence(words.say(language).format(names=told), (), "not_asked"))
    return found


def _joined(names: Sequence[str], language: str) -> str:
    english = language_of(language) == "en"
    told = ("; " if english else "；").join(names[:4])
    more = len(names) - 4
    if more > 0:
        told += f" (+{more})" if english else f"（另{more}项）"
    return told


def _history(pack: Pack, facts: Sequence[FactFound], names: dict[str, str], language: str) -> list[Sentence]:
    flags = {flag.key for flag in pack.flags}
    order = {complaint.key: -1 for complaint in pack.in_scope} | {
        item.key: (0 if item.critical else 1000) + item.order for item in pack.items
    }
    by_key = {key: held for key, held in _by_key(facts).items() if key not in flags and key not in FIRST}
    complaints = {
        key for key in by_key if key in pack.complaint_keys() and by_key[key][-1].status == "present"
    }
    ranked = sorted(by_key, key=lambda key: (key not in complaints, order.get(key, 9999)))
    return [_said(names.get(key, key), by_key[key], language, "history") for key in ranked]


def _by_key(facts: Iterable[FactFound]) -> dict[str, list[FactFound]]:
    held: dict[str, list[FactFound]] = {}
    for fact in facts:
        held.setdefault(fact.key, []).append(fact)
    return held


def _said(name: str, held: list[FactFound], language: str, kind: str) -> Sentence:
    last = held[-1]
    seqs = tuple(sorted({fact.seq for fact in held}))
    if {"present", "denied"} <= {fact.status for fact in held}:
        return Sentence(_BOTH.say(language).format(name=name, quote=_clip(last.quote)), seqs, "contradiction")
    valued = last.status == "present" and last.value and last.value not in {"yes", "no"}
    if valued and len(last.value) <= 20 and last.value.lower() not in last.quote.lower():
        text = _VALUED.say(language).format(name=name, value=last.value, quote=_clip(last.quote))
    else:
        text = _SAID[last.status].say(language).format(name=name, quote=_clip(last.quote))
    return Sentence(text, (last.seq,), kind)


def _clip(quote: str) -> str:
    """A quote short enough to read; never altered but for its length."""
    plain = " ".join(quote.split())
    return plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1].rstrip() + "…"


def draft(
    pack: Pack,
    facts: Sequence[FactFound],
    *,
    language: str,
    today: date,
    urgency: str = "routine",
    said: str = "",
) -> str:
    """A reply for the doctor to edit and sign, from signed texts only, at most 120 words."""
    present = {fact.key for fact in facts if fact.status == "present"}
    lines = ["comfort"]
    if urgency == "emergency":
        lines.append("refer emergency_department")
    lines += [
        f"advice {article.key}"
        for article in knowledge.pick(pack, present & pack.complaint_keys(), today=today, text=said)
    ]
    signed = pack.signed_sentences(language)
    kept: list[str] = []
    for line in lines:
        text = signed.get(line)
        if text and words_in(" ".join([*kept, text])) <= MOST_DRAFT_WORDS:
            kept.append(text)
    return join_sentences(kept, language)
