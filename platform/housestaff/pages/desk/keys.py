"""The keys of the desk: one table for the handler, the help and the tests.

None destroys anything. All are dead in a field and while a word is being composed, except those marked
`in_fields`; a key without a modifier is dead with one.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Key:
    """What to press, what the scripts call it, and what it means."""

    press: str
    does: str
    meaning: str | Promise
    shown: str = ""
    in_fields: bool = False

    @property
    def label(self) -> str:
        return self.shown or self.press


KEYS = (
    Key("j", "next", _("Next consult in the list")),
    Key("k", "previous", _("Previous consult in the list")),
    Key("Enter", "open", _("Open the chosen consult"), "⏎"),
    Key("e", "edit", _("Edit the reply")),
    Key("Escape", "leave", _("Leave the field; the text stays"), "Esc", in_fields=True),
    Key("Control+Enter", "sign", _("Sign and send"), "Ctrl ⏎", in_fields=True),
    Key("z", "undo", _("Undo the signature, within ten seconds")),
    Key("t", "takeover", _("Take over from the agent")),
    Key("Shift+T", "handback", _("Hand back to the agent"), "⇧ T"),
    Key("1", "urgency-routine", _("Urgency: routine")),
    Key("2", "urgency-soon", _("Urgency: soon")),
    Key("3", "urgency-urgent", _("Urgency: urgent")),
    Key("4", "urgency-emergency", _("Urgency: emergency")),
    Key("/", "search", _("Search the list")),
    Key("?", "help", _("Show these keys")),
)
