"""How soon, how hard, and through which door, each with its reasons (pure). Urgency only rises; a doctor may lower it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from housestaff.agents.packs import Pack, RedFlag, Words

from . import intake
from .red_flags import Hit
from .understanding import FactFound

Urgency = Literal["routine", "soon", "urgent", "emergency"]
URGENCIES: tuple[str, ...] = ("routine", "soon", "urgent", "emergency")
Disposition = Literal["self_care", "online_visit", "clinic_visit", "emergency"]
TOLD: tuple[Disposition, ...] = ("self_care", "online_visit")  # to a patient, without a doctor
STRONG_PAIN = 7
MANY_COMPLAINTS = 3
ADULT = 18
# What a doubt weighs against the threshold that the tenant has set for its agent (`review_from`): from there on a consult is
# complex. What is not named here, or concerns a question that decides about an alarm, is for a person's eyes whatever it is.
WEIGHTS = {"missing_critical": 0.34, "contradiction": 0.5, "unsure_critical": 0.25}
SURELY = 9.0
REVIEW_FROM = 1.0
ANY_DOUBT = 0.01

REASONS: dict[str, Words] = {
    "red_flag": Words("A red flag: {name}.", "危险信号：{name}。"),
    "strong_pain": Words("Pain of 7 or more out of 10.", "疼痛评分7分及以上。"),
    "contradiction": Words("The patient said both yes and no to: {name}.", "患者前后说法不一：{name}。"),
    "missing_critical": Words("A critical question has no answer: {name}.", "关键问题未得到回答：{name}。"),
    "unsure_critical": Words("The patient is not sure about: {name}.", "患者不确定：{name}。"),
    "many_complaints": Words("Three complaints or more.", "有三个及以上主诉。"),
    "no_complaint": Words("No complaint of this specialty was recognised.", "未识别到本专科主诉。"),
    "not_an_adult": Words("The patient is under 18.", "患者未满18岁。"),
    "pregnant": Words("The patient may be pregnant.", "患者可能怀孕。"),
    "unfinished": Words("The history is not finished.", "病史采集未完成。"),
    "no_history": Words(
        "At its level the agent takes no history: please read the messages.",
        "该助手的级别不采集病史，请阅读患者消息。",
    ),
    "half_read": Words(
        "The model failed while reading a message, so it was read by rules only.",
        "模型读取某条消息时失败，该消息仅按规则读取。",
    ),
    "wrote_after": Words(
        "The patient wrote again after the agent had told what to do.", "助手告知去向后，患者又写了消息。"
    ),
    "ordinary": Words(
        "An ordinary consult: history complete, no red flag.", "普通咨询：病史完整，无危险信号。"
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code for tables, a sentence for people, and the lines it rests on."""

    code: str
    sentence: Words
    seqs: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "en": self.sentence.en,
            "zh-hans": self.sentence.zh_hans,
            "seqs": list(self.seqs),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    urgency: str
    consult_class: Literal["simple", "complex"]
    disposition: Disposition
    reasons: tuple[Reason, ...]
    doubt: float = 0.0


def raise_to(current: str, new: str) -> str:
    """The higher of two urgencies. Raises ValueError for one that is none."""
    return max(current, new, key=URGENCIES.index)


def settle(current: str, new: str, *, by_doctor: bool) -> str:
    """The urgency after a change: only a doctor lowers."""
    return URGENCIES[URGENCIES.index(new)] if by_doctor else raise_to(current, new)


def flags_from_facts(pack: Pack, facts: Iterable[FactFound]) -> list[tuple[RedFlag, FactFound]]:
    """The second safety layer: red flags that follow from facts, alone or together; each with the fact that decided."""
    by_key: dict[str, FactFound] = {}
    for fact in facts:
        if fact.key not in by_key or fact.status == "present":
            by_key[fact.key] = fact
    present = {key for key, fact in by_key.items() if fact.status == "present"}
    raised = []
    for flag in pack.flags:
        if flag.key in present:
            raised.append((flag, by_key[flag.key]))
            continue
        for answer in flag.answers:
            wanted = "present" if answer.when == "yes" else "denied"
            fact_or_none = by_key.get(answer.item)
            if fact_or_none and fact_or_none.status == wanted and set(answer.together) <= present:
                raised.append((flag, fact_or_none))
                break
    return raised


def judge(
    pack: Pack,
    *,
    hits: Sequence[Hit] = (),
    facts: Sequence[FactFound] = (),
    asked: Sequence[str] = (),
    current: str = "routine",
    finished: bool = False,
    review_from: float = REVIEW_FROM,
) -> Judgement:
    """Urgency, class and disposition of a consult as it stands. In doubt the class is complex: a person looks.

    `review_from`: how much doubt it takes (docs/decisions/0021); `SURELY` is more than any tenant can ask for.
    """
    reasons = [
        _because("red_flag", pack.flag(hit.key).name)
        for hit in hits
        if hit.key in {flag.key for flag in pack.flags}
    ]
    followed = flags_from_facts(pack, (fact for fact in facts if fact.certainty != "chosen"))
    reasons += [_because("red_flag", flag.name, fact.seq) for flag, fact in followed]
    urgency = current
    for level in [*(hit.level for hit in hits), *(flag.level for flag, _ in followed)]:
        urgency = raise_to(urgency, level)
    if strong := _strong_pain(facts):
        urgency = raise_to(urgency, "soon")
        reasons.append(_because("strong_pain", None, strong.seq))
    doubts = _doubts(pack, facts, asked, finished)
    reasons += [reason for reason, _ in doubts]
    doubt = round(min(SURELY, sum(weight for _, weight in doubts)), 2)
    if URGENCIES.index(urgency) >= URGENCIES.index("urgent"):
        doubt = SURELY
    complex_ = doubt >= review_from
    if not reasons:
        reasons.append(_because("ordinary", None))
    return Judgement(
        urgency,
        "complex" if complex_ else "simple",
        _disposition(pack, urgency, complex_, facts),
        tuple(dict.fromkeys(reasons)),
        doubt,
    )


def may_be_told(pack: Pack, facts: Sequence[FactFound], *, current: str, rang: bool) -> Disposition | None:
    """The disposition that a simple consult, its history ended, may be told without a doctor; None when one must look.

    It has to be simple by all that is known, and by what is sure alone: what a small model chose decides nothing
    (docs/decisions/0008). Of two dispositions the more careful one is told.
    """
    if rang:
        return None
    sure = [fact for fact in facts if fact.certainty != "chosen"]
    judged = [
        judge(pack, facts=held, current=current, finished=True, review_from=ANY_DOUBT)
        for held in (facts, sure)
    ]
    if any(one.consult_class != "simple" or one.disposition not in TOLD for one in judged):
        return None
    return max((one.disposition for one in judged), key=TOLD.index)


def because(code: str) -> Reason:
    """A reason that names nothing: `no_history`, `half_read`, `wrote_after`."""
    return _because(code, None)


def _because(code: str, name: Words | None, *seqs: int) -> Reason:
    text = REASONS[code]
    if name:
        text = Words(text.en.format(name=name.en), text.zh_hans.format(name=name.zh_hans))
    return Reason(code, text, tuple(sorted(set(seqs))))


def _strong_pain(facts: Iterable[FactFound]) -> FactFound | None:
    for fact in facts:
        if fact.key == "pain_score" and fact.status == "present":
            highest = fact.value.split("-")[-1]
            if highest.replace(".", "", 1).isdigit() and STRONG_PAIN <= float(highest) <= 10:
                return fact
    return None


def deciding(pack: Pack) -> set[str]:
    """The questions whose answers raise a red flag, alone or together."""
    answers = [answer for flag in pack.flags for answer in flag.answers]
    return {answer.item for answer in answers} | {key for answer in answers for key in answer.together}


def alarming(pack: Pack) -> set[tuple[str, str]]:
    """The facts, each with its status, that raise a red flag alone or with others."""
    answers = {
        (answer.item, "present" if answer.when == "yes" else "denied")
        for flag in pack.flags
        for answer in flag.answers
    }
    return answers | {(flag.key, "present") for flag in pack.flags}


def _doubts(
    pack: Pack, facts: Sequence[FactFound], asked: Sequence[str], finished: bool
) -> list[tuple[Reason, float]]:
    """Why a person should look, and how much: what was contradicted, left out, unsure or outside the ordinary."""
    decides = deciding(pack)

    def about(code: str, name: Words | None, key: str, *seqs: int) -> tuple[Reason, float]:
        return _because(code, name, *seqs), SURELY if key in decides else WEIGHTS[code]

    names = {key: fact.meaning for key, fact in pack.fact_keys().items()}
    asks = {item.key: item.ask for item in pack.items}
    statuses: dict[str, set[str]] = {}
    for fact in facts:
        statuses.setdefault(fact.key, set()).add(fact.status)
    found = [
        about(
            "contradiction",
            asks.get(key) or names.get(key),
            key,
            *(fact.seq for fact in facts if fact.key == key),
        )
        for key, held in statuses.items()
        if {"present", "denied"} <= held
    ]
    critical = {item.key for item in pack.items if item.critical}
    found += [
        about("unsure_critical", asks.get(fact.key), fact.key, fact.seq)
        for fact in facts
        if fact.key in critical and statuses[fact.key] == {"unsure"}
    ]
    complaints = {fact.key for fact in facts if fact.status == "present"} & pack.complaint_keys()
    if len(complaints) >= MANY_COMPLAINTS:
        found.append((_because("many_complaints", None), SURELY))
    found += [
        (_because("not_an_adult", None, fact.seq), SURELY)
        for fact in facts
        if fact.key == "age" and _years(fact) < ADULT and pack.about != "child"
    ]
    found += [
        (_because("pregnant", None, fact.seq), SURELY)
        for fact in facts
        if fact.key == "pregnant" and fact.status == "present"
    ]
    if finished:
        if not complaints:
            found.append((_because("no_complaint", None), SURELY))
        found += [about("missing_critical", item.ask, item.key) for item in intake.missing(pack, facts)]
    elif asked:
        found.append((_because("unfinished", None), SURELY))
    return found


def _years(fact: FactFound) -> float:
    lowest = fact.value.split("-")[0]
    return float(lowest) if lowest.replace(".", "", 1).isdigit() else ADULT


def _disposition(pack: Pack, urgency: str, complex_: bool, facts: Sequence[FactFound]) -> Disposition:
    if urgency == "emergency":
        return "emergency"
    if urgency == "urgent" or complex_:
        return "clinic_visit"
    if urgency == "soon":
        return "online_visit"
    complaints = {fact.key for fact in facts if fact.status == "present"} & pack.complaint_keys()
    advised = {key for article in pack.articles for key in article.complaints}
    return "self_care" if complaints and complaints <= advised else "online_visit"
