"""Nothing reaches the patient that may not: signed sentences only; and what own words are always refused for."""

import random
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults.guard import Guard, refusal, sentences
from hypothesis import given
from hypothesis import strategies as st

PACK = load_pack(Path(__file__).parents[2] / "specialties" / "urology")
SIGNED = {language: PACK.signed_sentences(language) for language in ("en", "zh-hans")}


def said(guard: Guard, text: str, seed: int = 0) -> str:
    """The text fed in pieces of any length, and what came out."""
    chance = random.Random(seed)
    out = ""
    while text:
        size = chance.randint(1, 7)
        out += "".join(guard.feed(text[:size]))
        text = text[size:]
    return out + "".join(guard.finish())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("seed", range(6))
def test_a_plan_comes_out_as_signed_whatever_the_model_says(language: str, seed: int) -> None:
    plan = ["comfort+ask pain_side"]
    whole = PACK.sentence("comfort+ask pain_side", language)
    for spoken in (
        whole,
        "",
        "Nonsense. " + whole,
        whole + " And take two tablets.",
        whole[:9],
        "您得了癌症。",
        SIGNED[language]["close"],
    ):
        assert said(Guard(PACK, language, 2, plan=plan), spoken, seed) == whole


def test_a_sentence_streams_as_soon_as_it_is_whole() -> None:
    guard = Guard(PACK, "en", 2, plan=["comfort", "ask pain_side"])
    first, second = sentences(SIGNED["en"]["comfort"])
    assert guard.feed(first[:6]) == []
    assert guard.feed(first[6:] + " T") == [first]
    assert guard.feed(second[1:]) == []
    assert guard.feed(" ") == [" " + second]


def test_what_is_not_signed_is_dropped_and_remembered() -> None:
    guard = Guard(PACK, "en", 2)
    assert said(guard, f"You have cancer. {SIGNED['en']['close']}") == SIGNED["en"]["close"]
    assert guard.dropped == [("You have cancer.", "not_signed")]


def test_level_nought_says_nothing() -> None:
    assert said(Guard(PACK, "en", 0, plan=["comfort"]), SIGNED["en"]["comfort"]) == ""


def test_an_unsigned_plan_line_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        Guard(PACK, "en", 2, plan=["ask your_bank_account"])


@pytest.mark.parametrize("line", SIGNED["en"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_signed_text_passes(line: str, language: str) -> None:
    text = SIGNED[language][line]
    assert said(Guard(PACK, language, 3, plan=[line]), text) == "".join(
        Guard(PACK, language, 3, plan=[line]).finish()
    )
    assert not any(refusal(sentence, signed=True) for sentence in sentences(text))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("You have a kidney infection.", "diagnosis"),
        ("This sounds like prostatitis.", "diagnosis"),
        ("It is probably a stone.", "diagnosis"),
        ("You may have cancer.", "diagnosis"),
        ("It's nothing serious.", "diagnosis"),
        ("您这是前列腺炎。", "diagnosis"),
        ("您很可能得了膀胱癌。", "diagnosis"),
        ("诊断为肾结石。", "diagnosis"),
        ("You have cancer, right?", "diagnosis"),
        ("您是不是得了前列腺癌？", "diagnosis"),
        ("Take 500 mg twice a day.", "dose"),
        ("Two tablets should do.", "dose"),
        ("You can double your dose.", "dose"),
        ("每次吃两片。", "dose"),
        ("每天三次，每次0.5克。", "dose"),
        ("You should take ciprofloxacin.", "prescription"),
        ("I will prescribe an antibiotic.", "prescription"),
        ("我给您开点药。", "prescription"),
        ("您可以吃左氧氟沙星胶囊。", "prescription"),
        ("Don't worry about it.", "empty_comfort"),
        ("您别担心。", "empty_comfort"),
        ("I am your doctor.", "poses_as_person"),
        ("我是您的医生。", "poses_as_person"),
        ("Studies show that tea causes stones.", "no_source"),
        ("90% of people get better.", "no_source"),
        ("研究证明多喝水有用。", "no_source"),
        ("See <script>alert(1)</script>.", "active"),
        ("Click javascript:alert(1) now.", "active"),
        ("Look ![x](http://evil.example/p.png) here.", "active"),
        ("Go to https://evil.example now.", "active"),
        ("<img src=x onerror=alert(1)>", "active"),
    ],
)
def test_own_words_are_held_to_the_bounds(sentence: str, reason: str) -> None:
    assert refusal(sentence) == reason


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you, that helps the doctor.",
        "Which side is it on?",
        "Please tell me when it began.",
        "How long have you had this pain?",
        "Do you have diabetes or heart trouble?",
        "I am a computer, not a doctor.",
        "Please take part in the diary if you like.",
        "谢谢您，这对医生有帮助。",
        "疼了多久了？",
        "您有没有发烧？",
        "您有糖尿病或心脏病吗？",
        "Drink 2 litres a day (NICE, 2019).",
    ],
)
def test_ordinary_words_pass(sentence: str) -> None:
    assert refusal(sentence) is None


def test_sentences_do_not_end_inside_a_number_or_a_title() -> None:
    assert sentences("A fever of 38.6 today. Dr. Lin reads it.") == [
        "A fever of 38.6 today.",
        "Dr. Lin reads it.",
    ]
    assert sentences("体温38.6度。您好！") == ["体温38.6度。", "您好！"]


@given(st.lists(st.text(max_size=40), max_size=12))
def test_whatever_is_fed_only_signed_sentences_come_out(deltas: list[str]) -> None:
    guard = Guard(PACK, "en", 2)
    out = [piece.strip() for delta in deltas for piece in guard.feed(delta)] + [
        piece.strip() for piece in guard.finish()
    ]
    assert set(out) <= {one for text in SIGNED["en"].values() for one in sentences(text)}


def test_a_sentence_without_end_is_not_kept_for_ever() -> None:
    guard = Guard(PACK, "en", 2)
    for _ in range(200):
        guard.feed("word " * 10)
    assert guard.dropped and guard.dropped[0][1] == "too_long"
