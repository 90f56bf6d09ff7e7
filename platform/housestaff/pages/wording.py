"""Codes of the house in the reader's words. A code without words is shown as it is, and a test finds it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .exam_lines import LINES

WORDS: dict[str, dict[str, str | Promise]] = {
    "urgency": {
        "emergency": _("Emergency"),
        "urgent": _("Urgent"),
        "soon": _("Soon"),
        "routine": _("Routine"),
    },
    "class": {"simple": _("Simple"), "complex": _("Complex")},
    "disposition": {
        "self_care": _("Look after it at home"),
        "online_visit": _("Online visit"),
        "clinic_visit": _("Clinic visit"),
        "emergency": _("Go now"),
    },
    "consult": {
        "open": _("The agent answers"),
        "with_doctor": _("With a doctor"),
        "signed": _("Answered and signed"),
        "closed": _("Ended"),
        "withdrawn": _("Ended: consent withdrawn"),
    },
    "own_consult": {
        "open": _("Open"),
        "with_doctor": _("A doctor has joined"),
        "signed": _("The doctor has answered"),
        "closed": _("Ended"),
        "withdrawn": _("Ended: you said no"),
    },
    "item": {
        "waiting": _("Waiting"),
        "claimed": _("Taken"),
        "returned": _("Handed back"),
        "done": _("Done"),
    },
    "fact": {"present": _("yes"), "denied": _("no"), "unsure": _("unsure")},
    "role": {
        "patient": _("Patient"),
        "owner": _("Owner of the agent"),
        "reviewer": _("Reviewing doctor"),
        "it": _("Hospital IT"),
    },
    "filter": {
        "review": _("For review"),
        "information": _("For information"),
        "mine": _("Mine"),
        "all": _("All"),
    },
    "language": {"en": _("English"), "zh-hans": _("Chinese")},
    "part": {
        "database": _("Database"),
        "broker": _("Message broker"),
        "worker": _("Worker"),
        "sweeper": _("Sweeper"),
        "second_reader": _("Second reader"),
        "engine": _("Model engine"),
    },
    "basis": {"declared": _("declared for demonstration"), "exam": _("by exam"), "none": _("no report")},
    "why": {
        "earned": _("earned in the exam"),
        "at_most": _("the exam earned more; the tenant's file says at most this"),
        "no_report": _("no exam has been reported"),
        "unreadable": _("the report cannot be used"),
        "practice": _("the report is of the practice stations, not of the sealed ones"),
        "other_pack": _("the report is of another pack version"),
        "other_adapter": _("the report is of another adapter"),
        "other_base": _("the report is of another base model"),
    },
    "candidate": {"adapter": _("Base + adapter"), "base": _("Base alone")},
    "drawer": {"sealed": _("Sealed"), "practice": _("Practice")},
    "exam_part": {
        "A": _("red flags"),
        "B": _("intake"),
        "C": _("context seeking"),
        "D": _("boundaries"),
        "E": _("note"),
        "F": _("knowledge"),
        "G": _("triage"),
        "I": _("manner"),
    },
    "exam_line": LINES,
    "release": {"draft": _("Draft"), "in_service": _("In service"), "retired": _("Retired")},
    "move": {
        "with_doctor": _("A doctor has taken over."),
        "open": _("Handed back to the agent."),
        "signed": _("A signed reply was sent."),
        "closed": _("The consult has ended."),
        "withdrawn": _("The patient has withdrawn consent."),
        "card_called": _("The patient says: I have called."),
        "card_safe": _("The patient says: I am safe."),
    },
    "author": {
        "patient": _("Patient"),
        "agent": _("Agent"),
        "clinician": _("Doctor"),
        "system": _("House"),
    },
}


def say(kind: str, code: str) -> str:
    """The words for a code of a kind."""
    return str(WORDS[kind].get(code, code))
