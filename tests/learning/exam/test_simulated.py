"""Simulated patients: the same card and seed say the same, each in their manner, and never more than the card."""

import random

from housestaff.learning.exam.simulated import Patient
from housestaff.learning.exam.stations import IntakeStation, Told

FACTS = {
    "fever": Told("denied", tuple(f"no way {n} of fever" for n in range(8))),
    "smoking": Told("present", ("ten a day", "about ten a day since school")),
}


def card(**about: object) -> IntakeStation:
    told: dict[str, object] = {
        "id": "x-1", "language": "en", "style": "terse", "complaint": "stone_pain",
        "opening": "my side hurts", "facts": FACTS,
    }  # fmt: skip
    return IntakeStation(**{**told, **about})  # type: ignore[arg-type]  # fields by name


def conversation(patient: Patient) -> list[str]:
    asked = ("open", "fever", "smoking", "allergies", "close")
    return [said for key in asked for said in patient.answers(key)]


def test_a_seed_says_the_same_and_another_may_not() -> None:
    chatty = card(style="chatty")
    assert conversation(Patient(chatty, 1)) == conversation(Patient(chatty, 1))
    assert len({tuple(conversation(Patient(chatty, seed))) for seed in range(8)}) > 1


def test_what_is_withheld_is_told_the_second_time() -> None:
    patient = Patient(card(withholds=("smoking",)), 3)
    first, second = patient.answers("smoking"), patient.answers("smoking")
    assert "ten" not in first[0] and "ten" in second[0]
    assert patient.told == {"smoking"}


def test_a_terse_patient_uses_the_fewest_words() -> None:
    assert Patient(card(), 0).answers("smoking") == ["ten a day"]


def test_a_patient_who_interrupts_sends_a_second_message() -> None:
    sent = [len(Patient(card(interrupts=("and my knee clicks",)), seed).opens()) for seed in range(20)]
    assert set(sent) == {1, 2}


def test_no_answer_is_the_cards_own_invention() -> None:
    patient = Patient(card(), random.Random(1).randint(0, 99))
    assert patient.answers("pregnant", "yes_no")[0] not in {
        way for told in FACTS.values() for way in told.says
    }
