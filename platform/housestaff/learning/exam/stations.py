"""Exam stations: `specialties/<slug>/stations/{sealed,practice}/<part>.yaml` → frozen shapes, every mistake a sentence.

Sealed stations are what an agent is examined on; practice ones are open to whoever writes rules and text. A station that
failed and was looked at moves to practice. The general ones (`_general`) are sat by every specialty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

GENERAL = "_general"
FILES = {
    "A": "red_flags.yaml",
    "B": "intake.yaml",
    "C": "context.yaml",
    "D": "boundaries.yaml",
    "F": "knowledge.yaml",
    "G": "triage.yaml",
    "I": "manner.yaml",
}
STATUSES = ("present", "denied", "unsure")
LANGUAGES = ("en", "zh-hans")
URGENCIES = ("routine", "soon", "urgent", "emergency")
WHY = ("denied", "past", "someone_else", "idiom", "asked_about", "ordinary")
ATTACKS = (
    *("prescription", "dose", "diagnosis", "injection", "other_patient"),
    *("other_specialty", "identity", "secrets"),
)
STYLES = ("terse", "chatty", "wandering", "minimising")
Data = Mapping[str, Any]
S = TypeVar("S")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # thousands of lines: in C where PyYAML has it


class BadStation(ValueError):
    """A station that cannot be sat; the message says which, where and why."""


@dataclass(frozen=True, slots=True)
class RedFlagStation:
    """Part A: a message that cannot wait, or one that only looks so; `minimised` plays the same down."""

    id: str
    language: str
    emergency: bool
    topic: str
    text: str
    minimised: str = ""
    why: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One fact of a hidden card: its status, its value, and the ways this patient would say it."""

    status: str
    says: tuple[str, ...]
    value: str = ""


@dataclass(frozen=True, slots=True)
class IntakeStation:
    """Part B: a simulated patient. `withholds` are facts told only when asked twice."""

    id: str
    language: str
    style: str
    complaint: str
    opening: str
    facts: Mapping[str, Told]
    interrupts: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    ordinary: bool = True


@dataclass(frozen=True, slots=True)
class ContextStation:
    """Part C: an opening that tells `item`, and the same opening without it."""

    id: str
    language: str
    complaint: str
    item: str
    enough: str
    not_enough: str


@dataclass(frozen=True, slots=True)
class BoundaryStation:
    """Part D: what a patient (or a text they paste) asks for and may not get. `canary` must never come back."""

    id: str
    language: str
    kind: str
    text: str
    canary: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeStation:
    """Part F: a question, and the article that answers it; `article` is empty where the pack has no source."""

    id: str
    language: str
    text: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class TriageStation:
    """Part G: one vignette told plainly, played down and dramatised."""

    id: str
    language: str
    urgency: str
    topic: str
    plain: str
    minimised: str
    embellished: str


@dataclass(frozen=True, slots=True)
class MannerStation:
    """Part I: a message in which feeling is only implied (`comfort`), or one where comfort would be wrong."""

    id: str
    language: str
    text: str
    comfort: bool


@dataclass(frozen=True, slots=True)
class Stations:
    """Every station of one pack and one drawer (sealed or practice), by part."""

    red_flags: tuple[RedFlagStation, ...] = ()
    intake: tuple[IntakeStation, ...] = ()
    context: tuple[ContextStation, ...] = ()
    boundaries: tuple[BoundaryStation, ...] = ()
    knowledge: tuple[KnowledgeStation, ...] = ()
    triage: tuple[TriageStation, ...] = ()
    manner: tuple[MannerStation, ...] = ()
    general: frozenset[str] = field(default_factory=frozenset)

    def texts(self) -> Iterator[tuple[str, str]]:
        """(station id, text) for every word a station says."""
        for one in self.red_flags:
            yield from ((one.id, text) for text in (one.text, one.minimised) if text)
        for card in self.intake:
            yield card.id, card.opening
            yield from ((card.id, said) for told in card.facts.values() for said in told.says)
            yield from ((card.id, said) for said in card.interrupts)
        for pair in self.context:
            yield from ((pair.id, text) for text in (pair.enough, pair.not_enough))
        yield from ((one.id, one.text) for one in self.boundaries)
        yield from ((one.id, one.text) for one in self.knowledge)
        yield from ((one.id, one.text) for one in self.manner)
        for vignette in self.triage:
            yield from (
                (vignette.id, text) for text in (vignette.plain, vignette.minimised, vignette.embellished)
            )


def read(specialties: Path, slug: str, drawer: str) -> Stations:
    """The pack's stations of a drawer with the general ones before them. Raises BadStation."""
    shapes: dict[str, tuple[str, Callable[[Data], Any]]] = {
        "A": ("red_flags", _red_flag),
        "B": ("intake", _intake),
        "C": ("context", _context),
        "D": ("boundaries", _boundary),
        "F": ("knowledge", _knowledge),
        "G": ("triage", _triage),
        "I": ("manner", _manner),
    }
    found: dict[str, Any] = {}
    general: set[str] = set()
    for part, (name, shape) in shapes.items():
        shared = _part(specialties / GENERAL, drawer, part, shape)
        own = _part(specialties / slug, drawer, part, shape) if slug != GENERAL else []
        general |= {one.id for one in shared}
        found[name] = (*shared, *own)
    _once([one.id for name, _ in shapes.values() for one in found[name]])
    return Stations(**found, general=frozenset(general))


def red_flags_in(folder: Path, drawer: str) -> list[RedFlagStation]:
    """The stations of part A in one pack's folder alone."""
    return _part(folder, drawer, "A", _red_flag)


def intake_in(folder: Path, drawer: str) -> list[IntakeStation]:
    """The stations of part B in one pack's folder alone."""
    return _part(folder, drawer, "B", _intake)


def triage_in(folder: Path, drawer: str) -> list[TriageStation]:
    """The stations of part G in one pack's folder alone."""
    return _part(folder, drawer, "G", _triage)


def knowledge_in(folder: Path, drawer: str) -> list[KnowledgeStation]:
    """The stations of part F in one pack's folder alone."""
    return _part(folder, drawer, "F", _knowledge)


def boundaries_in(folder: Path, drawer: str) -> list[BoundaryStation]:
    """The stations of part D in one pack's folder alone."""
    return _part(folder, drawer, "D", _boundary)


def manner_in(folder: Path, drawer: str) -> list[MannerStation]:
    """The stations of part I in one pack's folder alone."""
    return _part(folder, drawer, "I", _manner)


def _part(folder: Path, drawer: str, part: str, shape: Callable[[Data], S]) -> list[S]:
    return rows(folder, drawer, FILES[part].removesuffix(".yaml"), shape)


def rows(folder: Path, drawer: str, stem: str, shape: Callable[[Data], S]) -> list[S]:
    """Every file of a drawer that begins with this name (`red_flags.yaml`, `red_flags_more.yaml`), row by row."""
    return [
        one
        for path in sorted((folder / "stations" / drawer).glob(f"{stem}*.yaml"))
        for one in _file(path, shape)
    ]


def _once(ids: list[str]) -> None:
    twice = sorted(one for one, many in Counter(ids).items() if many > 1)
    if twice:
        raise BadStation(f"These station ids stand twice: {', '.join(twice[:5])}. Give each its own.")


def _file(path: Path, shape: Callable[[Data], S]) -> list[S]:
    where = "/".join(path.parts[-4:])
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 a safe one
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadStation(f"{where} cannot be read: {error}") from None
    if not isinstance(rows, list):
        raise BadStation(f"{where} must be a list of stations.")
    made = []
    for number, row in enumerate(rows, 1):
        named = row.get("id") if isinstance(row, dict) else None
        try:
            made.append(shape(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            told = f"“{error.args[0]}” is missing" if isinstance(error, KeyError) else str(error)
            raise BadStation(f"{where}, station {named or number}: {told}.") from None
    return made


def one_of(row: Data, name: str, allowed: tuple[str, ...]) -> str:
    value = str(row[name])
    if value not in allowed:
        raise ValueError(f"{name} is “{value}”; it must be one of {', '.join(allowed)}")
    return value


def text_of(row: Data, name: str) -> str:
    value = str(row[name]).strip()
    if not value:
        raise ValueError(f"“{name}” is empty")
    return value


def _red_flag(row: Data) -> RedFlagStation:
    emergency = one_of(row, "kind", ("emergency", "look_alike")) == "emergency"
    return RedFlagStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        emergency,
        str(row.get("topic", "")),
        text_of(row, "text"),
        str(row.get("minimised", "")).strip(),
        "" if emergency else one_of(row, "why", WHY),
        str(row.get("field", "")),
    )


def _intake(row: Data) -> IntakeStation:
    facts = {
        str(key): Told(
            one_of(one, "status", STATUSES),
            tuple(str(said) for said in one["says"]),
            str(one.get("value", "")),
        )
        for key, one in row["facts"].items()
    }
    for key, told in facts.items():
        if not told.says:
            raise ValueError(f"the patient has no words for “{key}”")
    return IntakeStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        one_of(row, "style", STYLES),
        text_of(row, "complaint"),
        text_of(row, "opening"),
        facts,
        tuple(map(str, row.get("interrupts") or ())),
        tuple(map(str, row.get("withholds") or ())),
        bool(row.get("ordinary", True)),
    )


def _context(row: Data) -> ContextStation:
    return ContextStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        text_of(row, "complaint"),
        text_of(row, "item"),
        text_of(row, "enough"),
        text_of(row, "not_enough"),
    )


def _boundary(row: Data) -> BoundaryStation:
    return BoundaryStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        one_of(row, "kind", ATTACKS),
        text_of(row, "text"),
        str(row.get("canary") or ""),
        str(row.get("field", "")),
    )


def _knowledge(row: Data) -> KnowledgeStation:
    return KnowledgeStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        text_of(row, "text"),
        str(row.get("article") or ""),
    )


def _triage(row: Data) -> TriageStation:
    return TriageStation(
        text_of(row, "id"),
        one_of(row, "language", LANGUAGES),
        one_of(row, "urgency", URGENCIES),
        str(row.get("topic", "")),
        text_of(row, "plain"),
        text_of(row, "minimised"),
        text_of(row, "embellished"),
    )


def _manner(row: Data) -> MannerStation:
    if not isinstance(row["comfort"], bool):
        raise ValueError("“comfort” must be true or false")
    return MannerStation(
        text_of(row, "id"), one_of(row, "language", LANGUAGES), text_of(row, "text"), row["comfort"]
    )
