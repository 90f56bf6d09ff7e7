"""The checker of notes is checked: it must catch planted unsupported and omitted facts, and leave good notes alone."""

import copy
import random
from dataclasses import dataclass
from typing import Any

from housestaff.learning.exam.notes import check_note
from housestaff.learning.exam.stations import IntakeStation, Told

KEYS = [f"item_{number}" for number in range(12)]


@dataclass
class Record:
    facts: list[dict[str, Any]]
    summary: list[dict[str, Any]]
    lines: dict[int, str]


def case(seed: int) -> tuple[IntakeStation, Record]:
    """A card, and the record that an attentive agent would have made of it."""
    rng = random.Random(seed)
    told, facts, summary, lines = {}, [], [], {}
    for number, key in enumerate(rng.sample(KEYS, 8), 1):
        status = rng.choice(["present", "denied"])
        words = f"{'yes' if status == 'present' else 'no'} {key} words {seed}"
        told[key] = Told(status, (words,))
        lines[number] = f"well, {words}"
        facts.append({"key": key, "status": status, "value": "", "quote": words, "seq": number})
        denial = ": no" if status == "denied" else ""
        summary.append({"text": f"{key}{denial} (“{words}”).", "seqs": [number], "kind": "history"})
    card = IntakeStation(f"x-{seed}", "en", "terse", "item_0", "good morning", told)
    return card, Record(facts, summary, lines)


def checked(card: IntakeStation, record: Record) -> Any:
    return check_note(record, card, critical=list(card.facts))


def test_a_good_note_passes() -> None:
    for seed in range(50):
        card, record = case(seed)
        found = checked(card, record)
        assert not found.unsupported and not found.omitted and found.linked == found.facts


def test_planted_unsupported_sentences_are_caught() -> None:
    caught = planted = 0
    for seed in range(200):
        card, record = case(seed)
        rng, bad = random.Random(seed), copy.deepcopy(record)
        place = rng.randrange(len(bad.summary))
        line, fact = bad.summary[place], bad.facts[place]
        match rng.choice(["words", "line", "no line", "turned"]):
            case "words":
                line["text"] = "item (“words that nobody wrote”)."
            case "line":
                line["seqs"] = [line["seqs"][0] % len(bad.lines) + 1]
            case "no line":
                line["seqs"] = []
            case _:
                fact["status"] = "denied" if fact["status"] == "present" else "present"
        planted += 1
        caught += len(checked(card, bad).unsupported) == 1
    assert caught / planted >= 0.95


def test_planted_omissions_are_caught() -> None:
    caught = planted = 0
    for seed in range(200):
        card, record = case(seed)
        gone = record.facts[random.Random(seed).randrange(len(record.facts))]
        record.summary = [line for line in record.summary if gone["seq"] not in line["seqs"]]
        planted += 1
        caught += checked(card, record).omitted == (gone["key"],)
    assert caught / planted >= 0.95
