"""What the learned readers hear in a patient's message, as facts beside those of the rules and of the adapter (pure).

A learned reader is right four times in five, so what it hears is `chosen`: it informs the doctor, spares the patient a
question, and never by itself raises an emergency (docs/decisions/0008, 0017).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from housestaff.agents.packs import Item, Pack

from . import likeness, red_flags, second_reader, triage
from .plan import OPEN
from .second_reader import Answering, Complaining, Reader, Telling
from .understanding import FactFound, Status, clauses, fact_of


@dataclass(frozen=True)
class Readers:
    """The learned readers of a message; each may be missing where none has been made."""

    telling: Telling | None = None
    answering: Answering | None = None
    complaining: Complaining | None = None
    alarm: Reader | None = None


NO_READERS = Readers()


def hear(
    pack: Pack, text: str, asked: str | None, seq: int, *, ruled: Sequence[FactFound], readers: Readers
) -> tuple[list[FactFound], list[FactFound]]:
    """The rules' facts, with an answer that the readers hear otherwise in doubt, and what the readers hear besides."""
    item = next((one for one in pack.items if one.key == asked), None)
    kept, heard = list(ruled), list[FactFound]()
    if item is not None:
        kept, heard = _answer(pack, item, text, seq, ruled, readers.answering)
    if readers.alarm is not None and readers.alarm.remark(text):
        return kept, heard
    short = item is not None and second_reader.no_longer_than_an_answer(text)
    if readers.telling is not None and not short:
        told = {fact.key for fact in (*kept, *heard)}
        heard += _volunteered(pack, text, seq, told, readers.telling)
    if asked in (None, OPEN):
        told = {fact.key for fact in (*kept, *heard)}
        heard += _complaint(pack, text, seq, told, readers.complaining)
    return kept, heard


def meaning(pack: Pack, asked: str | None, text: str, reader: Answering | None) -> red_flags.Meaning:
    """For the reader of red flags: what an answer means as a whole, beside the yes or no that it begins with."""
    item = next((one for one in pack.items if one.key == asked), None)

    def heard(answer: red_flags.YesOrNo) -> Literal["same", "opposite", "unclear"]:
        if item is None or not red_flags.says_more(text):
            return "same"
        status = _means(pack, item, text, reader)
        if status not in ("present", "denied"):
            return "unclear"
        return "same" if (status == "present") == (answer == "yes") else "opposite"

    return heard


def _means(pack: Pack, item: Item, text: str, reader: Answering | None) -> Status | None:
    """What an answer means as a whole: by what answers taught, else by what the pack teaches for yes and for no."""
    status = cast("Status | None", reader.means(pack.slug, item.key, text) if reader else None)
    if status is None and item.kind == "yes_no":
        status = likeness.leaning(pack, item.key, text)
    return status


def _answer(
    pack: Pack, item: Item, text: str, seq: int, ruled: Sequence[FactFound], reader: Answering | None
) -> tuple[list[FactFound], list[FactFound]]:
    """The answer to the question just asked. Where a rule and the reader hear opposite things, nobody knows.

    A rule's yes or no that is one and nothing else stands; words that only sound like it give way to the reader. Where the
    question decides about an alarm and nobody bears such words out, it counts as not answered, and is asked again.
    """
    quote = next(iter(clauses(text)), "")
    if not quote:
        return list(ruled), []
    by_rule = next((fact for fact in ruled if fact.key == item.key), None)
    yes_no = item.kind == "yes_no"
    if by_rule is not None and yes_no and not red_flags.says_more(text):
        return list(ruled), []
    status = _means(pack, item, text, reader)
    sounds = by_rule is not None and yes_no and by_rule.status != "unsure" and not red_flags.plainly(text)
    if sounds and status is None and item.key in triage.deciding(pack):
        return [fact for fact in ruled if fact is not by_rule], []
    if status is None or (by_rule is not None and by_rule.status == status):
        return list(ruled), []
    if sounds and status != "unsure":
        heard = fact_of(pack, item.key, status, quote, seq)
        return [fact for fact in ruled if fact is not by_rule], [heard] if heard else []
    if by_rule is not None and (yes_no or status == "unsure"):
        in_doubt = replace(by_rule, value="", status="unsure", certainty="unsure")
        return [in_doubt if fact is by_rule else fact for fact in ruled], []
    heard = fact_of(pack, item.key, status, quote, seq)
    return list(ruled), [heard] if heard and by_rule is None else []


def _volunteered(
    pack: Pack, text: str, seq: int, told: Collection[str], reader: Telling
) -> Iterable[FactFound]:
    for one in reader.told(clauses(text)):
        if one.key not in told and one.key in pack.fact_keys():
            fact = fact_of(pack, one.key, cast(Status, one.status), one.clause, seq)
            if fact is not None:
                yield fact


def _complaint(
    pack: Pack, text: str, seq: int, told: Collection[str], reader: Complaining | None
) -> Iterable[FactFound]:
    """What brought the patient, where nobody else has named a complaint."""
    if reader is None or not pack.complaint_keys().isdisjoint(told):
        return
    key = reader.hear(text, pack.slug)
    if key is not None and key in pack.complaint_keys():
        quote = reader.words_of(clauses(text), pack.slug, key)
        fact = fact_of(pack, key, "present", quote, seq) if quote else None
        if fact is not None:
            yield fact
