"""What is asked next, and when it is enough."""

import random
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults.intake import Ask, Enough, ReturnTo, applicable, missing, next_step
from housestaff.consults.understanding import FactFound

SPECIALTIES = Path(__file__).parents[2] / "specialties"
PACKS = [load_pack(SPECIALTIES / slug) for slug in ("urology", "sleep_medicine")]
PACK = PACKS[0]


def fact(key: str, status: str = "present", value: str = "yes") -> FactFound:
    return FactFound(key, value, status, "words", "sure", 1)  # type: ignore[arg-type]


def test_critical_questions_come_first_and_one_at_a_time() -> None:
    step = next_step(PACK, [fact("stone_pain")], [])
    assert isinstance(step, Ask) and step.item.critical and step.line == f"ask {step.item.key}"


def test_what_the_patient_volunteered_is_not_asked() -> None:
    facts = [
        fact("stone_pain"),
        fact("fever", "denied"),
        fact("pain_side", value="left"),
        fact("duration"),
        fact("age"),
    ]
    seen = set()
    asked: list[str] = []
    while isinstance(step := next_step(PACK, facts, asked), Ask):
        seen.add(step.item.key)
        asked.append(step.item.key)
        facts.append(fact(step.item.key))
    assert seen.isdisjoint({"fever", "pain_side", "duration", "age"})


def test_a_complaint_that_answers_a_question_is_not_asked_about() -> None:
    assert "blood_in_urine" not in {
        item.key for item in applicable(PACK, [fact("blood_in_urine"), fact("stone_pain")])
    }


def test_complaints_decide_which_questions_apply() -> None:
    keys = {item.key for item in applicable(PACK, [fact("sexual_problem")])}
    assert "erection_firmness" in keys and "one_kidney" not in keys
    assert "one_kidney" not in {item.key for item in applicable(PACK, [fact("stone_pain", "denied")])}


def test_a_critical_question_passed_over_is_asked_once_more_and_only_once() -> None:
    facts = [fact("sexual_problem")]
    asked: list[str] = []
    returned: list[str] = []
    while not isinstance(step := next_step(PACK, facts, asked), Enough):
        if isinstance(step, ReturnTo):
            returned.append(step.item.key)
            assert step.line == f"ask_again+ask {step.item.key}"
        asked.append(step.item.key)
        if step.item.key != "heart_risk":
            facts.append(fact(step.item.key))
    assert returned == ["heart_risk"]
    assert [item.key for item in missing(PACK, facts)] == ["heart_risk"]


def test_an_emergency_ends_the_questions() -> None:
    assert next_step(PACK, [fact("stone_pain")], [], urgency="emergency") == Enough("emergency")
    assert Enough("emergency").line == "emergency_stop"


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.slug)
@pytest.mark.parametrize("seed", range(40))
def test_any_history_ends_within_the_packs_number_of_questions(pack, seed: int) -> None:
    chance = random.Random(seed)
    facts = [fact(complaint.key) for complaint in chance.sample(pack.in_scope, chance.randint(0, 3))]
    asked: list[str] = []
    while not isinstance(step := next_step(pack, facts, asked), Enough):
        assert asked.count(step.item.key) < 2
        assert step.item.key not in {one.key for one in facts}
        asked.append(step.item.key)
        if chance.random() < 0.75:
            facts.append(fact(step.item.key, chance.choice(["present", "denied", "unsure"])))
    assert len(asked) <= pack.enough.max_questions <= 12
    if step == Enough("covered"):
        assert all(item.key in asked for item in missing(pack, facts))
