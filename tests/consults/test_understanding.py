"""What a message says, read by rule and chosen by a model, and checked against the message."""

import json
from datetime import date
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults import values
from housestaff.consults.understanding import clauses, merge, response_schema, rule_facts, validate
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

PACK = load_pack(Path(__file__).parents[2] / "specialties" / "urology")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I have a fever of 38.6, and my side hurts", ["I have a fever of 38.6", "my side hurts"]),
        ("发烧38.6度，腰疼。尿有点红", ["发烧38.6度", "腰疼", "尿有点红"]),
        ("PSA was 3.5. No blood!", ["PSA was 3.5", "No blood"]),
        ("", []),
        ("...", []),
    ],
)
def test_clauses_end_where_they_end_and_never_inside_a_number(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


@given(st.text(max_size=400))
def test_every_clause_is_a_piece_of_the_message(text: str) -> None:
    assert all(piece in text and len(piece) <= 120 for piece in clauses(text))


def test_the_schema_offers_only_the_packs_keys_and_the_messages_words() -> None:
    text = "no blood, but it burns when I pee"
    schema = response_schema(PACK, text)
    check = Draft202012Validator(schema)
    assert check.is_valid([{"key": "burning", "status": "present", "quote": "it burns when I pee"}])
    assert not check.is_valid([{"key": "burning", "status": "present", "quote": "it burns"}])
    assert not check.is_valid([{"key": "diagnosis", "status": "present", "quote": "no blood"}])
    assert not check.is_valid([{"key": "burning", "status": "present", "quote": "no blood"}] * 5)
    assert Draft202012Validator(response_schema(PACK, "")).is_valid([])


def test_a_fact_without_its_words_in_the_message_is_dropped() -> None:
    text = "It burns when I pee. Up 3 times a night"
    raw = [
        {"key": "burning", "status": "present", "quote": "It burns when I pee"},
        {"key": "clots", "status": "present", "quote": "there are clots"},
        {"key": "night_times", "status": "present", "quote": "Up 3 times a night"},
        {"key": "no_such_key", "status": "present", "quote": "It burns when I pee"},
        {"key": "fever", "status": "perhaps", "quote": "It burns when I pee"},
        {"key": "psa_value", "status": "present", "quote": "It burns when I pee"},
    ]
    found = {fact.key: fact for fact in validate(json.dumps(raw), PACK, text, 4)}
    assert set(found) == {"burning", "night_times"}
    assert (found["night_times"].value, found["night_times"].seq) == ("3", 4)
    assert found["burning"].value == "yes"


@pytest.mark.parametrize(
    "raw",
    ["", "not json", "{}", "[1, null, []]", b"\xff", None, 7, [{"key": ["x"], "quote": {}}], "[" * 3000],
)
def test_nonsense_from_a_model_is_no_fact(raw: object) -> None:
    assert validate(raw, PACK, "it burns", 1) == []


def test_the_words_kept_are_the_messages_own() -> None:
    found = validate(
        [{"key": "burning", "status": "present", "quote": "IT  burns"}], PACK, "Well, it burns a lot", 1
    )
    assert found[0].quote == "it burns"


@pytest.mark.parametrize(
    ("asked", "text", "status", "value"),
    [
        ("fever", "yes, since Monday", "present", "yes"),
        ("fever", "No.", "denied", "no"),
        ("fever", "没有，就是有点冷", "denied", "no"),
        ("fever", "有的", "present", "yes"),
        ("fever", "don't know, haven't measured", "unsure", ""),
        ("night_times", "two or three times", "present", "2-3"),
        ("night_times", "三四次吧", "present", "3-4"),
        ("duration", "about three weeks", "present", "3 weeks"),
        ("duration", "有半年了", "present", "6 months"),
        ("pain_side", "the left, I think", "present", "left"),
        ("pain_side", "右边", "present", "right"),
        ("age", "I'm sixty-three", "present", "63"),
        ("psa_value", "6.8 last week", "present", "6.8"),
        ("allergies", "none that I know of", "denied", "no"),
        ("medicines", "metformin, and aspirin at night", "present", "metformin, and aspirin at night"),
    ],
)
def test_the_answer_to_the_question_just_asked(asked: str, text: str, status: str, value: str) -> None:
    fact = next(fact for fact in rule_facts(PACK, text, asked, 3) if fact.key == asked)
    assert (fact.status, fact.value, fact.seq) == (status, value, 3)
    assert fact.quote in text


def test_no_answer_is_read_into_words_that_give_none() -> None:
    assert rule_facts(PACK, "why do you ask?", "fever") == []
    assert rule_facts(PACK, "it hurts", "night_times") == []


def test_a_complaint_named_in_the_packs_words_is_heard_unless_denied_or_anothers() -> None:
    assert [fact.key for fact in rule_facts(PACK, "I think it's a kidney stone again", None)] == [
        "stone_pain"
    ]
    assert {fact.key for fact in rule_facts(PACK, "尿里有血，晚上老起夜", None)} == {
        "blood_in_urine",
        "urinary_symptoms",
    }
    assert rule_facts(PACK, "no blood in my urine", None) == []
    assert rule_facts(PACK, "my uncle had a kidney stone", None) == []


def test_a_hedge_makes_a_fact_unsure_of_itself() -> None:
    assert rule_facts(PACK, "maybe the left", "pain_side")[0].certainty == "unsure"
    assert rule_facts(PACK, "the left", "pain_side")[0].certainty == "sure"


def test_the_first_reader_wins() -> None:
    rule = rule_facts(PACK, "no", "fever", 2)
    model = validate([{"key": "fever", "status": "present", "quote": "no"}], PACK, "no", 2)
    assert [fact.status for fact in merge(rule, model)] == ["denied"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("up 2 or 3 times", "2-3"), ("twenty-five", "25"), ("half a dozen", "6"), ("twice", "2"),
        ("38.6", "38.6"), ("7/10", "7"),
        ("二十五", "25"), ("一百一十", "110"), ("两次", "2"), ("三四次", "3-4"), ("一般十来次", "10"), ("没数过", ""),
    ],
)  # fmt: skip
def test_numbers(words: str, expected: str) -> None:
    assert values.number(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("58", "58"), ("I'm sixty-three", "63"), ("turned 70 last week", "70"), ("63 next month", "63"), ("16岁", "16"),
        ("I'm 45, 3 kids", "45"), ("还差俩月满六十", "60"), ("大二，二十", "20"),
        ("五月满五十", "50"), ("奔六的人了，五十八", "58"),
        ("九零后，今年三十四", "34"), ("这俩月老这样，65了", "65"), ("七十七，起夜五六回", "77"), ("7", "7"),
        ("10/10", ""), ("since 4", ""), ("5 times a night", ""), ("90后", ""), ("two weeks", ""),
    ],
)  # fmt: skip
def test_an_age_is_never_a_count_of_something_else(words: str, expected: str) -> None:
    assert values.age(words) == expected


def test_an_age_in_an_answer_to_something_else_is_the_authors_own_or_nobodys() -> None:
    def ages(text: str) -> list[str]:
        return [fact.value for fact in rule_facts(PACK, text, "medicines") if fact.key == "age"]

    assert (
        ages("a nephew, aged 19, takes them")
        == ages("我弟19岁，也吃")
        == ages("none, I'm 26 wks pregnant")
        == []
    )
    assert ages("none, I'm 64 and never ill") == ["64"] and ages("我64岁了，没吃药") == ["64"]


@pytest.mark.parametrize(
    "words", ["born in 1961", "1961年出生", "61年生的", "六一年生人", "一九六一年的", "1961"]
)
def test_a_year_of_birth_tells_the_age(words: str) -> None:
    assert values.age(words) == str(date.today().year - 1961)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("8", "8"), ("18 months", "18"), ("2 years", "24"), ("two and a half years", "30"), ("一岁半", "18"), ("两岁", "24"),
        ("1岁3个月", "15"), ("1 year and 4 months", "16"), ("10 weeks", "2"), ("半岁", "6"), ("三个月", "3"),
    ],
)  # fmt: skip
def test_a_small_childs_age_is_counted_in_months(words: str, expected: str) -> None:
    assert values.months_old(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("three weeks", "3 weeks"), ("about a month", "1 month"), ("2 days", "2 days"), ("half a year", "6 months"),
        ("half an hour", "30 minutes"), ("two and a half years", "2.5 years"), ("since yesterday", "since yesterday"),
        ("三天了", "3 days"), ("两个多月", "2 months"), ("半年", "6 months"),
        ("两三个月", "2-3 months"), ("从昨天开始", "从昨天开始"),
        ("it hurts", ""),
    ],
)  # fmt: skip
def test_durations(words: str, expected: str) -> None:
    assert values.duration(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the left one", "left"), ("no, the left", "left"), ("not the left, the right", "right"), ("both sides", "both"),
        ("left and right", "both"), ("right away", ""), ("右边", "right"), ("不是左边，是右边", "right"),
        ("两边都疼", "both"), ("here", ""),
    ],
)  # fmt: skip
def test_sides(words: str, expected: str) -> None:
    assert values.side(words) == expected


@given(st.text(max_size=200))
def test_no_words_break_the_reading_of_values(text: str) -> None:
    values.number(text)
    values.duration(text)
    values.side(text)
    values.age(text)
    values.months_old(text)
    rule_facts(PACK, text, "pain_side")


@pytest.mark.parametrize(
    ("text", "asked", "wanted"),
    [
        ("我失眠三个月了，很难受", None, {"insomnia": "present", "duration": "present"}),
        ("I'm 58 and I cannot sleep", None, {"age": "present"}),
        ("没有打鼾", "age", {}),
        ("我今年六十二，哦62岁", "age", {"age": "present"}),
        ("no", "night_wakings", {"night_wakings": "denied"}),
        ("I'm 3 days into new tablets", None, {}),
    ],
)
def test_what_is_volunteered_is_heard_and_what_is_not_said_is_not(
    text: str, asked: str | None, wanted: dict[str, str]
) -> None:
    pack = load_pack(Path(__file__).parents[2] / "specialties" / "sleep_medicine")
    if asked is not None and asked not in {item.key for item in pack.items}:
        asked = next(item.key for item in pack.items if item.kind == "number" and item.key != "age")
        wanted = {asked: "denied"}
    found = {fact.key: fact.status for fact in rule_facts(pack, text, asked)}
    assert found.items() >= wanted.items()
    assert "age" in wanted or "age" not in found


@pytest.mark.parametrize(
    ("text", "complaint", "duration"),
    [
        ("My stream has been weak for three months.", "urinary_symptoms", "3 months"),
        ("It hurts when I pee. Started two days ago.", "urine_infection", "2 days"),
        ("最近三个月尿线变细，夜里要起两次。", "urinary_symptoms", "3 months"),
        ("尿痛，已经三天了", "urine_infection", "3 days"),
        ("It burns when I pee, my wife and I have been married for 20 years", "urine_infection", None),
        ("尿频，吃降压药十年了", "urinary_symptoms", None),
        ("尿频，我今年六十了", "urinary_symptoms", None),
        ("左腰一阵阵绞痛", "stone_pain", None),
    ],
)
def test_a_complaint_in_the_patients_own_words_and_since_when(
    text: str, complaint: str, duration: str | None
) -> None:
    told = {fact.key: fact.value for fact in rule_facts(PACK, text, None)}
    assert complaint in told
    assert told.get("duration") == duration


@pytest.mark.parametrize(
    "text", ["my dad had kidney stones", "I have no pain in my side", "我爸得过前列腺炎", "没有尿痛"]
)
def test_a_complaint_that_is_not_the_patients_is_none(text: str) -> None:
    assert not {fact.key for fact in rule_facts(PACK, text, None)} & PACK.complaint_keys()
