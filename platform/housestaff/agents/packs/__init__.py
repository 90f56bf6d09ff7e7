"""Specialty packs: a folder of YAML and Markdown that clinicians sign, read into one frozen Pack (pure)."""

from .findings import findings
from .loading import EXAM_REPORT, digest_of, load_pack, pack_folders
from .problems import PackProblems, Problem
from .shapes import (
    DISPOSES,
    Answer,
    Article,
    Boundary,
    Card,
    Choice,
    Complaint,
    Enough,
    Examples,
    FactKey,
    Item,
    Pack,
    RedFlag,
    Source,
    Training,
)
from .words import LANGUAGES, Phrases, Words, join_sentences, language_of

__all__ = [
    "DISPOSES",
    "EXAM_REPORT",
    "LANGUAGES",
    "Answer",
    "Article",
    "Boundary",
    "Card",
    "Choice",
    "Complaint",
    "Enough",
    "Examples",
    "FactKey",
    "Item",
    "Pack",
    "PackProblems",
    "Phrases",
    "Problem",
    "RedFlag",
    "Source",
    "Training",
    "Words",
    "digest_of",
    "findings",
    "join_sentences",
    "language_of",
    "load_pack",
    "pack_folders",
]
