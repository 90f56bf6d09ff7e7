"""Writing down what a turn understood: facts with their words, what follows from them, and the judgement."""

from collections.abc import Sequence
from uuid import uuid4

from housestaff.agents import levels
from housestaff.agents.packs import Pack
from housestaff.privacy import audit

from .. import triage
from ..case import known_and_rung
from ..models import Consult, Fact
from ..plan import Plan
from ..red_flags import Hit
from ..understanding import FactFound
from . import alarms


def keep_facts(
    row: Consult,
    pack: Pack,
    *,
    by_rule: Sequence[FactFound],
    by_model: Sequence[FactFound],
    fluent: bool,
    level: int,
) -> None:
    """Store what one message told, then ask what follows from it: the second safety layer, which only raises.

    A flag that follows from what a rule read counts in full. One that only a small model chose raises the
    consult to urgent, for a doctor's eyes, without a card: a base that is not fluent errs too often to send
    people to the emergency department, and too seldom to be ignored (docs/decisions/0008).
    Raises levels.AboveLevel for an agent that takes no histories.
    """
    levels.require("take_history", level)
    told = {fact.key for fact in by_rule}
    new = [*by_rule, *(fact for fact in by_model if fact.key not in told)]
    flag_keys = {flag.key for flag in pack.flags}
    for fact in new:
        if fact.key not in flag_keys or fact.key in pack.complaint_keys():
            _store(row, fact)
    history, rung = known_and_rung(row)
    rung_before = len(rung)
    sure = [fact for fact in history if fact.certainty != "chosen" and fact not in by_model]
    for raised, facts in ((True, [*sure, *by_rule]), (fluent, [*history, *new])):
        for flag, fact in triage.flags_from_facts(pack, facts):
            if flag.key in rung:
                continue
            rung.add(flag.key)
            rings_at = flag.level if raised else "urgent"
            hit = Hit(flag.key, rings_at, fact.quote, 0, len(fact.quote))
            alarms.raise_urgency(row, pack, [hit])
            alarms.put_up_card(row, pack, fact.seq, [hit])
    if len(rung) > rung_before:
        row.save()


def _store(row: Consult, fact: FactFound) -> None:
    """A line tells a thing once: a retried turn finds it there."""
    Fact(
        id=uuid4(),
        consult=row,
        subject_id=row.subject_id,
        kind="history",
        key=fact.key,
        value=fact.value,
        status=fact.status,
        certainty=fact.certainty,
        seq=fact.seq,
        quote=fact.quote,
    ).add_unless_there()


def rang(row: Consult) -> bool:
    """Whether a red flag has rung in the consult."""
    return bool(known_and_rung(row)[1])


def hand_over(row: Consult, level: int) -> None:
    """Below the level of taking histories nothing is simple: a doctor reads it all. The caller holds and saves."""
    if levels.may("take_history", level):
        return
    _for_a_person(row, "no_history")


def _for_a_person(row: Consult, code: str) -> None:
    """Complex whatever the tenant's threshold, for this reason."""
    row.consult_class, row.doubt = "complex", triage.SURELY
    reason = triage.because(code)
    kept = [one for one in row.reasons or [] if one.get("code") not in ("ordinary", reason.code)]
    row.reasons = [*kept, reason.as_json()]


def stands_simple(row: Consult, pack: Pack, plan: Plan) -> bool:
    """Whether nothing told so far is in any doubt. The caller holds it."""
    facts, rung = known_and_rung(row)
    judged = _judged(
        row, pack, plan, facts, asked=row.asked if plan.finished else (), review_from=triage.ANY_DOUBT
    )
    return judged.consult_class == "simple" and not rung


def _judged(
    row: Consult,
    pack: Pack,
    plan: Plan,
    facts: Sequence[FactFound],
    *,
    asked: Sequence[str],
    review_from: float,
) -> triage.Judgement:
    return triage.judge(
        pack,
        facts=facts,
        asked=asked,
        current=row.urgency,
        finished=plan.finished,
        review_from=review_from,
    )


def settle(
    row: Consult,
    pack: Pack,
    plan: Plan,
    *,
    level: int,
    half_read: bool = False,
    told_nothing: bool = False,
) -> None:
    """Note the question asked and judge the consult as it stands. Urgency only rises; the caller holds and saves.

    `half_read`: a fluent base should have read a message, and failed. `told_nothing`: what this turn answers is thanks, or
    that there is no more to say.
    """
    if not levels.may("take_history", level):
        return hand_over(row, level)
    if plan.asks:
        row.asked = [*row.asked, plan.asks]
    facts, rung = known_and_rung(row)
    # A history left half-way is for a doctor's eyes: nobody knows what it would have told.
    judged = _judged(row, pack, plan, facts, asked=row.asked, review_from=row.agent.review_from)
    row.urgency = triage.raise_to(row.urgency, judged.urgency)
    row.consult_class = "complex" if rung else judged.consult_class
    row.doubt = triage.SURELY if rung else judged.doubt
    row.disposition = judged.disposition
    kept = [reason for reason in row.reasons or [] if reason.get("key")]
    row.reasons = [
        *kept,
        *(reason.as_json() for reason in judged.reasons if reason.code != "ordinary" or not kept),
    ]
    if half_read:
        _for_a_person(row, "half_read")
    if plan.finished and not plan.asks and not told_nothing and levels.may("advise_simple", level):
        # What the agent told the patient was said before these words: a doctor reads them.
        _for_a_person(row, "wrote_after")
    audit.record("case.judge", by=None, kind="consult", object_id=row.id, subject=row.subject_id)
