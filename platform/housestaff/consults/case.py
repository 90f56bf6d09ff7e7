"""The case record of one consult: rows on one side, the pure modules (note, triage, intake) on the other."""

from collections.abc import Iterable
from typing import Any, cast

from django.utils import timezone

from housestaff.agents import levels
from housestaff.agents.catalogue import pack_for
from housestaff.agents.packs import Pack
from housestaff.agents.queries import level_in_service
from housestaff.privacy import consents

from . import note
from .models import Consult, Event, Fact
from .phrasing import Said
from .red_flags import Hit
from .understanding import Certainty, FactFound, Status


def consented(row: Consult) -> bool:
    """Whether the subject's consent to consult is in force: without it nothing of the consult is read."""
    return consents.in_force(subject=row.subject_id, purpose="consult") is not None


def will_read(row: Consult) -> str:
    """When a doctor reads this, in the tenant's words."""
    words = row.tenant.hours.get("text", {})
    return str(words.get(row.language) or words.get(row.tenant.language) or "")


def known(row: Consult) -> list[FactFound]:
    """The history so far, in the order of the lines."""
    return history(Fact.objects.find_all("consult_id = %s AND kind = 'history'", row.id, order="seq, at"))


def known_and_rung(row: Consult) -> tuple[list[FactFound], set[str]]:
    """The history so far, and the keys of the red flags that rang: one look for both."""
    rows = Fact.objects.find_all("consult_id = %s", row.id, order="seq, at")
    return history(rows), {fact.key for fact in rows if fact.kind == "red_flag"}


def history(rows: Iterable[Fact]) -> list[FactFound]:
    """The rows that tell history, as the pure modules read them."""
    return [
        FactFound(
            key=fact.key,
            value=str(fact.value or ""),
            status=cast(Status, fact.status),
            quote=str(fact.quote or ""),
            certainty=cast(Certainty, fact.certainty),
            seq=fact.seq,
        )
        for fact in rows
        if fact.kind == "history"
    ]


def thread(row: Consult, *, most: int) -> list[Said]:
    """The newest messages and replies of the thread, oldest first, with who said them."""
    rows = Event.objects.find_all(
        "consult_id = %s AND kind IN ('message', 'end') AND author IN ('patient', 'agent', 'clinician')",
        row.id,
        order=f"seq DESC LIMIT {most:d}",
    )
    return [Said(event.author, str(event.text or "")) for event in reversed(rows)]


def summary(row: Consult) -> list[dict[str, Any]]:
    """The note for the doctor, every sentence with its lines; red flags, allergies, medicines, not asked first.

    An agent below the level of writing notes leaves what the rules heard, and no more.
    """
    pack = pack_for(row.agent.specialty)
    if not levels.may("write_note", level_in_service(row.agent_id)):
        return [line.as_json() for line in note.red_flags(pack, _rung(row), language=row.language)]
    lines = note.summary(pack, known(row), language=row.language, asked=row.asked, rung=_rung(row))
    return [line.as_json() for line in lines]


def _rung(row: Consult) -> list[note.RungAt]:
    rows = Fact.objects.filter(consult=row, kind="red_flag").order_by("seq")
    return [
        note.RungAt(Hit(fact.key, fact.level, str(fact.quote), 0, len(str(fact.quote))), fact.seq)
        for fact in rows
    ]


def draft(row: Consult, pack: Pack) -> str:
    """A reply for the doctor to edit, from signed texts only; empty below the level of drafting."""
    if not levels.may("write_note", level_in_service(row.agent_id)):
        return ""
    return note.draft(
        pack, known(row), language=row.language, today=timezone.localdate(), urgency=row.urgency
    )
