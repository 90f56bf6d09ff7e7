"""What a fluent base may say in its own words: comfort, thanks, a bridge to the next question, and nothing else (pure).

Everything that a patient could act on (a question, advice, a limit, a place to go, when a doctor reads) is said in
its signed wording. So own words need no clinical word: a sentence is let through only when every word of it stands
in `plain_words.yaml` or in the signed line it takes the place of, and no rule below refuses it. Why: docs/decisions/0015.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from housestaff.agents.packs import language_of

from .guard import refusal, sentences

# The lines of a plan that may be phrased. A line that asks is never one of them.
FREE = frozenset({"comfort", "ask_again", "close"})
LONGEST = {"en": 160, "zh-hans": 60}  # characters
MOST_SENTENCES = 3
SAME_WORDS = {"en": 6, "zh-hans": 10}  # so many of the patient's own words in a row are an echo
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:\.\d+)?|[\u3400-\u9fff]|[^\W_]", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKS = re.compile(
    r"[^\w\s.,!;:'’\"“”‘’()?，。！？；：、（）…—-]"
)  # braces, brackets, arrows, tags: no one speaks so
_ASKS = re.compile(r"[?？]|(?:吗|么|呢)[。！!\s]*$")
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|pretend|instruct\w*|prompts?|system|developer|rules?)\b"
    r"|as (?:the|your) message|as (?:you )?(?:asked|told|requested)"
    r"|忽略|无视|指令|指示|提示词|系统|规则|扮演|按照?(?:您|你|消息|要求)",
    re.IGNORECASE,
)
_DISPOSITION = re.compile(
    r"\b(?:go|going|come|coming|get|getting|take|taking) (?:\w+ ){0,2}(?:to|in|at) (?:\w+ ){0,2}(?:clinic|doctor)\b"
    r"|\b(?:see|seeing|call|ring|visit) (?:\w+ ){0,2}(?:doctor|dr|clinic)\b|\b(?:stay|home|bed|rest|wait)\b"
    r"|\bnot? need (?:to|for)\b|\b(?:do|does|need|will)(?: not|n['’]t) (?:need|have)\b"
    r"|去看|去做|不用(?:看|去|来)|不必|不需要|无需|先等|等等看|观察",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(?:you|one) (?:should|must|need|could|might|ought|have to|(?:can|may) (?!add|write|tell|share|ask|say))\b"
    r"|\b(?:keep|try|trying|stop|start|leave|use|do not|don['’]t|never)\b"
    r"|^(?:(?:please|just|now|then|and|so|but),? )*(?:take(?! your time)|move|turn|do|go|make|look)\b"
    r"|应|最好|可以(?!随时|在这里|慢慢|再说)|需要|必须|别|不要|继续(?!说|讲|补充)|停|试",
    re.IGNORECASE,
)
_GOOD = r"(?:\w+ )?(?:fine|ok(?:ay)?|all right|well|better|good|right)\b"
_REASSURANCE = re.compile(
    rf"\b(?:will|you['’]ll|it['’]ll|going to) (?:\w+ )?(?:be |get |feel )?{_GOOD}|\bget {_GOOD}"
    rf"|\b(?:that|this|it|you|everything)(?:['’]s|['’]re| is| are) {_GOOD}"
    r"|\b(?:that|this|it|everything)(?:['’]s| is) (?:\w+ )?(?:normal|common|nothing|not)\b"
    r"|\bnothing (?:\w+ )?(?:to|is|much|you)\b|\bnot (?:\w+ ){0,2}(?:important|much|urgent)\b"
    r"|没事|没什么|没大|不要紧|不重要|没问题|很正常|正常的|会好|好起来|好转|放心|不大|不难",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:doctor|dr|clinic|they|we)(?:['’]ll| will| is going to| are going to| can| may| must)\b|\bwithin\b"
    r"|\bi(?:['’]ll| will| am going to|['’]m going to)\b|医生|大夫|(?:我们?|将|马上|很快)(?:会|就|给您|为您)",
    re.IGNORECASE,
)
_RULES = (
    ("asks", _ASKS),
    ("instruction", _INSTRUCTION),
    ("disposition", _DISPOSITION),
    ("advice", _ADVICE),
    ("reassurance", _REASSURANCE),
    ("promise", _PROMISE),
)


def refused(text: str, language: str, *, signed: str = "", heard: str = "") -> str | None:
    """Why these own words may not be said, or None when they may.

    `signed`: the line whose place they take. Its words may be used; what only it may say is not forbidden in it.
    `heard`: what the patient has written; it is never repeated at length.
    """
    language = language_of(language)
    said = " ".join(text.split())
    if not said or not _LETTER.search(said):
        return "empty"
    if len(said) > LONGEST[language] or len(sentences(said)) > MOST_SENTENCES:
        return "too_long"
    own = [one for one in sentences(said) if one not in signed]
    for sentence in own:
        if reason := refusal(sentence) or _ruled_out(sentence) or _foreign(sentence, language, signed):
            return reason
    return "echo" if _echoes(said, heard, language) else None


def _ruled_out(sentence: str) -> str | None:
    if _MARKS.search(sentence):
        return "marks"
    return next((reason for reason, rule in _RULES if rule.search(sentence)), None)


def _foreign(sentence: str, language: str, signed: str) -> str | None:
    """A word that is neither plain nor in the signed line, or another language."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(sentence)]
    if any(bool(_HAN.match(word)) != (language != "en") for word in words if not word[0].isdigit()):
        return "wrong_language"
    known = plain_words(language) | {word.lower().replace("’", "'") for word in _WORD.findall(signed)}
    if any(word[0].isdigit() and word not in known for word in words):
        return "number"
    return None if known.issuperset(words) else "unknown_word"


def _echoes(said: str, heard: str, language: str) -> bool:
    """Whether a run of the patient's own words comes back: a message must not speak through the agent."""
    run = SAME_WORDS[language]
    ours = [word.lower() for word in _WORD.findall(said)]
    theirs = [word.lower() for word in _WORD.findall(heard)]
    told = {tuple(theirs[at : at + run]) for at in range(len(theirs) - run + 1)}
    return any(tuple(ours[at : at + run]) in told for at in range(len(ours) - run + 1))


@cache
def plain_words(language: str) -> frozenset[str]:
    """The words of a language in which own words may be said: English words, Chinese characters."""
    held = yaml.safe_load(Path(__file__).with_name("plain_words.yaml").read_text(encoding="utf-8"))
    rows: str = held[language_of(language)]
    return frozenset(rows.split()) if language_of(language) == "en" else frozenset("".join(rows.split()))
