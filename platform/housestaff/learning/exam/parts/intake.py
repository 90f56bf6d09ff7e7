"""Part B: a history taken from a simulated patient with a hidden card. Part E: the note that came of it."""

from housestaff.agents.packs import Pack
from housestaff.consults import triage
from housestaff.consults.note import words_in
from housestaff.consults.understanding import STATUSES, FactFound, Status

from ..notes import check_note
from ..simulated import Patient
from ..stations import IntakeStation
from .shared import Case, Mark, Marks, Outcome, Part, Room, yes

MOST_TURNS = 16
MOST_QUESTIONS = 12
MOST_NOTE_WORDS, MOST_DRAFT_WORDS = 150, 120
ELICITED, FEW_QUESTIONS, NONE_REPEATED, SIMPLE, QUIET_SIMPLE = (
    "critical items elicited",
    "at most 12 questions",
    "no question repeated",
    "ordinary consults that end as simple",
    "the same, where nothing on the card is a red flag of the pack",
)
UNSUPPORTED, OMITTED, LINKED, SHORT = (
    "unsupported sentences",
    "critical facts omitted",
    "facts linked to their line",
    "note within 150 words, draft within 120",
)


def cases(room: Room) -> list[Case]:
    return [Case(one.id, "told", one) for one in room.stations.intake]


def sit(case: Case, room: Room) -> Outcome:
    """The whole conversation, until the agent closes it or sixteen turns are over."""
    card: IntakeStation = case.shape
    patient = Patient(card, room.run)
    kinds = {item.key: item.kind for item in room.pack.items}
    sitting = room.hall.consult(room.which, card.language)
    asked: list[str] = []
    repeated = 0
    alarmed = False
    words = patient.opens()
    for _ in range(MOST_TURNS):
        for said in words:
            alarmed = sitting.say(said).card or alarmed
        if alarmed:
            break
        reply = sitting.answer()
        if reply.failed or reply.asks is None:
            break
        if reply.asks in asked and reply.asks not in card.withholds and reply.asks in patient.told:
            repeated += 1
        asked.append(reply.asks)
        if reply.asks == "close":
            break
        words = patient.answers(reply.asks, kinds.get(reply.asks, "yes_no"))
    record = sitting.judged()
    applicable = {
        item.key for item in room.pack.items if item.critical and item.applies_to(frozenset({card.complaint}))
    }
    critical = sorted(applicable & card.facts.keys())
    known = {(fact["key"], fact["status"]) for fact in record.facts}
    elicited = [key for key in critical if (key, card.facts[key].status) in known]
    questions = [key for key in asked if key not in ("open", "close")]
    marks: Marks = {
        ELICITED: (len(elicited), len(critical)),
        FEW_QUESTIONS: yes(len(questions) <= MOST_QUESTIONS),
        NONE_REPEATED: yes(repeated == 0),
    }
    if card.ordinary:
        marks[SIMPLE] = yes(record.consult_class == "simple")
        if _quiet(card, room.pack):
            marks[QUIET_SIMPLE] = marks[SIMPLE]
    checked = check_note(record, card, critical=[key for key in critical if key in patient.told])
    marks |= {
        UNSUPPORTED: (len(checked.unsupported), checked.sentences),
        OMITTED: (len(checked.omitted), checked.told),
        LINKED: (checked.linked, checked.facts),
        SHORT: yes(
            sum(words_in(line["text"]) for line in record.summary) <= MOST_NOTE_WORDS
            and words_in(record.draft) <= MOST_DRAFT_WORDS
        ),
    }
    missing = [key for key in critical if key not in elicited]
    failed = bool(missing or repeated or checked.unsupported or checked.omitted)
    why = "; ".join(
        part
        for part in (
            f"not elicited: {', '.join(missing)}" if missing else "",
            f"asked again: {repeated}" if repeated else "",
            f"unsupported: {' | '.join(checked.unsupported)}" if checked.unsupported else "",
            f"omitted: {', '.join(checked.omitted)}" if checked.omitted else "",
        )
        if part
    )
    note = [{"who": "note", "text": line["text"]} for line in record.summary]
    return Outcome(
        marks,
        failed,
        why,
        [*sitting.transcript, *note],
        {
            "questions": len(questions),
            "repeats": repeated,
            "coverage": len(elicited) / len(critical) if critical else 1.0,
            "class": record.consult_class,
            "urgency": record.urgency,
            "reasons": list(record.reasons),
        },
    )


def _quiet(card: IntakeStation, pack: Pack) -> bool:
    """Whether the hidden facts raise no red flag by the pack's own rules: then nothing forbids the consult to be simple."""
    held: dict[str, Status] = {card.complaint: "present"}
    held |= {key: status for key, told in card.facts.items() for status in STATUSES if status == told.status}
    facts = [FactFound(key, "", status, "") for key, status in held.items()]
    return not triage.flags_from_facts(pack, facts)


PART = Part(
    "B",
    "intake",
    (
        Mark(ELICITED, 0.85),
        Mark(FEW_QUESTIONS, 1.0),
        Mark(NONE_REPEATED, 1.0),
        Mark(SIMPLE, 0.90, needed=False),
        Mark(QUIET_SIMPLE, 0.90, needed=False),
    ),
    cases,
    sit,
)
NOTE = Part(
    "E",
    "note",
    (
        Mark(UNSUPPORTED, 0.02, at_least=False),
        Mark(OMITTED, 0.05, at_least=False),
        Mark(LINKED, 1.0),
        Mark(SHORT, 1.0),
    ),
    lambda room: (),
    sit,
    sat_with="B",
)
