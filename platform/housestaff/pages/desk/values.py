"""A fact's value in the reader's words: "3 weeks", "left" and the keys of choices are stored in plain English."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from housestaff.agents.packs import Item

_DURATION = re.compile(r"(?P<count>[\d.]+(?:-[\d.]+)?) (?P<unit>minute|hour|day|week|month|year)s?\Z")


def value_words(value: str, item: Item | None, language: str) -> str:
    """The value as the desk shows it; "" where the quote says it all."""
    if item is None or not value:
        return ""
    match item.kind:
        case "number":
            return value
        case "duration":
            return _duration(value)
        case "side":
            return {"left": _("left"), "right": _("right"), "both": _("both sides")}.get(value, "")
        case "choice":
            return next((one.name.say(language) for one in item.choices if one.key == value), "")
    return ""


def _duration(value: str) -> str:
    """A length of time in words; one that has no number ("since spring") stands in its quote."""
    found = _DURATION.match(value)
    if found is None:
        return ""
    count = found["count"]
    n = 1 if count == "1" else 2
    return {
        "minute": ngettext("%(n)s minute", "%(n)s minutes", n),
        "hour": ngettext("%(n)s hour", "%(n)s hours", n),
        "day": ngettext("%(n)s day", "%(n)s days", n),
        "week": ngettext("%(n)s week", "%(n)s weeks", n),
        "month": ngettext("%(n)s month", "%(n)s months", n),
        "year": ngettext("%(n)s year", "%(n)s years", n),
    }[found["unit"]] % {"n": count}
