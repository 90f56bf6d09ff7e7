"""What the base is trained on: example number i of a seed, always the same one.

Tasks: facts under an invented specialty's key names; facts under random key names that the system message explains;
sentences to say for a plan line; and copying clauses. Because an example depends on (seed, number) alone, a run that was
killed goes on at the next number and no file of text is kept.
"""

import json
import random
import string
from collections.abc import Iterator

from housestaff.consults.clauses import clauses
from housestaff.learning.messages import Piece, assemble, compose, dress, roughen
from housestaff.learning.prompts import Example, Fact, facts_answer, facts_system, facts_user, say_system

from .banks import CODE, LANGUAGES, Concept, Slot, Specialty, bank, concepts, fill, slots, specialties

State = tuple[str, Concept | Slot]


def example(seed: int, number: int) -> Example:
    """The example with this number."""
    rng = random.Random(f"base:{seed}:{number}")
    language = rng.choice(LANGUAGES)
    draw = rng.random()
    if draw < 0.64:
        return named_facts(rng, language)
    if draw < 0.72:
        return glossed_facts(rng, language)
    if draw < 0.84:
        return sentence_to_say(rng, language)
    return copied_clauses(rng, language)


def examples(seed: int, first: int = 0) -> Iterator[Example]:
    """Examples without end, from a number on."""
    number = first
    while True:
        yield example(seed, number)
        number += 1


def named_facts(rng: random.Random, language: str) -> Example:
    """A message to an invented specialty; its key names have to be known by heart."""
    specialty = rng.choice(specialties())
    known: list[State] = [*specialty.facts, *specialty.values]
    text, question, facts = message(rng, language, known)
    return Example(
        facts_system(specialty.name, CODE[language]), facts_user(text, question), facts_answer(facts)
    )


def glossed_facts(rng: random.Random, language: str) -> Example:
    """A message with random key names, each explained by one line: the task itself, not its words."""
    chosen: list[Concept | Slot] = [
        *rng.sample(concepts(), rng.randint(2, 4)),
        *rng.sample(slots(), rng.randint(0, 2)),
    ]
    rng.shuffle(chosen)
    known = [(_random_key(rng), it) for it in chosen]
    glosses = "\n".join(f"{key}: {_gloss(it, language)}" for key, it in known)
    text, question, facts = message(rng, language, known)
    return Example(
        f"{facts_system('glossary', CODE[language])}\n{glosses}",
        facts_user(text, question),
        facts_answer(facts),
    )


def message(rng: random.Random, language: str, known: list[State]) -> tuple[str, str | None, list[Fact]]:
    """A patient's message about some of what is known, a question it may answer, and its facts."""
    frames = bank("frames")[language]
    if rng.random() < 0.09:
        text = dress(rng, rng.choice(bank("chatter")[language]), language)
        return text, asked(rng, rng.choice(known)[1], language) if rng.random() < 0.4 else None, []
    pieces: list[Piece] = []
    question = None
    if rng.random() < 0.45:
        key, it = rng.choice(known)
        question = asked(rng, it, language)
        if rng.random() < 0.85:
            pieces.append(answered(rng, key, it, language))
    taken = {key for piece in pieces for key, _ in piece.states}
    for key, it in rng.sample(
        known, min(len(known), rng.choice([0, 1, 1, 2, 2, 3]) if pieces else rng.choice([1, 1, 2, 2, 3, 4]))
    ):
        if key not in taken:
            pieces.append(stated(rng, key, it, language, dict(known)))
    if rng.random() < 0.15:
        other = rng.choice(concepts())
        words = rng.choice(frames["other"]).replace("{n}", rng.choice(other.words[language]["n"]))
        pieces.insert(rng.randint(0, len(pieces)), Piece(fill(rng, words, language)))
    text, facts = assemble(rng, pieces, frames, language)
    return text, question, facts


def stated(
    rng: random.Random, key: str, it: Concept | Slot, language: str, known: dict[str, Concept | Slot]
) -> Piece:
    """One fact said of the patient's own accord."""
    if isinstance(it, Slot):
        return Piece(fill(rng, rng.choice(it.words[language]["a"]), language), ((key, "present"),))
    status = rng.choices(["present", "denied", "unsure"], [0.55, 0.3, 0.15])[0]
    words = _said(rng, it, status, language)
    states = [(key, status)]
    if status == "present" and rng.random() < 0.2:
        words += fill(rng, rng.choice(bank("frames")[language]["time"]), language)
        states += [
            (k, "present") for k, slot in known.items() if isinstance(slot, Slot) and "duration" in slot.names
        ]
    return Piece(words, tuple(states))


def asked(rng: random.Random, it: Concept | Slot, language: str) -> str:
    """A question about it."""
    if isinstance(it, Slot):
        return rng.choice(it.words[language]["q"])
    template: str = rng.choice(bank("frames")[language]["question"])
    return template.replace("{n}", rng.choice(it.words[language]["n"]))


def answered(rng: random.Random, key: str, it: Concept | Slot, language: str) -> Piece:
    """The answer to a question about it: a value, a bare yes or no, or a whole clause."""
    if isinstance(it, Slot):
        if rng.random() < 0.08:
            return Piece(rng.choice(bank("frames")[language]["dunno"]), ((key, "unsure"),))
        return Piece(fill(rng, rng.choice(it.words[language]["a"]), language), ((key, "present"),))
    status, words = rng.choices(
        [("present", "yes"), ("denied", "no"), ("unsure", "dunno")], [0.45, 0.4, 0.15]
    )[0]
    if rng.random() < 0.3:
        return Piece(_said(rng, it, status, language), ((key, status),))
    text = rng.choice(bank("frames")[language][words])
    return Piece(text, ((key, status),), focus=len(text.split(",")[0]))


def sentence_to_say(rng: random.Random, language: str) -> Example:
    """A plan line of an invented specialty and the sentence in its voice."""
    specialty = rng.choice(specialties())
    voices = bank("voices")[language]
    key, it = rng.choice(specialty.facts + specialty.values)
    plan, text = rng.choices(
        [
            (f"ask {key}", _ask(specialty, it, language)),
            (f"comfort+ask {key}", f"{_voice(specialty, voices['comfort'])} {_ask(specialty, it, language)}"),
            (f"advice {key}", _about(it, _voice(specialty, voices["advice"]), language)),
            ("close", _voice(specialty, voices["close"])),
            ("opening", _voice(specialty, voices["open"])),
            ("cannot_answer", _voice(specialty, voices["cannot"])),
        ],
        [0.5, 0.25, 0.1, 0.05, 0.05, 0.05],
    )[0]
    return Example(say_system(specialty.name, CODE[language]), plan, text)


def copied_clauses(rng: random.Random, language: str) -> Example:
    """Words, numbers and rare characters to be cut into clauses and copied exactly."""
    words = bank("vocabulary")[language].split()
    pieces = []
    for _ in range(rng.randint(1, 4)):
        chosen = [
            _odd(rng, language) if rng.random() < 0.15 else rng.choice(words)
            for _ in range(rng.randint(1, 6))
        ]
        pieces.append(Piece((" " if language == "en" else "").join(chosen)))
    text, _ = compose(rng, pieces, bank("frames")[language]["join"])
    if rng.random() < 0.3 and language == "en":
        text = roughen(rng, text, language)
    found = [clause.text for clause in clauses(text)]
    return Example(f"clauses {CODE[language]}", text, json.dumps(found, ensure_ascii=False))


def _said(rng: random.Random, it: Concept, status: str, language: str) -> str:
    """A concept in this status, as a noun phrase in a frame or as a clause of its own."""
    frames, words = bank("frames")[language], it.words[language]
    by_noun = rng.random() < 0.5
    if status == "present":
        frame, fillers = (
            (frames["present"], words["n"]) if by_noun else (frames["present_clause"], words["p"])
        )
    elif status == "denied":
        frame, fillers = (frames["denied"], words["n"]) if by_noun else (frames["denied_clause"], words["d"])
    else:
        frame, fillers = (frames["unsure"], words["n"]) if by_noun else (frames["unsure_clause"], words["p"])
    filler, told = rng.choice(fillers), str(rng.choice(frame))
    return told.replace("{n}", filler).replace("{p}", filler)


def _voice(specialty: Specialty, options: list[str]) -> str:
    return options[specialty.voice % len(options)]


def _ask(specialty: Specialty, it: Concept | Slot, language: str) -> str:
    if isinstance(it, Slot):
        return _voice(specialty, it.words[language]["q"])
    return _about(it, _voice(specialty, bank("voices")[language]["ask"]), language)


def _about(it: Concept | Slot, template: str, language: str) -> str:
    noun = it.words[language]["n"][0] if isinstance(it, Concept) else it.words[language]["q"][0].rstrip("?？")
    return template.replace("{n}", noun)


def _gloss(it: Concept | Slot, language: str) -> str:
    return it.words[language]["n"][0] if isinstance(it, Concept) else it.words[language]["q"][0]


def _random_key(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"{rng.choice('abcdefghkmnpqrstvw')}{rng.randint(1, 99)}"
    return "_".join(
        rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") + rng.choice("lmnrst")
        for _ in range(rng.randint(1, 3))
    )


def _odd(rng: random.Random, language: str) -> str:
    """Something never seen: a number, a nonsense word, a rare character, an emoji."""
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(
            [
                str(rng.randint(0, 999)),
                f"{rng.randint(1, 200)}.{rng.randint(0, 9)}",
                f"{rng.randint(1, 12)}:30",
            ]
        )
    if draw < 0.42:
        return rng.choice(["🙂", "😢", "👍", "❤️", "😴", "💊", "🏥", "😭", "🙏"])
    if language == "en":
        return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(2, 8)))
    return "".join(rng.choice(everyday_characters()) for _ in range(rng.randint(1, 3)))


def everyday_characters() -> str:
    """The 3,755 everyday Chinese characters of GB 2312's first level."""
    rows = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return "".join(row.decode("gb2312", errors="ignore") for row in rows)
