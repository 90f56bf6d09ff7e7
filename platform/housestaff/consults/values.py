"""Numbers, durations and sides in a patient's words, in either language (pure).

A value is plain text that means the same in both languages: "3", "2-3", "3 weeks", "left".
"""

from __future__ import annotations

import re
from datetime import date

from housestaff.agents.packs import Item

_EN_NUMBERS = {
    **{"a couple of": "2", "a couple": "2", "couple of": "2", "a few": "3", "several": "4"},
    **{"half a dozen": "6", "a dozen": "12", "once": "1", "twice": "2", "thrice": "3", "zero": "0"},
    **{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"},
    **{"eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13"},
    **{"fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18"},
    **{"nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60"},
    **{"seventy": "70", "eighty": "80", "ninety": "90"},
}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_EN_NUMBER = re.compile(
    rf"\b(?:(?P<tens>{_TENS})[ -](?P<ones>{_ONES})|(?P<word>{'|'.join(_EN_NUMBERS)}))\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_ZH_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_ZH_NUMBER = re.compile(r"[零一二三四五六七八九两俩〇十百]+|半")
_ZH_NOT_NUMBER = re.compile(r"一(?:般|直|下|样|点|些|定|起|边|阵|共|会|旦|切|向)|万一|十分|第一次")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|—|~|～|to|or|到|至|或)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_UNITS = {
    "minute": r"min(?:ute)?s?|分钟",
    "hour": r"h(?:ou)?rs?|小时|个?钟头",
    "day": r"days?|天|日",
    "week": r"w(?:ee)?ks?|周|个?星期|个?礼拜",
    "month": r"months?|mths?|个?多?月",
    "year": r"y(?:ea)?rs?|年",
}
_DURATION = re.compile(
    r"(?P<number>\d+(?:\.\d+)?(?:-\d+)?|half an?|an?|half)\s*(?P<half>and a half )?(?:of )?(?P<more>多"
    r"|来|几)?(?P<unit>" + "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items()) + r")(?![a-z])",
    re.IGNORECASE,
)
_HALF_ZH = re.compile(r"半(?:个)?(?P<unit>年|月|天|小时|钟头)")
_SINCE = re.compile(
    r"\bsince (?:last |this |the )?(?:yesterday|morning|night|week|month|year|monday|tuesday|wednesday"
    r"|thursday|friday|saturday"
    r"|sunday|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|spring|summer|autumn"
    r"|winter|christmas|lunch|breakfast|dinner|childhood|always|(?:19|20)\d\d|my \w+|I was \w+)\b"
    r"|\b(?:yesterday|this morning|last night|last week|last month|last year|today|all my life|always"
    r"|for ever|years|months|weeks|ages)\b"
    r"|(?:从|自从?)?(?:昨天|昨晚|前天|今天|今早|今晚|早上|上周|上个月|上星期|星期[一二三四五六日天]"
    r"|周[一二三四五六日]|去年|前年|小时候|年初|年底|国庆|春节)"
    r"(?:开始|起|就)?|好几[天周月年]|很久|一直|这几天|最近",
    re.IGNORECASE,
)
OLDEST = 120
YOUNGEST_TOLD = 10  # years; a smaller number among other words is hardly ever an age
_ALONE = re.compile(
    r"\W*(?:(?:she|he|it|my|our|the|child|son|daughter|boy|girl|just|only|turned|is|now|about|nearly|almost|age|aged|s|孩子|今年|刚|满|才|快)"
    r"[\s'’]*)*([1-9])(?: now| just)?\W*",
    re.IGNORECASE,
)
_OH = re.compile(r"\b([1-9])[\s-]?oh?\b", re.IGNORECASE)  # "the big five-oh"
DAYS_IN_MONTH = 30.4
_PAIR = re.compile(r"(?<![\d-])([1-9])-(\d)(?![\d-])(?=\s*(?:[后年了岁，。,.]|$))")
_YEARS_OLD = re.compile(
    r"(?<![\d.])(\d{1,3})(?:\s|-)?(?:y(?:ea)?rs?(?:\s|-)?(?:old|of age)|yo\b|y/o)"
    r"|(?<![\d.])(\d{1,3})\s*周?岁",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:born|b\.|dob|birth(?:day| year)?|year of)\D{0,20}?((?:19|20)\d\d)"
    r"|(\d{2}|(?:19|20)\d\d)年?(?:生|出生|的)"
    r"|^\W*((?:19|20)\d\d)年?\W*$",
    re.IGNORECASE,
)
# Numbers that count something else than years: by what stands behind them, or before.
_COUNTED = re.compile(
    r"\d+(?:[.,]\d+)?(?:\s*(?:-|to|or|到)\s*\d+)?\s*"
    r"(?:days?|weeks?|wks?|months?|mths?|hours?|hrs?|min(?:ute)?s?|times|nights?|kg|cm|kilos?|stone|%|percent"
    r"|/\s*\d+|st\b|nd\b|rd\b|th\b|am\b|pm\b|个?月|天|周(?!岁)|个?星期|个?礼拜|小时|个?钟头|分钟?"
    r"|次|回|趟|斤|公斤|度|后|年|点|楼|号|个|颗|粒|片)"
    r"|(?:since|at|大|奔|初|高|第|no\.?)\s*\d+(?:[.:]\d+)?",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<half>and a half\s*|个?0\.5)?(?:y(?:ea)?rs?|yo\b|y/o|周?岁)(?P<after>0\.5)?",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:months?|mths?|mo\b|个?月)", re.IGNORECASE)
_WEEKS = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:w(?:ee)?ks?|周(?!岁)|个?星期|个?礼拜)", re.IGNORECASE)
_LEFT = re.compile(r"\bleft\b|左", re.IGNORECASE)
_RIGHT = re.compile(r"\bright\b(?! (?:now|away|after|before|on|then))|右", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\b|\beither side\b|两边|两侧|双侧|都疼|左右", re.IGNORECASE)
_CORRECTED = re.compile(
    r"\b(?:no|not|sorry|actually|i mean(?:t)?|rather)\b[^.!?。]*|不是?[左右][^，,。]*[，,]?(?:是)?",
    re.IGNORECASE,
)


def value_of(item: Item, words: str) -> str:
    """The value that the words give to an intake item; "" when they give none of its kind."""
    if item.key == "age":
        return age(words)
    if item.key == "age_months":
        return months_old(words)
    if item.kind == "number":
        return number(words)
    if item.kind == "duration":
        return duration(words)
    if item.kind == "side":
        return side(words)
    if item.kind == "choice":
        return choice(item, words)
    return " ".join(words.split())


def number(words: str) -> str:
    """The first number, or a range: "up 2 or 3 times" → "2-3"; "二十五" → "25"."""
    text = in_digits(words)
    if found := _RANGE.search(text):
        return f"{found[1]}-{found[2]}"
    found = _DIGITS.search(text)
    return found[0].replace(",", ".") if found else ""


def age(words: str) -> str:
    """Years of age: "sixty-three", "66年生的", "大二，二十"; no count of something else ("5 times a night", "10/10")."""
    text = _OH.sub(r"\g<1>0", _PAIR.sub(r"\1\2", in_digits(words)))
    if said := _YEARS_OLD.search(text):
        return said[1] or said[2]
    if born := _BORN.search(text):
        return _years_since(born)
    left = [int(found) for found in _DIGITS.findall(_COUNTED.sub(" ", text)) if found.isdigit()]
    grown = next((number for number in left if YOUNGEST_TOLD <= number < OLDEST), None)
    if grown is None and (alone := _ALONE.fullmatch(text)):
        return alone[1]
    return str(grown) if grown else ""


def _years_since(born: re.Match[str]) -> str:
    today = date.today().year
    year = int(born[1] or born[2] or born[3])
    if year < 100:
        year += 1900 if year > today % 100 else 2000
    return str(today - year) if 0 < today - year < OLDEST else ""


def months_old(words: str) -> str:
    """A small child's age in months: "2 years" → "24", "一岁半" → "18", "10 weeks" → "2", "8" as said."""
    text = in_digits(words)
    years, months, weeks = (pattern.search(text) for pattern in (_YEARS, _MONTHS, _WEEKS))
    if years:
        half = 6 if years["half"] or years["after"] else 0
        return str(int(float(years["number"]) * 12) + half + (int(float(months["number"])) if months else 0))
    if weeks and not months:
        return str(int(float(weeks["number"]) * 7 / DAYS_IN_MONTH))
    return number(words)


def in_digits(words: str) -> str:
    """The words with every number written in digits."""
    text = _EN_NUMBER.sub(_english, words)
    kept = _ZH_NOT_NUMBER.sub(lambda found: "·" * len(found[0]), text)
    return _ZH_NUMBER.sub(lambda found: _chinese(found[0]), kept)


def _english(found: re.Match[str]) -> str:
    if found["word"]:
        return _EN_NUMBERS[found["word"].lower()]
    return str(int(_EN_NUMBERS[found["tens"].lower()]) + int(_EN_NUMBERS[found["ones"].lower()]))


def _chinese(sign: str) -> str:
    if sign == "半":
        return "0.5"
    if len(sign) == 2 and not set(sign) & set("十百"):
        return f"{_ZH_DIGITS[sign[0]]}-{_ZH_DIGITS[sign[1]]}"
    if len(sign) > 2 and not set(sign) & set("十百"):
        return "".join(str(_ZH_DIGITS[one]) for one in sign)  # read out one by one, as years are
    total, last = 0, 0
    for one in sign:
        if one in "十百":
            total += (last or 1) * (10 if one == "十" else 100)
            last = 0
        else:
            last = _ZH_DIGITS[one]
    return str(total + last)


def duration(words: str) -> str:
    """How long: "about three weeks" → "3 weeks", "半年" → "6 months", "since Monday" as said."""
    if found := _HALF_ZH.search(words):
        return {"年": "6 months", "月": "2 weeks", "天": "12 hours"}.get(found["unit"], "30 minutes")
    found = _DURATION.search(in_digits(words))
    if found is None:
        since = _SINCE.search(words)
        return since[0] if since else ""
    unit = next(name for name in _UNITS if found[name])
    amount = found["number"].lower()
    if amount.startswith("half"):
        return {"hour": "30 minutes", "day": "12 hours", "month": "2 weeks", "year": "6 months"}.get(
            unit, f"half a {unit}"
        )
    count = "1" if amount in {"a", "an"} else amount
    if found["half"]:
        count = f"{count}.5"
    return f"{count} {unit}" if count == "1" else f"{count} {unit}s"


def side(words: str) -> str:
    """left, right or both; a correction wins over what it corrects ("no, the left")."""
    if _BOTH.search(words):
        return "both"
    left, right = (
        [found.start() for found in _LEFT.finditer(words)],
        [found.start() for found in _RIGHT.finditer(words)],
    )
    if left and right:
        corrected = bool(_CORRECTED.search(words))
        denied = re.search(r"\bnot (?:the |on the )?(left|right)\b|不是(左|右)", words, re.IGNORECASE)
        if denied:
            return "right" if (denied[1] or denied[2]).lower() in {"left", "左"} else "left"
        return ("left" if left[-1] > right[-1] else "right") if corrected else "both"
    return "left" if left else "right" if right else ""


def choice(item: Item, words: str) -> str:
    lowered = words.lower()
    for one in item.choices:
        if any(phrase.lower() in lowered for phrase in (*one.words.all(), one.name.en, one.name.zh_hans)):
            return one.key
    return ""
