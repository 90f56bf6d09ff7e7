"""Greetings, thanks, the kettle and the bus: messages that tell nothing, written apart from what the readers learned.

A person who says good morning must not be told that a doctor looks at the blood in their urine. No reader is perfect, so
the test holds the share that is misheard, a language and a pack at a time: by readers and by rule.
"""

from pathlib import Path

import pytest
import yaml
from housestaff.agents.packs import Pack, load_pack
from housestaff.consults import hearing, red_flags
from housestaff.consults import second_reader as reading
from housestaff.consults.plan import OPEN
from housestaff.consults.understanding import rule_facts
from housestaff.learning.exam import practice

ROOT = Path(__file__).parents[2]
SPECIALTIES = ROOT / "specialties"
LEARNED = {one.text.strip(" .!?。！？").lower() for one in practice.small_talk_in(SPECIALTIES)}
WRITTEN: dict[str, list[str]] = yaml.safe_load(
    (ROOT / "tests" / "data" / "small_talk.yaml").read_text(encoding="utf-8")
)
# “ok” was learned too; what counts is what was not.
REMARKS = {
    language: [text for text in texts if text.strip(" .!?。！？").lower() not in LEARNED]
    for language, texts in WRITTEN.items()
}
LANGUAGES = tuple(REMARKS)
PACKS = ("cardiology", "paediatrics_fever", "sleep_medicine", "urology")


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(SPECIALTIES / request.param)


def facts_heard(pack: Pack, text: str, made: Path) -> list[str]:
    readers = hearing.Readers(
        reading.telling(made, pack.slug),
        reading.answering(made),
        reading.complaining(made),
        reading.reader(made),
    )
    ruled, heard = hearing.hear(pack, text, OPEN, 1, ruled=rule_facts(pack, text, OPEN, 1), readers=readers)
    return [fact.key for fact in (*ruled, *heard)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_a_fact_is_heard_in_a_remark(pack: Pack, language: str, second_reader: Path) -> None:
    misheard = {
        text: found for text in REMARKS[language] if (found := facts_heard(pack, text, second_reader))
    }
    assert len(misheard) <= len(REMARKS[language]) * 0.09, misheard


@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_a_remark_alarms_anybody(language: str, second_reader: Path) -> None:
    reader = reading.reader(second_reader)
    alarmed = {text: heard for text in REMARKS[language] if (heard := reader.hear(text))}
    assert len(alarmed) <= len(REMARKS[language]) * 0.04, alarmed


@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_a_remark_rings_by_rule(pack: Pack, language: str) -> None:
    rung = {text: hits for text in REMARKS[language] if (hits := red_flags.scan(text, pack.flags))}
    assert len(rung) <= len(REMARKS[language]) * 0.02, rung


@pytest.mark.parametrize("language", LANGUAGES)
def test_enough_of_them_were_not_learned(language: str) -> None:
    assert len(LEARNED) > 1000
    assert len(REMARKS[language]) >= 100
