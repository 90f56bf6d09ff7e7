"""Advice only from the pack's own articles, and never from an expired one."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack
from housestaff.consults import knowledge
from housestaff.consults.knowledge import in_force, pick

PACK = load_pack(Path(__file__).parents[2] / "specialties" / "urology")
TODAY = date(2026, 11, 23)


def test_articles_fit_the_complaint() -> None:
    assert {article.key for article in pick(PACK, {"stone_pain"}, today=TODAY)} <= {
        "drinking_with_stones", "stone_pain_wait", "kidney_infection",
    }  # fmt: skip
    assert pick(PACK, {"no_such"}, today=TODAY) == []
    assert len(pick(PACK, {"urine_infection"}, today=TODAY, most=1)) == 1


def test_the_patients_words_bring_the_nearest_article_first() -> None:
    assert (
        pick(PACK, {"stone_pain"}, today=TODAY, text="how much water should I drink, lemon?")[0].key
        == "drinking_with_stones"
    )
    assert (
        pick(PACK, {"urine_infection"}, today=TODAY, text="老是反复感染怎么办")[0].key
        == "repeated_infections"
    )


def test_an_expired_article_is_never_picked() -> None:
    late = max(article.review_date for article in PACK.articles) + timedelta(days=1)
    assert in_force(PACK, late) == []
    assert pick(PACK, {"stone_pain"}, today=late) == []
    assert pick(PACK, {"stone_pain"}, today=min(article.review_date for article in PACK.articles)) != []


def test_a_superseded_article_gives_way_while_its_successor_holds() -> None:
    newer = dataclasses.replace(PACK.article("stone_pain_wait"), supersedes="drinking_with_stones")
    articles = (*(one for one in PACK.articles if one.key != newer.key), newer)
    pack = dataclasses.replace(PACK, articles=articles)
    assert "drinking_with_stones" not in {article.key for article in in_force(pack, TODAY)}


def test_every_signed_advice_cites_its_source() -> None:
    for language, mark in (("en", "Source:"), ("zh-hans", "来源：")):
        signed = PACK.signed_sentences(language)
        assert all(mark in text for line, text in signed.items() if line.startswith("advice "))


@pytest.mark.parametrize(
    "text",
    [
        "is my kidney cyst of 3 cm dangerous", "how many days should i take readings", "can water build up inside",
        "had sex last night, psa tomorrow, should i rearrange", "started running again, so can the tablets go in the bin",
        "does a smart watch measure deep sleep right", "why do i come round in the small hours", "Is it safe?",
        "降压药晚上吃好还是早上吃", "要不要开刀", "得这个啥时候算变重", "拔罐有用不",
        "医生就给了十四片，为啥", "请问能吃蜂蜜",
    ],
)  # fmt: skip
def test_a_question_needs_no_question_mark(text: str) -> None:
    assert knowledge.asks(text) and knowledge.plainly_asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "I can't sleep and my legs twitch", "blood in my pee since monday", "three weeks now, it burns when I pee",
        "Phlegmy rattle you can feel through his back", "失眠半年了，躺下要两个钟头", "左侧躺心慌",
        "孩子发烧两天了，能吃能喝",
    ],
)  # fmt: skip
def test_a_history_is_no_question(text: str) -> None:
    assert not knowledge.plainly_asks(text)


def test_in_an_answer_only_what_is_put_as_a_question_is_one() -> None:
    assert not knowledge.plainly_asks("can i say both", answers=True)
    assert knowledge.plainly_asks("can i say both")
    assert knowledge.plainly_asks("both, is that bad?", answers=True)
