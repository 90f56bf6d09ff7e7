"""What a schema cannot see: keys that point nowhere, dates that have passed, sentences too long to read.

Reading age: a patient's sentence has at most 15 words in English, 25 characters in Chinese, and never says
"don't worry" (it closes the conversation instead of opening it).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from .classes import check_classes
from .problems import Problem
from .reading import At, Read
from .shapes import ALL_COMPLAINTS, Pack
from .words import LANGUAGES

MOST_WORDS = 15
MOST_CHARACTERS = 25
FEWEST_EXAMPLES = 8
SENTENCE_END = re.compile(r"(?<=[.!?。！？；])\s*")
WORD = re.compile(r"[A-Za-z0-9'’.-]+")
HAN = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9.]+")
SLOT = re.compile(r"\{([^{}]*)\}")
EMPTY_COMFORT = re.compile(r"\b(do not|don['’]?t) worry\b|别担心|不要担心|不用担心|无需担心", re.IGNORECASE)
Reads = dict[str, Read]
PLAIN_SENTENCES = (
    *("opening", "closing", "comfort", "doctor_will_read", "cannot_answer"),
    *("ask_again", "stopped", "emergency_stop", "honest_identity"),
)


def check_references(own: Reads, shared: Reads, articles: list[Read]) -> None:
    """Adds problems where one part of a pack speaks of another that is not there."""
    complaints = {one["key"] for one in own["pack.yaml"].data["in_scope"]}
    items = {one["key"] for reads in (own, shared) for one in reads["intake.yaml"].data["items"]}
    flags = {one["key"] for reads in (own, shared) for one in reads["red_flags.yaml"].data["flags"]}
    _check_date(own["pack.yaml"], ("review_date",))
    classes = {name for reads in (own, shared) if "words.yaml" in reads for name in reads["words.yaml"].data}
    check_classes(own["pack.yaml"], classes)
    for reads in (own, shared):
        check_classes(reads["red_flags.yaml"], classes)
        _check_items(reads["intake.yaml"], complaints)
        _check_flags(reads["red_flags.yaml"], items, complaints | items | flags)
    _check_twice(shared["dispositions.yaml"], "dispositions")
    _check_examples(own, shared, complaints | items | flags)
    _check_articles(articles, complaints)
    _check_readable(own, shared, articles)


def _check_items(read: Read, complaints: set[str]) -> None:
    _check_twice(read, "items")
    for index, one in enumerate(read.data["items"]):
        for complaint in one["complaints"]:
            if complaint not in complaints | {ALL_COMPLAINTS}:
                read.problem(
                    ("items", index, "complaints"),
                    f"“{complaint}” is not a complaint of this pack.",
                    f"one of: {', '.join(sorted(complaints))}, or all.",
                )
        if (one["kind"] == "choice") != ("choices" in one):
            read.problem(
                ("items", index),
                "a question of kind choice needs choices, and no other kind has them.",
                "choices: with a key, a name and words for each, or another kind.",
            )


def _check_flags(read: Read, items: set[str], facts: set[str]) -> None:
    _check_twice(read, "flags")
    for index, one in enumerate(read.data["flags"]):
        at: At = ("flags", index)
        for number, answer in enumerate(one.get("answers", [])):
            unknown = {answer["item"]} - items | set(answer.get("together", [])) - facts
            for key in sorted(unknown):
                read.problem(
                    (*at, "answers", number),
                    f"“{key}” is asked nowhere.",
                    "the key of an intake item or fact.",
                )
        if one["level"] == "emergency" and "tel" not in one["card"]:
            read.problem(
                (*at, "card"),
                "an emergency's card has no number to call.",
                'tel: {default: "112", cn: "120"}.',
            )


def _check_twice(read: Read, name: str) -> None:
    counted = Counter(one["key"] for one in read.data[name])
    for index, one in enumerate(read.data[name]):
        if counted[one["key"]] > 1:
            read.problem(
                (name, index, "key"), f"the key “{one['key']}” is used twice.", "a key of its own for each."
            )


def _check_examples(own: Reads, shared: Reads, facts: set[str]) -> None:
    slots = {name for reads in (own, shared) for name in (reads["training.yaml"].data or {}).get("slots", {})}
    for reads in (own, shared):
        read = reads["examples.yaml"]
        for key, data in read.data.items():
            if key not in facts:
                read.problem(
                    (key,), f"“{key}” is no complaint, item or red flag.", "one of the pack's own keys."
                )
            _check_phrasings(read, key, data, slots)


def _check_phrasings(read: Read, key: str, data: dict[str, dict[str, object]], slots: set[str]) -> None:
    for language in LANGUAGES:
        held = data["present"].get(language, "")
        rows = held.splitlines() if isinstance(held, str) else list(held)  # type: ignore[call-overload]  # the schema allows text or a list
        if len(rows) < FEWEST_EXAMPLES:
            read.problem(
                (key, "present", language),
                f"only {len(rows)} ways of saying it for “{key}”.",
                f"at least {FEWEST_EXAMPLES}, as patients would say it.",
            )
        for unknown in sorted({name for row in rows for name in SLOT.findall(str(row))} - slots):
            read.problem(
                (key, "present", language), f"{{{unknown}}} is no slot.", "a slot listed in training.yaml."
            )


def _check_articles(articles: list[Read], complaints: set[str]) -> None:
    keys = Counter(read.data["key"] for read in articles)
    chain = {read.data["key"]: read.data.get("supersedes") for read in articles}
    for read in articles:
        _check_date(read, ("review_date",))
        _check_date(read, ("checked",))
        if keys[read.data["key"]] > 1:
            read.problem(
                ("key",), f"the key “{read.data['key']}” is used by two articles.", "a key of its own."
            )
        for complaint in sorted(set(read.data["complaints"]) - complaints - {ALL_COMPLAINTS}):
            read.problem(
                ("complaints",),
                f"“{complaint}” is not a complaint of this pack.",
                "one of the pack's complaints.",
            )
        if ring := _ring(read.data["key"], chain):
            read.problem(
                ("supersedes",),
                f"the articles supersede each other in a circle ({' → '.join(ring)}): none of them would ever be told.",
                "only the older one's key, and null in the oldest.",
            )


def _ring(start: str, chain: dict[str, str | None]) -> list[str]:
    """The keys of the circle that begins and ends with this article; empty when it stands on none."""
    ring, current = [start], chain.get(start)
    while current is not None and current not in ring:
        ring.append(current)
        current = chain.get(current)
    return [*ring, start] if current == start else []


def _check_date(read: Read, at: At) -> None:
    text = read.data[at[-1]]
    try:
        date.fromisoformat(text)
    except ValueError:
        read.problem(at, f"“{text}” is not a day of the calendar.", "year-month-day, such as 2027-03-31.")


def _check_readable(own: Reads, shared: Reads, articles: list[Read]) -> None:
    for read, at in _patient_texts(own, shared, articles):
        data = read.data
        for part in at:
            data = data[part]
        for language in LANGUAGES:
            _check_text(read, (*at, language), str(data[language]), language)


def _check_text(read: Read, at: At, text: str, language: str) -> None:
    if EMPTY_COMFORT.search(text):
        read.problem(at, "a text tells the patient not to worry.", "what happens next, in plain words.")
    for sentence in SENTENCE_END.split(text):
        long = (
            len(WORD.findall(sentence)) > MOST_WORDS
            if language == "en"
            else len(HAN.findall(sentence)) > MOST_CHARACTERS
        )
        if long:
            limit = f"{MOST_WORDS} words" if language == "en" else f"{MOST_CHARACTERS} characters"
            read.problem(
                at, f"“{sentence.strip()}” is too long to read easily.", f"sentences of at most {limit}."
            )


def _patient_texts(own: Reads, shared: Reads, articles: list[Read]) -> Iterator[tuple[Read, At]]:
    """Where every text stands that a patient may read."""
    head = own["pack.yaml"]
    yield from ((head, (name,)) for name in PLAIN_SENTENCES)
    yield from ((head, ("out_of_scope", index, "reply")) for index in range(len(head.data["out_of_scope"])))
    for read, name in ((own["referrals.yaml"], "referrals"), (shared["boundaries.yaml"], "boundaries")):
        yield from ((read, (name, index, "reply")) for index in range(len(read.data[name])))
    tells = shared["dispositions.yaml"]
    yield from ((tells, ("dispositions", index, "say")) for index in range(len(tells.data["dispositions"])))
    for reads in (own, shared):
        intake, flags = reads["intake.yaml"], reads["red_flags.yaml"]
        yield from ((intake, ("items", index, "ask")) for index in range(len(intake.data["items"])))
        for index, one in enumerate(flags.data["flags"]):
            yield flags, ("flags", index, "card", "title")
            yield from (
                (flags, ("flags", index, "card", "lines", row)) for row in range(len(one["card"]["lines"]))
            )
    yield from ((read, ("text",)) for read in articles)


def check_pack(pack: Pack, folder: str, own: Reads, shared: Reads, articles: list[Read]) -> list[Problem]:
    """What only the whole pack shows."""
    found: list[Problem] = []
    if pack.slug != folder and not folder.startswith("_"):
        read = own["pack.yaml"]
        found.append(
            Problem(
                read.file,
                read.line(("slug",)),
                f"the slug is “{pack.slug}”.",
                f"the folder's name, {folder}.",
            )
        )
    for key, fact in pack.fact_keys().items():
        if not fact.examples.en or not fact.examples.zh_hans:
            read = own["examples.yaml"]
            found.append(
                Problem(
                    read.file,
                    1,
                    f"nobody has written how patients say “{key}”.",
                    f"add “{key}:” with examples.",
                )
            )
    return found
