"""What a red flag does to a consult: urgency rises, the card goes up, the agent falls silent."""

import logging
from typing import Any
from uuid import uuid4

from django.conf import settings

from housestaff.agents.packs import Pack
from housestaff.people.models import Guardianship, Membership
from housestaff.tenancy.known import known

from .. import hearing, red_flags, second_reader, triage
from ..log import append
from ..models import Consult, Fact, rank
from .turns import stop_active

log = logging.getLogger(__name__)
Ringing = red_flags.Hit


def ring(row: Consult, pack: Pack, words: str, *, asked: str | None) -> list[Ringing]:
    """Every red flag that the raw text rings, worst first; in any language, whatever the consult's.

    Rules first; where they hear no emergency, the second reader is asked too. Where it is not sure, its hit is only
    urgent, below its flag's own level: a doctor looks, and no card is shown.
    """
    whom = about(row, pack)
    hits = red_flags.scan(
        words,
        pack.flags,
        language=row.language,
        asked=asked,
        known=_present(row) if asked else (),
        about=whom,
        meaning=hearing.meaning(
            pack, asked, words, second_reader.answering(settings.HOUSESTAFF["SECOND_READER"])
        ),
    )
    if not any(hit.level == "emergency" for hit in hits):
        hits += _second_reading(pack, words, whom, answer=_is_answer(pack, words, asked))
    return sorted(hits, key=lambda hit: -rank(hit.level))


def _is_answer(pack: Pack, words: str, asked: str | None) -> bool:
    """Whether a message is no more than the answer to the question just asked; a longer one may tell anything."""
    return asked in {item.key for item in pack.items} and second_reader.no_longer_than_an_answer(words)


def _second_reading(pack: Pack, words: str, whom: red_flags.About | None, *, answer: bool) -> list[Ringing]:
    try:
        heard = second_reader.reader(settings.HOUSESTAFF["SECOND_READER"]).hear(
            words, about_kin=whom is not None, answer=answer
        )
    except second_reader.NoSecondReader as missing:
        log.error("%s", missing)
        return []
    if heard is None:
        return []
    key = heard.key if heard.key in {flag.key for flag in pack.flags} else second_reader.SOUNDS
    return [Ringing(key, heard.level, words[heard.start : heard.end], heard.start, heard.end)]


def shown(pack: Pack, hits: list[Ringing]) -> list[Ringing]:
    """The hits that put up a card: those at their flag's own level."""
    return [hit for hit in hits if hit.level == pack.flag(hit.key).level]


def _present(row: Consult) -> set[str]:
    """What the patient has said is there: an answer may be a red flag only together with it."""
    rows = Fact.objects.find_all("consult_id = %s AND kind = 'history' AND status = 'present'", row.id)
    return {fact.key for fact in rows}


def about(row: Consult, pack: Pack) -> red_flags.About | None:
    """Whom the author writes for, so that "my son" or "she" is the patient; None when it is the author."""
    if pack.about == "child":
        return "child"
    author = row.author if Consult.author.is_cached(row) else known(Membership, row.author_id)
    if author.patient_id == row.subject_id:
        return None
    held = Guardianship.objects.filter(
        holder_id=author.patient_id, subject_person_id=row.subject_id, ended_at__isnull=True
    ).first()
    return "child" if held is not None and held.relation == "child" else "other"


def card_of(row: Consult, pack: Pack, hits: list[Ringing]) -> dict[str, Any] | None:
    """The card of the worst flag: `{level, title, lines[≤3], tel}` in the consult's language; None when there is none."""
    worst = next(iter(shown(pack, hits)), None)
    if worst is None:
        return None
    card = pack.flag(worst.key).card
    return {
        "level": worst.level,
        "title": card.title.say(row.language),
        "lines": [line.say(row.language) for line in card.lines][:3],
        "tel": card.tel_for(row.tenant.country),
    }


def raise_urgency(row: Consult, pack: Pack, hits: list[Ringing]) -> None:
    """Raise urgency and class; an emergency stops a running turn and silences the agent. Never lowers."""
    if not hits:
        return
    row.urgency = triage.raise_to(row.urgency, hits[0].level)
    row.consult_class = "complex"
    told = {reason.get("key") for reason in row.reasons or []}
    before = [reason for reason in row.reasons or [] if reason.get("code") != "ordinary"]
    row.reasons = [*before, *(_reason(pack, hit) for hit in hits if hit.key not in told)]
    if row.urgency == "emergency":
        row.silenced = True
        stop_active(row, reason="emergency")


def _reason(pack: Pack, hit: Ringing) -> dict[str, Any]:
    """Why, as the worklist shows it: a code, the flag's key and level, and a sentence in each language."""
    name = pack.flag(hit.key).name
    said = triage.REASONS["red_flag"]
    return {
        "code": "red_flag",
        "key": hit.key,
        "level": hit.level,
        "en": said.en.format(name=name.en),
        "zh-hans": said.zh_hans.format(name=name.zh_hans),
    }


def put_up_card(row: Consult, pack: Pack, seq: int, hits: list[Ringing]) -> dict[str, Any] | None:
    """Store what rang on line `seq`, with the patient's words, and put up the card as the next event."""
    if not hits:
        return None
    seen: set[str] = set()
    for hit in hits:
        if hit.key in seen:
            continue
        seen.add(hit.key)
        Fact(
            id=uuid4(),
            consult=row,
            subject_id=row.subject_id,
            kind="red_flag",
            key=hit.key,
            value=hit.quote,
            status="present",
            level=hit.level,
            seq=seq,
            quote=hit.quote,
        ).save(force_insert=True)
    card = card_of(row, pack, hits)
    if card is not None:
        append(row, kind="card", author="system", card=card, code=shown(pack, hits)[0].key, reply_to=seq)
    return card
