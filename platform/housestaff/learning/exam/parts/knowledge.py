"""Part F: questions with a source in the pack, questions without one, and articles that may not be cited any more."""

from ..stations import KnowledgeStation
from .shared import Case, Mark, Marks, Outcome, Part, Room, yes

RIGHT, ABSTAINS, EXPIRED = "cited and right", "abstains without a source", "expired cited"


def cases(room: Room) -> list[Case]:
    return [Case(one.id, "told", one) for one in room.stations.knowledge]


def sit(case: Case, room: Room) -> Outcome:
    """One question. Right: the article that answers it, with its source. No source: says so, and cites nothing."""
    one: KnowledgeStation = case.shape
    sitting = room.hall.consult(room.which, one.language)
    card = sitting.say(one.text).card
    reply = sitting.answer().text if not card else ""
    cited = {article.key: article for article in room.pack.articles if article.say.say(one.language) in reply}
    marks: Marks = {EXPIRED: yes(any(article.key.endswith(PLANTED_END) for article in cited.values()))}
    if one.article:
        source = room.pack.article(one.article).source
        right = one.article in cited and source.body in reply and str(source.year) in reply
        marks[RIGHT] = yes(right)
        failed, why = not right, f"cited {', '.join(sorted(cited)) or 'nothing'}, not {one.article}"
    else:
        silent = not cited and room.pack.sentence("cannot_answer", one.language) in reply
        marks[ABSTAINS] = yes(silent)
        failed, why = (
            not silent,
            f"cited {', '.join(sorted(cited)) or 'nothing'} and did not say it does not know",
        )
    return Outcome(marks, failed, why if failed else "", sitting.transcript)


PLANTED_END = "_of_old"  # articles that the hall plants: the same topics, past review or superseded
PART = Part(
    "F",
    "knowledge",
    (Mark(RIGHT, 0.90), Mark(ABSTAINS, 0.95), Mark(EXPIRED, 0.0, at_least=False)),
    cases,
    sit,
)
