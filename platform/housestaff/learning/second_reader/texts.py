"""What the second reader learns from: every pack's practice stations and phrasings. Sealed stations never (pure).

Stations are whole messages. The phrasings that a pack gives for its complaints and questions are short and ordinary ("I
can't sleep"), those for its emergencies short and not; without them a message of three words would be read by chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from housestaff.agents.packs import LANGUAGES, Pack, load_pack, pack_folders
from housestaff.consults import triage
from housestaff.consults.second_reader import head_of, no_longer_than_an_answer

from ..exam import practice, sealing, stations
from .telling import Unit

_SELF_HARM = re.compile(
    r"suicid|self[- ]?harm|self[- ]?injur|end(?:ing)? (?:my|their) life|自杀|自伤|轻生", re.IGNORECASE
)
_VIOLENCE = re.compile(
    r"violen|assault|abus|rape|harm(?:ing)? others|stalk|strangl|家暴|暴力|性侵", re.IGNORECASE
)


AFTER_A_REMARK = 4  # of so many messages one is told after a remark too
TELLINGS = Path(__file__).with_name("tellings.yaml")
_SLOT = re.compile(r"\{(\w+)\}")
FEELING, OTHER_SPECIALTY = "feeling", "other_specialty"
_HEADS = {"self_harm": "self_harm", "violence": "violence"}


class SealedText(ValueError):
    """A sealed station's text was about to be learned from."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A text as the reader learns it. `kind`: "" for a look-alike, else body, self_harm or violence.

    `urgent`: a doctor must look the same day, for an emergency or for less. `whole`: a practice station, hence a message
    as patients send it; figures and thresholds are those of such.
    """

    text: str
    language: str
    kind: str
    ordinary: bool
    whole: bool
    origin: str = ""  # the text of which this is another telling, or its own
    answer: bool = False  # to a question of the agent: short, and there are many in each consult
    urgent: bool = False
    remark: bool = False  # tells nothing about anybody's health


def taught(specialties: Path) -> list[Taught]:
    """Every practice station of part A, sorted, each text once. Raises BadStation, SealedText."""
    found: dict[str, Taught] = {}
    for folder in pack_folders(specialties):
        found |= {one.text: one for one in phrasings(load_pack(folder))}
    for remark in practice.small_talk_in(specialties):
        found[remark.text] = Taught(remark.text, remark.language, "", ordinary=True, whole=False, remark=True)
    sealed: set[str] = set()
    for folder in sorted(path for path in specialties.iterdir() if (path / "stations").is_dir()):
        for one in stations.red_flags_in(folder, "practice"):
            answer = not one.emergency and one.topic.lower().startswith("answer")
            found[one.text] = Taught(
                one.text,
                one.language,
                _kind(one),
                one.why == "ordinary",
                whole=not answer,
                answer=answer,
                urgent=one.emergency,
            )
            if one.minimised:
                told = replace(found[one.text], text=one.minimised, whole=False, origin=one.text)
                found.setdefault(one.minimised, told)
        found |= {one.text: one for one in _vignettes(folder)}
        if folder.name != stations.GENERAL:
            found = {one.text: one for one in _quiet_answers(folder)} | found
        for card in stations.intake_in(folder, "practice"):
            for said in (said for told in card.facts.values() for said in told.says):
                found[said] = Taught(said, card.language, "", ordinary=True, whole=False, answer=True)
        for held in stations.red_flags_in(folder, "sealed"):
            sealed |= {sealing.digest(text) for text in (held.text, held.minimised) if text}
    for message in [one for one in found.values() if one.whole]:
        told = _told_otherwise(message)
        found.setdefault(told.text, told)
        remarks = _remarks(specialties)[message.language]
        if remarks and _number(message.text) % AFTER_A_REMARK == 0:
            told = _after_a_remark(message, remarks)
            found.setdefault(told.text, told)
    if both := [text for text in found if sealing.digest(text) in sealed]:
        raise SealedText(f"{len(both)} practice stations are sealed ones too; the first: {both[0][:60]}…")
    return [replace(found[text], origin=found[text].origin or text) for text in sorted(found)]


def _vignettes(folder: Path) -> Iterator[Taught]:
    """Practice vignettes of part G in their three ways; how soon somebody must look is the same in each."""
    for one in stations.triage_in(folder, "practice"):
        kind = _kind_of(one.topic) if one.urgency == "emergency" else ""
        urgent = one.urgency in ("urgent", "emergency")
        for text in (one.plain, one.minimised, one.embellished):
            yield Taught(
                text,
                one.language,
                kind,
                ordinary=not urgent,
                whole=text == one.plain,
                origin=one.plain,
                urgent=urgent,
            )


def _quiet_answers(folder: Path) -> Iterator[Taught]:
    """Practice answers to a pack's questions that tell nothing which could raise a red flag, surely or perhaps."""
    pack = load_pack(folder)
    loud = triage.alarming(pack)
    for flag in pack.flags:
        for answer in flag.answers:
            loud |= {(answer.item, "unsure"), *((key, "present") for key in answer.together)}
    for one in practice.told_in(folder):
        if one.asked and loud.isdisjoint((fact.key, fact.status) for fact in one.facts):
            short = no_longer_than_an_answer(one.text)
            yield Taught(one.text, one.language, "", ordinary=True, whole=False, answer=short)


@cache
def _tellings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(TELLINGS.read_text(encoding="utf-8"))
    return found


def _told_otherwise(one: Taught) -> Taught:
    """The same message played down or up; which way depends on the text alone."""
    ways = _tellings()[one.language]
    text = ways[_number(one.text) % len(ways)].replace("{t}", one.text)
    return replace(one, text=text, whole=False, origin=one.text)


def _number(text: str) -> int:
    """A number that depends on the text alone."""
    return int(sha256(text.encode()).hexdigest(), 16)


def _after_a_remark(one: Taught, remarks: Sequence[str]) -> Taught:
    """The same message after a greeting or the like: what is said politely is no less said."""
    between = "，" if one.language == "zh-hans" else ". "
    text = f"{remarks[_number(one.text) // AFTER_A_REMARK % len(remarks)]}{between}{one.text}"
    return replace(one, text=text, whole=False, origin=one.text)


@cache
def _remarks(specialties: Path) -> dict[str, list[str]]:
    held = practice.small_talk_in(specialties)
    return {language: [one.text for one in held if one.language == language] for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text as the reader of wants learns it: what it wants, and what nobody has said about it."""

    text: str
    language: str
    wants: tuple[str, ...]
    unknown: tuple[str, ...]
    whole: bool = True
    ordinary: bool = False
    origin: str = ""
    remark: bool = False  # tells nothing about anybody's health


def wanted(specialties: Path) -> list[Wanted]:
    """Practice stations of parts D and I, and ordinary messages that want none of it, sorted. Raises BadStation.

    `outside_<slug>` is a complaint that is not that specialty's: known of every message whose field is named.
    """
    slugs = [folder.name for folder in pack_folders(specialties)]
    found: dict[str, Wanted] = {}
    for folder in [specialties / stations.GENERAL, *pack_folders(specialties)]:
        own = folder.name if folder.name in slugs else ""
        for one in stations.red_flags_in(folder, "practice"):
            if one.why == "ordinary":
                found[one.text] = _in_field(one.text, one.language, one.field or own, slugs, (), (FEELING,))
        for attack in stations.boundaries_in(folder, "practice"):
            field = attack.field if attack.kind == OTHER_SPECIALTY else ""
            kinds = () if attack.kind == OTHER_SPECIALTY else (attack.kind,)
            found[attack.text] = _in_field(attack.text, attack.language, field, slugs, kinds, (FEELING,))
        for said in stations.manner_in(folder, "practice"):
            kinds = (FEELING,) if said.comfort else ()
            found[said.text] = _in_field(said.text, said.language, "", slugs, kinds, ())
    return [replace(found[text], origin=text) for text in sorted(found)]


def openings(specialties: Path) -> list[Wanted]:
    """First messages and what they are about: practice openings, and the packs' phrasings of their complaints."""
    packs = [load_pack(folder) for folder in pack_folders(specialties)]
    heads = {pack.slug: [head_of(pack.slug, one.key) for one in pack.in_scope] for pack in packs}
    found = {
        one.text: Wanted(one.text, one.language, (), (), whole=False, remark=True)
        for one in practice.small_talk_in(specialties)
    }
    for pack in packs:
        others = tuple(head for slug, held in heads.items() if slug != pack.slug for head in held)
        for complaint in pack.in_scope:
            for language in LANGUAGES:
                for row in (
                    pack.examples[complaint.key].present.of(language)
                    if complaint.key in pack.examples
                    else ()
                ):
                    head = (head_of(pack.slug, complaint.key),)
                    text = _SLOT.sub("", row)
                    found[text] = Wanted(text, language, head, others, whole=False)
        for one in practice.openings_in(specialties / pack.slug):
            heard = (head_of(pack.slug, one.complaint),) if one.complaint else ()
            found[one.text] = Wanted(one.text, one.language, heard, others)
    return [replace(found[text], origin=text) for text in sorted(found)]


def _in_field(
    text: str,
    language: str,
    field: str,
    slugs: Sequence[str],
    kinds: tuple[str, ...],
    unknown: tuple[str, ...],
) -> Wanted:
    """What is known about a text of a field; "general" and no field say nothing about who should have it."""
    outside = [f"outside_{slug}" for slug in slugs]
    if field in ("", "general"):
        return Wanted(text, language, kinds, (*unknown, *outside))
    elsewhere = tuple(name for name in outside if name != f"outside_{field}")
    return Wanted(text, language, (*kinds, *elsewhere), unknown)


def _decisive(pack: Pack) -> set[str]:
    """Facts that are an alarm by themselves: a red flag's key, or the answer that alone raises one."""
    answers = [answer for flag in pack.flags for answer in flag.answers if not answer.together]
    return {flag.key for flag in pack.flags} | {answer.item for answer in answers if answer.when == "yes"}


def phrasings(pack: Pack) -> Iterator[Taught]:
    """The pack's own short ways of saying things, and its look-alikes. A slot holds its first word."""
    slots = {
        (name, language): phrases.of(language)[0]
        for name, phrases in pack.training.slots.items()
        for language in LANGUAGES
    }
    alarming = {flag.key for flag in pack.flags}
    decisive = _decisive(pack)
    for language in LANGUAGES:
        for key, taught_for in pack.examples.items():
            flag = next((one for one in pack.flags if one.key == key), None)
            rows = [(row, False) for row in taught_for.denied.of(language)]
            if flag is not None and flag.level == "emergency":
                rows += [(row, True) for row in taught_for.present.of(language)]
            elif key not in alarming | decisive:
                rows += [(row, False) for row in taught_for.present.of(language)]
            for row, alarm in rows:
                kind = _HEADS.get(key, "body") if alarm else ""
                words = _filled(row, language, slots)
                yield Taught(words, language, kind, ordinary=not alarm, whole=False, urgent=alarm)
        for flag in pack.flags:
            for row in flag.look_alikes.of(language):
                yield Taught(row, language, "", ordinary=False, whole=False)


def _filled(row: str, language: str, slots: Mapping[tuple[str, str], str]) -> str:
    return _SLOT.sub(lambda found: slots.get((found[1], language), ""), row)


def _kind(one: stations.RedFlagStation) -> str:
    return _kind_of(one.topic) if one.emergency else ""


def _kind_of(topic: str) -> str:
    if _SELF_HARM.search(topic):
        return "self_harm"
    return "violence" if _VIOLENCE.search(topic) else "body"


def digest(rows: Sequence[Taught | Wanted | Unit], code: Sequence[Path]) -> str:
    """The name of a training: its texts and the code that reads them."""
    held = sha256(json.dumps([asdict(one) for one in rows], sort_keys=True).encode())
    for path in code:
        held.update(path.read_bytes())
    return held.hexdigest()
