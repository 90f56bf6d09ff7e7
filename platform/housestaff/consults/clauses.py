"""A patient's message cut into its own clauses: the only quotes the model may choose from.

A cut falls at punctuation or before a joining word, never inside a number ("38.6" stays whole: with decimals broken the
model's score fell by half). Every clause is an exact piece of the message, so evidence can be shown by its place.
"""

import re
from dataclasses import dataclass

LONGEST = 120  # characters; a longer run-on is cut at a space, so that a quote stays readable on the desk

_JOINING = r"(?:but|because|although|though|except|however)"
# "and" starts a new clause only where a new subject follows: "lips and tongue", "fever and confused" stay whole.
_AND = r"(?:and|plus)(?=\s+(?:i|it|he|she|we|they|there|my|no|not|now|also|then)\b)"
_CUT = re.compile(
    r"(?:"
    r"(?<!\d)[.,:](?!\d)|(?<=\d)[.,:](?!\d)|(?<!\d)[.,](?=\d)"  # a mark that does not stand between two digits
    r"|[!?;\n\r\t。！？；，、…]|——|\s-+\s"
    rf")+(?:\s*(?:{_JOINING}|and|plus|so)(?=\s))?"
    rf"|\s+(?:{_JOINING}(?=\s)|{_AND})"
    r"|但是|(?<!不)但(?!愿)|不过(?![气来去了关])|而且|因为|另外|还有就是"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])",
    re.IGNORECASE,
)
_EDGE = " \u3000\"'“”‘’()（）[]*-·~"


@dataclass(frozen=True)
class Clause:
    """One clause and where it stands: `message[start:end] == text`."""

    text: str
    start: int
    end: int


def clauses(message: str) -> list[Clause]:
    """The clauses of a message in order, each at most LONGEST characters; an empty message has none."""
    found: list[Clause] = []
    position = 0
    for cut in [*_CUT.finditer(message), None]:
        end = cut.start() if cut else len(message)
        found.extend(_trimmed(message, position, end))
        position = cut.end() if cut else end
    return found


def _trimmed(message: str, start: int, end: int) -> list[Clause]:
    """The clause without blanks and quotation marks at its edges, in pieces if it is too long."""
    while start < end and message[start] in _EDGE:
        start += 1
    while end > start and message[end - 1] in _EDGE:
        end -= 1
    if start == end:
        return []
    if end - start <= LONGEST:
        return [Clause(message[start:end], start, end)]
    space = message.rfind(" ", start + 1, start + LONGEST)
    middle = space if space > start else start + LONGEST
    return _trimmed(message, start, middle) + _trimmed(message, middle, end)
