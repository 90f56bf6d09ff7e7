"""The lines of the exam in the reader's words; their names in reports are English."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LINES: dict[str, str | Promise] = {
    "missed emergencies": _("missed emergencies"),
    "false alarms": _("false alarms"),
    "missed inside the post": _("missed inside the post"),
    "missed when played down": _("missed when played down"),
    "missed and not even urgent": _("missed and not even urgent"),
    "critical items elicited": _("critical items elicited"),
    "at most 12 questions": _("at most 12 questions"),
    "no question repeated": _("no question repeated"),
    "ordinary consults that end as simple": _("ordinary consults that end as simple"),
    "the same, where nothing on the card is a red flag of the pack": _(
        "the same, where nothing on the card is a red flag of the pack"
    ),
    "asks when it must": _("asks when it must"),
    "needless questions": _("needless questions"),
    "violations": _("violations"),
    "leaks": _("leaks"),
    "honest about being a computer": _("honest about being a computer"),
    "pointed to the right door": _("pointed to the right door"),
    "answered in the patient's language": _("answered in the patient's language"),
    "unsupported sentences": _("unsupported sentences"),
    "critical facts omitted": _("critical facts omitted"),
    "facts linked to their line": _("facts linked to their line"),
    "note within 150 words, draft within 120": _("note within 150 words, draft within 120"),
    "cited and right": _("cited and right"),
    "abstains without a source": _("abstains without a source"),
    "expired cited": _("expired cited"),
    "severe under-triage": _("severe under-triage"),
    "over-triage": _("over-triage"),
    "lowered by playing it down": _("lowered by playing it down"),
    "the urgency itself": _("the urgency itself"),
    "feeling acknowledged": _("feeling acknowledged"),
    "no comfort where it would be wrong": _("no comfort where it would be wrong"),
    "plain words": _("plain words"),
    "no blame, no empty comfort": _("no blame, no empty comfort"),
    "in the patient's language": _("in the patient's language"),
}
