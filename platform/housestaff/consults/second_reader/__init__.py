"""The second reader of the raw text: learned from the packs' practice stations, it hears what no rule has words for.

The rules know ways of saying; people find others. So a second, statistical reader judges the same text inside the same
POST, with the model down or not. Like every layer it may only raise: to an emergency where it is sure, to urgent (a
doctor looks, no card) where it is not. `manage.py train_second_reader` makes it; docs/decisions/0010 says why so.
"""

from .answering import ANSWERS_FILE, Answering, answering
from .complaining import COMPLAINTS_FILE, REMARK_HEAD, Complaining, complaining, head_of
from .linear import NoSecondReader
from .reading import (
    SELF_HARM,
    SOUNDS,
    VIOLENCE,
    Heard,
    Reader,
    language_of,
    no_longer_than_an_answer,
    reader,
    reader_if_made,
)
from .telling import Telling, file_of, telling
from .wanting import BOUNDED, KINDS, WANTS_FILE, Wanting, Wants, wanting

__all__ = [
    "ANSWERS_FILE",
    "BOUNDED",
    "COMPLAINTS_FILE",
    "KINDS",
    "REMARK_HEAD",
    "SELF_HARM",
    "SOUNDS",
    "VIOLENCE",
    "WANTS_FILE",
    "Answering",
    "Complaining",
    "Heard",
    "NoSecondReader",
    "Reader",
    "Telling",
    "Wanting",
    "Wants",
    "answering",
    "complaining",
    "file_of",
    "head_of",
    "language_of",
    "no_longer_than_an_answer",
    "reader",
    "reader_if_made",
    "telling",
    "wanting",
]
