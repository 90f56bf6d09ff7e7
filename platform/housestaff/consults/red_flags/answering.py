"""A red flag across messages: "any trouble passing water?" – "yes, since this morning"."""

from __future__ import annotations

import re
from typing import Literal

_YES = re.compile(
    r"\s*(?:well|oh|um|uh|hm+|ok|okay|so|and)?[\s,.!:-]*(?:yes|yeah|yea|yep|yup|ye|ya|aye|y\b|sure"
    r"|definitely|certainly|absolutely|of course"
    r"|unfortunately|i'?m afraid so|afraid so|correct|true|exactly|i do\b|i have\b|i did\b|i am\b"
    r"|i can'?t\b|it does|it did|it is"
    r"|there is|there are|there was|a bit|a little|a lot|sometimes|often|once|twice|quite|indeed|kind of"
    r"|sort of|now and then|only when|mostly|always)(?!\s*(?:not|n't)\b)",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\s*(?:well|oh|um|uh|hm+|ok|okay|so)?[\s,.!:-]*(?:no\b|nope|nah|not\b|never|none|nothing|i don'?t"
    r"|i do not|i haven'?t|i have not|i didn'?t"
    r"|i'?m not|i am not|it doesn'?t|it isn'?t|there isn'?t|negative|n\b)",
    re.IGNORECASE,
)
_YES_ZH = re.compile(
    r"\s*(?:嗯+|哦|噢|呃|那个)?[，,。\s]*(?:是(?!不是)|有(?!没有)|对|嗯|会(?!不会)|确实|能(?!不能)|当然"
    r"|没错|偶尔|经常|总是|有时|一直|老是|好像有|可能有)"
)
_NO_ZH = re.compile(r"\s*(?:嗯+|哦|噢|呃|那个)?[，,。\s]*(?:没|不|无(?!法)|否|并没|从来没|从没|未)")
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
