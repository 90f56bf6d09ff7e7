"""A red flag across messages: "any trouble passing water?" – "yes, since this morning"."""

from __future__ import annotations

import re
from typing import Literal

_FIRST = r"\s*(?:well|oh|um|uh|hm+|ok|okay|so|and)?[\s,.!:-]*"
_FIRST_ZH = r"\s*(?:嗯+|哦|噢|呃|那个)?[，,。\s]*"
_OUTRIGHT = r"yes|yeah|yea|yep|yup|ye|ya|aye|y|definitely|certainly|absolutely|of course|correct|true|exactly"
_YES = re.compile(
    rf"{_FIRST}(?:{_OUTRIGHT}|sure"
    r"|unfortunately|i'?m afraid so|afraid so|i do|i have|i did|i am"
    r"|i can'?t|it does|it did|it is"
    r"|there is|there are|there was|a bit|a little|a lot|sometimes|often|once|twice|quite|indeed|kind of"
    r"|sort of|now and then|only when|mostly|always)\b(?!\s*(?:not|n't)\b)",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"{_FIRST}(?:no\b|nope|nah|not\b|never|none|nothing|i don'?t"
    r"|i do not|i haven'?t|i have not|i didn'?t"
    r"|i'?m not|i am not|it doesn'?t|it isn'?t|there isn'?t|negative|n\b)",
    re.IGNORECASE,
)
_YES_ZH = re.compile(
    rf"{_FIRST_ZH}(?:是(?!不是)|有(?!没有|的话)|对|嗯|会(?!不会)|确实|能(?!不能)|当然"
    r"|没错|偶尔|经常|总是|有时|一直|老是|好像有|可能有)"
)
_NO_ZH = re.compile(rf"{_FIRST_ZH}(?:没|不|无(?!法)|否|并没|从来没|从没|未)")
# A yes or no that is said as one; the others only sound like one ("a bit slow", "能尿").
_PLAIN = re.compile(
    rf"{_FIRST}(?:(?:{_OUTRIGHT}|no|nope|nah|never|none)\b"
    r"|(?:i do|i have|i did|i am|it does|it did|it is|there is|there are|there was|i'?m afraid so)\b"
    r"(?=\s*(?:[,.;!?]|$|since|for\b|yes)))"
    rf"|{_FIRST_ZH}(?:是的|是啊|是呀|对的|对啊|对(?=\W|$)|嗯|没错|当然|确实"
    r"|(?:有|是|没有?|不是?|没有过)(?:的|了|啊|呀|过)?\s*(?:[，,。！!；;]|$))",
    re.IGNORECASE,
)
# What tells no more than how much, how often or since when.
_NOTHING_ELSE = re.compile(
    r"(?:的|了|有|过|啊|呀|呢|吧|一?点点?儿?|一些|很|挺|几次|[\s，,。.！!？?~～…]"
    r"|\b(?:yes|yeah|a lot|a bit|a little|often|always|sometimes|very|really|quite|much|so|too|now|today"
    r"|this morning|tonight|i think|i guess|i suppose|doctor)\b"
    r"|\b(?:since|for|from)\b[^,.;!?]*|从[^，,。；]{1,8}(?:开始|起|到现在))*",
    re.IGNORECASE,
)
_NOT_NO = re.compile(
    r"\s*(?:no idea|not sure|don'?t know|i don'?t know|no clue|不知道|不清楚|不确定|没注意|没留意|不好说"
    r"|说不好|没测|不记得)",
    re.IGNORECASE,
)


def yes_or_no(text: str) -> Literal["yes", "no"] | None:
    """How an answer to a yes-or-no question begins, in either language; None when it does neither."""
    if _NOT_NO.match(text):
        return None
    if _NO.match(text) or _NO_ZH.match(text):
        return "no"
    if _YES.match(text) or _YES_ZH.match(text):
        return "yes"
    return None


def plainly(text: str) -> bool:
    """Whether an answer begins with a yes or no that is said as one, not with words that only sound like it."""
    return _PLAIN.match(text) is not None


def says_more(text: str) -> bool:
    """Whether an answer holds more than its yes or no: what follows may say the opposite."""
    found = _NO.match(text) or _NO_ZH.match(text) or _YES.match(text) or _YES_ZH.match(text)
    return found is not None and _NOTHING_ELSE.fullmatch(text, found.end()) is None
