"""What the learned readers hear in a patient's message, as facts beside those of the rules and of the adapter (pure).

A learned reader is right four times in five, so what it hears is `chosen`: it informs the doctor, spares the patient a
question, and never by itself raises an emergency (docs/decisions/0008, 0017).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from housestaff.agents.packs import Item, Pack

from . import likeness, second_reader
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


def _answer(
    pack: Pack, item: Item, text: str, seq: int, ruled: Sequence[FactFound], reader: Answering | None
) -> tuple[list[FactFound], list[FactFound]]:
    """The answer to the question just asked. Where a rule and the reader hear opposite things, nobody knows."""
    quote = next(iter(clauses(text)), "")
    if not quote:
        return list(ruled), []
    by_rule = next((fact for fact in ruled if fact.key == item.key), None)
    status = cast("Status | None", reader.means(pack.slug, item.key, text) if reader else None)
    if status is None and item.kind == "yes_no" and by_rule is None:
        status = likeness.leaning(pack, item.key, text)
    if status is None or (by_rule is not None and by_rule.status == status):
        return list(ruled), []
    if by_rule is not None and (item.kind == "yes_no" or status == "unsure"):
        in_doubt = replace(by_rule, value="", status="unsure", certainty="unsure")
        return [in_doubt if fact is by_rule else fact for fact in ruled], []
    fact = fact_of(pack, item.key, status, quote, seq)
    return list(ruled), [fact] if fact and by_rule is None else []


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
