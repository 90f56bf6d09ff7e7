"""The second reader: one set of features for learning and reading, long texts in pieces, a file whole or refused."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from housestaff.consults.second_reader import (
    SELF_HARM,
    SOUNDS,
    NoSecondReader,
    complaining,
    no_longer_than_an_answer,
    reader,
    wanting,
)
from housestaff.consults.second_reader.features import blocks
from housestaff.consults.second_reader.linear import read
from housestaff.consults.second_reader.reading import LONG, pieces
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module", autouse=True)
def made(second_reader: Path) -> Path:
    return second_reader


def heard(text: str, **how: bool) -> tuple[str, str] | None:
    found = reader(settings.HOUSESTAFF["SECOND_READER"]).hear(text, **how)
    return (found.level, found.key) if found else None


def test_marks_say_what_stands_around_a_word() -> None:
    assert "chest" in blocks("my chest")["words"]
    assert "chest_N" in blocks("no pain in the chest")["words"]
    assert "chest_P" in blocks("ten years ago, the chest ten years ago")["words"]
    assert "chest_K" in blocks("my father and his chest")["words"]
    assert "chest" in blocks("my father and his chest", about_kin=True)["words"]
    assert "疼_N" in blocks("胸口不疼")["words"]


@pytest.mark.parametrize(
    "text",
    [
        "my husband has gone grey and sweaty and says an elephant is sitting on him",
        "he took all of gran's tablets and I cannot rouse him",
        "宝宝浑身软塌塌的，怎么叫都没反应",
        "一侧手脚突然不听使唤，话也说不利索",
    ],
)
def test_what_no_rule_has_words_for_is_heard(text: str) -> None:
    found = heard(text)
    assert found is not None and found[0] == "emergency"


def test_despair_gets_the_card_of_despair() -> None:
    assert heard("I have written the letters and nobody needs me, tonight I end my life") == (
        "emergency",
        SELF_HARM,
    )


@pytest.mark.parametrize(
    "text",
    [
        "I can't sleep",
        "it hurts when I pee",
        "39",
        "no",
        "last Tuesday",
        "尿频三天了",
        "晚上睡不着",
        "没有",
        "谢谢",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert heard(text) is None and heard(text, answer=True) is None


def test_one_alarming_sentence_in_a_long_report_is_not_drowned() -> None:
    calm = "The kitchen was painted in spring and the neighbours came round for tea. "
    alarm = "My husband has gone grey and sweaty and says an elephant is sitting on him. "
    text = calm * 20 + alarm + calm * 20
    found = reader(settings.HOUSESTAFF["SECOND_READER"]).hear(text)
    assert len(text) > LONG and found is not None and found.level == "emergency"
    assert found.start <= text.index("My husband") < found.start + 400


@given(st.text(max_size=3000))
def test_pieces_cover_every_text_and_nothing_breaks_it(text: str) -> None:
    found = pieces(text)
    assert found[0][0] == 0 and found[-1][1] == len(text)
    assert all(later[0] <= earlier[1] for earlier, later in pairwise(found))
    place = reader(settings.HOUSESTAFF["SECOND_READER"]).hear(text)
    assert place is None or 0 <= place.start <= place.end <= len(text)


def test_a_doubt_is_heard_far_more_readily_than_an_alarm(made: Path) -> None:
    held = reader(made)
    for limit, more_readily in (("unsure", "maybe"), ("unsure_answer", "maybe_answer")):
        limits = held.linear.limits
        assert all(limits[more_readily][tongue] < limits[limit][tongue] for tongue in ("en", "zh-hans"))
    assert held.perhaps_urgent("my chest feels odd and my arm is heavy") and held.perhaps_urgent(
        "胸口闷得慌，左胳膊发沉"
    )
    assert not held.perhaps_urgent("My stream has been weak for three months.")
    assert not held.perhaps_urgent("no, about three weeks", answer=True)


def test_what_a_message_wants(made: Path) -> None:
    wants = wanting(made)
    assert wants is not None
    assert wants.hear("wait, am I talking to a real person or is this a robot?", "urology").kind == "identity"
    assert wants.hear("你是真人还是机器人在回复", "urology").kind == "identity"
    assert wants.hear("up twice at night to pee, three weeks now", "urology").kind == ""


def test_what_a_message_is_about(made: Path) -> None:
    complaints = complaining(made)
    assert complaints is not None
    assert (
        complaints.hear("can't get off to sleep, staring at the ceiling till three", "sleep_medicine")
        == "insomnia"
    )
    assert complaints.hear("血压老是高", "cardiology") == "high_blood_pressure"
    assert complaints.hear("血压老是高", "no_such_specialty") is None


def test_an_answer_is_short() -> None:
    assert no_longer_than_an_answer("about three weeks") and no_longer_than_an_answer("三个月了")
    assert not no_longer_than_an_answer(
        "about three weeks, and since this morning I cannot feel my left arm at all"
    )


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"heads": ["alarm"]}', '{"heads": 3, "biases": [], "blocks": []}']
)
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "reader.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NoSecondReader, match="train it again"):
        read(path)
    with pytest.raises(NoSecondReader, match="train_second_reader"):
        read(tmp_path / "missing.json")


def test_the_file_says_what_it_is(made: Path) -> None:
    held = json.loads(made.read_text(encoding="utf-8"))
    assert held["label"] == "for demonstration, not for care"
    assert SOUNDS not in held["heads"] and held["heads"][0] == "alarm"
