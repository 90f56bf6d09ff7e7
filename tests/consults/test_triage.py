"""How soon, how hard, which door: and that urgency only rises."""

import random
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults.intake import missing
from housestaff.consults.queries import THRESHOLDS
from housestaff.consults.red_flags import scan
from housestaff.consults.triage import (
    SURELY,
    URGENCIES,
    deciding,
    flags_from_facts,
    judge,
    may_be_told,
    raise_to,
    settle,
)
from housestaff.consults.understanding import FactFound

PACK = load_pack(Path(__file__).parents[2] / "specialties" / "urology")


def fact(key: str, status: str = "present", value: str = "yes", seq: int = 1) -> FactFound:
    return FactFound(key, value, status, "words", "sure", seq)  # type: ignore[arg-type]


def whole_history(complaint: str) -> list[FactFound]:
    facts = [fact(complaint)]
    while left := missing(PACK, facts):
        facts.append(fact(left[0].key, "denied", "no"))
    return [one if one.key != "age" else fact("age", value="57") for one in facts]


@pytest.mark.parametrize("seed", range(100))
def test_over_any_history_urgency_never_falls_unless_a_doctor_lowers_it(seed: int) -> None:
    chance = random.Random(seed)
    current = "routine"
    for _ in range(30):
        before = current
        step = chance.choice(["raise", "judge", "doctor"])
        if step == "raise":
            current = raise_to(current, chance.choice(URGENCIES))
        elif step == "judge":
            facts = [
                fact(
                    chance.choice(list(PACK.fact_keys())), chance.choice(["present", "denied", "unsure"]), "8"
                )
            ]
            current = judge(PACK, facts=facts, current=current).urgency
        else:
            current = settle(current, chance.choice(URGENCIES), by_doctor=True)
            continue
        assert URGENCIES.index(current) >= URGENCIES.index(before)


def test_a_machine_cannot_lower_and_a_doctor_can() -> None:
    assert settle("urgent", "routine", by_doctor=False) == "urgent"
    assert settle("urgent", "routine", by_doctor=True) == "routine"
    with pytest.raises(ValueError):
        raise_to("routine", "none")
    with pytest.raises(ValueError):
        settle("routine", "none", by_doctor=True)


def test_an_ordinary_consult_is_simple_and_says_why() -> None:
    judged = judge(PACK, facts=whole_history("urinary_symptoms"), asked=["duration"], finished=True)
    assert (judged.urgency, judged.consult_class, judged.disposition) == ("routine", "simple", "self_care")
    assert [reason.code for reason in judged.reasons] == ["ordinary"]


def test_an_emergency_beats_all() -> None:
    judged = judge(
        PACK,
        hits=scan("crushing chest pain and blood in my pee", PACK.flags),
        facts=whole_history("blood_in_urine"),
        finished=True,
    )
    assert (judged.urgency, judged.consult_class, judged.disposition) == ("emergency", "complex", "emergency")
    assert all(reason.sentence.en and reason.sentence.zh_hans for reason in judged.reasons)


def test_facts_together_raise_what_neither_raises_alone() -> None:
    assert "infected_obstruction" not in {flag.key for flag, _ in flags_from_facts(PACK, [fact("fever")])}
    raised = {flag.key for flag, _ in flags_from_facts(PACK, [fact("fever"), fact("stone_pain")])}
    assert "infected_obstruction" in raised
    assert judge(PACK, facts=[fact("fever"), fact("stone_pain")]).urgency == "emergency"
    assert judge(PACK, facts=[fact("fever", "denied"), fact("stone_pain")]).urgency == "routine"


def test_a_model_that_finds_a_red_flag_raises_it() -> None:
    assert judge(PACK, facts=[fact("priapism")]).urgency == "emergency"
    assert judge(PACK, facts=[fact("priapism", "denied")]).urgency == "routine"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ([fact("fever", "denied", seq=2), fact("fever", "present", seq=5)], "contradiction"),
        ([fact("blood_in_urine", "unsure", "")], "unsure_critical"),
        ([fact("age", value="15")], "not_an_adult"),
        ([fact("pregnant")], "pregnant"),
        ([fact("sexual_problem"), fact("prostate_worry")], "many_complaints"),
    ],
)
def test_in_doubt_a_person_looks(more: list[FactFound], code: str) -> None:
    kept = [one for one in whole_history("urinary_symptoms") if one.key not in {added.key for added in more}]
    judged = judge(PACK, facts=[*kept, *more], asked=["age"], finished=True)
    assert judged.consult_class == "complex"
    assert code in {reason.code for reason in judged.reasons}


def without(*keys: str) -> list[FactFound]:
    return [one for one in whole_history("urinary_symptoms") if one.key not in keys]


def test_a_question_that_decides_about_an_alarm_is_never_left_open_in_a_simple_consult() -> None:
    assert "cannot_pass_urine" in deciding(PACK) and "allergies" not in deciding(PACK)
    judged = judge(PACK, facts=without("cannot_pass_urine"), finished=True, review_from=2.0)
    assert (judged.consult_class, judged.doubt) == ("complex", SURELY)
    assert [reason.code for reason in judged.reasons] == ["missing_critical"]


@pytest.mark.parametrize(
    ("open_", "doubt", "complex_from"),
    [
        (["allergies"], 0.34, 0.25),
        (["allergies", "medicines"], 0.68, 0.5),
        (["allergies", "medicines", "burning"], 1.02, 1.0),
    ],
)
def test_how_much_may_stay_open_is_the_tenants_threshold(
    open_: list[str], doubt: float, complex_from: float
) -> None:
    """The same case under each threshold: from so much doubt on a doctor reviews it, and the reasons stand either way."""
    judged = {one: judge(PACK, facts=without(*open_), finished=True, review_from=one) for one in THRESHOLDS}
    assert {one.doubt for one in judged.values()} == {doubt}
    assert all(len(one.reasons) == len(open_) for one in judged.values())
    classes = {one: each.consult_class for one, each in judged.items()}
    assert classes == {one: "complex" if one <= complex_from else "simple" for one in THRESHOLDS}


def test_nothing_in_any_doubt_is_told_to_a_patient() -> None:
    sure = whole_history("urinary_symptoms")
    assert may_be_told(PACK, sure, current="routine", rang=False) == "self_care"
    assert may_be_told(PACK, without("allergies"), current="routine", rang=False) is None


def test_strong_pain_is_soon() -> None:
    assert judge(PACK, facts=[fact("pain_score", value="8")]).urgency == "soon"
    assert judge(PACK, facts=[fact("pain_score", value="3")]).urgency == "routine"
