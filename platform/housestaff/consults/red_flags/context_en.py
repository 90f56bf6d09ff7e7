"""English around a red flag's words: denied, over, somebody else's, only imagined. In doubt: none of these.

Works on a `Line`: words each followed by a blank, "|" and "?" between sentences, "," between parts.
"""

from __future__ import annotations

import re

_CONTRAST = re.compile(
    r"\b(?:but|however|except|although|though|yet|because|so|since|with|until|then"
    r"|and (?:i|im|ive|my|have|having|has|now|its|it|there|got|also|then|he|she|feel|feeling|am|was|a"
    r"|severe|bad)) "
)
_NOT_DENYING = re.compile(
    r"\b(?:not (?:only|just|sure|certain|well|good|great|right|ok|okay|getting better|been well"
    r"|been right|too good"
    r"|feeling (?:well|good|right|great|ok|myself|too good)|slept|sleeping|working)"
    r"|no (?:doubt|idea|matter|wonder|sleep|appetite|energy|one (?!was|is|has|got|gets)|way|money|joke"
    r"|kidding|exaggeration|longer|better|end"
    r"|relief|help|more than|less than|rest|let up|change)"
    r"|(?:dont|didnt|do) (?:know|feel (?:well|good|right|great|ok|myself)|mind|care|get|understand"
    r"|think i can|worry)"
    r"|never (?:felt|had|known|experienced|seen) (?:such|anything like|this|so|worse)"
    r"|(?:isnt|not|hasnt|wont|doesnt) (?:stop|stopping|stopped|going away|gone|easing|letting up|improving)"
    r"|without (?:warning|stopping|a break|any reason|reason)) "
)
_DENIAL = re.compile(
    r"\b(no|not|never|without|denies|denied|deny|dont|doesnt|didnt|isnt|wasnt|arent|havent|hasnt|hadnt"
    r"|wouldnt|nor"
    r"|neither|none|zero|negative for|free of|free from|absence of|nobody|noone) "
)
# What may stand between "don't" and the words it denies, without ending its reach.
_REACHED = re.compile(
    r"(?:(?:have|had|having|got|get|getting|feel|feeling|felt|any|a|an|the|my|of|been|experienc\w*"
    r"|notic\w*|seen|see"
    r"|suffer\w*|really|actually|think|about|im|i|its|it|is|want|wanting|to|going|plan\w*|ever|even|at"
    r"|all|in|from|sign|signs"
    r"|symptom|symptoms|problem|problems|real|or|nor|much|such|yet|currently|once|this|that|other|am|was"
    r"|be|being"
    r"|trouble|issues|history|thoughts|episodes|intention|new|sudden|severe|sort|kind|and|longer|is|has"
    r"|are) )*$"
)
_MOST_BETWEEN = 5
_FILLER = re.compile(r"(?:(?:or|nor|and|any|a|also) )*$")
_LIST_ITEM = re.compile(
    r"(?:(?!(?:i|im|ive|my|have|has|is|am|are|was|feel|but|now|there|got|he|she|it) )\w+ ){1,4}$"
)
_NEVER_BEFORE = re.compile(
    r"\b(?:before|like this|this bad|so bad|until (?:now|today|this)|till now|such|anything like)\b"
)
_ANSWERED_NO = re.compile(
    r"^(?:(?:thoughts?|ideas?|feelings|symptoms?|history|attacks?) )?"
    r"(?:, |\? |\| |is |are |was |were |- )*(?:none|nil|negative|absent|not present|denied|nope|no (?:$"
    r"|,|\||\?)|not at all"
    r"|isnt (?:there|present)|no not|no never|never (?:$|,|\|)|no i (?:dont|havent|didnt))"
)
_OVER = re.compile(
    r"\b(?:(?:\w+ )?(?:years?|decades?|yrs) (?:ago|back|earlier)|(?:\w+ )?months ago|last year"
    r"|the year before last|long ago"
    r"|ages ago|as a (?:child|kid|boy|girl|baby|teenager|teen|student|young man|young woman)"
    r"|in (?:my )?childhood"
    r"|when (?:i|he|she|they) (?:was|were) (?:a |in my |about |only |just )?(?:child|kid|boy|girl|baby"
    r"|teenager|teen|young|younger|little|small|student"
    r"|twenties|thirties|forties|at school|at university|pregnant with|one|two|three|four|five|six|seven"
    r"|eight|nine|ten"
    r"|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty"
    r"|fifty|sixty|\d+)"
    r"|in the (?:fifties|sixties|seventies|eighties|nineties)|when (?:we|they) were students"
    r"|used to (?:have|get|be|suffer)|history of|in the past|previously|once had|had once|back in"
    r"|in (?:19|20)\d\d"
    r"|in (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december) (?:19|20)\d\d"
    r"|last (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|winter|christmas|easter)"
    r"|at (?:\d+|six|nine|eighteen) (?:months|years)(?: old)? (?:he|she) (?:had|did|got|went|was)"
    r"|had .{0,40}\bat (?:\d+|six|nine|eighteen) (?:months|years))\b"
)
_GONE = re.compile(
    r"^(?:(?:, |\| )?(?:but )?(?:it )?(?:is |has |was |have |had |all |that )*(?:gone|stopped|resolved"
    r"|settled|cleared|passed off"
    r"|went away|better now|all clear|checked and fine|fine now|gone now|over now|cured|treated))\b"
)
_STARTED = re.compile(
    r"\b(?:since|started|starting|starts|began|begun|onset|first noticed|for the (?:last|past)|ever since)\b"
)
_NOW = re.compile(
    r"\b(?:now|still|again|today|tonight|tonite|currently|came back|is back|coming back|this (?:morning"
    r"|evening|afternoon|week)"
    r"|just (?:now|had|started|began|collapsed)|right now|these days|keeps|at the moment|happening"
    r"|last night|all night|all day"
    r"|since (?:last night|yesterday|this)|an hour ago|minutes ago|hours ago|yesterday)\b"
)
_NOW_FINE = re.compile(
    r"\bnow (?:fine|ok|okay|well|gone|better|all right|ten|\d+|eleven|twelve|grown)\b|\b(?:fine|ok|okay"
    r"|well|gone|better|no problems?) now\b"
)
_KIN = (
    "father|mother|dad|daddy|mum|mummy|mom|mam|parents?|husband|wife|partner|brother|sister|uncle|aunt|auntie|grandfather|"
    "grandmother|grandad|granddad|grandma|gran|nan|granny|friend|friends|mate|neighbour|neighbor|colleague|coworker|boss|"
    "cousin|nephew|niece|girlfriend|boyfriend|fiance|fiancee|stepfather|stepmother|flatmate|roommate|teacher|lodger|ex|"
    "father in law|mother in law|in laws"
)
_YOUNG = "son|daughter|child|children|kid|kids|baby|toddler|little one|boy|girl|newborn|infant|grandson|granddaughter"
_OTHER = re.compile(
    rf"\b(?:(?P<kin>(?:my |our |his |her |a |the )?(?:{_KIN}))|(?P<young>(?:my |our |the )?(?:{_YOUNG}))"
    rf"|(?P<third>he|she|his|her|him|they|their|someone|somebody|people|patients))(?:s)? "
)
_SELF = re.compile(rf"\b(?:i|im|ive|id|ill|me|myself|mine|we|our)\b|\bmy (?!(?:{_KIN}|{_YOUNG})\b)")
_OTHER_NOW = re.compile(
    r"\b(?:is|are|isnt|wont|cant|keeps|just|now|today|tonight|right now|suddenly|sudden|this morning"
    r"|wakes?|stops? breathing)\b"
)
_REPORTS = re.compile(
    r"\b(?:says?|said|tells?|told|thinks?|noticed|complains?|hears?|heard|saw|sees|filmed|recorded"
    r"|reckons?|moved|shakes) "
)
_IMAGINED = re.compile(
    r"\b(?:if (?:i|you|he|she|it|one|this) (?:get|got|gets|ever|develop|develops|were|should|start"
    r"|starts)|in case (?:i|of|it)"
    r"|what if|risk of|risks of|chances? of|prevent|prevents|preventing|avoid|avoiding|causes?|caused by"
    r"|lead to|leads to"
    r"|leaflet|article|do you (?:also |even |)(?:treat|see|help with|deal with)|read about|reading about"
    r"|information (?:on|about)|signs? of|symptoms? of|side effects?"
    r"|can (?:you|one|people|it|this|they) |(?:scared|afraid|frightened|worried|worry|anxious"
    r"|terrified) (?:of|about) (?:having|getting|a)"
    r"|fear of|film about|movie about|novel|tv show|dreamt|dreamed|dream about|nightmare about"
    r"|what (?:is|are|causes?) (?:a )?|if (?:a|any) (?:kid|child|baby|toddler) (?:ever )?)"
)
_IN_GENERAL = re.compile(
    r"(?:normally |usually |always |really )?(?:be )?(?:a |one |the )?(?:common )?(?:sign|symptom"
    r"|side effect)s? of\b|mean anything\b|(?:\w+ )?means?\b|risks?\b"
)
_IMAGINED_REACH = 6
# What was seen, read or told: it is nobody's here, unless the teller comes in after it.
_MEDIA = re.compile(
    r"\b(?:film|films|movie|movies|novel|novels|drama|series|soap|tv show|documentary|programme|podcast|the news"
    r"|newspaper|magazine) "
)
_MEDIA_REACH = 12


def _last(rule: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(rule.finditer(text))
    return found[-1] if found else None


def denied(before: str, after: str, asked: bool) -> bool:
    """Whether the words stand under a denial. `asked`: the sentence they stand in is a question."""
    parts = _NOT_DENYING.sub("", before).split(", ")
    own = _after_contrast(parts[-1])
    if _under(own, after):
        return True
    if own == parts[-1] and _FILLER.match(own) and _in_denied_list(parts[:-1]):
        return True
    return bool(_ANSWERED_NO.match(after)) or (
        asked and bool(re.match(r"(?:no|none|nope|never|nah) ", after))
    )


def _under(own: str, after: str) -> bool:
    last = _last(_DENIAL, own)
    if last is None:
        return False
    between = own[last.end() :]
    if last[1] == "never" and _NEVER_BEFORE.search(after.split("|")[0]):
        return False
    if last[1] in {
        "no",
        "never",
        "without",
        "denies",
        "denied",
        "deny",
        "negative for",
        "free of",
        "free from",
        "absence of",
        "zero",
    }:
        return len(between.split()) <= _MOST_BETWEEN
    return bool(_REACHED.match(between))


def _in_denied_list(parts: list[str]) -> bool:
    """ "no fever, chills, chest pain": the denial at the head of a list of short things."""
    for part in reversed(parts):
        own = _after_contrast(part)
        found = _DENIAL.search(own)
        if found:
            return len(own[found.end() :].split()) <= _MOST_BETWEEN + 1 and own == part
        if not _LIST_ITEM.match(part):
            return False
    return False


def _after_contrast(part: str) -> str:
    last = _last(_CONTRAST, part)
    return part[last.end() :] if last else part


def gap_denies(gap: str) -> bool:
    """Whether what stands between a pattern's words denies the later ones ("lips are not swollen")."""
    own = _after_contrast(_NOT_DENYING.sub("", gap.split(", ")[-1].split("| ")[-1].split("? ")[-1]))
    return bool(_DENIAL.search(own))


def over(before: str, matched: str, after: str) -> bool:
    """Whether it was long ago, or is gone. Anything that says "now" beside it wins."""
    parts = before.split(", ")
    own = f"{parts[-1]}{matched}{after.split(', ')[0]}"
    here = f"{parts[-1]}{matched}"
    next_part = after.split(", ")[1] if ", " in after else ""
    if _STARTED.search(own):
        return False
    if _NOW.search(own) and not _NOW_FINE.search(own):
        return False
    if _GONE.match(after):
        return True
    if _OVER.search(own):
        return True
    lead = parts[-2] if len(parts) > 1 and len(parts[-2].split()) <= 6 else ""
    if lead and _OVER.search(lead) and not _STARTED.search(lead) and not _NOW.search(here):
        return True
    return bool(
        next_part
        and len(next_part.split()) <= 7
        and _OVER.match(next_part)
        and not _STARTED.search(next_part)
    )


def someone_else(before: str, matched: str, after: str, about: str | None) -> bool:
    """Whether it is somebody else's, and not happening now. `about`: "child" or "other" when the consult is for them."""
    if _SELF.search(matched) or about == "other":
        return False
    whole = before + matched
    others = [
        found
        for found in _OTHER.finditer(whole)
        if not (about == "child" and (found["young"] or found["third"]))
    ]
    if not others:
        return False
    own = max((found.start() for found in _SELF.finditer(whole)), default=-1)
    since = [found for found in others if found.start() > own]
    if not since:
        return False
    rest = whole[since[0].end() :] + after.split(", ")[0]
    told = before + matched + (after.split(", ")[0] if _SELF.search(after) else after)
    if _REPORTS.match(rest):
        return False
    return not _OTHER_NOW.search(told)


def imagined(before: str, matched: str, after: str) -> bool:
    """Whether it is only asked about, read about or feared."""
    if _IN_GENERAL.match(after):
        return True
    seen = _last(_MEDIA, before)
    if seen is not None:
        since = before[seen.end() :]
        if len(since.split()) <= _MEDIA_REACH and not _SELF.search(since + matched + after.split(", ")[0]):
            return True
    own = before.split(", ")[-1] + matched.split(" ")[0] + " "
    last = _last(_IMAGINED, own)
    return last is not None and len(own[last.end() :].split()) <= _IMAGINED_REACH and "its cau" not in own
