"""Advice only from the pack's own articles, and never from an expired one."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

from housestaff.agents.packs import load_pack
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
