"""The note: first what must not be missed, every sentence with its lines, short enough to be read."""

from datetime import date
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults.note import MOST_DRAFT_WORDS, MOST_WORDS, RungAt, draft, summary, words_in
from housestaff.consults.red_flags import scan
from housestaff.consults.understanding import FactFound, rule_facts

PACK = load_pack(Path(__file__).parents[2] / "specialties" / "urology")
TODAY = date(2026, 11, 23)


def fact(key: str, quote: str, seq: int, status: str = "present", value: str = "yes") -> FactFound:
    return FactFound(key, value, status, quote, "sure", seq)  # type: ignore[arg-type]


FACTS = [
    fact("stone_pain", "pain in my left side", 1),
    fact("pain_side", "on the left", 3, value="left"),
    fact("duration", "three weeks now", 5, value="3 weeks"),
    fact("fever", "no fever", 7, "denied", "no"),
    fact("allergies", "penicillin", 9, value="penicillin"),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_must_not_be_missed_comes_first(language: str) -> None:
    hit = scan("blood in my pee", PACK.flags)[0]
    kinds = [line.kind for line in summary(PACK, FACTS, language=language, rung=[RungAt(hit, 2)])]
    assert kinds[:4] == ["red_flag", "allergies", "medicines", "not_asked"]
    assert set(kinds[4:]) == {"history"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sentence_about_the_patient_has_its_line_and_its_words(language: str) -> None:
    quotes = {one.seq: one.quote for one in FACTS}
    for line in summary(PACK, FACTS, language=language):
        if line.kind == "history" or (line.kind == "allergies" and line.seqs):
            assert line.seqs and all(quotes[seq] in line.text for seq in line.seqs)


def test_what_was_not_asked_is_said() -> None:
    lines = {line.kind: line for line in summary(PACK, FACTS, language="en")}
    assert lines["medicines"].text == "Medicines: not asked." and lines["medicines"].seqs == ()
    assert "How bad is the pain" in lines["not_asked"].text


def test_both_sides_of_a_contradiction_are_shown() -> None:
    facts = [*FACTS, fact("fever", "well, a bit of fever", 11)]
    line = next(one for one in summary(PACK, facts, language="en") if one.kind == "contradiction")
    assert line.seqs == (7, 11)


def test_a_long_consult_still_makes_a_short_note() -> None:
    facts = [
        fact(key, "a rather long answer about this and that and the other thing", seq)
        for seq, key in enumerate(PACK.fact_keys())
    ]
    for language in ("en", "zh-hans"):
        note = summary(PACK, facts, language=language)
        assert sum(words_in(line.text) for line in note) <= MOST_WORDS
        assert note[0].kind == "red_flag"


def test_an_empty_consult_has_a_note_too() -> None:
    assert summary(PACK, [], language="en")[0].text == "No red flag found so far."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_draft_is_signed_text_only_and_short(language: str) -> None:
    text = draft(PACK, FACTS, language=language, today=TODAY, said="how much should I drink?")
    assert 0 < words_in(text) <= MOST_DRAFT_WORDS
    for signed in sorted(PACK.signed_sentences(language).values(), key=len, reverse=True):
        text = text.replace(signed, "")
    assert text.strip() == ""


def test_the_draft_cites_nothing_expired() -> None:
    assert "Source" not in draft(PACK, FACTS, language="en", today=date(2040, 1, 1))


def test_facts_from_rules_make_a_note() -> None:
    facts = rule_facts(PACK, "I have a kidney stone", None, 1) + rule_facts(PACK, "left", "pain_side", 3)
    assert any("left" in line.text and line.seqs == (3,) for line in summary(PACK, facts, language="en"))
